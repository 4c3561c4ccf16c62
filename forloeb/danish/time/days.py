"""Whole days on the calendar, the moment they are read at, and weeks, months and years by name or number.

Conventions: weeks are ISO weeks. Without a year a week or month is the first that is not over (future), or the last
that has begun (past). "næste oktober" asks while this year's October is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from dateutil.relativedelta import relativedelta

from forloeb.danish.time.model import Grain
from forloeb.danish.time.questions import MONTH_NAMES, Unclear, week_words

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


def checked_year(year: int) -> Year | None:
    """A year a claimant can mean; two digits are of this century up to 50."""
    full = year if year > 99 else 2000 + year if year <= 50 else 1900 + year
    return Year(full) if _OLDEST <= full <= _NEWEST else None
