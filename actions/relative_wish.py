"""A wish that leans on a time already named: "samme tid ugen efter", "en uge senere", "ugen efter"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from actions import services
from actions.known import Known
from actions.wishing import wish_in
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold
from forloeb.settings import ZONE

SAME_TIME = re.compile(r"\bsamme (?:tid|tidspunkt|klokkeslaet|klokkeslet|klokken)\b")
SAME_DAY = re.compile(r"\bsamme (?:ugedag|dag)\b")
# The number of weeks: "ugen efter" is one, "to uger senere" two.
WEEKS_LATER = re.compile(
    r"\b(?:(?P<one>ugen efter(?! (?:nytaar|jul|paaske|pinse|ferien|den|d|uge|det))|ugen (?:derefter|derpaa)"
    r"|(?:en|1|een) uge (?:efter|senere|frem)|(?:skub\w*|udskyd\w*) (?:\w+ ){0,3}(?:en|1) uge)"
    r"|(?P<two>(?:to|2) uger (?:efter|senere|frem)|(?:14|fjorten) dage (?:efter|senere|frem)))\b"
)
NEXT_WEEK = re.compile(r"\b(?:i )?naeste uge\b")
WEEK = timedelta(days=7)


def relative_wish(text: str, base: datetime) -> Wish | None:
    """The wish that the text states by leaning on `base`, or None when it states none.

    Args:
        text: as typed.
        base: the beginning of the meeting, or of the time just spoken of.
    """
    folded, base = fold(text), base.astimezone(ZONE)
    later = WEEKS_LATER.search(folded)
    clock, day = SAME_TIME.search(folded), SAME_DAY.search(folded)
    if later is None and clock and NEXT_WEEK.search(folded) and _in_this_week(base):
        moved = datetime.combine(base.date() + WEEK, base.time(), ZONE)
        return Wish(intervals=((moved, moved + timedelta(minutes=1)),))
    if later is None:
        if day and not clock:
            midnight = datetime.combine(base.date(), time(0), ZONE)
            return Wish(intervals=((midnight, _days(midnight, 1)),))
        return Wish(earliest=base.time(), latest=base.time()) if clock else None
    weeks = 1 if later["one"] else 2
    moved = datetime.combine(base.date() + weeks * WEEK, base.time(), ZONE)
    if clock:
        return Wish(intervals=((moved, moved + timedelta(minutes=1)),))
    midnight = datetime.combine(moved.date(), time(0), ZONE)
    if day:
        return Wish(intervals=((midnight, _days(midnight, 1)),))
    monday = _days(midnight, -midnight.weekday())
    return Wish(intervals=((monday, _days(monday, 7)),))


def leaning_wish(known: Known, base: datetime, without: Callable[[dict[str, Any]], bool] | None = None) -> Wish | None:
    """As `relative_wish`, with what else the message wishes: "om torsdagen i ugen efter".

    Args:
        known: the message.
        base: the beginning of the meeting, or of the time just spoken of.
        without: as in `wish_in`.
    """
    leaning = relative_wish(known.text, base)
    said = wish_in(known, without) if leaning else None
    if leaning is None or said is None:
        return leaning
    single = {a.astimezone(ZONE).weekday() for a, b in said.intervals if b - a <= timedelta(days=1)}
    clock: dict[str, Any] = {} if leaning.earliest or _instant(leaning) else {
        "parts": said.parts, "earliest": said.earliest, "latest": said.latest, "done_by": said.done_by
    }  # fmt: skip
    named = said.weekdays | (frozenset(single) if leaning.intervals else frozenset())
    return replace(
        leaning, weekdays=named, not_weekdays=said.not_weekdays, excluded=said.excluded, form=said.form, **clock
    )


def _in_this_week(base: datetime) -> bool:
    return base.date().isocalendar()[:2] == services.today().isocalendar()[:2]


def _instant(wish: Wish) -> bool:
    return any(b - a <= timedelta(minutes=1) for a, b in wish.intervals)


def _days(midnight: datetime, days: int) -> datetime:
    """Midnight so many days later, whatever summer time does between."""
    return datetime.combine(midnight.date() + timedelta(days=days), time(0), ZONE)
