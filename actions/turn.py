"""One turn of a task: what came in, what is remembered of the task, and what is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.gathering import known_from
from actions.known import Known, message_metadata
from actions.reply import Reply
from forloeb.booking.service import Bookings
from forloeb.danish.words import fold

T = TypeVar("T")
SURE_OF_YES = 0.75
THOUGHT_OF = re.compile(r"\?|\b(?:hvis|hvad|hvordan|hvornaar)\b|\b(?:ikke|ik|aldrig) syg\b|\brask\b|\bmaaske\b")
REMEMBERED = 3  # messages back that a loss is remembered, so that nobody is asked why they cannot come
STOP = re.compile(
    r"^(?:nej )?(?:ikke (?:lige )?nu|(?:nej )?(?:tak )?ellers(?: tak)?)[ .!]*$"
    r"|\b(glem det|fortryd\w*|fortrudt|stop|afbryd|annuller\w*|drop\w* det|lad (?:det )?vaere|lad vaer"
    r"|(?<!kan jeg )(?<!kan )alligevel ikke|ikke alligevel"
    r"|behold(?:er|e)? (?:den|det|dem|min|mit|moedet|aftalen|tiden|samtalen)"
    r"|(?:beholde?|have) (?:den|min|det) gamle"
    r"|lad(?:er)? (?:den|det|moedet|aftalen|samtalen|min tid) (?:bare )?(?:staa|blive|vaere)"
    r"|(?:vil|skal|oensker) (?:\w+ ){0,2}ikke (?:\w+ ){0,2}(?:booke|flytte"
    r"|have (?:\w+ ){0,2}tid(?:er)?(?! (?!nu|lige|alligevel|endnu)\w)))\b"
)


@dataclass(frozen=True)
class Reason:
    """Why the person cannot come, told a moment before the afbud itself."""

    ground: str
    words: str


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
    pressed: bool = False
    remembered: Reason | None = None
    last: dict[str, Any] = field(default_factory=dict)  # what was done last (actions/matter.py)
    mourning: str | None = None  # what they wrote of it, when they told of a loss a moment ago
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

    @property
    def yes(self) -> bool:
        """Whether the answer is a plain yes; an unsure one is asked again rather than acted on."""
        return self.chosen == "yes" or (self.intent == "bekraeft" and self.sure >= SURE_OF_YES)

    @property
    def no(self) -> bool:
        """Whether the answer is a no."""
        why = fold(self.text).startswith("hvorfor")
        return self.chosen == "no" or (self.intent == "afkraeft" and not why)

    @property
    def stops(self) -> bool:
        """Whether the person wants the task itself to end."""
        return self.chosen == "stop" or (self.chosen is None and STOP.search(fold(self.text)) is not None)

    def key(self, act: str) -> str:
        """The idempotency key of an act in this turn."""
        return f"{self.message_id}:{act}"

    async def call(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run a sync service function without blocking the action server."""
        return await asyncio.to_thread(function, *arguments, **named)

    def wait(self, step: str, again: str | None = None, **data: Any) -> None:
        """Go on at `step` when the person answers.

        Args:
            step: of this task (actions/tasks.py).
            again: the question to ask after a digression; what is asked now when None.
            data: what to remember.
        """
        self.state.update(data)
        self.state["step"] = step
        asks = [(again, self.reply.values)] if again else self.reply.asks or self.reply.parts[-1:]
        self.state["ask"] = {"parts": [list(a) for a in asks], "choices": list(self.reply.choices)}

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
    known = await known_from(tracker, as_registered=True)
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
        pressed=bool(message.get("command")),
        mourning=_mourning(tracker),
        last=dict(tracker.get_slot("sidste_sag") or {}),
        remembered=None if known.afbud or tracker.get_slot("sidste_sag") else _reason(tracker),
    )


def _reason(tracker: Tracker) -> Reason | None:
    """The ground that the last few messages told as a fact: not asked about, not thought of."""
    said = [e for e in tracker.events if e.get("event") == "user"][-REMEMBERED - 1 : -1]
    for event in reversed(said):
        words = str(event.get("text") or "")
        entities = (event.get("parse_data") or {}).get("entities") or []
        ground = next((e["value"] for e in entities if e.get("entity") == "afbudsgrund"), None)
        if ground in ("sygdom", "jobsamtale", "andet") and not THOUGHT_OF.search(fold(words)):
            return Reason(str(ground), words)
    return None


def _mourning(tracker: Tracker) -> str | None:
    """The message of the last few, before this one, that tells of the loss of somebody near."""
    said = [e for e in tracker.events if e.get("event") == "user"][-REMEMBERED - 1 : -1]
    for event in reversed(said):
        entities = (event.get("parse_data") or {}).get("entities") or []
        if any(e.get("entity") == "emne" and e.get("value") == "sorg" for e in entities):
            return str(event.get("text") or "") or None
    return None


def ask_again(tracker: Tracker, reply: Reply) -> None:
    """After a digression: the open question of the task under way, once more."""
    state = tracker.get_slot("opgave") or {}
    asked = state.get("ask") or {}
    if state.get("step") and asked:
        reply.note("utter_opgave_videre")
        for key, values in asked["parts"]:
            reply.ask(key, **values)
        # a button of the answer's own would begin something else in the middle
        reply.offers.clear()
        reply.choices[:] = asked["choices"]


def send(turn: Turn, dispatcher: CollectingDispatcher) -> list[Any]:
    """Say what the turn has to say; what to remember."""
    for key, values in turn.known.notes:
        turn.reply.note(key, **values)
    turn.reply.send(dispatcher)
    return turn.events()
