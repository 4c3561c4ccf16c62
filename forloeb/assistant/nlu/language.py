"""The message property `sprog`: another language only where the text is clearly not Danish."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.words import loose, words

SOURCE = Path(__file__).with_name("languages.yml")
DANISH = "da"
_LONGEST = 2_000


@lru_cache(maxsize=1)
def _source() -> dict[str, Any]:
    with SOURCE.open(encoding="utf-8") as file:
        source: dict[str, Any] = yaml.safe_load(file)
    danish = {loose(str(w)) for w in source["danish"]}
    source["words"] = {language: {loose(str(w)) for w in ws} - danish for language, ws in source["words"].items()}
    source["danish"] = danish
    return source


def language(text: str) -> str:
    """ISO 639-1 code of the language that the text is clearly in; `da` otherwise."""
    text = text[:_LONGEST]
    letters = [letter for letter in text if letter.isalpha()]
    for script in _source()["scripts"].values():
        inside = [letter for letter in letters if script["from"] <= letter <= script["to"]]
        if len(inside) * 2 > len(letters):
            own = (code for code, own in script["letters"].items() if any(letter in own for letter in inside))
            return next(own, str(script["else"]))
    folded = [loose(word.text) for word in words(text)]
    counts = {code: sum(word in known for word in folded) for code, known in _source()["words"].items()}
    best = max(counts, key=lambda code: counts[code])
    danish = sum(word in _source()["danish"] for word in folded)
    if not danish and not any(letter in "æøåÆØÅ" for letter in text):
        for code, own_letters in _source()["letters"].items():
            if any(letter in own_letters for letter in text):
                return str(code)
    if len(folded) < _source()["shortest"]:
        return DANISH
    clear = (
        counts[best] >= _source()["least"]
        and counts[best] >= _source()["share"] * len(folded)
        and counts[best] >= _source()["ahead"] * max(danish, 0.5)
        and not any(letter in "æøåÆØÅ" for letter in text)
    )
    return best if clear else DANISH


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageNoter(Stateless):
    """Sets `sprog`."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the property on each message."""
        for message in messages:
            message.set("sprog", language(message.get(TEXT) or ""), add_to_output=True)
        return messages
