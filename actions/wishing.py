"""What a message says about when: times and words -> a Wish of the booking service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from actions import services
from actions.known import Known
from actions.meeting_words import CLOCK, times_in
from forloeb.booking.model import Appointment, Form
from forloeb.booking.wishes import Part, Wish
from forloeb.danish.format import WEEKDAYS
from forloeb.danish.time import read_both
from forloeb.danish.words import fold
from forloeb.settings import ZONE

SOONEST = re.compile(
    r"\b(snarest|snart|hurtigst|hurtigt som|asap|(?:foerst|forst|tidligst) muligt|(?:naeste|foerste) ledige)\b"
)
DAYS = {fold(name): number for number, name in enumerate(WEEKDAYS)}
# "om onsdagen", "onsdage": the weekday as a habit, which names no date
HABIT = re.compile(rf"\b({'|'.join(DAYS)})(?:ene|en|e)\b")
# leaning on the times just shown: no clock is named
LATER_IN_DAY = re.compile(r"\bsen(?:ere|t) (?:paa|i loebet af) dagen\b")
EARLIER_IN_DAY = re.compile(r"\btidlig(?:ere|t) paa dagen\b")
NOON = time(12)
# "jeg rejser onsdag og er hjemme den 14."
LEAVES = r"\b(?:rejser|flyver|tager afsted|tager paa ferie|er bortrejst)\b"
BACK = r"\b(?:er|kommer) (?:jeg )?(?:hjemme|hjem|tilbage)(?: igen)?\b"
NEGATION = re.compile(r"\b(ikke|ik|ikk|aldrig|undtagen|hverken|bortset fra)\b")
# Where one wish ends and the next begins: "i næste uge, helst om eftermiddagen" is a week and a part of the day.
PIECES = re.compile(r"[,;!?]+\s|(?<!kl)(?<!\d)\.\s|\b(?:helst|gerne|hellere|men)\b", re.IGNORECASE)
PART_OF_DAY = re.compile(r"\b(?=om (?:morgen|formiddag|middag|eftermiddag|aften)\w*)", re.IGNORECASE)
MORNING_ENDS, AFTERNOON_BEGINS = "10:00", "12:00"

Times = list[dict[str, Any]]


def wish_in(known: Known, without: Callable[[dict[str, Any]], bool] | None = None) -> Wish | None:
    """The wish that the message holds, or None when it says nothing about when or how.

    Args:
        known: the message.
        without: leaves out the times for which it is true: those that name the meeting, not the wish.
    """
    wish = Wish()
    for named in said_times(known.text, times_in(known), lambda text: read_both(text, services.now())["future"]):
        if without and without(named):
            continue
        said = _on_the_way(named, known.text)
        wish = _excluded(wish, said) if said["excluded"] else _wanted(wish, said)
    wish = _habits(wish, known.text)
    form = known.entity("moedeform")
    if form in [f.value for f in Form]:
        wish = replace(wish, form=Form(form))
    if not (wish.earliest or wish.latest or NEGATION.search(fold(known.text))):
        if LATER_IN_DAY.search(fold(known.text)):
            wish = replace(wish, earliest=NOON)
        elif EARLIER_IN_DAY.search(fold(known.text)):
            wish = replace(wish, latest=_before(NOON))
    if SOONEST.search(fold(known.text)):
        wish = replace(wish, soonest=True)
    return None if wish == Wish() else wish


def said_times(text: str, whole: Times, read: Callable[[str], Iterable[dict[str, Any]]]) -> Times:
    """The times of a message as wishes, read piece by piece where it has several: they need not be one moment."""
    pieces = [piece for piece in PIECES.split(text) if piece.strip()]
    if not whole:
        pieces = [part for piece in pieces for part in PART_OF_DAY.split(piece) if part.strip()]
    if len(pieces) < 2:
        return whole
    found = [time for piece in pieces for time in read(piece)]
    return found or whole


def merged(before: Wish, new: Wish) -> Wish:
    """A later wish on top of an earlier one: what is ruled out stays so; a new day or clock replaces the old."""
    days = new.intervals or new.not_before or new.not_after or new.weekdays
    clock = new.earliest or new.latest or new.done_by or new.parts
    return Wish(
        parts=new.parts if clock else before.parts,
        weekdays=new.weekdays if days else before.weekdays,
        not_weekdays=before.not_weekdays | new.not_weekdays,
        not_before=new.not_before if days else before.not_before,
        not_after=new.not_after if days else before.not_after,
        intervals=new.intervals if days else before.intervals,
        excluded=(*before.excluded, *new.excluded),
        earliest=new.earliest if clock else before.earliest,
        latest=new.latest if clock else before.latest,
        done_by=new.done_by if clock else before.done_by,
        form=new.form or before.form,
        soonest=new.soonest or before.soonest,
    )


def on_the_way(text: str) -> bool:
    """Whether the message tells of a journey: its days are no picks among the times shown."""
    return re.search(LEAVES, fold(text)) is not None


def not_that_day(meeting: Appointment) -> Wish:
    """Who cannot come to a meeting is offered no other time on its day."""
    start = datetime.combine(meeting.start.astimezone(ZONE).date(), time(0), ZONE)
    end = datetime.combine(start.date() + timedelta(days=1), time(0), ZONE)
    return Wish(excluded=((start, end),))


def away_in(known: Known) -> Wish:
    """Who cannot come for a whole span ("jeg er syg hele næste uge") is offered no time within it."""
    spans = [span for said in times_in(known) if said["kind"] in ("value", "interval") and (span := _span(said))]
    return Wish(excluded=tuple(spans))


def as_json(wish: Wish) -> dict[str, Any]:
    """The wish as the task remembers it between turns."""
    return wish.record()


def from_json(data: dict[str, Any]) -> Wish:
    """The wish that `as_json` wrote."""

    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    def spans(rows: list[list[str]]) -> tuple[tuple[datetime, datetime], ...]:
        return tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in rows)

    def clock(name: str) -> time | None:
        return time.fromisoformat(data[name]) if data.get(name) else None

    return Wish(
        parts=frozenset(Part(p) for p in data.get("parts", [])),
        weekdays=frozenset(data.get("weekdays", [])),
        not_weekdays=frozenset(data.get("not_weekdays", [])),
        not_before=moment(data.get("not_before")),
        not_after=moment(data.get("not_after")),
        intervals=spans(data.get("intervals", [])),
        excluded=spans(data.get("excluded", [])),
        earliest=clock("earliest"),
        latest=clock("latest"),
        done_by=clock("done_by"),
        form=Form(data["form"]) if data.get("form") else None,
        soonest=bool(data.get("soonest")),
    )


def _on_the_way(said: dict[str, Any], text: str) -> dict[str, Any]:
    """A time as what it says of a journey: on the way nobody can come, and back home they can."""
    named = re.escape(fold(said.get("text") or "")) or "$^"
    folded = fold(text)
    if re.search(rf"{LEAVES}[^,.;]{{0,15}}?{named}", folded):
        return {**said, "excluded": True, "text": ""}  # this day alone: no habit of its weekday
    if re.search(rf"{BACK}[^,.;]{{0,15}}?{named}", folded) and not said["excluded"]:
        return {**said, "kind": "after", "end": None}
    return said


def _habits(wish: Wish, text: str) -> Wish:
    for piece in PIECES.split(text):
        folded = fold(piece)
        for hit in HABIT.finditer(folded):
            day = frozenset({DAYS[hit.group(1)]})
            if NEGATION.search(folded):
                wish = replace(wish, not_weekdays=wish.not_weekdays | day)
            else:
                wish = replace(wish, weekdays=wish.weekdays | day)
    return wish


def _excluded(wish: Wish, said: dict[str, Any]) -> Wish:
    named = {number for name, number in DAYS.items() if re.search(rf"\b{name}", fold(said["text"]))}
    if named and not any(c.isdigit() for c in said["text"]):
        return replace(wish, not_weekdays=wish.not_weekdays | named)
    start, end = said["start"], said["end"]
    if len(start or "") == CLOCK and len(end or "") == CLOCK:
        return _not_then(wish, start, end)
    span = _span(said)
    return replace(wish, excluded=(*wish.excluded, span)) if span else wish


def _not_then(wish: Wish, start: str, end: str) -> Wish:
    """A part of the day ruled out: "ikke om morgenen" leaves what comes after it, "ikke om eftermiddagen" before it."""
    if start < MORNING_ENDS:
        return replace(wish, earliest=time.fromisoformat(end))
    return replace(wish, latest=_before(time.fromisoformat(start))) if start >= AFTERNOON_BEGINS else wish


def _wanted(wish: Wish, said: dict[str, Any]) -> Wish:
    start, end, kind = said["start"], said["end"], said["kind"]
    if len(start or "") == CLOCK or len(end or "") == CLOCK:
        return _clock(wish, start, end, kind)
    if kind == "after" and start:
        return replace(wish, not_before=datetime.fromisoformat(start))
    if kind == "before":
        limit = end or start
        return replace(wish, not_after=datetime.fromisoformat(limit)) if limit else wish
    span = _span(said)
    return replace(wish, intervals=(*wish.intervals, span)) if span else wish


def _clock(wish: Wish, start: str | None, end: str | None, kind: str) -> Wish:
    first = time.fromisoformat(start) if start else None
    last = time.fromisoformat(end) if end else None
    if kind == "before":
        return replace(wish, latest=_before(last or first or time(0)))
    if kind == "after" or (first and last):
        until = replace(wish, earliest=first)
        return replace(until, latest=_before(last)) if last else until
    return replace(wish, earliest=first, latest=first)


def _before(last: time) -> time:
    """The latest beginning inside a span that ends, exclusively, at `last`."""
    minutes = (last.hour * 60 + last.minute - 1) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def _span(said: dict[str, Any]) -> tuple[datetime, datetime] | None:
    if not said["start"] or len(said["start"]) == CLOCK:
        return None
    first = datetime.fromisoformat(said["start"])
    last = datetime.fromisoformat(said["end"]) if said["end"] else first + timedelta(minutes=1)
    return first, last
