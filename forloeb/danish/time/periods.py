"""Days cut out of periods: parts, halves and edges, the n-th weekday, neighbours, weekends, seasons.

Conventions: "først i ugen" is Monday and Tuesday, "midt i ugen" Wednesday, "sidst i ugen" Thursday and Friday. A month
falls into 1-10, 11-20 and the rest; a year into January-March, April-September and October-December. "første uge i
december" is the first week with at least four days in the month. Seasons are whole months, spring from March.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from forloeb.danish.time.days import (
    DAY,
    WEEK,
    Context,
    Days,
    Month,
    Spec,
    Week,
    Year,
    month_days,
    one_day,
    pick,
    week_of,
)
from forloeb.danish.time.durations import Duration
from forloeb.danish.time.model import Grain
from forloeb.danish.time.questions import MONTH_NAMES, Unclear, weekend_words
from forloeb.workdays import is_workday

Third = Literal["first", "middle", "last"]


def wholes(of: Spec, at: Context) -> list[Days]:
    """The periods that a part could be cut from; "ugen" and "måneden" alone may be this one or its neighbour."""
    if isinstance(of, Month):
        if of.number is None and of.which == "bare" and of.offset == 0:
            return [Month(offset=shift).candidates(at)[0] for shift in (-1, 0, 1)]
        return of.candidates(at) if of.which == "bare" else [of.resolve(at)]
    if of == Week():
        return [Week(offset=shift).resolve(at) for shift in (-1, 0, 1)]
    return [of.resolve(at)]


@dataclass(frozen=True)
class Part:
    """`midt i oktober`, `sidst på ugen`: a part of a week, month or year."""

    third: Third
    of: Spec

    def resolve(self, at: Context) -> Days:
        """The part's days."""
        return pick([self._cut(whole) for whole in wholes(self.of, at)], at)

    def _cut(self, whole: Days) -> Days:
        cuts: tuple[int, ...]
        if whole.grain is Grain.WEEK:
            cuts = (0, 2, 3, 5)
        elif whole.grain is Grain.YEAR:
            cuts = tuple((date(whole.start.year, month, 1) - whole.start).days for month in (1, 4, 10))
            cuts = (*cuts, (whole.end - whole.start).days)
        else:
            cuts = (0, 10, 20, (whole.end - whole.start).days)
        at = ("first", "middle", "last").index(self.third)
        return Days(whole.start + cuts[at] * DAY, whole.start + cuts[at + 1] * DAY, interval=True)


