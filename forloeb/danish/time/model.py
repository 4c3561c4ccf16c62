"""What a reading of a text is: times, or the question to ask back. The contract is section 6 of the design.

Conventions: `end` is exclusive. An instant has grain minute and no end. An open bound has a null side. A clock time
without a date is the string HH:MM. A bound with a clock ("tirsdag efter kl. 14") has grain minute or hour and holds
within that day; `Time.window()` gives it closed by midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Copenhagen")

Direction = Literal["future", "past"]
Moment = datetime | str | None


class Grain(str, Enum):
    """How finely a time was said."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Kind(str, Enum):
    """One thing named (value), a stretch with two ends (interval), or a bound open to one side."""

    VALUE = "value"
    INTERVAL = "interval"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True)
class Time:
    """One time found in a text; `span` are its character offsets, `excluded` says that the person rules it out."""

    start: Moment
    end: Moment
    grain: Grain
    kind: Kind
    excluded: bool
    text: str
    span: tuple[int, int]

    def as_json(self) -> dict[str, object]:
        """The time as the contract has it (without the span)."""
        return {
            "start": _plain(self.start),
            "end": _plain(self.end),
            "grain": self.grain.value,
            "kind": self.kind.value,
            "excluded": self.excluded,
            "text": self.text,
        }

    def window(self) -> tuple[Moment, Moment]:
        """Start and end, where a dated clock bound ("tirsdag efter kl. 14") is closed by that day's midnights."""
        start, end = self.start, self.end
        if self.grain in (Grain.MINUTE, Grain.HOUR):
            if self.kind is Kind.AFTER and isinstance(start, datetime):
                end = midnight(start + timedelta(days=1))
            elif self.kind is Kind.BEFORE and isinstance(end, datetime):
                start = midnight(end - timedelta(minutes=1))
        return start, end


@dataclass(frozen=True)
class Reading:
    """Either times, or the Danish question to ask back; never both. Neither when the text names no time.

    `clash` tells a question about words that contradict themselves from one about vague words.
    """

    times: tuple[Time, ...] = ()
    ask: str | None = None
    clash: bool = field(default=False, compare=False)

    def as_json(self) -> dict[str, object]:
        """The answer of `forloeb times` to one line."""
        return {"times": [found.as_json() for found in self.times], "ask": self.ask}


def midnight(moment: datetime) -> datetime:
    """The start of that local day."""
    return datetime.combine(moment.date(), time(), ZONE)


def _plain(moment: Moment) -> str | None:
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment
