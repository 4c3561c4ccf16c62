"""In the middle of an afbud, the person means another of their meetings than the one it is about."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from actions import which
from actions.turn import Turn
from forloeb.booking.model import Appointment
from forloeb.danish.words import fold

# "nej vent, det er det andet"
THE_OTHER = re.compile(
    r"\b(?:det|den) (?:andet|anden|forkerte)\b(?! (?:dag|tid|uge|gang|tidspunkt))"
    r"|\bforkert(?:e)? (?:moede|aftale|samtale)\b|\bikke (?:det|den) (?:moede|aftale|samtale)\b"
)
CORRECTS = re.compile(r"\b(?:nej|naa|hov|vent|ups|mente|mener|forkert)\b")


async def taken(turn: Turn, meeting: Appointment, go_on: Callable[[Turn, Appointment], Awaitable[None]]) -> bool:
    """Go on with the other meeting, or ask which; False when the message means no other one.

    Args:
        turn: in the task "afbud".
        meeting: the one that the task is about so far.
        go_on: the task's next step, for the meeting that is meant. What was sure of the first is not of this one.
    """
    if turn.chosen:
        return False
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    others = tuple(m for m in ahead if m.id != meeting.id)
    named = which.meant(turn, ahead)
    named = [] if meeting in named or not _corrects(turn) else named
    the_other = THE_OTHER.search(fold(turn.text)) is not None
    if not others or not (named or the_other):
        return False
    turn.state["sure"] = 0.0
    fits = named or list(others)
    if len(fits) == 1:
        await go_on(turn, fits[0])
    else:
        which.ask(turn, tuple(fits))
    return True


def _corrects(turn: Turn) -> bool:
    """A day alone is rather a new time; with a "nej", or with the holder alone, it names the meeting."""
    return CORRECTS.search(fold(turn.text)) is not None or turn.intent == "oplys"
