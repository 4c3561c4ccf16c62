"""Yes, no and bare answers: whole messages of known words, decided without the classifier."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.classifiers import set_ranking
from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.words import fold, loose

SOURCE = Path(__file__).with_name("short.yml")
_SURE = 0.99
_PIECES = re.compile(r"\d+|[^\W\d]+(?:['’][^\W\d]+)*|[👍👌✅✔👎❌]", re.UNICODE)
_NUMBER = re.compile(r"\b(?:nr|nummer|no|mulighed|valg|option)\b\.?\s*(?=\d|et\b|to\b|tre\b|fire\b)", re.IGNORECASE)
_ANSWERS = ("ydelse", "moedeform", "myndighed", "tid")


@lru_cache(maxsize=1)
def _source() -> dict[str, Any]:
    with SOURCE.open(encoding="utf-8") as file:
        source: dict[str, Any] = yaml.safe_load(file)
    listed = {name: {_join(str(p)) for p in phrases} for name, phrases in source.items() if isinstance(phrases, list)}
    return {**listed, "longest": source["longest"]}


def _pieces(text: str) -> list[str]:
    """The folded words and the emoji; "nå" must not become the "næ" that it folds to, "nr. 2" is a bare 2."""
    plain = _NUMBER.sub("", text.replace("<3", " "))
    return [loose(piece) if fold(piece) != "naa" else "hm" for piece in _PIECES.findall(plain)]


def _join(text: str) -> str:
    return " ".join(_pieces(text))


def short_answer(text: str, covered: list[str] | None = None) -> str | None:
    """`bekraeft`, `afkraeft` or `oplys` when the whole message is just that; None otherwise.

    Args:
        text: as typed.
        covered: the stretches that are an entity or a time; they are a bare answer.
    """
    if "?" in text or len(text) > 120:
        return None
    pieces = _pieces(text)
    if pieces and len(pieces) <= _source()["longest"]:
        yes, no = (_made_of(pieces, _source()[name], _source()["filler"]) for name in ("bekraeft", "afkraeft"))
        if yes != no:
            return "bekraeft" if yes else "afkraeft"
    answered = bool(covered)
    for stretch in sorted(covered or [], key=len, reverse=True):
        text = text.replace(stretch, " ", 1)
    rest = _pieces(text)
    if len(pieces) <= 10 and answered and all(piece in _source()["filler_oplys"] for piece in rest):
        return "oplys"
    if rest and len(rest) <= 5 and _made_of(rest, _source()["oplys"], _source()["filler_oplys"]):
        return "oplys"
    return None


def _made_of(pieces: list[str], phrases: set[str], fillers: set[str]) -> bool:
    """Whether the pieces are phrases with fillers between, at least one phrase."""
    at, found = 0, False
    while at < len(pieces):
        for length in range(min(5, len(pieces) - at), 0, -1):
            if " ".join(pieces[at : at + length]) in phrases:
                found, at = True, at + length
                break
        else:
            if pieces[at] not in fillers:
                return False
            at += 1
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ShortAnswers(Stateless, IntentClassifier):
    """Puts the short answer's intent first in the ranking."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide for each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            name = short_answer(text, _covered(text, message.get(ENTITIES, [])))
            if name:
                rest = [
                    (r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY] * (1 - _SURE))
                    for r in message.get(INTENT_RANKING_KEY) or []
                    if r[INTENT_NAME_KEY] != name
                ]
                set_ranking(message, [(name, _SURE), *rest])
        return messages


def _covered(text: str, entities: list[dict[str, Any]]) -> list[str]:
    covered = []
    for entity in entities:
        if entity.get("entity") not in _ANSWERS:
            continue
        if entity["entity"] == "tid" and isinstance(entity["value"], dict):
            readings = (entity["value"].get("future") or []) + (entity["value"].get("past") or [])
            covered += sorted({str(t.get("text") or "") if isinstance(t, dict) else str(t) for t in readings} - {""})
        else:
            covered.append(text[entity["start"] : entity["end"]])
    return covered
