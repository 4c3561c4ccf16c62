"""Unemployed again after a job: the sources do not say how the time is counted, so a human does (issue 4, point 5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.cases import hand_over
from actions.known import AGAIN, Known
from actions.reply import Reply

# Answers that would count from a day that may no longer be the right one.
COUNTED = frozenset(
    {"vis_forloeb", "antal_samtaler", "foerste_samtale", "hvem_holder", "efter_seks_maaneder", "naeste"}
)


def asks_day(known: Known, reply: Reply) -> None:
    """Ask which day it was; the answer goes to staff."""
    reply.ask("utter_spoerg_ledig_igen")
    known.slots["venter_paa"] = {"fact": AGAIN, "intents": []}


async def told(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any] | None:
    """The day is known now: hand over with it, and say what to do until then; None when this message names none."""
    said = known.slots.get(AGAIN)
    if not said:
        return None
    reply = Reply(values=known.values())
    reply.say("utter_hul_ledig_igen")
    reply.say("utter_ledig_igen_noteret", dag=known.day(date.fromisoformat(said)))
    await hand_over(known, reply, tracker, unemployed_again=said)
    reply.send(dispatcher)
    remembered = {"venter_paa": None, "usikker": 0, **known.slots}
    return [SlotSet(name, value) for name, value in remembered.items()]
