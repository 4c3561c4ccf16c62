"""What a meeting is to be about, said where a time or a form is asked for: kept, and the question goes on."""

from __future__ import annotations

from actions import picking
from actions.standing import open_question
from actions.subject import subject_in
from actions.turn import Turn
from forloeb.booking.model import Slot


async def pick(turn: Turn) -> Slot | None:
    """As `picking.pick`, with the subject taken along; None also where the subject was all that was said."""
    said = about(turn)
    if said and not picking.says_when(turn.known):
        _only(turn, said)
        return None
    slot = await picking.pick(turn)
    if slot is None and said and not turn.over:
        noted(turn, said)
    return slot


async def wish(turn: Turn) -> None:
    """As `picking.wish_step`, with the subject taken along."""
    said = about(turn)
    if said and not picking.says_when(turn.known):
        _only(turn, said)
        return
    await picking.wish_step(turn)
    if said and not turn.over:
        noted(turn, said)


def about(turn: Turn) -> str | None:
    """The subject that the message states unasked, remembered; None when it states none."""
    said = None if turn.chosen else subject_in(turn.text)
    if said:
        turn.state["about"] = said
    return said


def noted(turn: Turn, said: str) -> None:
    """Say first that the subject is noted."""
    turn.reply.parts.insert(0, ("utter_book_emne_noteret", {**turn.reply.values, "om": said}))


def _only(turn: Turn, said: str) -> None:
    noted(turn, said)
    open_question(turn.state, turn.reply)
