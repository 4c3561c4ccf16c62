"""Days, times and lists as Danes write them. Names of weekdays and months are data of the language, not sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip


def day(value: date, on: date) -> str:
    """A calendar day without its weekday: "22. september"; with the year where it is not this year's.

    Args:
        value: the day.
        on: today, which decides whether the year is said.
    """
    text = f"{value.day}. {MONTHS[value.month - 1]}"
    return text if value.year == on.year else f"{text} {value.year}"


def long_day(value: date, on: date) -> str:
    """A calendar day with its weekday: "mandag den 22. september"."""
    return f"{WEEKDAYS[value.weekday()]} den {day(value, on)}"


def clock(value: datetime) -> str:
    """A clock time in the value's own zone: "kl. 10.00"."""
    return f"kl. {value:%H.%M}"


def moment(value: datetime, on: date) -> str:
    """A day and clock time: "torsdag den 18. september kl. 10.00"."""
    return f"{long_day(value.date(), on)} {clock(value)}"


def listed(words: Sequence[str]) -> str:
    """Words as a Danish list: "a, b og c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} og {words[-1]}"
