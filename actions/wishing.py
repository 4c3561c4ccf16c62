"""What a message says about when: times and words -> a Wish of the booking service."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from actions.known import Known
from actions.meeting_words import times_in
from forloeb.booking.model import Form
from forloeb.booking.wishes import Part, Wish
from forloeb.danish.format import WEEKDAYS
from forloeb.danish.words import fold

SOONEST = re.compile(r"\b(snarest|hurtigst|foerst muligt|forst muligt|saa hurtigt|asap|naeste ledige|foerste ledige)\b")
DAYS = {fold(name): number for number, name in enumerate(WEEKDAYS)}


def wish_in(known: Known) -> Wish | None:
    """The wish that the message holds, or None when it says nothing about when or how."""
    wish = Wish()
    for said in times_in(known):
        wish = _excluded(wish, said) if said["excluded"] else _wanted(wish, said)
    form = known.entity("moedeform")
    if form in [f.value for f in Form]:
        wish = replace(wish, form=Form(form))
    if SOONEST.search(fold(known.text)):
        wish = replace(wish, soonest=True)
    return None if wish == Wish() else wish


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


def _excluded(wish: Wish, said: dict[str, Any]) -> Wish:
    named = {number for name, number in DAYS.items() if re.search(rf"\b{name}", fold(said["text"]))}
    if named and not any(c.isdigit() for c in said["text"]):
        return replace(wish, not_weekdays=wish.not_weekdays | named)
    span = _span(said)
    return replace(wish, excluded=(*wish.excluded, span)) if span else wish


def _wanted(wish: Wish, said: dict[str, Any]) -> Wish:
    start, end, kind = said["start"], said["end"], said["kind"]
    if (start and len(start) == 5) or (end and len(end) == 5):
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
        return replace(wish, latest=last or first)
    if kind == "after" or (first and last):
        until = replace(wish, earliest=first)
        return replace(until, latest=_before(last)) if last else until
    return replace(wish, earliest=first, latest=first)


def _before(last: time) -> time:
    """The latest beginning inside a span that ends, exclusively, at `last`."""
    minutes = (last.hour * 60 + last.minute - 1) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def _span(said: dict[str, Any]) -> tuple[datetime, datetime] | None:
    if not said["start"] or len(said["start"]) == 5:
        return None
    first = datetime.fromisoformat(said["start"])
    last = datetime.fromisoformat(said["end"]) if said["end"] else first + timedelta(minutes=1)
    return first, last
