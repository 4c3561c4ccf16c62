"""Rules for two ends: "fra mandag til onsdag", "mellem jul og nytår", "24.-28. november", "uge 48-50".

Conventions: both ends are counted. "mellem jul og nytår" is 27-30 December. A time of day after a range of days
("mandag til onsdag kl. 10") can mean until then or each day, so it asks.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.clock import daypart
from forloeb.danish.time.days import Spec, Week
from forloeb.danish.time.durations import Duration
from forloeb.danish.time.feasts import Feast
from forloeb.danish.time.grammar_clock import DASHES, clock, clock_range
from forloeb.danish.time.grammar_core import Point, day_piece, point
from forloeb.danish.time.grammar_day import day_number_after, with_short_year, year_at
from forloeb.danish.time.grammar_weekday import AFTERWARDS, weekday_at
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import WEEKDAYS
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import atom_date, whole
from forloeb.danish.time.periods import Beside
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import ClockSaid, Found, Piece, Scan, named_month
from forloeb.danish.time.single_days import Offset, OnDate, OnWeekday

_MOST_WEEKS = 53
_ENDS = frozenset({"", ",", ".", "?", "!", ";", "og", "eller"})
_FOLLOWING = _ENDS | words("er passer kan vil ville gaar duer dur hvis")


def other_end(scan: Scan, i: int, left: Point) -> Found[Point]:
    """The second end of a range: "til onsdag", "- 28/11"; `to` is how English says it."""
    if scan.key(i) == "og" and scan.key(i + 1) in ("til", "frem"):
        i += 1 + (scan.key(i + 1) == "frem")  # "fra i morgen og til og med tirsdag"
    english = scan.key(i) == "to" and weekday_at(scan, i + 1) is not None
    short = (scan.key(i), scan.key(i + 1), scan.key(i + 2)) == ("t", "o", "m")
    if scan.key(i) not in ("til", "tom", *DASHES) and not english and not short:
        return None
    if scan.key(i) in DASHES and scan.key(i + 1) == "paa":
        return None  # "ikke på mandag - på tirsdag"
    at = i + 3 if short or (scan.key(i + 1), scan.key(i + 2)) == ("og", "med") else i + 1
    found = point(scan, at) or continued(scan, at, left)
    if not found or (left.spec is None) != (found[0].spec is None):
        return None
    each_day = found[0].hours and left.spec and (found[0].hours.kind is not Kind.VALUE or not left.hours)
    if each_day or (left.hours and left.hours.kind is not Kind.VALUE):
        raise Unclear("which_days")
    return found if not found[0].hours or found[0].hours.kind is Kind.VALUE else None


def between(scan: Scan, i: int) -> Item | None:
    """`mellem mandag og onsdag`, `mellem jul og nytår`."""
    left = point(scan, i + 1) if scan.key(i) == "mellem" else None
    if not left or scan.key(left[1]) not in ("og", *DASHES) or left[0].spec is None:
        return None
    right = point(scan, left[1] + 1) or continued(scan, left[1] + 1, left[0])
    if not right or right[0].spec is None:
        return None
    if right[0].hours and not left[0].hours:
        raise Unclear("which_days")  # "mellem mandag og onsdag kl. 10": until then, or each day?
    names = tuple(spec.name if isinstance(spec, Feast) else "" for spec in (left[0].spec, right[0].spec))
    if names[0].startswith("jul") and names[1].startswith("nyt"):
        return Item(Point(Feast("mellemdagene")), i, right[1])
    return Item(left[0], i, right[1], Bound.RANGE, right[0])


def night_between(scan: Scan, i: int) -> Item | None:
    """`natten mellem fredag og lørdag`: the night that ends on the second."""
    both = between(scan, i + 1) if scan.key(i) == "nat" else None
    if not both or not both.right:
        return None
    return Item(Point(both.right.spec, daypart("nat")), i, both.end)


def night_to(scan: Scan, i: int) -> Item | None:
    """`natten til lørdag kl. 2`: the night that ends on that day."""
    day = day_piece(scan, i + 2) if (scan.key(i), scan.key(i + 1)) == ("nat", "til") else None
    if not day or day[0].spec is None or day[0].part:
        return None
    found = point(scan, i, (replace(day[0], part="nat"), day[1]))
    return Item(found[0], i, found[1]) if found else None


def continued(scan: Scan, i: int, before: Point) -> Found[Point]:
    """A bare number that the phrase before it explains: a day of the month, a week or a clock time."""
    if before.spec is not None and before.hours is None:
        beside = _the_one_after(scan, i, before.spec)
        if beside:
            return beside
        day = day_number_after(scan, i, before.spec)
        if day:
            return Point(day[0].spec), day[1]
        number = whole(scan.token(i)) if scan.digits(i) else None
        if (
            isinstance(before.spec, Week)
            and before.spec.number
            and number
            and number <= _MOST_WEEKS
            and scan.settled(i + 1)
        ):
            return Point(Week(number, before.spec.year)), i + 1
    if before.hours and not before.hours.coarse:
        stretch = clock_range(scan, i, licensed=True)
        if stretch and scan.settled(stretch[1]):
            return point(scan, i, (Piece(clock=stretch[0]), stretch[1]))
        said = bare_clock(scan, i)
        return point(scan, i, said) if said else None
    return None


def _the_one_after(scan: Scan, i: int, before: Spec) -> Found[Point]:
    """`ugen efter`, `dagen efter` beside the week or day that was just named."""
    if scan.key(i + 1) not in AFTERWARDS or not scan.definite(i) or scan.key(i + 2) not in _FOLLOWING:
        return None
    if scan.key(i) in WEEKDAYS:
        return Point(Beside(WEEKDAYS[scan.key(i)], 1, before)), i + 2  # "tirsdag eller tirsdagen efter"
    if scan.key(i) == "uge" and isinstance(before, Week):
        return Point(Beside("week", 1, before)), i + 2
    if scan.key(i) == "dag" and isinstance(before, (OnDate, OnWeekday, Offset)):
        return Point(Beside(Duration(days=1), 1, before)), i + 2
    return None


def bare_clock(scan: Scan, i: int) -> Found[Piece]:
    """A clock time without "kl", where the words before it allow one."""
    found = clock(scan, i, licensed=True)
    return (Piece(clock=ClockSaid(Kind.VALUE, found[0])), found[1]) if found and scan.settled(found[1]) else None


def pair(scan: Scan, i: int) -> Item | None:
    """Two dates or weeks in one run of digits."""
    at = scan.skip(i, words("d den i uge uger om"), 3)
    atoms = scan.token(at).atoms
    if len(atoms) == 1 and scan.key(at - 1) in ("uge", "uger") and atoms[0].sep == "/":  # "uge 48/49"
        weeks = [int(part) for part in atoms[0].parts if len(part) <= 2]
        if len(weeks) == 2 == len(atoms[0].parts) and weeks[1] == weeks[0] + 1:
            return Item(Point(Week(weeks[0])), i, at + 1, Bound.RANGE, Point(Week(weeks[1])))
    if len(atoms) == 1 and named_month(scan, at + 1):
        return _slashed_days(scan, i, at)
    if len(atoms) != 2:
        return None
    first, last = (int(atom.parts[0]) if not atom.sep and len(atom.parts[0]) <= 2 else None for atom in atoms)
    lead = scan.key(at - 1) if at > i else ""
    if first and last:
        if lead in ("uge", "uger"):
            return Item(Point(Week(first)), i, at + 1, Bound.RANGE, Point(Week(last)))
        return _day_pair(scan, i, at, first, last, licensed=lead in ("d", "den"))
    ends = _date_pair(scan, at, first, last)
    return Item(Point(ends[0]), i, at + 1, Bound.RANGE, Point(ends[1])) if ends else None


def _slashed_days(scan: Scan, i: int, at: int) -> Item | None:
    """`d. 3/4 oktober`: the third and the fourth, not the third of April."""
    atom, month = scan.token(at).atoms[0], named_month(scan, at + 1)
    if atom.sep != "/" or len(atom.parts) != 2:
        return None
    first, last = (int(part[:3]) for part in atom.parts)
    if last != first + 1:
        raise Unclear("no_such_date", text=f"{scan.token(at).text} {scan.token(at + 1).text}")
    return Item(Point(OnDate(first, month)), i, at + 2, Bound.RANGE, Point(OnDate(last, month)))


def _day_pair(scan: Scan, i: int, at: int, first: int, last: int, *, licensed: bool) -> Item | None:
    """`24.-28. november`, `d. 24-28`; but "d. 24-11" is a date."""
    month = named_month(scan, at + 1)
    if not month and (not licensed or last <= min(12, first)):
        return None
    year = year_at(scan, at + 2) if month else None
    ends = [Point(OnDate(number, month, year[0] if year else None)) for number in (first, last)]
    return Item(ends[0], i, year[1] if year else at + 1 + bool(month), Bound.RANGE, ends[1])


def _date_pair(scan: Scan, i: int, first: int | None, last: int | None) -> tuple[OnDate, OnDate] | None:
    """`24/11-28/11`, `24/11-28`, `24-26/11`, `24.-26.11`; `first` and `last` are the ends that are plain numbers."""
    atoms = scan.token(i).atoms
    begin, finish = (atom_date(atom, licensed=True) if atom.sep else None for atom in atoms)
    slashes = [atom.sep == "/" for atom in atoms]
    if begin and finish and all(slashes):
        return begin, finish
    if begin and last and slashes[0] and begin.day < last <= 31 and not with_short_year(scan, i):
        return begin, OnDate(last, begin.month)
    if first and finish and (slashes[1] or ".-" in scan.token(i).text):
        return OnDate(first, finish.month, finish.year), finish
    return None
