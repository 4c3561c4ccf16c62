"""Builds the one reply of a turn out of response keys and values; the assistant renders it (forloeb.assistant.nlg)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

Values = dict[str, Any]


@dataclass
class Reply:
    """Parts in the order said. `values` fill placeholders in every part; a part's own values win.

    A value that names a response key ("utter_…") is replaced by that response's text.
    """

    values: Values = field(default_factory=dict)
    parts: list[tuple[str, Values]] = field(default_factory=list)
    offers: list[tuple[str, Values]] = field(default_factory=list)
    notes: list[tuple[str, Values]] = field(default_factory=list)
    asks: list[tuple[str, Values]] = field(default_factory=list)
    choices: list[Values] = field(default_factory=list)
    extra: Values = field(default_factory=dict)
    timeline: Values | None = None

    def say(self, key: str, **values: Any) -> None:
        """Add a part; the same part twice is said once."""
        _once(self.parts, key, {**self.values, **values})

    def offer(self, key: str, **values: Any) -> None:
        """Add an offer with buttons of its own, after all parts; a task under way has no room for it."""
        _once(self.offers, key, {**self.values, **values})

    def note(self, key: str, **values: Any) -> None:
        """Add a remark that comes after all parts, once."""
        _once(self.notes, key, {**self.values, **values})

    def ask(self, key: str, **values: Any) -> None:
        """Add a question to the person, said last, once."""
        _once(self.asks, key, {**self.values, **values})

    def choice(self, title_key: str, command: str, entities: Values | None = None, **values: Any) -> None:
        """Add a button: a title from the responses, and the internal command behind it."""
        payload = f"/{command}{json.dumps(entities)}" if entities else f"/{command}"
        self.choices.append({"title": [title_key, {**self.values, **values}], "payload": payload})

    def empty(self) -> bool:
        """Whether nothing has been said."""
        return not (self.parts or self.asks)

    def send(self, dispatcher: CollectingDispatcher, *, sources_button: bool = True) -> None:
        """Hand the reply to Rasa as one message."""
        dispatcher.utter_message(
            response="utter_svar",
            parts=[[key, values] for key, values in (*self.parts, *self.offers, *self.notes, *self.asks)],
            choices=self.choices,
            extra=self.extra,
            timeline=self.timeline,
            sources_button=sources_button,
        )


def _once(where: list[tuple[str, Values]], key: str, values: Values) -> None:
    if (key, values) not in where:
        where.append((key, values))
