"""Danish working days (hverdage): Monday to Friday that are not public holidays.

Public holidays are those of the `holidays` package; store bededag left the list with 2024. Juleaften, nytårsaften,
grundlovsdag and 1 May are no public holidays in law and count as working days here, even where an office is closed.
"""

from __future__ import annotations

from datetime import date, timedelta

from holidays.countries.denmark import Denmark
from holidays.holiday_base import HolidayBase

_HOLIDAYS: HolidayBase = Denmark()  # type: ignore[no-untyped-call]
_FRIDAY = 4


def is_workday(day: date) -> bool:
    """Whether `day` is a Danish working day."""
    return day.weekday() <= _FRIDAY and day not in _HOLIDAYS


def add_workdays(day: date, n: int) -> date:
    """The n-th working day after `day` (before it when `n` is negative); `day` itself when `n` is 0."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        if is_workday(day):
            left -= 1
    return day
