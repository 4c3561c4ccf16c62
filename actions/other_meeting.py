"""In the middle of an afbud, the person means another of their meetings than the one it is about."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from actions import change_form, which
from actions.meeting_words import covers, times_in
from actions.turn import Turn
from forloeb.booking.model import Appointment
from forloeb.danish.words import fold

# "nej vent, det er det andet"
THE_OTHER = re.compile(
    r"\b(?:det|den) (?:andet|anden|forkerte)\b(?! (?:dag|tid|uge|gang|tidspunkt))"
    r"|\bforkert(?:e)? (?:moede|aftale|samtale)\b|\bikke (?:det|den) (?:moede|aftale|samtale)\b"
)
WRONG_MEETING = re.compile(r"\b(?:andet|anden|forkerte?) (?:moede|aftale|samtale)\b")
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
    if len(fits) == 1 and turn.known.entity("moedeform") and turn.intent != "meld_afbud":
        await _other_form(turn, fits[0])
    elif len(fits) == 1:
        await go_on(turn, fits[0])
    else:
        which.ask(turn, tuple(fits))
    return True


def wrong_day(turn: Turn) -> bool:
    """Whether a correction denies the day of the meeting just cancelled: "nej det er ikke torsdag, det er fredag"."""
    off = turn.known.afbud
    if turn.chosen or off is None or not turn.state.get("cancellation") or not CORRECTS.search(fold(turn.text)):
        return False
    return any(t["excluded"] and covers(t, off[0].start) for t in times_in(turn.known))


def wrong_one(turn: Turn) -> Appointment | None:
    """The meeting that was meant, when an afbud has just been recorded for another; None when nothing says so.

    A day alone is rather a new time here, so the holder or the meeting itself must be named.
    """
    off = turn.known.afbud
    if turn.chosen or off is None or not turn.state.get("cancellation") or not CORRECTS.search(fold(turn.text)):
        return None
    holder = turn.known.entity("myndighed")
    if holder is not None and holder != off[0].holder.value:
        fits = [m for m in turn.known.ahead if m.holder.value == holder]
    elif WRONG_MEETING.search(fold(turn.text)):
        fits = which.meant(turn, turn.known.ahead) or list(turn.known.ahead)
    elif wrong_day(turn):
        fits = [m for m in which.meant(turn, turn.known.ahead) if m.id != off[0].id]
    else:
        return None
    return fits[0] if len(fits) == 1 else None


async def _other_form(turn: Turn, meeting: Appointment) -> None:
    """Another meeting is to be held otherwise, and nothing is said of cancelling it."""
    turn.reply.say("utter_opgave_skift")
    turn.state = {"kind": "form", "begins": True, "form": turn.known.entity("moedeform")}
    await change_form.with_meeting(turn, meeting)


def _corrects(turn: Turn) -> bool:
    """A day alone is rather a new time; with a "nej", or with the holder alone, it names the meeting."""
    return CORRECTS.search(fold(turn.text)) is not None or turn.intent == "oplys"
