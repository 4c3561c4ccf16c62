"""Corrections of what the model understood, collected as Rasa training data without personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, Row

from forloeb.booking.errors import NotFound
from forloeb.booking.tables import claimant
from forloeb.errors import ForloebError
from forloeb.gateway.tables import message
from forloeb.review import masking, transcript, wall
from forloeb.review.audit import trail
from forloeb.review.tables import review_correction, review_turn
from forloeb.settings import ROOT

LONGEST = 300
_MARKED = re.compile(r"\[(?P<text>[^\[\]]+)\](?:\((?P<entity>[^()]*)\)|\{(?P<json>[^{}]*)\})?")


class BadExample(ForloebError):
    """`personal_data`, `bad_markup`, `unknown_intent`, `empty_text` or `too_long`."""


@dataclass(frozen=True)
class Vocabulary:
    """What the model knows: from domain.yml."""

    intents: tuple[str, ...]
    entities: tuple[str, ...]


@lru_cache(maxsize=2)
def vocabulary(path: Path = ROOT / "domain.yml") -> Vocabulary:
    """The intents and entities that a correction can name."""
    domain = yaml.safe_load(path.read_text("utf-8"))
    inner = {"start", "besked", "valg", "nlu_fallback"}

    def names(rows: list[object]) -> tuple[str, ...]:
        return tuple(str(next(iter(each))) if isinstance(each, dict) else str(each) for each in rows)

    return Vocabulary(tuple(i for i in names(domain["intents"]) if i not in inner), names(domain["entities"]))


def correct(
    connection: Connection, conversation_id: str, message_id: str, intent: str, example: str, by: str, now: datetime
) -> None:
    """Keep what a message should have been understood as; a later correction of it replaces an earlier one.

    Raises:
        NotFound: no such message of a person's in this conversation.
        BadExample: the line cannot be used for training.
    """
    row = transcript.head(connection, conversation_id)
    own = select(message.c.id).where(
        message.c.id == message_id, message.c.conversation_id == conversation_id, message.c.author == "user"
    )
    if connection.execute(own).first() is None:
        raise NotFound
    line = checked(connection, intent, example)
    said = connection.execute(
        select(review_turn.c.intent).where(review_turn.c.message_id == message_id).limit(1)
    ).scalar_one_or_none()
    connection.execute(delete(review_correction).where(review_correction.c.message_id == message_id))
    connection.execute(
        insert(review_correction).values(message_id=message_id, said=said, intent=intent, example=line, by=by, at=now)
    )
    trail(connection, by, "correct", message_id, row.claimant_id, now)


def checked(connection: Connection, intent: str, example: str) -> str:
    """The example as it is kept.

    Raises:
        BadExample.
    """
    known = vocabulary()
    if intent not in known.intents:
        raise BadExample("unknown_intent", "no such intent")
    line = " ".join(example.split())
    if not line:
        raise BadExample("empty_text", "an empty example")
    if len(line) > LONGEST:
        raise BadExample("too_long", "the example is too long")
    rest = _MARKED.sub("", line)
    if any(sign in rest for sign in "[]{}") or line.startswith(("/", "#")):
        raise BadExample("bad_markup", "the marks cannot be read")
    for match in _MARKED.finditer(line):
        if match["entity"] is None and match["json"] is None:
            raise BadExample("personal_data", "a mask is left in the example")
        if match["entity"] is not None and match["entity"] not in known.entities:
            raise BadExample("bad_markup", "no such entity")
        if match["json"] is not None and not _entity_of(match["json"], known):
            raise BadExample("bad_markup", "no such entity")
    plain = _MARKED.sub(lambda match: match["text"], line)
    if masking.has_personal_data(plain, names_in(connection, plain)):
        raise BadExample("personal_data", "the example holds personal data")
    return line


def draft(text: str) -> str:
    """A message as the start of an example: masks are left for the reviewer to write around."""
    return " ".join(text.split())[:LONGEST]


def everything(connection: Connection) -> list[Row]:
    """All corrections, newest first."""
    return connection.execute(select(review_correction).order_by(review_correction.c.id.desc()).limit(500)).all()


def remove(connection: Connection, identifier: int, by: str, now: datetime) -> None:
    """Take a correction back."""
    gone = connection.execute(delete(review_correction).where(review_correction.c.id == identifier)).rowcount
    if not gone:
        raise NotFound
    trail(connection, by, "uncorrect", str(identifier), None, now)


def as_yaml(connection: Connection) -> str:
    """Rasa NLU YAML: intents and examples sorted, each once, ready for a pull request."""
    found = connection.execute(select(review_correction.c.intent, review_correction.c.example))
    by_intent: dict[str, set[str]] = {}
    for row in found:
        by_intent.setdefault(row.intent, set()).add(row.example)
    lines = ['version: "3.1"', "nlu:"]
    for intent in sorted(by_intent):
        lines += [f"  - intent: {intent}", "    examples: |"]
        lines += [f"      - {example}" for example in sorted(by_intent[intent])]
    if not by_intent:
        lines[-1] = "nlu: []"
    return "\n".join(lines) + "\n"


def _entity_of(marks: str, known: Vocabulary) -> bool:
    try:
        found = yaml.safe_load("{" + marks + "}")
    except yaml.YAMLError:
        return False
    return isinstance(found, dict) and found.get("entity") in known.entities


def names_in(connection: Connection, plain: str, *, but: str = "") -> list[str]:
    """The registered names, part by part, that stand in the text; the parts of `but` are nobody's."""
    words = set(re.findall(r"[^\W\d_][\w'-]{2,}", plain))
    small = {word.casefold() for word in words if len(word) > 4}
    if not words:
        return []
    found: list[str] = []
    # another organisation's claimant is somebody too: a name of theirs is kept out as well, and never told
    everybody = select(claimant.c.name).where(claimant.c.name.is_not(None)).execution_options(**wall.EVERYBODY)
    for row in connection.execute(everybody):
        found += [part for part in row.name.split() if part in words or part.casefold() in small]
    return [part for part in found if part not in but.split()]
