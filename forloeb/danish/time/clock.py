"""Clock times and parts of the day.

Conventions (office hours): a bare hour from 1 to 6 is in the afternoon ("kl to" 14:00, "kvart over 2" 14:15), from 7
to 12 as said ("kl 8" 08:00); the hour that is named decides ("halv syv" 06:30, "halv to" 13:30). A leading zero ("kl
02.15") or an hour over 12 is taken as it stands. A part of the day overrules ("kl 8 om aftenen" 20:00). Nights run
0-6, morgen 6-9, formiddag 9-12, middag 12-13, eftermiddag 12-18, aften 18-24.
"""

from __future__ import annotations

from dataclasses import dataclass

from forloeb.danish.time.model import Kind
from forloeb.danish.time.questions import Unclear, daypart_words

HOUR = 60
MIDNIGHT = 24 * HOUR
NOON = 12 * HOUR
DAYPART_HOURS = {
    "nat": (0, 6), "morgen": (6, 9), "formiddag": (9, 12), "middag": (12, 13), "eftermiddag": (12, 18),
    "aften": (18, 24),
}  # fmt: skip
# The hours that agree with a part of the day when both are said.
_AGREEING = {"nat": (0, 7), "morgen": (3, 12), "formiddag": (6, 12), "middag": (11, 14), "eftermiddag": (11, 19),
             "aften": (16, 24)}  # fmt: skip
_LATE = 22 * HOUR


@dataclass(frozen=True)
class Clock:
    """A clock time as named: the hour, minutes past it (negative before it), and whether it is a 24-hour one."""

    hour: int
    past: int = 0
    literal: bool = False
    rough: bool = False  # "14-tiden": the hour, not the minute

    def minute(self, part: str | None = None) -> int:
        """Minutes from midnight, in that part of the day when one was said."""
        hour = self.hour
        if not self.literal and hour <= 12:
            hour = _office_hour(hour) if part is None else _hour_in(part, hour)
        return hour * HOUR + self.past

    def exists(self) -> bool:
        """Whether there is such a time."""
        return 0 <= self.hour * HOUR + self.past <= MIDNIGHT and self.past < HOUR


def _office_hour(hour: int) -> int:
    return hour + 12 if 1 <= hour <= 6 else hour


def _hour_in(part: str, hour: int) -> int:
    if part == "nat":
        return 0 if hour == 12 else hour + 12 if hour >= 9 else hour
    if part == "aften":
        return hour + 12 if 4 <= hour <= 12 else hour
    if part in ("eftermiddag", "middag"):
        return hour + 12 if 1 <= hour <= 8 else hour
    return hour


@dataclass(frozen=True)
class Hours:
    """What is said about the time of day: an instant, a stretch, or a bound, in minutes from midnight."""

    kind: Kind
    start: int | None
    end: int | None
    coarse: bool = False  # a part of the day rather than a clock time
    shifted: bool = False  # an hour from 1 to 6 taken as one in the afternoon


def at_clock(clock: Clock, part: str | None = None) -> Hours:
    """`kl. 14`; a rough one lasts an hour."""
    minute = clock.minute(part)
    if part and not clock.rough:
        first, last = _AGREEING[part]
        if not first * HOUR <= minute <= last * HOUR and not (part == "nat" and minute >= _LATE):
            raise Unclear("clock_contradicts", clock=clock_words(minute), part=daypart_words(part))
    if clock.rough:
        return Hours(Kind.VALUE, minute, minute + HOUR, coarse=True)
    return Hours(Kind.VALUE, minute, None, shifted=part is None and minute >= NOON > clock.hour * HOUR + clock.past)


def clock_stretch(first: Clock, last: Clock, part: str | None = None) -> Hours:
    """`kl. 10-12`, which must go forwards: "10 til 2" is until 14."""
    start, end = first.minute(part), last.minute(part)
    if end <= start < end + 12 * HOUR <= MIDNIGHT and not last.literal and last.hour < 12 and first.hour <= 12:
        end += 12 * HOUR
    if end <= start:
        raise Unclear("backwards")
    return Hours(Kind.INTERVAL, start, end)


def clock_bound(kind: Kind, clock: Clock, part: str | None = None) -> Hours:
    """`efter kl. 14`, `inden 12`."""
    minute = clock.minute(part)
    start, end = (minute, None) if kind is Kind.AFTER else (None, minute)
    return Hours(kind, start, end, coarse=clock.rough)


def daypart(part: str, third: str | None = None) -> Hours:
    """`formiddag`; `sidst på eftermiddagen` is its second half, `midt på` the middle."""
    first, last = (hour * HOUR for hour in DAYPART_HOURS[part])
    if part == "middag":
        return Hours(Kind.VALUE, first, last, coarse=True)
    half = (last - first) // 2
    if third == "first":
        last = first + half
    elif third == "last":
        first += half
    elif third == "middle":
        first, last = first + half // 2, last - half // 2
    return Hours(Kind.INTERVAL, first, last, coarse=True)


def clock_words(minute: int) -> str:
    """`13.30`, as written in Danish."""
    return f"{minute // HOUR}.{minute % HOUR:02d}"
