"""When a person would like a meeting to begin, as spans of time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from forloeb.booking.model import Form, Word, overlaps, utc
from forloeb.settings import ZONE

NOON = time(12)
MOST_DAYS = 400
_TICK = timedelta(microseconds=1)

Span = tuple[datetime, datetime]


class Part(Word):
    """A part of the day."""

    MORNING = "morgen"
    FORENOON = "formiddag"
    MIDDAY = "middag"
    AFTERNOON = "eftermiddag"
    EVENING = "aften"


HOURS = {
    Part.MORNING: (6, 10),
    Part.FORENOON: (8, 12),
    Part.MIDDAY: (11, 13),
    Part.AFTERNOON: (12, 18),
    Part.EVENING: (17, 24),
}


@dataclass(frozen=True)
class Wish:
    """What a person said about when. Every field left out means: no matter. Datetimes are aware, spans half-open.

    Attributes:
        parts: any of these parts of the day.
        weekdays: only these (Monday is 0).
        not_weekdays: none of these; never proposed, not even as an alternative.
        not_before: begins then or later.
        not_after: begins before then.
        intervals: begins in one of these (a day, a week, "mellem 14 og 16 på fredag").
        excluded: does not touch any of these; never proposed, not even as an alternative.
        earliest: begins at this clock time or later.
        latest: begins at this clock time or earlier.
        done_by: is over by this clock time.
        form: held like this.
        soonest: the sooner the better, said in so many words (proposals are soonest first anyway).
    """

    parts: frozenset[Part] = frozenset()
    weekdays: frozenset[int] = frozenset()
    not_weekdays: frozenset[int] = frozenset()
    not_before: datetime | None = None
    not_after: datetime | None = None
    intervals: tuple[Span, ...] = ()
    excluded: tuple[Span, ...] = ()
    earliest: time | None = None
    latest: time | None = None
    done_by: time | None = None
    form: Form | None = None
    soonest: bool = False

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """The first and the last moment that the wish speaks of, in UTC."""
        lower = [utc(self.not_before)] if self.not_before else []
        upper = [utc(self.not_after)] if self.not_after else []
        if self.intervals:
            lower.append(min(utc(start) for start, _ in self.intervals))
            upper.append(max(utc(end) for _, end in self.intervals))
        return max(lower, default=None), min(upper, default=None)

    def relaxed(self) -> Iterator[Wish]:
        """The wish given up bit by bit, what matters least first. What the person ruled out stays ruled out."""
        no_clock = replace(self, parts=frozenset(), earliest=None, latest=None, done_by=None)
        no_days = replace(no_clock, weekdays=frozenset())
        any_date = replace(self, not_before=None, not_after=None, intervals=())
        any_time = replace(no_days, not_before=None, not_after=None, intervals=())
        seen = [self]
        for wish in (no_clock, no_days, any_date, any_time, replace(self, form=None), replace(any_time, form=None)):
            if wish not in seen:
                seen.append(wish)
                yield wish

    def allows(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting with this span keeps clear of what is excluded and is over in time."""
        if any(overlaps(utc(start), utc(end), utc(a), utc(b)) for a, b in self.excluded):
            return False
        local = end.astimezone(ZONE)
        return self.done_by is None or (local.time() <= self.done_by and local.date() == start.astimezone(ZONE).date())

    def record(self) -> dict[str, Any]:
        """The wish as the proof of a search holds it."""
        told: dict[str, Any] = {
            "parts": sorted(part.value for part in self.parts),
            "weekdays": sorted(self.weekdays),
            "not_weekdays": sorted(self.not_weekdays),
            "not_before": _text(self.not_before),
            "not_after": _text(self.not_after),
            "intervals": [[_text(start), _text(end)] for start, end in self.intervals],
            "excluded": [[_text(start), _text(end)] for start, end in self.excluded],
            "earliest": str(self.earliest) if self.earliest else None,
            "latest": str(self.latest) if self.latest else None,
            "done_by": str(self.done_by) if self.done_by else None,
            "form": self.form.value if self.form else None,
            "soonest": self.soonest,
        }
        return {name: value for name, value in told.items() if value}


def half_days(wish: Wish, start: datetime, end: datetime, is_workday: Callable[[date], bool]) -> list[Span]:
    """The spans in [start, end) in which a meeting may begin, in UTC and in order, none across a local noon."""
    start, end = utc(start), utc(end)
    lower, upper = wish.bounds()
    start, end = max(start, lower or start), min(end, upper or end)
    found: list[Span] = []
    day = start.astimezone(ZONE).date()
    for _ in range(MOST_DAYS):
        if _at(day, time(0)) >= end:
            break
        weekday = day.weekday()
        wished = (not wish.weekdays or weekday in wish.weekdays) and weekday not in wish.not_weekdays
        if wished and is_workday(day):
            for span in _clock_spans(wish, day):
                cut = _cut(span, (start, end))
                if cut:
                    found.extend(_within(cut, wish.intervals))
        day += timedelta(days=1)
    return found


def half_day_of(moment: datetime) -> tuple[date, bool]:
    """The day, and whether it is the afternoon, that a moment falls in."""
    local = moment.astimezone(ZONE)
    return local.date(), local.time() >= NOON


def without(spans: list[Span], gaps: list[Span]) -> list[Span]:
    """`spans` less `gaps`."""
    for gap_start, gap_end in gaps:
        left: list[Span] = []
        for start, end in spans:
            left.extend(
                piece for piece in ((start, min(end, gap_start)), (max(start, gap_end), end)) if piece[0] < piece[1]
            )
        spans = left
    return spans


def _clock_spans(wish: Wish, day: date) -> Iterator[Span]:
    hours = sorted(HOURS[part] for part in wish.parts) or [(0, 24)]
    lowest = wish.earliest or time(0)
    merged: list[list[int]] = []
    for first, last in hours:
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    latest = _at(day, wish.latest) + _TICK if wish.latest else _at(day + timedelta(days=1), time(0))
    for first, last in merged:
        end = _at(day + timedelta(days=1), time(0)) if last == 24 else _at(day, time(last))
        span = _cut((_at(day, time(first)), end), (_at(day, lowest), latest))
        noon = _at(day, NOON)
        if span:
            yield from (
                piece for piece in ((span[0], min(span[1], noon)), (max(span[0], noon), span[1])) if piece[0] < piece[1]
            )


def _within(span: Span, intervals: tuple[Span, ...]) -> list[Span]:
    if not intervals:
        return [span]
    cuts = sorted({cut for start, end in intervals if (cut := _cut(span, (utc(start), utc(end))))})
    joined: list[Span] = []
    for start, end in cuts:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _cut(one: Span, other: Span) -> Span | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def _at(day: date, clock: time) -> datetime:
    return utc(datetime.combine(day, clock, ZONE))


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).isoformat(timespec="minutes") if moment else None
