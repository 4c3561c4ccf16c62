"""Thanks, goodbyes, greetings, anger, and who we are: they finish no task; in one, where it stands is said."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import others
from actions.answers import disagrees, leant
from actions.gaps import staff_choice
from actions.known import known_from
from actions.reply import Reply
from actions.standing import open_question, standing
from actions.turn import ask_again
from forloeb.danish.words import fold

COURTESY = frozenset({"hilsen", "farvel", "tak"})
# "ok tak" to "Skal jeg booke …?" can be a yes or a goodbye: nothing is done on it. "ja tak" is a yes.
THANKS = re.compile(
    r"(?:(?:k|ok|okay|okey|oki|fint|super|godt|fedt|perfekt|dejligt|naa|aah|alt|er|det|jamen|1000|mange|tusind) )*"
    r"tak(?: (?:for|skal|du|have|hjaelpen|det|svaret|saa|meget|tak|farvel|hej))*[ .!:)]*"
)


class ActionHoeflighed(Action):
    """Answers thanks, a goodbye, a greeting, anger or "who are you"; in a task, says first what is not done yet."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_hoeflighed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply; the task goes on when the person answers."""
        known = await known_from(tracker)
        if events := leant(known, dispatcher, tracker) or disagrees(known, dispatcher, tracker):
            return events
        reply = Reply(values=known.values())
        intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
        if intent not in COURTESY:
            reply.say(f"utter_{intent}")
            ask_again(tracker, reply)
        elif others.about(known):
            others.refuse(known, reply)
            staff_choice(reply)
        elif tracker.get_slot("opgave_aktiv"):
            in_task(tracker, reply, str(intent))
        else:
            reply.say(f"utter_{intent}")
        reply.send(dispatcher)
        return known.events()


def only_thanks(text: str) -> bool:
    """Whether the message is thanks and nothing else."""
    return THANKS.fullmatch(fold(text).strip()) is not None


def in_task(tracker: Tracker, reply: Reply, intent: str) -> None:
    """Where the task stands, and its open question again."""
    state = tracker.get_slot("opgave") or {}
    standing(state, reply, {"farvel": "utter_hoeflighed_farvel", "tak": "utter_hoeflighed_tak"}.get(intent))
    open_question(state, reply)
