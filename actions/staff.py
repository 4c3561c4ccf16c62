"""The way to a human, with a case in the queue and the hours when somebody is there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import answer_into, asked
from actions.cases import hand_over
from actions.known import known_from
from actions.reply import Reply


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
