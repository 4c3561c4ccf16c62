"""Tasks that take several turns: which step comes next, digressions, and a message that is handed over twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import afbud, book, change_form, gaps, missed, move, picking, prepare, which
from actions.answers import ANSWERS, answer, answer_into, asked
from actions.turn import Turn, ask_again, send, turn_from
from forloeb.booking import replay
from forloeb.booking.errors import NotFound
from forloeb.danish.words import fold

Step = Callable[[Turn], Awaitable[None]]

BEGIN: dict[str, Step] = {
    "book_samtale": book.begin,
    "flyt_samtale": move.begin,
    "skift_moedeform": change_form.begin,
    "meld_afbud": afbud.begin,
    "misset_samtale": missed.begin,
    "forbered_samtale": prepare.begin,
}
KIND_OF = {
    "book_samtale": "book", "flyt_samtale": "flyt", "skift_moedeform": "form", "meld_afbud": "afbud",
    "forbered_samtale": "forbered",
}  # fmt: skip
STEPS: dict[tuple[str, str], Step] = {
    ("book", "benefit"): book.begin,
    ("book", "choose"): book.choose,
    ("book", "wish"): picking.wish_step,
    ("book", "form"): book.form,
    ("book", "subject"): book.subject,
    ("book", "confirm"): book.confirm,
    ("book", "akasse"): book.akasse,
    ("flyt", "choose"): move.choose,
    ("flyt", "wish"): picking.wish_step,
    ("flyt", "confirm"): move.confirm,
    ("form", "form"): change_form.form,
    ("form", "confirm"): change_form.confirm,
    ("afbud", "reason"): afbud.reason,
    ("afbud", "sure"): afbud.sure,
    ("afbud", "insist"): afbud.insist,
    ("afbud", "anyway"): afbud.sure,
    ("forbered", "question"): prepare.question,
    ("forbered", "attach"): prepare.attach,
}
WITH_MEETING = {"flyt": move.with_meeting, "form": change_form.with_meeting, "afbud": afbud.with_meeting}
COMMITS: dict[str, Step] = {
    "afbud": afbud.commit,
    "book": book.commit,
    "move": move.commit,
    "form": change_form.commit,
    "notes": prepare.commit,
    "missed": missed.begin,
}
# Steps that take any words as the answer, whatever the intent: the person speaks freely there.
FREE = {("book", "subject"), ("afbud", "reason"), ("forbered", "question")}
# Steps about when and how: "jeg kan ikke om onsdagen" or "kan den være på telefon?" is an answer there, no new task.
TIMES = {("book", "choose"), ("book", "wish"), ("book", "form"), ("book", "confirm"),
         ("flyt", "choose"), ("flyt", "wish"), ("flyt", "confirm")}  # fmt: skip
ABOUT_TIMES = frozenset({"ingen_ledig_tid", "moedeform", "vis_forloeb"})
UNSURE = 0.6
QUESTION = re.compile(
    r"(?:hv(?:ad|em|or|ornaar|ordan|orfor|ilken|ilke|ilket|is)|(?:skal|maa|kan) (?:jeg|man)|er det)\b"
)


class ActionOpgave(Action):
    """Begins a task, or goes on with the one under way."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_opgave"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One turn; questions in the same message are answered first."""
        turn = await turn_from(tracker)
        if turn.known.registered is None and turn.intent != "forbered_samtale" and turn.state.get("kind") != "forbered":
            _not_signed_in(turn)
            return send(turn, dispatcher)
        if turn.state.get("step") and (events := _aside(turn, dispatcher, tracker)) is not None:
            return events
        if _place(turn) not in FREE and turn.intent in BEGIN:
            answer_into(turn.reply, turn.known, [i for i in asked(tracker) if i != "vis_forloeb"])
        try:
            await _step(turn)
        except NotFound:
            turn.reply.say("utter_moede_staar_ikke")
            turn.finish()
        return send(turn, dispatcher)


def _place(turn: Turn) -> tuple[str, str]:
    return str(turn.state.get("kind")), str(turn.state.get("step"))


async def _step(turn: Turn) -> None:
    if turn.known.registered is not None and (again := await _done_before(turn)):
        await again(turn)
        return
    kind, step = turn.state.get("kind"), turn.state.get("step")
    begin = BEGIN.get(turn.intent)
    if begin and turn.known.entity("emne") in missed.CONTACTS and turn.intent in ("meld_afbud", "skift_moedeform"):
        begin = missed.begin
    if not step:
        if begin:
            turn.state = {}
            await begin(turn)
        else:
            turn.reply.say("utter_opgave_ingen")
            turn.finish()
    elif begin and _switches(turn):
        if step not in ("akasse", "attach") and KIND_OF.get(turn.intent) != kind:
            turn.reply.say("utter_opgave_skift")
        turn.state = {}
        await begin(turn)
    elif step == "which":
        await _which(turn, str(kind))
    else:
        await STEPS[_place(turn)](turn)


async def _which(turn: Turn, kind: str) -> None:
    meeting = await which.answered(turn)
    if meeting is not None:
        await WITH_MEETING[kind](turn, meeting)
    elif turn.over and kind == "afbud":
        await afbud.without_meeting(turn)
    elif turn.over:
        turn.reply.say("utter_opgave_intet_gjort")


def _switches(turn: Turn) -> bool:
    """Whether the message begins another task, or is an answer to the step under way."""
    place, intent = _place(turn), turn.intent
    if turn.pressed:
        return True
    if place in FREE or (intent == "misset_samtale" and turn.state.get("after") == "missed"):
        return False
    if place in TIMES:
        if intent in ("book_samtale", "flyt_samtale", "skift_moedeform"):
            return False
        if intent == "meld_afbud":
            # "helst om eftermiddagen, jeg har ondt i ryggen om morgenen" names an illness and cancels nothing
            grounded = turn.known.entity("afbudsgrund") is not None and not picking.prefers(turn.known)
            return grounded or not picking.says_when(turn.known)
    if place in (("afbud", "insist"), ("afbud", "anyway"), ("afbud", "sure")):
        return intent not in ("flyt_samtale", "book_samtale", "meld_afbud")
    return KIND_OF.get(intent) != place[0]


def _aside(turn: Turn, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any] | None:
    """Answer a question asked in the middle of a task and ask the task's own again; None when it is no aside."""
    place = _place(turn)
    outside = turn.intent in ("out_of_scope", "nlu_fallback") and gaps.gap_of(turn.known) is not None
    if turn.intent not in ANSWERS and not outside:
        return None
    text = fold(turn.text).strip()
    question = text.endswith("?") or QUESTION.match(text) is not None
    if place in FREE and not question:
        return None
    about_times = turn.intent in ABOUT_TIMES or turn.sure < UNSURE
    if place in TIMES and about_times and picking.says_when(turn.known):
        return None
    if turn.sure < UNSURE and not question:
        return None
    if outside:
        gaps.mention(turn.known, turn.reply)
        ask_again(tracker, turn.reply)
        turn.reply.send(dispatcher)
        return turn.known.events()
    return answer(asked(tracker), turn.known, dispatcher, tracker)


async def _done_before(turn: Turn) -> Step | None:
    """The commit that this very message has made before (a process died between commit and answer)."""
    keys = {turn.key(act): commit for act, commit in COMMITS.items()}
    found = await turn.call(replay.done, turn.service.engine, turn.claimant_id, list(keys))
    return keys[found] if found else None


def _not_signed_in(turn: Turn) -> None:
    """A visitor books and cancels nothing: say so plainly, with the way to do it themselves now."""
    urgent = turn.intent in ("meld_afbud", "misset_samtale")
    turn.reply.say("utter_log_ind_afbud" if urgent else "utter_log_ind")
    turn.reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
    turn.finish()
