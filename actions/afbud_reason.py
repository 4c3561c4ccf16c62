"""The reason of an afbud: which ground the words give, the grounds as buttons, and what is no reason."""

from __future__ import annotations

import re

from actions.afbud_words import CANCELS, CAUSE, PRETENDS, SAYS_SO, grieves
from actions.meeting_words import covers, times_in
from actions.reading_back import YES
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.model import Appointment, Ground
from forloeb.danish.words import fold

A_TIME_ALONE = 3  # words
RATHER = re.compile(r"\bmen (?:\w+ ){0,3}(?:kan|gerne|hellere)\b|\b(?:kan|gerne|hellere) (?:\w+ ){0,4}i ?stedet\b")
REASONS = {"ground:ill": Ground.ILLNESS.value, "ground:interview": Ground.INTERVIEW.value}


def named_ground(turn: Turn) -> str | None:
    """The ground that the words name; an excuse that is only thought of is a private one."""
    named = turn.known.entity("afbudsgrund")
    return Ground.PRIVATE.value if named == Ground.ILLNESS.value and PRETENDS.search(fold(turn.text)) else named


def ground_of(turn: Turn) -> str | None:
    """The ground that the message itself gives, named or told ("fordi jeg skal hjælpe min søster")."""
    text, named = fold(turn.text), named_ground(turn)
    if named is None and (grieves(turn) or (CAUSE.search(text) and SAYS_SO.search(text))):
        return Ground.OTHER.value
    return named


def wishes(turn: Turn, meeting: Appointment) -> bool:
    """Whether the answer says when the person rather would come, and nothing else."""
    other = wish_in(turn.known, without=lambda time: covers(time, meeting.start))
    only_a_time = bool(times_in(turn.known)) and len(turn.text.split()) <= A_TIME_ALONE
    return only_a_time or (other is not None and turn.intent in ("oplys", "flyt_samtale", "book_samtale"))


def rather(turn: Turn, meeting: Appointment) -> bool:
    """Whether who cannot come says when they can, instead of why: "jeg kan ikke torsdag, men jeg kan fredag"."""
    other = wish_in(turn.known, without=lambda time: covers(time, meeting.start))
    return other is not None and bool(other.intervals or other.weekdays) and RATHER.search(fold(turn.text)) is not None


def reason_choices(turn: Turn) -> None:
    """The grounds as buttons, and the way out."""
    ground_choices(turn)
    turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})


def ground_choices(turn: Turn) -> None:
    """The two grounds that the source names, and another one; the person's own words do as well."""
    turn.reply.choice("utter_knap_grund_syg", "valg", {"trin": "ground:ill"})
    turn.reply.choice("utter_knap_grund_jobsamtale", "valg", {"trin": "ground:interview"})
    turn.reply.choice("utter_knap_grund_andet", "valg", {"trin": "ground:other"})


def agrees(turn: Turn) -> bool:
    """A yes to the new time that is offered, whatever follows it ("ja jeg kan jo ikke komme"), but the afbud itself."""
    return turn.yes or (YES.match(turn.text) is not None and not CANCELS.search(fold(turn.text)))
