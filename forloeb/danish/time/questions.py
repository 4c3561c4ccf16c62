"""The question asked back where a guess could be wrong. Every sentence lives in questions.yml."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

_TEXTS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text(encoding="utf-8"))
WEEKDAY_NAMES: tuple[str, ...] = tuple(_TEXTS["weekdays"])
MONTH_NAMES: tuple[str, ...] = tuple(_TEXTS["months"])

_VAGUE = frozenset({"which_days", "unread", "which_day", "which_weekday", "when_roughly", "which_holiday_week"})


class Unclear(Exception):
    """The words have no value that can be trusted; `question()` is what to ask.

    A weak one (something vague, such as "om nogle dage") gives way when the text names another time.
    """

    def __init__(self, key: str, *, weak: bool = False, **values: object) -> None:
        """`key` names the sentence in questions.yml, `values` fill it."""
        super().__init__(key)
        self.key = key
        self.weak = weak
        self.values = values

    @property
    def clash(self) -> bool:
        """Whether the words contradict themselves or have two readings, rather than being vague."""
        return self.key not in _VAGUE

    def question(self) -> str:
        """The Danish sentence, begun with a capital."""
        text = str(_TEXTS["questions"][self.key]).format(**self.values)
        return text[:1].upper() + text[1:]


def day_words(day: date, today: date) -> str:
    """`24. november`, with the year where it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day}. {MONTH_NAMES[day.month - 1]}{year}"


def full_day_words(day: date, today: date) -> str:
    """`mandag den 24. november`, with the year where it is not this one."""
    return f"{WEEKDAY_NAMES[day.weekday()]} den {day_words(day, today)}"


def week_words(week: int, year: int) -> str:
    """`uge 48 i 2025`."""
    return str(_TEXTS["week"]).format(week=week, year=year)


def weekend_words(saturday: date, sunday: date) -> str:
    """`weekenden 29.-30. november`."""
    first = f"{saturday.day}." if saturday.month == sunday.month else f"{saturday.day}/{saturday.month}"
    last = f"{sunday.day}. {MONTH_NAMES[sunday.month - 1]}"
    return str(_TEXTS["weekend"]).format(first=first, last=last)


def daypart_words(part: str) -> str:
    """`om formiddagen`."""
    return str(_TEXTS["dayparts"][part])
