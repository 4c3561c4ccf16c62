"""Named days, weeks, months and years, and which of them is meant at a given moment.

Conventions: without a year, a date is the next one (today counts) when the direction is future and the latest one
(today counts) when it is past. A bare weekday is never today: "tirsdag" said on a Tuesday is a week away ("i dag" is
the word for today). "næste tirsdag" is the coming one when that lies in next week; else Danes differ, so it asks;
"forrige" likewise backwards. "sidste tirsdag" and "i tirsdags" are the latest one. Weeks are ISO weeks. A weekday that
contradicts its date, a day that its month has not, and 29 February outside a leap year are asked about.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from dateutil.relativedelta import relativedelta

from forloeb.danish.time.model import Grain
from forloeb.danish.time.questions import MONTH_NAMES, Unclear, full_day_words, week_words

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_OLDEST, _NEWEST = 1900, 2199
Which = Literal["bare", "coming", "next", "past", "previous"]


@dataclass(frozen=True)
class Context:
    """The moment of reading, the direction, and (in a list) the date before, from which the next one is counted."""

    now: datetime
    past: bool
    after: date | None = None

    @property
    def today(self) -> date:
        """The calendar day of reading."""
        return self.now.date()


@dataclass(frozen=True)
class Days:
    """Whole days from `start` to before `end`; `before` is where "før" ends when that is not `start`."""

    start: date
    end: date
    grain: Grain = Grain.DAY
    interval: bool = False
    before: date | None = None


class Spec(Protocol):
    """Something said that names days."""

    def resolve(self, at: Context) -> Days:
        """The days meant at that moment; raises Unclear where they have to be asked for."""
        ...


def one_day(day: date) -> Days:
    """A single day."""
    return Days(day, day + DAY)


def month_days(year: int, month: int) -> Days:
    """A whole month."""
    first = date(year, month, 1)
    return Days(first, first + relativedelta(months=1), Grain.MONTH)


def week_days(year: int, week: int) -> Days:
    """A whole ISO week, which must exist."""
    monday = date.fromisocalendar(year, week, 1)
    return Days(monday, monday + WEEK, Grain.WEEK)


def week_of(day: date) -> Days:
    """The ISO week that holds a day."""
    monday = day - timedelta(days=day.weekday())
    return Days(monday, monday + WEEK, Grain.WEEK)


def pick(candidates: list[Days], at: Context) -> Days:
    """Of several in order: the first not yet over (future), the last already begun (past)."""
    if at.past:
        return next((found for found in reversed(candidates) if found.start <= at.today), candidates[0])
    floor = at.after or at.today
    return next((found for found in candidates if found.end > floor), candidates[-1])


@dataclass(frozen=True)
class Year:
    """`2025`, or counted from this one (`i år`, `sidste år`)."""

    value: int
    relative: bool = False

    def number(self, at: Context) -> int:
        """The year's number."""
        return at.today.year + self.value if self.relative else self.value

    def resolve(self, at: Context) -> Days:
        """The whole year."""
        year = self.number(at)
        return Days(date(year, 1, 1), date(year + 1, 1, 1), Grain.YEAR)


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
class Week:
    """`uge 48` (with or without year), or counted from this one (`næste uge`)."""

    number: int | None = None
    year: Year | None = None
    offset: int = 0

    def resolve(self, at: Context) -> Days:
        """The ISO week, if the year has it."""
        if self.number is None:
            return week_of(at.today + self.offset * WEEK)
        this = at.today.isocalendar()[0]
        years = [self.year.number(at)] if self.year else [this - 1, this, this + 1]
        weeks = [week_days(year, max(1, min(self.number, _weeks_in(year)))) for year in years]
        found = weeks[0] if self.year else pick(weeks, at)
        year, week, _ = found.start.isocalendar()
        if week != self.number:
            raise Unclear("no_such_week", week=self.number, year=year)
        return found


def _weeks_in(year: int) -> int:
    return date(year, 12, 28).isocalendar()[1]


def week_name(days: Days) -> str:
    """`uge 48 i 2025`."""
    iso = days.start.isocalendar()
    return week_words(iso[1], iso[0])


@dataclass(frozen=True)
class Month:
    """`oktober` (with or without year, `næste`, `sidste`), or counted from this one (`næste måned`)."""

    number: int | None = None
    year: Year | None = None
    offset: int = 0
    which: Which = "bare"

    def candidates(self, at: Context) -> list[Days]:
        """The months it could be, in order; a single one where the words settle it."""
        if self.number is None:
            first = at.today.replace(day=1) + relativedelta(months=self.offset)
            return [month_days(first.year, first.month)]
        if self.year:
            return [month_days(self.year.number(at), self.number)]
        return [month_days(at.today.year + shift, self.number) for shift in (-1, 0, 1, 2)]

    def resolve(self, at: Context) -> Days:
        """The month meant."""
        months = self.candidates(at)
        if len(months) == 1:
            return months[0]
        if self.which in ("past", "previous"):
            return [month for month in months if month.end <= at.today][-1]
        if self.which == "next":
            coming = next(month for month in months if month.start > at.today)
            if coming.start.year == at.today.year:
                first = f"{MONTH_NAMES[coming.start.month - 1]} {coming.start.year}"
                second = f"{MONTH_NAMES[coming.start.month - 1]} {coming.start.year + 1}"
                raise Unclear("two_readings", first=first, second=second)
            return coming
        return pick(months, at)


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


def checked_year(year: int) -> Year | None:
    """A year a claimant can mean; two digits are of this century up to 50."""
    full = year if year > 99 else 2000 + year if year <= 50 else 1900 + year
    return Year(full) if _OLDEST <= full <= _NEWEST else None
