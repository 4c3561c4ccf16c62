"""From phrases to times: what a list shares is handed round, then every phrase is placed on the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from forloeb.danish.time.checks import WhichWeekday
from forloeb.danish.time.clock import HOUR, Hours, clock_words
from forloeb.danish.time.days import WEEK, Context, Days, Month, Week
from forloeb.danish.time.durations import Elapsed
from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.model import ZONE, Grain, Kind, Moment, Time
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.single_days import OnDate, OnWeekday

_LISTING = ("og", ",")
DAY_MINUTES = 24 * HOUR
_EVENING = 18 * HOUR


def place_all(items: list[Item], scan: Scan, text: str, at: Context) -> tuple[list[Time], list[Unclear]]:
    """Every phrase on the calendar, and what has to be asked about those that have no sure place."""
    times: list[Time] = []
    unclear: list[Unclear] = []
    refused: list[Unclear] = []
    for before, item, following in zip([None, *items], items, [*items[1:], None]):  # noqa: B905 - longer on purpose
        try:
            if before and before.excluded and isinstance(before.left.spec, Month) and _bare_date(item):
                raise Unclear("unread")  # "ikke i juli, vi rejser den 4."
            times.append(place(item, scan, text, _counted_from(before, item, at)))
        except Unclear as asked:
            if item.link in _LISTING or (following and following.link in _LISTING):
                asked.weak = False  # "hver mandag, tirsdag og onsdag"
            unclear.append(asked)
            refused += [asked] * (item.excluded or isinstance(item.left.spec, WhichWeekday))
    if not any(_one_day(found) for found in times):
        for given_up in refused:  # "om eftermiddagen, men ikke om fredagen": no day was named to take instead
            given_up.weak = False
    if not unclear and _outside(times, text):
        unclear.append(Unclear("unread"))
    return times, unclear


def _outside(times: list[Time], text: str) -> bool:
    """Whether a day is wished for that a bound before it leaves out: "efter ferien, gerne onsdag" is not this week."""
    for bound, wish in pairwise(times):
        if (
            bound.excluded
            or wish.excluded
            or wish.kind is not Kind.VALUE
            or "ell" in text[bound.span[1] : wish.span[0]]
        ):
            continue
        edge = bound.start if bound.kind is Kind.AFTER else bound.end if bound.kind is Kind.BEFORE else None
        if not isinstance(edge, datetime) or not isinstance(wish.start, datetime) or bound.grain is Grain.MINUTE:
            continue
        if (wish.start < edge) == (bound.kind is Kind.AFTER) and wish.start != edge:
            return True
    return False


def _one_day(found: Time) -> bool:
    """Whether it is a wish for a day of its own, which no vague refusal can touch."""
    dated = isinstance(found.start or found.end, datetime)
    return dated and not found.excluded and found.grain not in (Grain.WEEK, Grain.MONTH) and found.kind is Kind.VALUE


def _counted_from(before: Item | None, item: Item, at: Context) -> Context:
    """`onsdag d. 26/11 eller fredag`: in a list a bare day is looked for after the full date before it."""
    if at.past or before is None or item.right is not None or (item.excluded and item.link not in _LISTING):
        return at
    first, spec = before.left.spec, item.left.spec
    listed = item.link in _LISTING
    bare = (isinstance(spec, OnWeekday) and listed) or (_bare_date(item) and (listed or before.near(item)))
    if not (bare and isinstance(first, OnDate) and (first.month or first.weekday is not None)):
        return at
    try:
        there = first.resolve(at).start
    except Unclear:
        return at
    return replace(at, after=there) if listed or there >= at.today else at


def _bare_date(item: Item) -> bool:
    return isinstance(item.left.spec, OnDate) and item.left.spec.month is None


def place(item: Item, scan: Scan, text: str, at: Context) -> Time:
    """The phrase on the calendar; raises Unclear where it has to be asked."""
    span = (scan.token(item.first).start, scan.token(item.end - 1).end)
    if item.right is not None:
        start, end, grain, kind = _range(item.left, item.right, at)
    else:
        start, end, grain, kind = _single(item, at)
    return Time(start, end, grain, kind, item.excluded, text[span[0] : span[1]], span)


Placed = tuple[Moment, Moment, Grain, Kind]


def _single(item: Item, at: Context) -> Placed:
    point, bound = item.left, item.bound
    if isinstance(point.spec, Elapsed):
        start: Moment = point.spec.instant(at)
        end: Moment = None
        grain, kind = Grain.MINUTE, Kind.VALUE
    elif point.hours is not None:
        day = point.spec.resolve(at) if point.spec else None
        start, end, grain, kind = _hours(day, point.hours)
    elif point.spec is not None:
        days = point.spec.resolve(at)
        start, end, grain = _midnight(days.start), _midnight(days.end), days.grain
        kind = Kind.INTERVAL if days.interval else Kind.VALUE
        if bound is Bound.BEFORE and days.before:
            start = _midnight(days.before)
    else:
        raise AssertionError("a phrase names a day or a time of day")
    if bound is Bound.AT:
        return start, end, grain, kind
    if bound is Bound.FROM:
        return start if start is not None else end, None, grain, Kind.AFTER
    if bound is Bound.AFTER:
        return end if end is not None else start, None, grain, Kind.AFTER
    if bound is Bound.BEFORE:
        return None, start if start is not None else end, grain, Kind.BEFORE
    return None, end if end is not None else start, grain, Kind.BEFORE


def _range(left: Point, right: Point, at: Context) -> Placed:
    """Both ends counted; the second is looked for after the first, and lends it month and year."""
    first, last = left.spec, right.spec
    if first is None or last is None:
        raise Unclear("backwards")
    if isinstance(first, OnDate) and isinstance(last, OnDate) and last.month and not first.month:
        first = replace(first, month=last.month, year=last.year)
    if isinstance(first, OnWeekday) and isinstance(last, OnWeekday) and last.week and not first.week:
        first = replace(first, week=last.week)
    begin = first.resolve(at)
    if isinstance(last, OnWeekday) and last.which == "coming":
        last = replace(last, which="bare")  # "fra på torsdag til på mandag": the Monday after it
    if isinstance(last, OnWeekday) and isinstance(first, OnWeekday) and first.week and not last.week:
        last = replace(last, week=first.week)
    finish = last.resolve(_onwards(at, begin.start) if not _settled(last) else at)
    if at.past and isinstance(first, OnWeekday) and isinstance(last, OnWeekday) and finish.start > at.today:
        begin, finish = (Days(days.start - WEEK, days.end - WEEK) for days in (begin, finish))  # both lie behind
    start = _hours(begin, left.hours)[0] if left.hours else _midnight(begin.start)
    last_hours = right.hours
    if left.hours and (left.hours.start or 0) >= _EVENING and last_hours and last_hours.shifted:
        last_hours = replace(
            last_hours, start=(last_hours.start or 0) - 12 * HOUR
        )  # "fra lørdag kl. 22 til søndag kl. 6"
    end = _range_end(finish, last_hours)
    if start is None or isinstance(start, str) or end <= start:
        raise Unclear("backwards")
    grain = Grain.MINUTE if left.hours or right.hours else begin.grain
    return start, end, grain, Kind.INTERVAL


def _settled(spec: object) -> bool:
    return (isinstance(spec, OnWeekday) and spec.week is not None) or (isinstance(spec, Week) and spec.number is None)


def _onwards(at: Context, day: date) -> Context:
    return replace(at, past=False, after=day)


def _range_end(finish: Days, hours: Hours | None) -> datetime:
    if hours is None:
        return _midnight(finish.end)
    start, end, _, _ = _hours(finish, hours)
    chosen = end if end is not None else start
    return chosen if isinstance(chosen, datetime) else _midnight(finish.end)


def _hours(day: Days | None, hours: Hours) -> Placed:
    grain = Grain.HOUR if hours.coarse else Grain.MINUTE
    if day is not None and day.end - day.start > timedelta(days=1):
        raise Unclear("which_day")
    start, end = (None if minute is None else _moment(day, minute) for minute in (hours.start, hours.end))
    return start, end, grain, hours.kind


def _moment(day: Days | None, minute: int) -> Moment:
    if day is None:
        return f"{minute // HOUR % 24:02d}:{minute % HOUR:02d}"
    there = day.start + timedelta(days=minute // DAY_MINUTES)
    local = datetime.combine(there, time(minute % DAY_MINUTES // HOUR, minute % HOUR), ZONE)
    if local.astimezone(timezone.utc).astimezone(ZONE).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unclear("clock_skipped", text=clock_words(minute))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Unclear("clock_twice", text=clock_words(minute))
    return local


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
