"""The way to a human, with a case in the queue and the hours when somebody is there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import next_step, no_case
from actions.answers import answer_into, asked
from actions.aside import SUBJECT_TOO
from actions.cases import hand_over
from actions.gaps import staff_choice
from actions.gathering import known_from
from actions.known import Known
from actions.reply import Reply
from actions.subject import subject_in
from actions.tasks import ActionOpgave
from actions.turn import ask_again


class ActionTalMedMedarbejder(Action):
    """The person wants a human."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_tal_med_medarbejder"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Answer what the same message asks, then hand over; "jeg vil tale om mit cv" in a booking is no such wish."""
        known = await known_from(tracker)
        state = tracker.get_slot("opgave") or {}
        if (state.get("kind"), state.get("step")) in SUBJECT_TOO and subject_in(known.text) and not _pressed(tracker):
            return await ActionOpgave().run(dispatcher, tracker, domain)
        reply = Reply(values=known.values())
        if not _pressed(tracker) and await _needs_no_human(known, tracker, reply):
            reply.send(dispatcher)
            return [*known.events(), SlotSet("usikker", 0)]
        answer_into(reply, known, asked(tracker))
        await hand_over(known, reply, tracker)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", 0)]


async def _needs_no_human(known: Known, tracker: Tracker, reply: Reply) -> bool:
    """Say what answers it where the message only asks whom to ring or how things stand; False when it does not."""
    asks = next_step.asks(known.text)
    if asks and tracker.get_slot("opgave_aktiv"):
        next_step.in_task(known, tracker, reply)
        return True
    if asks and await next_step.told(known, tracker, reply):
        return True
    if no_case.answered(known, reply):
        ask_again(tracker, reply)
        staff_choice(reply)
        return True
    if asks:
        reply.say("utter_kontakt_er", hvem_kontakt=known.values()["myndighed"])
    return asks


def _pressed(tracker: Tracker) -> bool:
    return bool((tracker.latest_message or {}).get("command"))
