"""A weekday alone ("onsdag") beside times just shown, or a week just spoken of, is that week's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from actions import services
from actions.known import Known
from actions.meeting_words import times_in
from forloeb.booking.model import Slot
from forloeb.booking.wishes import Wish
from forloeb.danish.format import MONTHS, WEEKDAYS
from forloeb.danish.time import read_both
from forloeb.danish.words import fold
from forloeb.settings import ZONE

WEEK = timedelta(days=7)
DAY = re.compile(r"\b(?:man|tirs?|ons|tors?|fre|l(?:ø|oe)r|s(?:ø|oe)n)(?:dag(?:en)?)?\b", re.IGNORECASE)
# a date, or the week named: nothing is left to the context
DATED = re.compile(r"\bden \d|\d[./]|\b(?:naeste|denne|uge|ugen)\b|\bom \w+ (?:dage|uger)")


def in_context(known: Known, shown: Sequence[Slot], wish: Wish) -> Known:
    """The message with the dates of its weekdays, where what was shown or wished before says which they are.

    Args:
        known: the message.
        shown: the times shown last.
        wish: what was wished before it.
    """
    text = known.text
    if DATED.search(fold(text)):
        return known
    for said in times_in(known):
        if said["grain"] not in ("day", "hour", "minute") or len(said["start"] or "") < len("YYYY-MM-DD"):
            continue
        nearest = date.fromisoformat(said["start"][:10])
        meant = nearest if said["excluded"] else _meant(nearest, shown, wish)
        if meant != nearest and (word := DAY.search(said["text"])):
            text = text.replace(word[0], f"{WEEKDAYS[meant.weekday()]} den {meant.day}. {MONTHS[meant.month - 1]}", 1)
    if text == known.text:
        return known
    others = tuple(e for e in known.entities if e["entity"] != "tid")
    tid = {"entity": "tid", "value": read_both(text, services.now())}
    return replace(known, text=text, entities=(*others, tid))


def _meant(nearest: date, shown: Sequence[Slot], wish: Wish) -> date:
    """The day with that weekday: the nearest where it was shown or wished, else the first one that was."""
    near = {slot.start.astimezone(ZONE).date() for slot in shown}
    for begins, ends in wish.intervals:
        first, last = begins.astimezone(ZONE).date(), (ends - timedelta(seconds=1)).astimezone(ZONE).date()
        near |= {first + timedelta(days=n) for n in range(min((last - first).days, 60) + 1)}
    same = sorted(day for day in near if day.weekday() == nearest.weekday() and day >= nearest)
    if same:
        return same[0]
    away = [(a.astimezone(ZONE).date(), b.astimezone(ZONE).date()) for a, b in wish.excluded]
    return nearest + WEEK if any(a <= nearest < b for a, b in away if (b - a).days > 1) else nearest
