"""What is said in the middle of a task and is no answer to it: answered, and the task's own question put again."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import courtesy, gaps, next_step, no_case, picking, practical
from actions.afbud_words import PRETENDS
from actions.answers import ANSWERS, answer, asked
from actions.gaps import DANISH, language_key
from actions.standing import open_question
from actions.subject import subject_in
from actions.turn import Turn, ask_again
from forloeb.danish.words import fold

# Steps that take any words as the answer, whatever the intent: the person speaks freely there.
FREE = {("book", "subject"), ("afbud", "reason"), ("forbered", "question")}
# Steps about when and how: "jeg kan ikke om onsdagen" or "kan den være på telefon?" is an answer there, no new task.
TIMES = {("book", "choose"), ("book", "wish"), ("book", "form"), ("book", "confirm"),
         ("flyt", "choose"), ("flyt", "wish"), ("flyt", "confirm")}  # fmt: skip
# Steps where what the meeting is to be about can be said, though it is not asked for.
SUBJECT_TOO = {("book", "choose"), ("book", "wish"), ("book", "form"), ("book", "subject"), ("book", "confirm")}
ABOUT_TIMES = frozenset({"ingen_ledig_tid", "moedeform", "vis_forloeb"})
UNSURE = 0.6
STAYS_AWAY = re.compile(
    r"\b(?:bliv\w* (?:bare )?vaek|udebl\w*|dukker? ikke|kommer (?:bare )?ikke|ikke kommer|moeder ikke)\b"
)
QUESTION = re.compile(
    r"(?:og |men )?(?:hv(?:a|ad|em|or|ornaar|ordan|orfor|ilken|ilke|ilket|is)"
    r"|(?:skal|ska|maa|kan|ka) (?:jeg|man)|er det)\b"
)


def aside(turn: Turn, place: tuple[str, str], dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any] | None:
    """The events of an answer beside the task; None when the message is for the task's own step.

    Args:
        turn: the turn.
        place: the task and its step.
        dispatcher: Rasa's.
        tracker: Rasa's.
    """
    if (place in SUBJECT_TOO and subject_in(turn.text)) or (place in TIMES and turn.stops):
        return None
    text = fold(turn.text).strip()
    question = text.endswith("?") or QUESTION.match(text) is not None
    outside = turn.intent in ("out_of_scope", "nlu_fallback")
    gap = outside and gaps.gap_of(turn.known) is not None
    if turn.intent not in ANSWERS and not gap:
        return _beside(turn, place, question and outside, dispatcher, tracker)
    if place in FREE and not question:
        return None
    # "hvad er forskellen på digitalt og telefon?" chooses neither
    chooses = len({e["value"] for e in turn.known.entities if e["entity"] == "moedeform"}) < 2 or not question
    about_times = turn.intent in ABOUT_TIMES or turn.sure < UNSURE
    if place in TIMES and about_times and chooses and picking.says_when(turn.known):
        return None
    if turn.sure < UNSURE and not question:
        return None
    if gap:
        gaps.mention(turn.known, turn.reply)
        return _again(turn, dispatcher, tracker)
    # nothing is cancelled yet: what an afbud can cost is meant, not what staying away costs
    instead = {"udeblivelse": "ulovligt_afbud"} if place[0] == "afbud" and not STAYS_AWAY.search(text) else {}
    if PRETENDS.search(text):
        instead["lovlig_grund"] = "ulovligt_afbud"
    return answer([instead.get(i, i) for i in asked(tracker)], turn.known, dispatcher, tracker)


def _beside(
    turn: Turn, place: tuple[str, str], unknown: bool, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[Any] | None:
    """Anger, and a question that we have no answer to: met, instead of read as a bad answer to the step."""
    angry = turn.intent == "frustration" and turn.sure >= UNSURE
    language = (tracker.latest_message or {}).get("sprog") or DANISH
    if turn.intent == "out_of_scope" and language != DANISH and place not in FREE:
        turn.reply.say(language_key(language))
        gaps.staff_choice(turn.reply)
        return _again(turn, dispatcher, tracker)
    if place in TIMES and picking.WHICHEVER.search(fold(turn.text)):
        return None
    free = place in FREE and not (unknown and _asks_at_reason(turn, place))
    answers = turn.stops or turn.yes or turn.no or picking.says_when(turn.known)
    if free or not (angry or unknown) or answers:
        return None
    turn.reply.say("utter_opgave_vrede" if angry else "utter_opgave_udenfor")
    gaps.staff_choice(turn.reply)
    return _again(turn, dispatcher, tracker)


def _asks_at_reason(turn: Turn, place: tuple[str, str]) -> bool:
    """A question is no reason for an afbud, though any other words may be one."""
    return place == ("afbud", "reason") and "?" in turn.text and not turn.known.entity("afbudsgrund")


def _again(turn: Turn, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any]:
    buttons = turn.reply.choices[:]
    ask_again(tracker, turn.reply)
    turn.reply.choices += buttons
    turn.reply.send(dispatcher)
    return turn.known.events()


# "vent lige" is no no, and "nej vent, onsdag" is more than that
WAITS = re.compile(
    r"(?:(?:ok|okay|oej|hov|lige|men|nej|ja) )*(?:vent(?: lige)?|(?:lige )?(?:et|to|2|5|fem) (?:oejeblik|sek\w*|min\w*)"
    r"|giv mig (?:lige )?(?:et|to) \w+|jeg skal lige (?:tjekke|se|kigge|taenke)\w*)"
    r"(?: (?:lidt|et oejeblik|lige|min kalender))*[ .!]*"
)
WHY = re.compile(r"(?:men |jamen |og )?hvorfor(?: \w+){0,2}[ .?!]*")


async def finishes_nothing(turn: Turn, place: tuple[str, str], tracker: Tracker) -> bool:
    """Thanks, "hvad nu?" and what needs no case, in the middle of a task: answered, and its question put again."""
    if courtesy.only_thanks(turn.text):
        courtesy.in_task(tracker, turn.reply, "tak")
    elif WAITS.fullmatch(fold(turn.text).replace(",", "")):
        turn.reply.say("utter_opgave_vent")
        open_question(turn.state, turn.reply)
    elif turn.state.get("why") and WHY.fullmatch(fold(turn.text)):
        turn.reply.parts += [(key, values) for key, values in turn.state["why"]]
        open_question(turn.state, turn.reply)
    elif next_step.asks(turn.text):
        next_step.in_task(turn.known, tracker, turn.reply)
    elif practical.asks(turn.text) and await practical.in_task(turn, turn.reply):
        open_question(turn.state, turn.reply)
    elif place not in FREE and (no_case.answered(turn.known, turn.reply) or no_case.in_vain(turn.known, turn.reply)):
        open_question(turn.state, turn.reply)
        gaps.staff_choice(turn.reply)
    else:
        return False
    return True
