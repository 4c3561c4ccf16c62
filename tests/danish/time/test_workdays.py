"""Danish working days, against the fixed list of public holidays counted from Easter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from time_oracle import public_holiday

from forloeb.workdays import add_workdays, is_workday


@pytest.mark.parametrize("year", range(1995, 2041))
def test_every_day_of_the_year(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert is_workday(day) == (day.weekday() < 5 and not public_holiday(day)), day
        day += timedelta(days=1)


def test_store_bededag_ended_with_2023() -> None:
    assert not is_workday(date(2023, 5, 5))
    assert is_workday(date(2024, 4, 26))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2025, 11, 20), 0, date(2025, 11, 20)),
        (date(2025, 11, 22), 0, date(2025, 11, 22)),
        (date(2025, 11, 20), 1, date(2025, 11, 21)),
        (date(2025, 11, 21), 1, date(2025, 11, 24)),
        (date(2025, 12, 23), 2, date(2025, 12, 29)),
        (date(2026, 4, 1), 1, date(2026, 4, 7)),
        (date(2026, 4, 7), -1, date(2026, 4, 1)),
        (date(2025, 11, 22), -1, date(2025, 11, 21)),
    ],
)
def test_counting(day: date, n: int, expected: date) -> None:
    assert add_workdays(day, n) == expected
