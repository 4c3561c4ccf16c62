"""The way to a human, with a case in the queue and the hours when somebody is there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.answers import answer_into, asked
from actions.cases import open_case
from actions.known import Known, known_from
from actions.reply import Reply
from forloeb.booking.model import CaseKind
from forloeb.danish import format as danish


class ActionTalMedMedarbejder(Action):
    """The person wants a human."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_tal_med_medarbejder"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Answer what the same message asks, then hand over."""
        known = await known_from(tracker)
        reply = Reply(values=known.values())
        answer_into(reply, known, asked(tracker))
        await hand_over(known, reply, tracker)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", 0)]


async def hand_over(known: Known, reply: Reply, tracker: Tracker) -> None:
    """Commit the case, then say that it waits, and when somebody is there."""
    case = await open_case(tracker, known, CaseKind.WANTS_HUMAN)
    now, here = services.now(), services.installation()
    reply.say("utter_medarbejder_sag", kvittering=case)
    opens = here.next_opening(now)
    if here.is_open(now):
        reply.say("utter_medarbejder_aaben")
    elif opens:
        reply.say("utter_medarbejder_lukket", aabner=danish.moment(opens, known.on))
    reply.say("utter_medarbejder_ring")
    reply.say("utter_medarbejder_ikke_kontakt")
