"""A wish that leans on a time already named: "samme tid ugen efter", "en uge senere", "ugen efter"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

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
    if later is None:
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


def _days(midnight: datetime, days: int) -> datetime:
    """Midnight so many days later, whatever summer time does between."""
    return datetime.combine(midnight.date() + timedelta(days=days), time(0), ZONE)
