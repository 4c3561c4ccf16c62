"""The `emne` entity: a subject that people ask about and the law sources do not cover."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.words import folded_with_places, one_of

SOURCE = Path(__file__).with_name("emner.yml")
_LONGEST = 1_000  # characters looked at, from each end of the text


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    with SOURCE.open(encoding="utf-8") as file:
        source: dict[str, list[str]] = yaml.safe_load(file)
    return tuple((topic, one_of(patterns)) for topic, patterns in source.items())


def topic_names() -> tuple[str, ...]:
    """Every value that `emne` can have."""
    return tuple(topic for topic, _ in _patterns())


def topics(text: str) -> list[tuple[str, int, int]]:
    """(topic, start, end) of each subject named, in the order of the text; each subject once."""
    folded, places = folded_with_places(text)
    if len(folded) > 2 * _LONGEST:
        folded = folded[:_LONGEST] + " " * (len(folded) - 2 * _LONGEST) + folded[-_LONGEST:]
    found = []
    for topic, pattern in _patterns():
        match = pattern.search(folded)
        if match and match.group().strip():
            found.append((topic, places[match.start()], places[match.end()]))
    return sorted(found, key=lambda each: each[1])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TopicExtractor(Stateless, EntityExtractorMixin):
    """Adds `emne` entities."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message."""
        for message in messages:
            found = [
                {"entity": "emne", "value": topic, "start": start, "end": end, "confidence": 1.0}
                for topic, start, end in topics(message.get(TEXT) or "")
            ]
            if found:
                known = message.get(ENTITIES, [])
                message.set(ENTITIES, known + self.add_extractor_name(found), add_to_output=True)
        return messages
