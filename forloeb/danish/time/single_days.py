"""Single days by name: "i morgen", "24/11", "på tirsdag", and the checks between a date and the weekday said with it.

Conventions: without a year, a date is the next one (today counts) when the direction is future and the latest one
(today counts) when it is past. A bare weekday is never today: "tirsdag" said on a Tuesday is a week away ("i dag" is
the word for today). "næste tirsdag" is the coming one when that lies in next week; else Danes differ, so it asks;
"forrige" likewise backwards. "sidste tirsdag" and "i tirsdags" are the latest one. A weekday that contradicts its date,
a day that its month has not, and 29 February outside a leap year are asked about.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from forloeb.danish.time.days import WEEK, Context, Days, Month, Spec, Week, Which, Year, one_day, week_of
from forloeb.danish.time.questions import MONTH_NAMES, Unclear, full_day_words


@dataclass(frozen=True)
class Offset:
    """`i dag`, `i morgen`, `i går`; `weekday` is one said with it."""

    days: int
    said: str
    weekday: int | None = None

    def resolve(self, at: Context) -> Days:
        """That day, if the weekday agrees."""
        day = at.today + timedelta(days=self.days)
        if self.weekday is not None and self.weekday != day.weekday():
            raise Unclear("day_contradicts", said=self.said, actual=full_day_words(day, at.today))
        return one_day(day)


@dataclass(frozen=True)
class OnDate:
    """A day of a month, with whatever of month, year and weekday was said."""

    day: int
    month: int | None = None
    year: Year | None = None
    weekday: int | None = None
    past: bool = False  # said to be over ("i mandags d. 24/11"), whatever the direction

    def resolve(self, at: Context) -> Days:
        """The date, if it exists and its weekday agrees."""
        at = replace(at, past=at.past or self.past)
        day = self._with_month(self.month, at) if self.month else self._without_month(at)
        if self.weekday is not None and self.weekday != day.weekday():
            raise _contradiction(day, self.weekday, at.today)
        return one_day(day)

    def _with_month(self, month: int, at: Context) -> date:
        longest = calendar.monthrange(2024, month)[1]
        if not 1 <= self.day <= longest:
            raise Unclear("no_such_day", month=MONTH_NAMES[month - 1], days=longest)
        if self.year:
            year = self.year.number(at)
        elif at.past:
            year = at.today.year - ((month, self.day) > (at.today.month, at.today.day))
        else:
            floor = at.after or at.today
            year = floor.year + ((month, self.day) < (floor.month, floor.day))
        if self.day > calendar.monthrange(year, month)[1]:
            raise Unclear("no_leap_day", year=year)
        return date(year, month, self.day)

    def _without_month(self, at: Context) -> date:
        floor = at.today if at.past else at.after or at.today
        first = floor.replace(day=1)
        if at.past and self.day > floor.day:
            first -= relativedelta(months=1)
        elif not at.past and self.day < floor.day:
            first += relativedelta(months=1)
        longest = calendar.monthrange(first.year, first.month)[1]
        if not 1 <= self.day <= longest:
            raise Unclear("no_such_day", month=MONTH_NAMES[first.month - 1], days=longest)
        return first.replace(day=self.day)


def _contradiction(day: date, weekday: int, today: date) -> Unclear:
    shift = (weekday - day.weekday() + 3) % 7 - 3
    first, second = sorted((day, day + timedelta(days=shift)))
    return Unclear(
        "weekday_contradicts",
        date=full_day_words(day, today).partition(" den ")[2],
        actual=full_day_words(day, today).partition(" ")[0],
        first=full_day_words(first, today),
        second=full_day_words(second, today),
    )


@dataclass(frozen=True)
class OnWeekday:
    """A weekday, with which one is meant, whole weeks to add (`tirsdag om en uge`) or the week it lies in."""

    weekday: int
    which: Which = "bare"
    weeks: int = 0
    week: Week | None = None

    def resolve(self, at: Context) -> Days:
        """The day meant."""
        if self.week:
            return one_day(self.week.resolve(at).start + timedelta(days=self.weekday))
        if self.which in ("past", "previous") or (self.which == "bare" and at.past):
            day = at.today - timedelta(days=(at.today.weekday() - self.weekday - 1) % 7 + 1)
            if self.which == "previous":
                _ask_if_two(day, day - WEEK, differ=week_of(day) == week_of(at.today), at=at)
            return one_day(day + self.weeks * WEEK)
        floor = at.after if at.after and self.which == "bare" else at.today
        day = floor + timedelta(days=(self.weekday - floor.weekday() - 1) % 7 + 1)
        if self.which == "next":
            _ask_if_two(day, day + WEEK, differ=week_of(day) == week_of(at.today), at=at)
        return one_day(day + self.weeks * WEEK)


def _ask_if_two(day: date, other: date, *, differ: bool, at: Context) -> None:
    if differ:
        raise Unclear("two_readings", first=full_day_words(day, at.today), second=full_day_words(other, at.today))


def with_year(spec: Spec | None, year: Year) -> Spec | None:
    """The same with a year said after it (`september sidste år`); None where it has one or cannot have one."""
    if isinstance(spec, OnDate) and spec.month and not spec.year:
        return replace(spec, year=year)
    if isinstance(spec, (Month, Week)) and spec.number and not spec.year:
        return replace(spec, year=year)
    return None
