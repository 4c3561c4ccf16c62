"""An independent calendar for the cases: it walks day by day, and shares no code and no rule with the grammar.

An expectation in cases.yml is a Python expression over these names, evaluated at the case's moment and direction, so
every expected value is derived from the calendar and none is copied from the parser.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

CPH = ZoneInfo("Europe/Copenhagen")
DAY = timedelta(days=1)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
PARTS = {
    "nat": ("00:00", "06:00"), "morgen": ("06:00", "09:00"), "formiddag": ("09:00", "12:00"),
    "eftermiddag": ("12:00", "18:00"), "aften": ("18:00", "24:00"),
}  # fmt: skip
Expected = tuple[str | None, str | None, str, str, bool]


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule as completed by Lichtenberg."""
    century = year // 100
    moon_shift = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun_shift = 2 - (3 * century + 3) // 4
    golden = year % 19
    full = (19 * golden + moon_shift) % 30
    correction = (full + golden // 11) // 29
    limit = 21 + full - correction
    sunday = 7 - (year + year // 4 + sun_shift) % 7
    away = 7 - (limit - sunday) % 7
    return date(year, 3, 1) + timedelta(days=limit + away - 1)


def public_holiday(day: date) -> bool:
    if (day.month, day.day) in ((1, 1), (12, 25), (12, 26)):
        return True
    offsets = (-3, -2, 0, 1, 39, 49, 50) + ((26,) if day.year < 2024 else ())
    return (day - easter(day.year)).days in offsets


def iso(day: date, clock: str = "00:00") -> str:
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        day, hour = day + DAY, 0
    return datetime.combine(day, time(hour, minute), CPH).isoformat()


class Calendar:
    """The names that an expectation may use, at one moment and in one direction."""

    def __init__(self, now: str, direction: str) -> None:
        self.now = datetime.fromisoformat(now).replace(tzinfo=CPH)
        self.today = self.now.date()
        self.step = DAY if direction == "future" else -DAY

    def seek(self, wanted: Callable[[date], bool], start: date | None = None, step: timedelta | None = None) -> date:
        day = start or self.today
        while not wanted(day):
            day += step or self.step
        return day

    # days
    def nxt(self, weekday: int, after: date | None = None) -> date:
        """The first such weekday after a day (today)."""
        return self.seek(lambda day: day.weekday() == weekday, (after or self.today) + DAY, DAY)

    def prev(self, weekday: int, before: date | None = None) -> date:
        return self.seek(lambda day: day.weekday() == weekday, (before or self.today) - DAY, -DAY)

    def on(self, day_number: int, month: int) -> date:
        """The nearest such date in the direction, today counted."""
        return self.seek(lambda day: (day.day, day.month) == (day_number, month))

    def dom(self, day_number: int) -> date:
        return self.seek(lambda day: day.day == day_number)

    def ago(self, days: int) -> date:
        return self.today - days * DAY

    def ahead(self, days: int) -> date:
        return self.today + days * DAY

    def months(self, count: int, day: date | None = None) -> date:
        """The same day so many months away, or that month's last."""
        day = day or self.today
        total = day.year * 12 + day.month - 1 + count
        for number in range(day.day, 0, -1):
            try:
                return date(total // 12, total % 12 + 1, number)
            except ValueError:
                continue
        raise AssertionError

    def workday(self, count: int) -> date:
        day = self.today
        while count:
            day += DAY if count > 0 else -DAY
            if day.weekday() < SAT and not public_holiday(day):
                count -= 1 if count > 0 else -1
        return day

    def monday(self, weeks: int = 0, day: date | None = None) -> date:
        """The Monday of this week (of a day's week), or so many weeks on."""
        day = day or self.today
        while day.weekday() != MON:
            day -= DAY
        return day + 7 * weeks * DAY

    def wk(self, number: int, year: int | None = None) -> date:
        """The Monday of the nearest such ISO week."""
        if year:
            return self.seek(lambda day: day.isocalendar()[:2] == (year, number), date(year - 1, 12, 20), DAY)
        return self.monday(day=self.seek(lambda day: day.isocalendar()[1] == number))

    def mon(self, number: int) -> date:
        """The first of the nearest such month."""
        return self.seek(lambda day: day.month == number).replace(day=1)

    def first(self, months: int = 0) -> date:
        """The first of this month, or so many months on."""
        return self.months(months, self.today.replace(day=1))

    def last(self, first: date) -> date:
        """The last day of the month that begins there."""
        return self.months(1, first) - DAY

    def feast(self, rule: Callable[[int], date]) -> date:
        """The nearest feast day in the direction, today counted."""
        return self.seek(lambda day: day == rule(day.year))

    def east(self, offset: int) -> date:
        return self.feast(lambda year: easter(year) + offset * DAY)

    # what is expected
    def day(self, day: date) -> Expected:
        return iso(day), iso(day + DAY), "day", "value", False

    def days(self, first: date, last: date, grain: str = "day") -> Expected:
        return iso(first), iso(last + DAY), grain, "interval", False

    def week(self, monday: date) -> Expected:
        assert monday.weekday() == MON
        return iso(monday), iso(monday + 7 * DAY), "week", "value", False

    def month(self, first: date) -> Expected:
        assert first.day == 1
        return iso(first), iso(self.months(1, first)), "month", "value", False

    def year(self, number: int) -> Expected:
        return iso(date(number, 1, 1)), iso(date(number + 1, 1, 1)), "year", "value", False

    def at(self, day: date | None, clock: str) -> Expected:
        return (iso(day, clock) if day else clock), None, "minute", "value", False

    def clock(self, clock: str) -> Expected:
        return self.at(None, clock)

    def hours(self, first: str, last: str, day: date | None = None) -> Expected:
        ends = (iso(day, first), iso(day, last)) if day else (first, last)
        return *ends, "minute", "interval", False

    def part(self, name: str, day: date | None = None) -> Expected:
        first, last = PARTS[name]
        ends = (iso(day, first), iso(day, last)) if day else (first, "00:00" if last == "24:00" else last)
        return *ends, "hour", "interval", False

    def rough(self, first: str, last: str, kind: str = "value", day: date | None = None) -> Expected:
        ends = (iso(day, first), iso(day, last)) if day else (first, last)
        return *ends, "hour", kind, False

    def since(self, day: date | None, clock: str = "", grain: str = "") -> Expected:
        start = clock if day is None else iso(day, clock or "00:00")
        return start, None, grain or ("minute" if clock else "day"), "after", False

    def before(self, day: date | None, clock: str = "", grain: str = "") -> Expected:
        end = clock if day is None else iso(day, clock or "00:00")
        return None, end, grain or ("minute" if clock else "day"), "before", False

    def no(self, expected: Expected) -> Expected:
        return *expected[:4], True

    def in_minutes(self, minutes: int) -> Expected:
        there = (self.now.astimezone(timezone.utc) + timedelta(minutes=minutes)).astimezone(CPH)
        return there.isoformat(), None, "minute", "value", False

    def evaluate(self, expression: str) -> tuple[str, Any]:
        """("times", list) or ("ask", words that the question must hold)."""
        names = {name: getattr(self, name) for name in dir(self) if not name.startswith("_")}
        names |= {
            "D": date,
            "E": easter,
            "DAY": DAY,
            "d": lambda count: count * DAY,
            "ask": lambda *words: ("ask", words),
        }
        names |= dict(zip(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), range(7), strict=True))
        value = eval(expression, {"__builtins__": {}}, names)  # noqa: S307 - our own test data
        if isinstance(value, tuple) and value[:1] == ("ask",):
            return "ask", value[1]
        return "times", value if isinstance(value, list) else [value]
