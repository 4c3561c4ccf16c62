"""How long a meeting is to last, and where: told from the meeting, or the free times, that the talk is about."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker

from actions.known import Known
from actions.meeting_words import described
from actions.proposing import slot
from actions.reply import Reply
from actions.standing import open_question
from actions.turn import Turn, turn_from
from forloeb.booking.model import Appointment, Form, Slot
from forloeb.danish.format import listed
from forloeb.danish.words import fold

THING = r"(?:det|den|de|moedet|samtalen|samtalerne|saadan (?:en|et)|aftalen|et moede|en samtale)"
LENGTH = re.compile(
    r"\bhvor (?:lang tid|laenge|mange minutter)(?: \w+)? (?:varer|tager|er|bliver|skal|sat af)\b"
    rf"|\bhvor lang (?:er|bliver) {THING}\b"
)
PLACE = re.compile(
    rf"\bhvor (?:(?:ligger|foregaar|er|holdes|afholdes) {THING}|{THING} (?:er|ligger|foregaar|holdes))\b"
    r"|\bhvor skal (?:jeg|vi) (?:hen|moede|tage hen|komme)\b|\b(?:hvad|hvilken) (?:er )?adresse\w*"
)
SHORT = 10  # words: a longer message asks more than that


def asks(text: str) -> bool:
    """Whether the message asks only how long, or where."""
    folded = fold(text)
    return len(folded.split()) <= SHORT and (LENGTH.search(folded) or PLACE.search(folded)) is not None


async def beside(turn: Turn) -> None:
    """Answer it first where a message that begins a task asks it too."""
    if not turn.pressed:
        said = Reply(values=turn.reply.values)
        await in_task(turn, said)
        turn.reply.parts[:0] = said.parts


async def in_task(turn: Turn, reply: Reply) -> bool:
    """Answer from the time picked, the times shown, or the meeting that the task is about; False when there is none."""
    ids = [turn.state["slot"]] if turn.state.get("slot") else turn.state.get("offered") or []
    things: list[Any] = [found for each in ids if (found := await slot(turn, each))]
    if not things:
        own: list[Any] = [a for a in turn.known.ahead if a.id == turn.state.get("appointment")]
        things = own or (list(turn.known.ahead) if len(turn.known.ahead) == 1 else [])
    return tell(turn.known, reply, things)


async def told(known: Known, tracker: Tracker, reply: Reply) -> bool:
    """The same for an action that has no turn; in a task its question is put again."""
    state = tracker.get_slot("opgave") or {}
    if state.get("step"):
        turn = await turn_from(tracker)
        said = await in_task(turn, reply) or tell(known, reply, list(known.ahead[:1]))
        if said:
            open_question(state, reply)
        return said
    return tell(known, reply, list(known.ahead[:1]))


def tell(known: Known, reply: Reply, things: list[Appointment | Slot]) -> bool:
    """Say what was asked about these meetings or times; False when nothing can be said."""
    folded, before = fold(known.text), len(reply.parts)
    minutes = {round((each.end - each.start).total_seconds() / 60) for each in things}
    if LENGTH.search(folded) and minutes:
        reply.say("utter_praktisk_varer", minutter=listed([str(m) for m in sorted(minutes)]))
    if PLACE.search(folded):
        for each in things:
            if isinstance(each, Appointment) and each.form is not Form.IN_PERSON:
                reply.say("utter_praktisk_ikke_moede_op", **described(known, each))
        places = list(dict.fromkeys(t.place for t in things if t.place and _go_there(t)))
        if places:
            reply.say("utter_praktisk_sted", sted=listed(places))
    return len(reply.parts) > before


def _go_there(thing: Appointment | Slot) -> bool:
    return not isinstance(thing, Appointment) or thing.form is Form.IN_PERSON
