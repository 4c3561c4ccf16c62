"""The message property `facts`: which days and which benefit the sentence states (ISO dates, or null)."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.stateless import Stateless
from forloeb.assistant.nlu.times import TimeExtractor, times_of
from forloeb.danish.facts import stated_benefit, stated_days


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class StatedFacts(Stateless):
    """Reads `tid` and `ydelse` together with the verbs around them."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The times must have been read."""
        return [TimeExtractor]

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the property on each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            named = [
                (e["value"], e["start"], e["end"]) for e in message.get(ENTITIES, []) if e.get("entity") == "ydelse"
            ]
            days = stated_days(text, times_of(message, "past"), times_of(message, "future"))
            facts: dict[str, str | None] = {name: day.isoformat() if day else None for name, day in days.items()}
            facts["benefit"] = stated_benefit(text, sorted(named, key=lambda each: int(each[1])))
            message.set("facts", facts, add_to_output=True)
        return messages
