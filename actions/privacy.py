"""What is stored about a person, and the wish to see it or have it deleted."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import no_case
from actions.cases import open_case
from actions.known import known_from
from actions.reply import Reply
from actions.turn import ask_again
from forloeb.booking.model import CaseKind


class ActionSletData(Action):
    """See or delete one's data: a case for staff, and what is kept and for how long."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_slet_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Commit the case, then tell."""
        known = await known_from(tracker)
        if no_case.only_cpr(known.text):
            reply = Reply(values=known.values())
            no_case.answered(known, reply)
            ask_again(tracker, reply)
            reply.send(dispatcher)
            return known.events()
        case = await open_case(tracker, known, CaseKind.PRIVACY)
        reply = Reply(values=known.values())
        reply.say("utter_slet_data_sag", kvittering=case)
        reply.say("utter_opbevaring")
        reply.send(dispatcher)
        return []
