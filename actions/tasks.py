"""Tasks that take several turns: which step comes next, digressions, and a message that is handed over twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import (
    afbud,
    afbud_instead,
    book,
    change_form,
    gaps,
    missed,
    move,
    no_case,
    other_meeting,
    others,
    picking,
    practical,
    prepare,
    rebook,
    regret,
    said_early,
    several,
    two_tasks,
    unanswered,
    which,
)
from actions.afbud_words import CANCELS
from actions.answers import answer, answer_into, asked, leant
from actions.aside import FREE, SUBJECT_TOO, TIMES, aside, finishes_nothing
from actions.relative_wish import SAME_TIME
from actions.standing import open_question
from actions.subject import subject_in
from actions.turn import Turn, send, turn_from
from actions.wishing import as_json, wish_in
from forloeb import operation
from forloeb.booking import replay
from forloeb.booking.errors import NotFound
from forloeb.booking.model import Ground
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
    ("book", "wish"): said_early.wish,
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
    ("afbud", "all"): several.answered,
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
KNOWN_BEFORE = ("appointment", "ground", "words")  # what an afbud that is taken up again begins with
BOOKING = {"book", "flyt", "form"}  # what staff can switch off (docs/operations.md)
# "hvad hvis toget er forsinket": nothing has happened that is to be noted
ONLY_IF = re.compile(
    r"\W*(?:(?:og|men|ok|hej) )*hvad? (?:nu )?hvis\b(?!.*\b(?:har|havde|missede|glemte|sov|var|kom|i gaar|i dag)\b)"
)
OWN_MEETING = re.compile(
    r"\b(?:(?:gamle|eksisterende|nuvaerende) (?:moede|aftale|samtale|tid)|(?:andet|anden) (?:moede|aftale|samtale)"
    r"|(?:det|den) (?:jeg|vi) har)\b"
)


class ActionOpgave(Action):
    """Begins a task, or goes on with the one under way."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_opgave"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One turn; questions in the same message are answered first."""
        turn = await turn_from(tracker)
        if not turn.state.get("step") and not turn.known.entities and gaps.language_is_hard(turn.text):
            turn.reply.say("utter_dansk_er_svaert")
            gaps.staff_choice(turn.reply)
            turn.finish()
            return send(turn, dispatcher)
        if turn.known.registered is None and turn.intent != "forbered_samtale" and turn.state.get("kind") != "forbered":
            _not_signed_in(turn)
            return send(turn, dispatcher)
        begins = turn.intent in BEGIN and not turn.state.get("step") and not turn.pressed
        if begins and (events := leant(turn.known, dispatcher, tracker, task=True)):
            return events
        if turn.intent == "misset_samtale" and not turn.pressed and ONLY_IF.match(fold(turn.text)):
            return answer(["for_sent"], turn.known, dispatcher, tracker)
        if turn.state.get("step") and not turn.pressed and await finishes_nothing(turn, _place(turn), tracker):
            turn.reply.send(dispatcher)
            return turn.known.events()
        regretted = rebook.wanted(turn, BEGIN) or other_meeting.wrong_one(turn) or other_meeting.wrong_day(turn)
        beside = turn.state.get("step") and not regretted
        if beside and (events := aside(turn, _place(turn), dispatcher, tracker)) is not None:
            return events
        if _place(turn) not in FREE and turn.intent in BEGIN:
            answer_into(turn.reply, turn.known, [i for i in asked(tracker) if i != "vis_forloeb"])
            if "?" in turn.text and turn.known.entity("emne") not in {*missed.CONTACTS, "sorg"}:
                gaps.mention(turn.known, turn.reply)
        if not turn.state.get("step"):
            await two_tasks.apart(turn, tracker)
        began = not turn.state.get("step")
        await _take(turn)
        if began:
            await practical.beside(turn)
        return send(turn, dispatcher)


async def begin_beside(
    intent: str, dispatcher: CollectingDispatcher, tracker: Tracker, state: dict[str, Any] | None = None
) -> list[Any]:
    """Answer the questions of a message, then begin the task that it names too, in one reply.

    What such a message means is less sure than one that only says it: an afbud is asked about before it is taken.
    """
    turn = await turn_from(tracker)
    turn.intent, turn.sure, turn.state = intent, 0.0, state or {}
    intents = asked(tracker)
    answer_into(turn.reply, turn.known, intents)
    turn.slots["sidste_emner"] = intents
    if turn.known.registered is None and intent != "forbered_samtale":
        _not_signed_in(turn)
    else:
        await _take(turn)
    return send(turn, dispatcher)


async def _take(turn: Turn) -> None:
    """Take the step; the task's own question is the only one asked, and its buttons the only ones."""
    before, buttons = turn.reply.asks[:], turn.reply.choices[:]
    open_afbud = unanswered.meetings(turn.state)
    turn.reply.asks.clear()
    turn.reply.choices.clear()
    later, then = list(turn.state.get("later") or []), turn.state.get("then")
    try:
        await _step(turn)
        await several.go_on(turn, later)
        await two_tasks.go_on(turn, then, BEGIN)
    except NotFound:
        turn.reply.say("utter_moede_staar_ikke")
        turn.finish()
    if turn.known.registered is not None:
        await unanswered.follow(turn, open_afbud)
    if turn.reply.asks:
        turn.reply.offers.clear()
        turn.known.slots.pop("venter_paa", None)
    else:
        turn.reply.asks[:0] = before
        turn.reply.choices[:0] = buttons


