"""A conversation as a regression test: YAML in the format of tests/conversations/*.yml, without personal data.

What the person wrote and pressed becomes `talk`, what the assistant answered becomes `expect`, sentence by sentence;
what was known and free when it began (forloeb/review/scene.py) is loaded first. What differs from run to run (receipts,
links, the time of day) is cut out of the sentences. What staff answered, and news from the system, is left out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from forloeb.booking.model import Claimant
from forloeb.errors import ForloebError
from forloeb.gateway.tables import message
from forloeb.installation import Installation
from forloeb.review import masking, scene, transcript
from forloeb.review.audit import trail
from forloeb.review.corrections import names_in
from forloeb.review.scene import STAND_IN
from forloeb.settings import ZONE

USUAL_DAY = "2025-09-04"  # where nothing depends on the day: one running installation serves all such tests
SHORTEST = 8  # a piece of a sentence that proves something
_DAY = re.compile(
    r"\b(?:januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december|mandag|tirsdag|onsdag|"
    r"torsdag|fredag|lørdag|søndag|i dag\b|i morgen|i går|lukket|på arbejde)",
    re.IGNORECASE,
)
_READ = re.compile(r"læste den (?:\w+ den )?(?:den )?\d+\. \w+(?: \d{4})?")  # the same on every day
_VARYING = r"\b[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}\b|https?://\S+"


class NotTestable(ForloebError):
    """`only_web`: the runner talks as the widget does; `nothing_answered`: the assistant has answered nothing."""


@dataclass(frozen=True)
class Exported:
    """A file for tests/conversations/from_staff/."""

    name: str
    text: str


def export(connection: Connection, conversation_id: str, here: Installation, by: str, now: datetime) -> Exported:
    """The conversation as a test; that it was taken out is in the log.

    Raises:
        NotFound: there is none.
        NotTestable: see the class.
    """
    row = transcript.head(connection, conversation_id)
    if row.channel != "web":
        raise NotTestable("only_web", "the runner talks on the web")
    said = connection.execute(
        select(message).where(message.c.conversation_id == conversation_id).order_by(message.c.seq)
    ).all()
    person = transcript.person(connection, row.claimant_id)
    answered = _answered(said)
    if not answered:
        raise NotTestable("nothing_answered", "the assistant has answered nothing")
    clean = _Clean(connection, person, here)
    talk = [_step(each, answers, earlier, clean) for each, answers, earlier in answered]
    short = hashlib.sha256(conversation_id.encode()).hexdigest()[:8]
    words = " ".join(str(talk[0].get("say") or next(iter(talk[0].values()))).split())[:60]
    case: dict[str, Any] = {"name": f"{words} ({short})"}
    began = answered[0][0].at.astimezone(ZONE)
    today = f"{began:%Y-%m-%dT%H:%M}"
    if person is not None:
        ended = answered[-1][1][-1].at
        asked = [each.id for each, _, _ in answered]
        texts = "\n".join(each.text for _, answers, _ in answered for each in answers)
        case |= scene.before(connection, person, began, texts, here, f"p{short}")
        case |= {"talk": talk} | scene.after(connection, person.id, asked, ended)
    else:
        case["talk"] = talk
        if not any(_DAY.search(_READ.sub("", each.text)) for each in said):
            today = USUAL_DAY
    trail(connection, by, "export_test", conversation_id, row.claimant_id, now)
    head = "# Made by the staff app from a conversation (docs/review.md).\n"
    body = yaml.safe_dump({"today": today, "conversations": [case]}, allow_unicode=True, sort_keys=False, width=110)
    return Exported(f"samtale-{short}.yml", head + body)


def _answered(said: list[Row]) -> list[tuple[Row, list[Row], frozenset[str]]]:
    """Each message that the assistant answered, its answers, and the buttons that stood when it was sent."""
    answers: dict[str, list[Row]] = {}
    for each in said:
        if each.author == "bot" and each.answer_to:
            answers.setdefault(each.answer_to, []).append(each)
    found: list[tuple[Row, list[Row], frozenset[str]]] = []
    offered: frozenset[str] = frozenset()
    for each in said:
        if each.author == "user" and each.id in answers:
            found.append((each, answers[each.id], offered))
            offered = frozenset(b["title"] for answer in answers[each.id] for b in answer.buttons or ())
    return found


def _step(asked: Row, answers: list[Row], offered: frozenset[str], clean: _Clean) -> dict[str, Any]:
    step: dict[str, Any]
    if asked.button is not None:
        step = {"press" if asked.text in offered else "press_earlier": asked.text}
    else:
        step = {"say": clean.said(asked.text)}
    if pieces := [piece for each in answers for piece in clean.pieces(each)]:
        step["expect"] = list(dict.fromkeys(pieces))
    custom = {name: value for each in answers for name, value in (each.custom or {}).items()}
    if custom.get("facts"):
        step["facts"] = list(custom["facts"])
    if custom.get("gap"):
        step["gap"] = custom["gap"]
    titles = [b["title"] for each in answers for b in each.buttons or ()]
    if kept := [title for title in titles if clean.is_clean(title)]:
        step["buttons"] = list(dict.fromkeys(kept))
    return step


class _Clean:
    """Texts without the person, and without what varies."""

    def __init__(self, connection: Connection, person: Claimant | None, here: Installation) -> None:
        self._connection, self._name = connection, person.name if person else None
        own = {each.phone for each in (*here.akasser.values(), *here.jobcentre.values())} | {here.staff_phone}
        self._ours = [each for each in (*own, *here.emergency.values()) if each]
        self._person = person

    def said(self, text: str) -> str:
        """What the person wrote, every registered name and everything that has the shape of personal data masked."""
        text = masking.mask(self._renamed(text))
        for name in names_in(self._connection, text, but=STAND_IN):
            text = re.sub(rf"(?<!\w){re.escape(name)}s?(?!\w)", masking.a_name(), text, flags=re.IGNORECASE)
        return text

    def pieces(self, answer: Row) -> list[str]:
        """The parts of an answer that are the same every time and say nothing of the person."""
        at = answer.at.astimezone(ZONE)
        minutes = [at + timedelta(minutes=n) for n in range(-5, 6)]
        clocks = "|".join(f"{each.hour:02}[.:]{each.minute:02}|{each.hour}[.:]{each.minute:02}" for each in minutes)
        varying = re.compile(rf"{_VARYING}|(?<!\d)(?:{clocks})(?!\d)")
        parts = [part.strip(" .") for line in answer.text.splitlines() for part in varying.split(self._renamed(line))]
        return [part for part in parts if len(part) >= SHORTEST and self.is_clean(part)]

    def is_clean(self, text: str) -> bool:
        """Whether nothing of the person stands in it; the installation's own numbers are not theirs."""
        for ours in self._ours:
            text = text.replace(ours, "")
        return not masking.has_personal_data(text, names_in(self._connection, text, but=STAND_IN))

    def _renamed(self, text: str) -> str:
        if not self._name:
            return text
        first, *rest = STAND_IN.split()
        own = self._name.split()
        text = re.sub(rf"(?<!\w){re.escape(self._name)}(?=s?(?!\w))", STAND_IN, text, flags=re.IGNORECASE)
        for number, part in enumerate(own):
            new = first if number == 0 else rest[0]
            if len(part) > 2:
                text = re.sub(rf"(?<!\w){re.escape(part)}(?=s?(?!\w))", new, text, flags=re.IGNORECASE)
        return text
