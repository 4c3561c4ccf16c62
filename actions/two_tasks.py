"""Two things to be done, about two meetings, in one message: taken one after the other, each with its own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker

from actions import services, which
from actions.known import Known
from actions.turn import Turn
from forloeb.booking.model import Appointment
from forloeb.danish.time import read_both

# What can be done with a meeting; a missed one and the preparing have steps of their own.
WITH_MEETINGS = frozenset({"book_samtale", "flyt_samtale", "skift_moedeform", "meld_afbud"})
Begin = Mapping[str, Callable[[Turn], Awaitable[None]]]


async def apart(turn: Turn, tracker: Tracker) -> None:
    """Narrow the turn to the first task of the message; the second one is remembered in the state as `then`.

    Two tasks about the same meeting are one ("aflys mødet og find en ny tid"); where it is not plain which meeting is
    meant, nothing is cancelled without a yes.
    """
    questions = (tracker.latest_message or {}).get("questions") or []
    said = [q for q in questions if q["intent"] in WITH_MEETINGS]
    different = len(said) == 2 and said[0]["intent"] != said[1]["intent"]
    if turn.pressed or turn.intent not in WITH_MEETINGS or not different:
        return
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    pieces = [narrowed(turn.known, q["text"]) for q in said]
    if not _two_meetings(turn, said, pieces, ahead):
        if len(ahead) > 1:
            turn.sure = 0.0
        return
    (first, second), (known, rest) = said, pieces
    turn.intent, turn.known = first["intent"], known
    turn.state["then"] = {"intent": second["intent"], "text": rest.text, "entities": list(rest.entities)}


def narrowed(known: Known, text: str) -> Known:
    """What is known, of a part of the message alone: its words, and what is named in them."""
    at = known.text.find(text)
    kept = [
        e for e in known.entities
        if e["entity"] != "tid" and at <= int(e.get("start") or 0) and int(e.get("end") or 0) <= at + len(text)
    ]  # fmt: skip
    times = read_both(text, services.now())
    tid = [{"entity": "tid", "value": times}] if times["future"] or times["past"] else []
    return replace(known, text=text, entities=(*kept, *tid))


def _two_meetings(turn: Turn, said: list[dict[str, Any]], pieces: list[Known], ahead: tuple[Appointment, ...]) -> bool:
    """Whether each of the two tasks names a meeting of its own, or the second books with another holder."""
    meant = []
    for task, known in zip(said, pieces, strict=True):
        naming = task["intent"] == "meld_afbud"
        meant.append(which.named_in(known, ahead, naming=naming))
    first, second = meant
    if said[1]["intent"] == "book_samtale":
        holder = pieces[1].entity("myndighed")
        return len(first) == 1 and holder is not None and holder != first[0].holder.value
    return len(first) == 1 and len(second) == 1 and first[0].id != second[0].id


async def go_on(turn: Turn, then: dict[str, Any] | None, begin: Begin) -> None:
    """After a step: what was also to be done begins when the first is settled, and is remembered until then.

    Args:
        turn: the turn, its step taken.
        then: what was still to be done before the step.
        begin: the tasks' first steps, by intent.
    """
    then = turn.state.pop("then", None) or then
    if then is None:
        return
    if not turn.over:
        turn.state["then"] = then
        return
    turn.over, turn.intent, turn.sure = False, then["intent"], 0.0
    turn.known = replace(turn.known, text=then["text"], entities=tuple(then["entities"]))
    turn.state = dict(then.get("state") or {})
    turn.reply.say("utter_opgave_det_andet")
    await begin[then["intent"]](turn)
