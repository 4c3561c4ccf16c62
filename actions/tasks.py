"""Tasks that take several turns: which step comes next, digressions, and a message that is handed over twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import afbud, book, change_form, missed, move, prepare, proposing, which
from actions.answers import answer_into, asked
from actions.turn import Turn, send, turn_from
from forloeb.booking import replay
from forloeb.booking.errors import NotFound

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
    ("book", "choose"): book.choose,
    ("book", "wish"): proposing.wish_step,
    ("book", "form"): book.form,
    ("book", "subject"): book.subject,
    ("book", "confirm"): book.confirm,
    ("book", "akasse"): book.akasse,
    ("flyt", "choose"): move.choose,
    ("flyt", "wish"): proposing.wish_step,
    ("flyt", "confirm"): move.confirm,
    ("form", "form"): change_form.form,
    ("form", "confirm"): change_form.confirm,
    ("afbud", "reason"): afbud.reason,
    ("afbud", "sure"): afbud.sure,
    ("afbud", "insist"): afbud.insist,
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
        if (turn.state.get("kind"), turn.state.get("step")) not in FREE and turn.intent in BEGIN:
            answer_into(turn.reply, turn.known, [i for i in asked(tracker) if i != "vis_forloeb"])
        try:
            await _step(turn)
        except NotFound:
            turn.reply.say("utter_moede_staar_ikke")
            turn.finish()
        return send(turn, dispatcher)


async def _step(turn: Turn) -> None:
    if turn.known.registered is not None and (again := await _done_before(turn)):
        await again(turn)
        return
    kind, step = turn.state.get("kind"), turn.state.get("step")
    if not step:
        begin = BEGIN.get(turn.intent)
        if begin:
            turn.state = {}
            await begin(turn)
        else:
            turn.reply.say("utter_opgave_ingen")
            turn.finish()
        return
    if turn.intent in BEGIN and _switches(turn, str(kind), step):
        turn.reply.say("utter_opgave_skift")
        turn.state = {}
        await BEGIN[turn.intent](turn)
        return
    if step == "which":
        meeting = await which.answered(turn)
        if meeting is not None:
            await WITH_MEETING[str(kind)](turn, meeting)
        return
    await STEPS[(str(kind), step)](turn)


def _switches(turn: Turn, kind: str, step: str) -> bool:
    """Whether the message begins another task; inside an afbud, wanting to move is an answer."""
    if (kind, step) in FREE or (turn.intent == "misset_samtale" and kind == "book"):
        return False
    if kind == "afbud" and step == "insist":
        return turn.intent not in ("flyt_samtale", "book_samtale", "meld_afbud")
    if kind == "book" and turn.intent == "flyt_samtale":
        return False
    return KIND_OF.get(turn.intent) != kind


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
