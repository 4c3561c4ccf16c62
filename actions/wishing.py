"""What a message says about when: times and words -> a Wish of the booking service."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from actions import services
from actions.known import Known
from actions.meeting_words import CLOCK, times_in
from actions.ruling_out import (
    MORNING_ENDS,
    bounds_a_wish,
    excluded,
    habits,
    just_before,
    occupied,
    over_by,
    span,
    without_occupied,
)
from actions.wish_pieces import NEGATION, Times, said_in_pieces
from forloeb.booking.model import Appointment, Form
from forloeb.booking.wishes import Part, Span, Wish
from forloeb.danish.time import read_both
from forloeb.danish.words import fold
from forloeb.settings import ZONE

SOONEST = re.compile(
    r"\b(snarest|snart|hurtigst|hurtigt som|asap|(?:foerst|forst|tidligst) muligt|(?:naeste|foerste) ledige)\b"
)
# leaning on the times just shown: no clock is named
LATER_IN_DAY = re.compile(r"\bsen(?:ere|t) (?:paa|i loebet af) dagen\b")
EARLIER_IN_DAY = re.compile(r"\btidlig(?:ere|t) paa dagen\b")
NOON = time(12)
MORNING = "06:00"
# "jeg rejser onsdag og er hjemme den 14."
LEAVES = re.compile(r"\b(?:rejser|flyver|tager afsted|tager paa ferie|er bortrejst)\b")
BACK = r"\b(?:er|kommer) (?:jeg )?(?:hjemme|hjem|tilbage)(?: igen)?\b"


def wish_in(known: Known, without: Callable[[dict[str, Any]], bool] | None = None) -> Wish | None:
    """The wish that the message holds, or None when it says nothing about when or how.

    Args:
        known: the message.
        without: leaves out the times for which it is true: those that name the meeting, not the wish.
    """
    wish = Wish()
    for piece, times in said_in_pieces(known.text, times_in(known), _read):
        ending = over_by(wish, piece, _read)
        if ending:
            wish = ending
            continue
        habit, hours = habits(piece, _read)
        for said in times or hours:
            if not (without and without(said)):
                wish = _taken_in(wish, said, piece)
        wish = replace(
            wish,
            weekdays=wish.weekdays | habit.weekdays,
            not_weekdays=wish.not_weekdays | habit.not_weekdays,
            excluded=wish.excluded + habit.excluded,
        )
    form = known.entity("moedeform")
    if form in [f.value for f in Form]:
        wish = replace(wish, form=Form(form))
    if not (wish.earliest or wish.latest or NEGATION.search(fold(known.text))):
        if LATER_IN_DAY.search(fold(known.text)):
            wish = replace(wish, earliest=NOON)
        elif EARLIER_IN_DAY.search(fold(known.text)):
            wish = replace(wish, latest=just_before(NOON))
    if SOONEST.search(fold(known.text)):
        wish = replace(wish, soonest=True)
    return None if wish == Wish() else wish


def _read(text: str) -> Times:
    return read_both(text, services.now())["future"]


def _taken_in(wish: Wish, said: dict[str, Any], piece: str) -> Wish:
    if said["excluded"]:
        # a day of travel is that day alone, and no habit of its weekday
        return excluded(wish, {**said, "text": ""} if on_the_way(piece) else said)
    if _back_home(said, piece):
        return _wanted(wish, {**said, "kind": "after", "end": None})
    if occupied(piece) and bounds_a_wish(said):
        over = said["kind"] == "before" and len(said["end"] or "") == CLOCK
        return replace(wish, done_by=time.fromisoformat(said["end"])) if over else _wanted(wish, said)
    return without_occupied(wish, said, piece) if occupied(piece) else _wanted(wish, said)


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
        intervals=new.intervals if days else _days_of(before.intervals) if clock else before.intervals,
        excluded=(*before.excluded, *new.excluded),
        earliest=new.earliest if clock else before.earliest,
        latest=new.latest if clock else before.latest,
        done_by=new.done_by if clock else before.done_by,
        form=new.form or before.form,
        soonest=new.soonest or before.soonest,
    )


def _days_of(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """With another clock, a moment ("fredag kl. 10") is left as its day."""
    return tuple(_whole_day(a) if b - a <= timedelta(hours=1) else (a, b) for a, b in spans)


def _whole_day(moment: datetime) -> Span:
    day = moment.astimezone(ZONE).date()
    return datetime.combine(day, time(0), ZONE), datetime.combine(day + timedelta(days=1), time(0), ZONE)


def on_the_way(text: str) -> bool:
    """Whether the message tells of a journey: its days are no picks among the times shown."""
    return LEAVES.search(fold(text)) is not None


def not_that_day(meeting: Appointment) -> Wish:
    """Who cannot come to a meeting is offered no other time on its day."""
    start = datetime.combine(meeting.start.astimezone(ZONE).date(), time(0), ZONE)
    end = datetime.combine(start.date() + timedelta(days=1), time(0), ZONE)
    return Wish(excluded=((start, end),))


def away_in(known: Known) -> Wish:
    """Who cannot come for a span ("jeg er syg hele næste uge", "til og med den 14.") is offered no time within it."""
    dated = [t for t in times_in(known) if len(t["start"] or "") > CLOCK and len(t["end"] or "") > CLOCK]
    gaps = [gap for said in dated if (gap := span(said))]
    return Wish(excluded=(*gaps, *((services.now(), datetime.fromisoformat(t["end"])) for t in untils(known))))


def untils(known: Known) -> list[dict[str, Any]]:
    """The days until which something lasts: "til og med den 14."."""
    return [t for t in times_in(known) if t["kind"] == "before" and t["grain"] == "day" and t["end"]]


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


def _back_home(said: dict[str, Any], piece: str) -> bool:
    named = re.escape(fold(said.get("text") or ""))
    return bool(named) and re.search(rf"{BACK}[^,.;]{{0,15}}?{named}", fold(piece)) is not None


def _wanted(wish: Wish, said: dict[str, Any]) -> Wish:
    start, end, kind = said["start"], said["end"], said["kind"]
    if len(start or "") == CLOCK or len(end or "") == CLOCK:
        return _clock(wish, start, end, kind)
    if said["grain"] in ("minute", "hour") and kind in ("after", "before"):
        within = span(said)  # "tirsdag efter kl. 14": on that day
        return replace(wish, intervals=(*wish.intervals, within)) if within else wish
    if kind == "after" and start:
        return replace(wish, not_before=datetime.fromisoformat(start))
    if kind == "before":
        limit = end or start
        return replace(wish, not_after=datetime.fromisoformat(limit)) if limit else wish
    within = span(said)
    return replace(wish, intervals=(*wish.intervals, within)) if within else wish


def _clock(wish: Wish, start: str | None, end: str | None, kind: str) -> Wish:
    first = time.fromisoformat(start) if start else None
    last = time.fromisoformat(end) if end else None
    if kind == "before":
        return replace(wish, latest=just_before(last or first or time(0)))
    if first and start == MORNING and end and end < MORNING_ENDS:
        last = time.fromisoformat(MORNING_ENDS)  # a meeting at nine is one "om morgenen"
    if kind == "after" or (first and last):
        until = replace(wish, earliest=first)
        return replace(until, latest=just_before(last)) if last else until
    return replace(wish, earliest=first, latest=first)
