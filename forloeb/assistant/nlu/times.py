"""The `tid` entity: every time in the message, read both ways; the action that knows the direction picks."""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb import clock, settings
from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.time import read_both

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TimeExtractor(Stateless, EntityExtractorMixin):
    """One `tid` entity a message, value `{"future": [...], "past": [...]}`, spanning the whole text."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Read the settings once: the clock can be shifted."""
        super().__init__(config)
        self._settings = settings.load()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entity where any time is found."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = read_both(text, clock.now(self._settings)) if text.strip() else {}
            if not any(found.values()):
                continue
            entity = {"entity": "tid", "value": found, "start": 0, "end": len(text), "confidence": 1.0}
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + self.add_extractor_name([entity]), add_to_output=True)
        return messages


def times_of(message: Message, direction: str) -> list[dict[str, Any]]:
    """The times that the extractor found, read this way."""
    for entity in message.get(ENTITIES, []):
        if entity.get("entity") == "tid" and isinstance(entity.get("value"), dict):
            return list(entity["value"].get(direction) or [])
    return []
