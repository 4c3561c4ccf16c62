"""What stands together is read together: "tirsdag d. 24/11 kl. 10", "kl. 10 på tirsdag i næste uge".

The pieces found side by side are joined into one `Point` (days and time of day) as long as they agree in kind; the
first that does not begins a new one. A weekday beside a date is checked against it, not believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forloeb.danish.time.checks import Agreeing, DayOfMonth, WhichWeekday
from forloeb.danish.time.clock import Hours, at_clock, clock_bound, clock_stretch, clock_words, daypart
from forloeb.danish.time.days import WEEK, Month, Spec, Week, Year
from forloeb.danish.time.durations import Away, Duration
from forloeb.danish.time.feasts import Feast
from forloeb.danish.time.grammar_clock import clock_piece
from forloeb.danish.time.grammar_day import date_piece, relative_day
from forloeb.danish.time.grammar_daypart import part_piece
from forloeb.danish.time.grammar_parts import edge_of_period, nth_of_month, part_of_period, period_out
from forloeb.danish.time.grammar_period import month, season, week, weekend, year
from forloeb.danish.time.grammar_relative import beside, feast, shift, within
from forloeb.danish.time.grammar_weekday import weekday
from forloeb.danish.time.letters import words
from forloeb.danish.time.model import Kind
from forloeb.danish.time.periods import Beside, Nth, Weekend
from forloeb.danish.time.questions import Unclear, day_words, full_day_words
from forloeb.danish.time.scan import Found, Piece, Scan
from forloeb.danish.time.single_days import Offset, OnDate, OnWeekday, with_year

_JOINERS = words(
    ", : ( ) paa den altsaa lige bare maaske eventuelt helst gerne fx evt allerede tidligt ogsaa d saa the af"
)
_DAYLIKE = (OnWeekday, OnDate, Offset, Feast, Away, Nth, Beside, DayOfMonth, Agreeing)
_MOST_PIECES = 6
_DAY_RULES = (
    beside, period_out, edge_of_period, nth_of_month, part_of_period, within, shift, feast, relative_day, date_piece,
    week, weekend, weekday, month, season,
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """Days, a time of day, or both, as said."""

    spec: Spec | None = None
    hours: Hours | None = None


def day_piece(scan: Scan, i: int) -> Found[Piece]:
    """The first rule for days that reads something here."""
    for rule in _DAY_RULES:
        found = rule(scan, i)
        if found:
            return found
    return None


def piece(scan: Scan, i: int, *, dated: bool, opening: bool) -> Found[Piece]:
    """Any rule. After a day a part of the day comes first ("mandag morgen" is no "i morgen")."""
    if not opening and scan.key(i) == "til":
        return None
    if dated:
        return (
            part_piece(scan, i, dated=True) or clock_piece(scan, i, dated=True) or day_piece(scan, i) or year(scan, i)
        )
    return day_piece(scan, i) or clock_piece(scan, i) or part_piece(scan, i) or year(scan, i)


def point(scan: Scan, i: int, first: Found[Piece] = None) -> Found[Point]:
    """The pieces from here on that belong together; `first` is one already read."""
    found = first or piece(scan, i, dated=False, opening=True)
    if not found:
        return None
    whole, end = found
    for _ in range(_MOST_PIECES):
        if scan.token(end - 1).digits and scan.token(end - 1).dotted and scan.token(end).text[:1].isupper():
            break
        following = scan.skip(end, _JOINERS)
        comma = "," in (scan.key(at) for at in range(end, following))
        # the joiner may be the piece's own first word ("på tirsdag", "den 24.")
        found = None
        for start in dict.fromkeys((end, *range(end + 1, following + 1))):
            found = piece(scan, start, dated=isinstance(whole.spec, _DAYLIKE), opening=False)
            if found:
                break
        joined = join(whole, found[0], scan, comma=comma) if found else None
        if joined is None or found is None:
            break
        if comma and isinstance(whole.spec, OnDate) and _bare_number(scan, start):
            break
        if comma and whole.spec is None and clock_piece(scan, found[1], dated=True):
            break
        if comma and whole.spec and found[0].spec is None and (weekday(scan, found[1]) or date_piece(scan, found[1])):
            break  # "undgå mandag, helst kl. halv tre på fredag"
        whole, end = joined, found[1]
    closing = scan.key(end) == ")"
    return Point(whole.spec or whole.year, _hours(whole, scan)), end + closing


def _bare_number(scan: Scan, i: int) -> bool:
    """`4` in "d. 3, 4 og 5 december": no clock time after a date and a comma."""
    return scan.digits(i) and scan.token(i).text.isdigit() and len(scan.token(i).text) <= 2


def join(whole: Piece, more: Piece, scan: Scan, *, comma: bool) -> Piece | None:
    """Both in one, or None where they do not belong together."""
    spec = whole.spec or more.spec
    if whole.spec and more.spec:
        spec = join_specs(whole.spec, more.spec, scan, comma=comma)
        if spec is None:
            return None
    year_said = whole.year or more.year
    if more.year and whole.spec:
        spec, year_said = _year_joined(whole.spec, more.year), None
        if spec is None:
            return None
    elif year_said and (whole.clock or whole.part or more.clock or more.part):
        return None
    elif whole.year and more.spec:
        spec, year_said = _year_joined(more.spec, whole.year), None
        if spec is None:
            return None
    if (whole.clock and more.clock) or (whole.part and more.part and whole.part != more.part):
        return None
    return Piece(
        spec=spec,
        clock=whole.clock or more.clock,
        part=whole.part or more.part,
        third=whole.third or more.third,
        year=year_said,
        or_date=whole.or_date or more.or_date,
    )


def _year_joined(spec: Spec, year_said: Year) -> Spec | None:
    if isinstance(spec, Feast):
        return replace(spec, year=year_said) if spec.year is None else None
    return with_year(spec, year_said)


def join_specs(one: Spec, other: Spec, scan: Scan, *, comma: bool) -> Spec | None:
    """A weekday with its date or week, a day with its month; None for what does not belong together."""
    if isinstance(other, OnWeekday) and not isinstance(one, OnWeekday):
        return _with_weekday(one, other, scan, soft=comma)
    if isinstance(one, OnWeekday):
        return (
            _with_weekday(other, one, scan, soft=comma and isinstance(other, Offset))
            if not isinstance(other, OnWeekday)
            else None
        )
    if isinstance(one, OnDate) and one.month is None and isinstance(other, Month):
        if other.number:
            return replace(one, month=other.number, year=other.year)
        return DayOfMonth(one.day, other, one.weekday)
    if isinstance(one, Month) and isinstance(other, OnDate) and other.month is None:
        return join_specs(other, one, scan, comma=comma)
    if isinstance(one, WhichWeekday) and isinstance(other, (Month, Week)):
        return replace(one, weak=False)  # "alle tirsdage i november"
    if isinstance(one, OnDate) and isinstance(other, Week):
        return Agreeing(one, week=other)
    if isinstance(one, Away) and isinstance(other, Offset):
        one, other = other, one
    if isinstance(one, Offset) and isinstance(other, Away):  # "i går for en uge siden", "i morgen otte dage"
        week = other.duration == Duration(days=8)
        return Beside(Duration(days=7) if week else other.duration, other.sign, one)
    if isinstance(one, Weekend) and isinstance(other, Week):
        return replace(one, week=other)
    return None


def _with_weekday(spec: Spec, said: OnWeekday, scan: Scan, *, soft: bool) -> Spec | None:
    """`soft` after a comma, where a weekday that contradicts begins something new."""
    joined: Spec | None = None
    if isinstance(spec, (OnDate, Offset)) and spec.weekday is None:
        joined = replace(spec, weekday=said.weekday)
        if isinstance(spec, OnDate) and said.which == "past":
            joined = replace(spec, weekday=said.weekday, past=True)
    elif isinstance(spec, Week) and said.week is None:
        return replace(said, week=spec)
    elif isinstance(spec, Away):
        weeks = _whole_weeks(spec)
        if said.weekday == scan.at.today.weekday() and said.which == "bare" and weeks:
            either = (weeks, weeks + spec.sign)
            first, second = (full_day_words(scan.at.today + n * WEEK, scan.at.today) for n in either)
            raise Unclear("two_readings", first=first, second=second)  # said on a Monday: "mandag for en uge siden"
        return (
            replace(said, which="coming" if spec.sign > 0 else "past", weeks=weeks)
            if weeks and not said.weeks
            else None
        )
    elif isinstance(spec, Feast):
        joined = Agreeing(spec, weekday=said.weekday)
    elif isinstance(spec, Month):
        return WhichWeekday(said.weekday)
    if joined and soft:
        try:
            joined.resolve(scan.at)
        except Unclear:
            return None
    return joined


def _whole_weeks(spec: Away) -> int:
    """`om 14 dage` after a weekday is two weeks; `om 8 dage` is the Danish way to say one."""
    length = spec.duration
    if length.months or length.workdays or length.minutes:
        return 0
    days = 7 if length.days == 8 else length.days
    return spec.sign * days // 7 if days % 7 == 0 else 0


def _hours(said: Piece, scan: Scan) -> Hours | None:
    if said.clock is None:
        return daypart(said.part, said.third) if said.part else None
    if said.or_date is not None:
        _ask_clock_or_date(said, scan)
    clock, part = said.clock, said.part
    if clock.last:
        return clock_stretch(clock.first, clock.last, part)
    return at_clock(clock.first, part) if clock.kind is Kind.VALUE else clock_bound(clock.kind, clock.first, part)


def _ask_clock_or_date(said: Piece, scan: Scan) -> None:
    """`10.12` alone can be a date; beside a day it is the clock, unless the weekday falls on that date."""
    if said.clock is None or said.or_date is None or not isinstance(said.or_date, OnDate) or said.part:
        return
    day = said.or_date
    if isinstance(said.spec, OnWeekday) and said.spec.week is None:
        try:
            day = replace(day, weekday=said.spec.weekday)
            day.resolve(scan.at)
        except Unclear:
            return
    elif said.spec is not None or day.month is None:
        return
    date_words = day_words(day.resolve(scan.at).start, scan.at.today)
    raise Unclear("clock_or_date", clock=clock_words(said.clock.first.minute()), date=date_words)
