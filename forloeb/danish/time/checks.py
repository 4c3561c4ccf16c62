"""Things said together that have to agree, and words that name no single day: both may end in a question."""

from __future__ import annotations

from dataclasses import dataclass

from forloeb.danish.time.days import Context, Days, Month, Spec, Week, Year, week_name, week_of
from forloeb.danish.time.questions import WEEKDAY_NAMES, Unclear, full_day_words
from forloeb.danish.time.single_days import OnDate


@dataclass(frozen=True)
class Agreeing:
    """A day with a weekday or a week said beside it, which it has to agree with."""

    of: Spec
    weekday: int | None = None
    week: Week | None = None

    def resolve(self, at: Context) -> Days:
        """The day, if they agree."""
        found = self.of.resolve(at)
        if self.weekday is not None and found.start.weekday() != self.weekday:
            actual = full_day_words(found.start, at.today)
            raise Unclear("day_contradicts", said=actual.partition(" den ")[2], actual=actual.partition(" ")[0])
        if self.week and week_of(found.start) != self.week.resolve(at):
            second = week_name(self.week.resolve(at))
            raise Unclear("two_readings", first=full_day_words(found.start, at.today), second=second)
        return found


@dataclass(frozen=True)
class DayOfMonth:
    """`d. 1. i næste måned`."""

    day: int
    of: Month
    weekday: int | None = None

    def resolve(self, at: Context) -> Days:
        """The date in that month."""
        month = self.of.resolve(at).start
        return OnDate(self.day, month.month, Year(month.year), self.weekday).resolve(at)


@dataclass(frozen=True)
class WhichWeekday:
    """`om mandagen`, `hver mandag`: no single day, so which one is asked."""

    weekday: int
    weak: bool = True

    def resolve(self, at: Context) -> Days:
        """Never a day."""
        raise Unclear("which_weekday", weekday=WEEKDAY_NAMES[self.weekday], weak=self.weak)


@dataclass(frozen=True)
class EitherWeekday:
    """A typo that lies between two weekdays ("trsdag")."""

    first: int
    second: int

    def resolve(self, at: Context) -> Days:
        """Never a day."""
        raise Unclear("two_readings", first=WEEKDAY_NAMES[self.first], second=WEEKDAY_NAMES[self.second])