def _place(turn: Turn) -> tuple[str, str]:
    return str(turn.state.get("kind")), str(turn.state.get("step"))


async def _step(turn: Turn) -> None:
    if turn.known.registered is not None and (again := await _done_before(turn)):
        await again(turn)
        return
    kind, step = turn.state.get("kind"), turn.state.get("step")
    if (kind in BOOKING or KIND_OF.get(turn.intent) in BOOKING) and await _booking_off(turn):
        turn.reply.say("utter_booking_lukket")
        turn.finish()
        return
    if not step and turn.intent in BEGIN and others.wanted(turn.known):
        turn.reply.say("utter_kun_for_dig")
        turn.finish()
        return
    if meant := other_meeting.wrong_one(turn):
        await rebook.begin(turn, meant)
        return
    if rebook.wanted(turn, BEGIN) or other_meeting.wrong_day(turn):
        await rebook.begin(turn)
        return
    if step and (given_up := afbud_instead.back(turn)):
        turn.state = given_up
        await afbud.commit(turn, warned=bool(given_up["warned"]))
        return
    once_more = turn.state.get("cancellation") and turn.intent == "meld_afbud" and not turn.known.ahead
    if once_more and not turn.pressed and regret.given(turn.known, turn.reply):
        open_question(turn.state, turn.reply)
        return
    if step and missed.tells_more(turn):
        await missed.more(turn)
        return
    other = turn.intent in ("meld_afbud", "flyt_samtale", "skift_moedeform", "misset_samtale")
    timely = (not step or _place(turn) in TIMES) and not other
    if timely and not turn.pressed and turn.known.registered and no_case.got_a_time(turn.known, turn.reply):
        await turn.call(turn.service.release, turn.claimant_id)
        turn.finish()
        return
    begin = BEGIN.get(turn.intent)
    if turn.intent == "book_samtale" and not step and turn.known.ahead and SAME_TIME.search(fold(turn.text)):
        begin = move.begin  # "samme tid næste uge" leans on the meeting that there is
    if begin and turn.known.entity("emne") in missed.CONTACTS and turn.intent in ("meld_afbud", "skift_moedeform"):
        begin = missed.begin
    if not step:
        if begin:
            turn.state = {name: turn.state[name] for name in KNOWN_BEFORE if turn.state.get(name)}
            await begin(turn)
        else:
            turn.reply.say("utter_opgave_ingen")
            turn.finish()
    elif begin and _switches(turn):
        if (
            step not in ("akasse", "attach")
            and not turn.state.get("cancellation")
            and turn.state.get("after") != "missed"
            and KIND_OF.get(turn.intent) != kind
        ):
            turn.reply.say("utter_opgave_skift")
        turn.state = {}
        await begin(turn)
    elif step == "which":
        await _which(turn, str(kind))
    else:
        await STEPS[_place(turn)](turn)


async def _booking_off(turn: Turn) -> bool:
    off: bool = await turn.call(operation.is_off, turn.service.engine, "booking")
    return off


async def _which(turn: Turn, kind: str) -> None:
    if kind == "afbud" and (both := await which.both(turn)):
        several.ask(turn, both)
        return
    if kind == "flyt" and not turn.pressed and (wish := wish_in(turn.known)):
        turn.state["wish"] = as_json(wish)
        turn.reply.say("utter_hvilken_foerst")
    meeting = await which.answered(turn)
    if meeting is not None:
        turn.reply.parts[:] = [part for part in turn.reply.parts if part[0] != "utter_hvilken_foerst"]
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
    if place in FREE:
        return False
    if intent == "misset_samtale" and turn.state.get("after") == "missed":
        return missed.says_otherwise(turn)
    if place in SUBJECT_TOO and subject_in(turn.text):
        return False
    if place[0] == "book" and intent == "flyt_samtale" and OWN_MEETING.search(fold(turn.text)):
        return True
    if place in TIMES:
        if intent in ("book_samtale", "flyt_samtale", "skift_moedeform"):
            return False
        if intent == "meld_afbud":
            # "helst om eftermiddagen, jeg har ondt i ryggen om morgenen" and "jeg rejser onsdag" cancel nothing
            ground = turn.known.entity("afbudsgrund")
            private = ground == Ground.PRIVATE.value and not CANCELS.search(fold(turn.text))
            grounded = ground is not None and not private and not picking.prefers(turn.known)
            return grounded or not picking.says_when(turn.known)
    if place in (("afbud", "insist"), ("afbud", "anyway"), ("afbud", "sure"), ("afbud", "all")):
        return intent not in ("flyt_samtale", "book_samtale", "meld_afbud")
    return KIND_OF.get(intent) != place[0]


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
