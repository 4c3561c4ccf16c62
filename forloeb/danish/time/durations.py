"""Days counted from today or from another day: "om 14 dage", "for to måneder siden", "inden for en uge".

Conventions: "om en måned" is the same day of next month (or its last day). "om en måneds tid" and "ca." are read as if
exact, "om 2-3 uger" as all days between; "om nogle dage" is asked about. Hours and minutes are real time, so they cross
a change of the clock correctly; days are calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from dateutil.relativedelta import relativedelta

from forloeb.danish.time.days import DAY, Context, Days, Spec, one_day
from forloeb.danish.time.questions import Unclear
from forloeb.workdays import add_workdays


@dataclass(frozen=True)
class Duration:
    """A length of time in the units it was said in."""

    months: int = 0
    days: int = 0
    workdays: int = 0
    minutes: int = 0

    def from_day(self, day: date, sign: int) -> date:
        """The day that lies this long after (before with -1) another."""
        day += relativedelta(months=sign * self.months, days=sign * self.days)
        return add_workdays(day, sign * self.workdays)


@dataclass(frozen=True)
class Away:
    """`om 14 dage`, `for to måneder siden`."""

    duration: Duration
    sign: int

    def resolve(self, at: Context) -> Days:
        """The day that far from today."""
        return one_day(self.duration.from_day(at.today, self.sign))


@dataclass(frozen=True)
class AwayBetween:
    """`om 2-3 uger`: the days from the one to the other, both counted."""

    first: Duration
    last: Duration

    def resolve(self, at: Context) -> Days:
        """All those days."""
        return Days(self.first.from_day(at.today, 1), self.last.from_day(at.today, 1) + DAY, interval=True)


@dataclass(frozen=True)
class Within:
    """`de næste 14 dage`, `i løbet af en uge`: from today to that day, both counted; backwards with -1."""

    duration: Duration
    sign: int

    def resolve(self, at: Context) -> Days:
        """All days between."""
        far = self.duration.from_day(at.today, self.sign)
        return Days(min(far, at.today), max(far, at.today) + DAY, interval=True)


@dataclass(frozen=True)
class Rest:
    """`resten af ugen`: from today to the end of the period; `senere på ugen` begins tomorrow."""

    of: Spec
    later: bool = False

    def resolve(self, at: Context) -> Days:
        """The days left."""
        whole = self.of.resolve(at)
        first = max(at.today + DAY * self.later, whole.start)
        if first >= whole.end:
            raise Unclear("when_roughly")
        return Days(first, whole.end, interval=True)


@dataclass(frozen=True)
class Vague:
    """`om nogle dage`: it is asked when, unless the text says it elsewhere."""

    def resolve(self, at: Context) -> Days:
        """Never a day."""
        raise Unclear("when_roughly", weak=True)


@dataclass(frozen=True)
class Elapsed:
    """`om to timer`, `for en halv time siden`: so many minutes of real time from now."""

    minutes: int

    def resolve(self, at: Context) -> Days:
        """The day it falls on."""
        return one_day(self.instant(at).date())

    def instant(self, at: Context) -> datetime:
        """The instant, to the minute."""
        there = at.now.astimezone(timezone.utc) + timedelta(minutes=self.minutes)
        return there.astimezone(at.now.tzinfo).replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Past:
    """What is said to be over, whatever the direction: `siden mandag`."""

    of: Spec

    def resolve(self, at: Context) -> Days:
        """The latest such days."""
        return self.of.resolve(replace(at, past=True))
