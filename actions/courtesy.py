"""Thanks, goodbyes and greetings: they finish no task; in the middle of one, where it stands is said."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import next_step, others
from actions.gaps import staff_choice
from actions.known import Known, known_from
from actions.reply import Reply
from actions.standing import open_question, standing
from actions.turn import ask_again
from forloeb.danish.words import fold

# "ok tak" to "Skal jeg booke …?" can be a yes or a goodbye: nothing is done on it. "ja tak" is a yes.
THANKS = re.compile(
    r"(?:(?:k|ok|okay|okey|oki|fint|super|godt|fedt|perfekt|dejligt|naa|aah|alt|er|det|jamen|1000|mange|tusind) )*"
    r"tak(?: (?:for|skal|du|have|hjaelpen|det|svaret|saa|meget|tak|farvel|hej))*[ .!:)]*"
)


class ActionHoeflighed(Action):
    """Answers thanks, a goodbye or a greeting; in a task, says first what is not done yet."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_hoeflighed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply; the task goes on when the person answers."""
        known = await known_from(tracker)
        reply = Reply(values=known.values())
        intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
        if others.about(known):
            others.refuse(known, reply)
            staff_choice(reply)
        elif intent == "bot_identitet":
            await _who_answers(known, tracker, reply)
        elif tracker.get_slot("opgave_aktiv"):
            in_task(tracker, reply, str(intent))
        else:
            reply.say(f"utter_{intent}")
        reply.send(dispatcher)
        return known.events()


async def _who_answers(known: Known, tracker: Tracker, reply: Reply) -> None:
    """What we are, and the open question again; "har de svaret?" asks how what was done stands."""
    if tracker.get_slot("opgave_aktiv") and next_step.asks(known.text):
        next_step.in_task(known, tracker, reply)
    elif not await next_step.told(known, tracker, reply):
        reply.say("utter_bot_identitet")
        ask_again(tracker, reply)


def only_thanks(text: str) -> bool:
    """Whether the message is thanks and nothing else."""
    return THANKS.fullmatch(fold(text).strip()) is not None


def in_task(tracker: Tracker, reply: Reply, intent: str) -> None:
    """Where the task stands, and its open question again."""
    state = tracker.get_slot("opgave") or {}
    standing(state, reply, {"farvel": "utter_hoeflighed_farvel", "tak": "utter_hoeflighed_tak"}.get(intent))
    open_question(state, reply)
