"""One turn of a task: what came in, what is remembered of the task, and what is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.known import Known, known_from, message_metadata
from actions.reply import Reply
from forloeb.booking.service import Bookings

T = TypeVar("T")


@dataclass
class Turn:
    """A turn. `state` is the task's memory (JSON, slot `opgave`): kind, step, and what the steps need."""

    known: Known
    reply: Reply
    state: dict[str, Any]
    now: datetime
    intent: str
    message_id: str
    sure: float
    over: bool = False
    slots: dict[str, Any] = field(default_factory=dict)

    @property
    def claimant_id(self) -> str:
        """The signed-in claimant; a task that needs one is not begun without."""
        if self.known.registered is None:
            raise ValueError("not signed in")
        return self.known.registered.id

    @property
    def service(self) -> Bookings:
        """The booking service (sync: call it through `call`)."""
        return services.bookings()

    @property
    def chosen(self) -> str | None:
        """What a pressed button of this task says."""
        return self.known.entity("trin") if self.intent == "valg" else None

    @property
    def text(self) -> str:
        """What the person wrote."""
        return self.known.text

    def key(self, act: str) -> str:
        """The idempotency key of an act in this turn."""
        return f"{self.message_id}:{act}"

    async def call(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run a sync service function without blocking the action server."""
        return await asyncio.to_thread(function, *arguments, **named)

    def wait(self, step: str, **data: Any) -> None:
        """Go on at `step` when the person answers; what is asked now can be asked again after a digression."""
        self.state.update(data)
        self.state["step"] = step
        asks = self.reply.asks or self.reply.parts[-1:]
        self.state["ask"] = {"parts": [list(a) for a in asks], "choices": self.reply.choices}

    def finish(self) -> None:
        """The task is over, done or given up."""
        self.over = True

    def events(self) -> list[Any]:
        """What to remember after this turn."""
        found = [*self.known.events(), *(SlotSet(k, v) for k, v in self.slots.items())]
        active = not self.over and bool(self.state.get("step"))
        return [
            *found,
            SlotSet("opgave", self.state if active else None),
            SlotSet("opgave_aktiv", active),
            SlotSet("usikker", 0),
        ]


async def turn_from(tracker: Tracker) -> Turn:
    """The turn that this message is."""
    known = await known_from(tracker)
    message = tracker.latest_message or {}
    intent = message.get("intent") or {}
    return Turn(
        known=known,
        reply=Reply(values=known.values()),
        state=dict(tracker.get_slot("opgave") or {}),
        now=services.now(),
        intent=intent.get("name") or "",
        message_id=str(message_metadata(tracker).get("message_id") or f"{tracker.sender_id}:{len(tracker.events)}"),
        sure=float(intent.get("confidence") or 0.0),
    )


def ask_again(tracker: Tracker, reply: Reply) -> None:
    """After a digression: the open question of the task under way, once more."""
    state = tracker.get_slot("opgave") or {}
    asked = state.get("ask") or {}
    if state.get("step") and asked:
        reply.note("utter_opgave_videre")
        for key, values in asked["parts"]:
            reply.ask(key, **values)
        reply.choices.extend(asked["choices"])


def send(turn: Turn, dispatcher: CollectingDispatcher) -> list[Any]:
    """Say what the turn has to say; what to remember."""
    for key, values in turn.known.notes:
        turn.reply.note(key, **values)
    turn.reply.send(dispatcher)
    return turn.events()
