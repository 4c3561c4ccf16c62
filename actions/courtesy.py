"""Thanks, goodbyes, greetings, anger, and who we are: they finish no task; in one, where it stands is said."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.reply import Reply
from actions.standing import open_question, standing
from forloeb.danish.words import fold

# "ok tak" to "Skal jeg booke …?" can be a yes or a goodbye: nothing is done on it. "ja tak" is a yes.
THANKS = re.compile(
    r"(?:(?:k|ok|okay|okey|oki|fint|super|godt|fedt|perfekt|dejligt|naa|aah|alt|er|det|jamen|1000|mange|tusind) )*"
    r"tak(?: (?:for|skal|du|have|hjaelpen|det|svaret|saa|meget|tak|farvel|hej))*[ .!:)]*"
)


def only_thanks(text: str) -> bool:
    """Whether the message is thanks and nothing else."""
    return THANKS.fullmatch(fold(text).strip()) is not None


def in_task(tracker: Tracker, reply: Reply, intent: str) -> None:
    """Where the task stands, and its open question again."""
    state = tracker.get_slot("opgave") or {}
    standing(state, reply, {"farvel": "utter_hoeflighed_farvel", "tak": "utter_hoeflighed_tak"}.get(intent))
    open_question(state, reply)