@dataclass(frozen=True)
class Half:
    """`første halvdel af december`, of a month."""

    second: bool
    of: Spec

    def resolve(self, at: Context) -> Days:
        """The half's days, cut after the 15th (in the middle of other periods)."""

        def cut(whole: Days) -> Days:
            middle = whole.start + (15 if whole.grain is Grain.MONTH else (whole.end - whole.start).days // 2) * DAY
            return Days(middle if self.second else whole.start, whole.end if self.second else middle, interval=True)

        return pick([cut(whole) for whole in wholes(self.of, at)], at)


@dataclass(frozen=True)
class Edge:
    """`de første to uger af december`: so long a stretch at one edge of a period."""

    duration: Duration
    last: bool
    of: Spec

    def resolve(self, at: Context) -> Days:
        """The stretch, cut from the period."""

        def cut(whole: Days) -> Days:
            if self.last:
                return Days(self.duration.from_day(whole.end, -1), whole.end, interval=True)
            return Days(whole.start, self.duration.from_day(whole.start, 1), interval=True)

        return pick([cut(whole) for whole in wholes(self.of, at)], at)


@dataclass(frozen=True)
class Onwards:
    """`fra tirsdag og ugen ud`: from a day to the end of the week, month or year it lies in."""

    of: Spec
    unit: Literal["week", "month", "year"]

    def resolve(self, at: Context) -> Days:
        """The days left of that period."""
        first = self.of.resolve(at).start
        ends = {
            "week": week_of(first).end,
            "month": month_days(first.year, first.month).end,
            "year": date(first.year + 1, 1, 1),
        }
        return Days(first, ends[self.unit], interval=True)


@dataclass(frozen=True)
class Nth:
    """`den første mandag i december`, `sidste hverdag i måneden`; n counts from 1, or is -1 for the last."""

    n: int
    what: int | Literal["day", "workday", "week", "weekend"]
    of: Month

    def resolve(self, at: Context) -> Days:
        """That day or week."""
        months = [self.of.resolve(at)] if self.of.number is None else self.of.candidates(at)
        found = [days for month in months if (days := self._in(month))]
        if not found:
            month_name = MONTH_NAMES[months[0].start.month - 1]
            raise Unclear("no_such_date", text=f"{self.n}. … {month_name}")
        return pick(found, at)

    def _in(self, month: Days) -> Days | None:
        days = [month.start + at * DAY for at in range((month.end - month.start).days)]
        if self.what == "week":
            days = [day for day in days if day.weekday() == 3]
        elif self.what == "workday":
            days = [day for day in days if is_workday(day)]
        elif self.what == "weekend":
            days = [day for day in days if day.weekday() == 5]
        elif self.what != "day":
            days = [day for day in days if day.weekday() == self.what]
        if self.n > len(days):
            return None
        day = days[self.n if self.n < 0 else self.n - 1]
        if self.what == "weekend":
            return Days(day, day + 2 * DAY, interval=True)
        return week_of(day) if self.what == "week" else one_day(day)


@dataclass(frozen=True)
class Beside:
    """`dagen før juleaften`, `to uger efter påske`, `ugen efter uge 42`, `mandag efter jul`."""

    by: Duration | int | Literal["week", "month"]
    sign: int
    of: Spec

    def resolve(self, at: Context) -> Days:
        """The day, week, month or weekday beside it."""
        near = self.of.resolve(at)
        edge = near.end - DAY if self.sign > 0 else near.before or near.start
        if isinstance(self.by, Duration):
            return one_day(self.by.from_day(edge, self.sign))
        if self.by == "week":
            return week_of(edge + self.sign * WEEK)
        if self.by == "month":
            month = edge.replace(day=1) + relativedelta(months=self.sign)
            return month_days(month.year, month.month)
        away = (self.sign * (int(self.by) - edge.weekday()) - 1) % 7 + 1
        return one_day(edge + self.sign * away * DAY)


@dataclass(frozen=True)
class Weekend:
    """A Saturday and Sunday; "næste weekend" asks on a weekday, when the coming one or the one after can be meant."""

    which: Literal["bare", "next", "past"] = "bare"
    week: Week | None = None

    def resolve(self, at: Context) -> Days:
        """Both days."""
        if self.week:
            return _weekend(self.week.resolve(at).start)
        this = week_of(at.today).start
        weekends = [_weekend(this + shift * WEEK) for shift in (-1, 0, 1)]
        if self.which == "past":
            return next(found for found in reversed(weekends) if found.end <= at.today)
        if self.which == "next":
            if weekends[1].start > at.today:
                first, second = (weekend_words(found.start, found.start + DAY) for found in weekends[1:])
                raise Unclear("two_readings", first=first, second=second)
            return weekends[2]
        return pick(weekends, at)


def _weekend(monday: date) -> Days:
    return Days(monday + timedelta(days=5), monday + WEEK, interval=True)


@dataclass(frozen=True)
class Season:
    """Three months from `first`, or a quarter of a year."""

    first: int
    year: Year | None = None
    offset: int = 0

    def resolve(self, at: Context) -> Days:
        """The whole months."""
        if self.year:
            return self._in(self.year.number(at))
        found = pick([self._in(at.today.year + shift) for shift in (-2, -1, 0, 1)], at)
        return self._in(found.start.year + self.offset)

    def _in(self, year: int) -> Days:
        start = date(year, self.first, 1)
        return Days(start, start + relativedelta(months=3), Grain.MONTH, interval=True)
