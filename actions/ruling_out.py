"""What a message rules out: "ikke om onsdagen", "jeg arbejder til kl. 15", "mødet skal være slut kl. 14" -> a Wish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from actions import services
from actions.meeting_words import CLOCK
from actions.wish_pieces import NEGATION, Read, Times
from forloeb.booking.wishes import Span, Wish
from forloeb.danish.format import WEEKDAYS
from forloeb.danish.words import fold
from forloeb.settings import ZONE

DAYS = {fold(name): number for number, name in enumerate(WEEKDAYS)}
# "om onsdagen", "onsdage": the weekday as a habit, which names no date
HABIT = re.compile(rf"\b(?:om |hver )?({'|'.join(DAYS)})(?:ene|en|e)\b")
OCCUPIED = re.compile(
    r"\b(passer (?:mit|min|mine|vores|boern\w*)"
    r"|arbejder|paa (?:arbejde|kursus|ferie|vagt|job)|ferie|kursus|vagt|tandlaege\w*|laegen?|bortrejst|rejser"
    r"|udlandet|undervisning|i skole|begravelse|bryllup|hente[rs]?|optaget|jobsamtale|praktik)\b"
)
AT_LIBERTY = re.compile(r"\b(kan|kunne|fri|ledig|tilbage|faerdig|vil|passer fint|efter (?:arbejde|ferie\w*|vagt))\b")
# "skal være færdig", "skal gå": what follows is the end of the meeting
OVER_BY = re.compile(
    r"\b(?:skal|vil|bliver noedt til at) (?:\w+ ){0,4}?(?:faerdig|slut|overstaaet|afsted|videre|gaa|koere|hjem)\b"
)
BEFORE_IT = re.compile(r"\b(foer|inden|forinden|hente[rs]?)\b")
_LASTING = re.compile(r"\b(til|indtil|fra)\b")
_EVENT = re.compile(r"(inden|foer|efter|naar)\b")
WEEKS = 26
MORNING_ENDS, AFTERNOON_BEGINS = "10:00", "12:00"
_WHOLE_DAY = ("00:00", "24:00")


def excluded(wish: Wish, said: dict[str, Any]) -> Wish:
    """`ikke mandag`, `ikke om morgenen`, `ikke efter kl. 15`, `ikke tirsdag kl. 10`."""
    start, end = said["start"], said["end"]
    if len(start or end) == CLOCK:
        return wish if said["kind"] == "value" and end is None else _not_then(wish, said)
    named = {number for name, number in DAYS.items() if re.search(rf"\b{name}", fold(said["text"]))}
    if named and said["grain"] == "day" and not any(c.isdigit() for c in said["text"]):
        return replace(wish, not_weekdays=wish.not_weekdays | named)
    gap = span(said)
    if gap and named and said["grain"] == "hour":  # "ikke fredag eftermiddag": on no Friday
        clocks = (f"{gap[0]:%H:%M}", "24:00" if f"{gap[1]:%H:%M}" == "00:00" else f"{gap[1]:%H:%M}")
        return replace(wish, excluded=(*wish.excluded, *_weekly(frozenset(named), clocks)))
    return replace(wish, excluded=(*wish.excluded, gap)) if gap else wish


def occupied(piece: str) -> bool:
    """Whether the words say that the person is taken up then: "jeg er på kursus mandag"."""
    folded = fold(piece)
    return bool(OCCUPIED.search(folded)) and not AT_LIBERTY.search(folded) and not NEGATION.search(folded)


def bounds_a_wish(said: dict[str, Any]) -> bool:
    """`jeg skal hente børn kl 15, så det skal være før`: bounded by what keeps one busy, and not the time of it."""
    words = fold(said["text"])
    return said["kind"] in ("after", "before") and bool(_EVENT.match(words) or not _LASTING.search(words))


def without_occupied(wish: Wish, said: dict[str, Any], piece: str) -> Wish:
    """The wish kept clear of a time at which the person is occupied."""
    start, end = said["start"], said["end"]
    if len(start or end) != CLOCK:
        gap = span(said)
        return replace(wish, excluded=(*wish.excluded, gap)) if gap else wish
    if said["kind"] == "value" and end is None:
        return replace(wish, done_by=time.fromisoformat(start)) if BEFORE_IT.search(fold(piece)) else wish
    return _not_then(wish, said)


def over_by(wish: Wish, piece: str, read: Read) -> Wish | None:
    """`mødet skal være slut kl. 14`: over by then; None where the words say no such thing."""
    hit = OVER_BY.search(fold(piece))
    if not hit:
        return None
    words = len(fold(piece)[: hit.end()].split())
    clocks = [said for said in read(" ".join(piece.split()[words:])) if len(said["end"] or said["start"]) == CLOCK]
    return replace(wish, done_by=time.fromisoformat(clocks[0]["end"] or clocks[0]["start"])) if clocks else None


def habits(piece: str, read: Read) -> tuple[Wish, Times]:
    """What a piece says of weekdays as such ("om tirsdagen", "onsdage"), and the hours it wishes on them."""
    folded = fold(piece)
    days = frozenset(DAYS[hit.group(1)] for hit in HABIT.finditer(folded))
    if not days:
        return Wish(), []
    hours = [said for said in read(HABIT.sub("", folded)) if len(said["start"] or said["end"]) == CLOCK]
    taken, refused = occupied(piece), bool(NEGATION.search(folded))
    if not (taken or refused):
        return Wish(weekdays=days), hours
    if not hours:
        return Wish(not_weekdays=days), []
    gaps = [gap for said in hours for gap in (_inside(said) if taken or said["excluded"] else _outside(said))]
    return Wish(excluded=tuple(each for gap in gaps for each in _weekly(days, gap))), []


def span(said: dict[str, Any]) -> Span | None:
    """A dated time as a span; a bound on the clock holds within its day, an open bound on days has none."""
    start, end = (datetime.fromisoformat(side) if side else None for side in (said["start"], said["end"]))
    if start and end:
        return start, end
    clocked = said["grain"] in ("minute", "hour")
    if start and said["kind"] == "after":
        return (start, _midnight(start + timedelta(days=1))) if clocked else None
    if end and clocked:
        return _midnight(end - timedelta(minutes=1)), end
    return (start, start + timedelta(minutes=1)) if start else None


def _not_then(wish: Wish, said: dict[str, Any]) -> Wish:
    """Hours ruled out: "om morgenen" leaves what comes after them, "efter kl. 15" what is over before."""
    start, end = said["start"], said["end"]
    if end and (start is None or start < MORNING_ENDS):
        return replace(wish, earliest=time.fromisoformat(end))
    if start is None or (end and start < AFTERNOON_BEGINS):
        return wish
    limit = time.fromisoformat(start)
    return replace(wish, latest=just_before(limit)) if said["grain"] == "hour" else replace(wish, done_by=limit)


def just_before(last: time) -> time:
    """The latest beginning inside a span that ends, exclusively, at `last`."""
    minutes = (last.hour * 60 + last.minute - 1) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def _inside(said: dict[str, Any]) -> list[tuple[str, str]]:
    if said["kind"] == "value" and said["end"] is None:
        return []
    return [(said["start"] or _WHOLE_DAY[0], said["end"] or _WHOLE_DAY[1])]


def _outside(said: dict[str, Any]) -> list[tuple[str, str]]:
    gaps = [(_WHOLE_DAY[0], said["start"]), (said["end"], _WHOLE_DAY[1])]
    return [(first, last) for first, last in gaps if first and last]


def _weekly(days: frozenset[int], hours: tuple[str, str]) -> Iterator[Span]:
    """Those hours on those weekdays for as long as meetings are proposed."""
    today = services.now().astimezone(ZONE).date()
    for ahead in range(7 * WEEKS):
        day = today + timedelta(days=ahead)
        if day.weekday() in days:
            first, last = (_at(datetime.combine(day, time(), ZONE), clock) for clock in hours)
            yield first, last


def _at(midnight: datetime, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    day = midnight.date() + timedelta(days=hour == 24)
    return datetime.combine(day, time(hour % 24, minute), ZONE)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(ZONE).date(), time(), ZONE)
