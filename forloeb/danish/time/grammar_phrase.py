"""Phrases: bounds ("inden fredag"), ranges ("fra mandag til onsdag"), what is ruled out ("ikke mandag"), and lists.

Conventions: "fra", "siden" and "tidligst" count the day itself, "efter" begins after it; "før", "inden", "indtil" and
"frem til" end before it, "senest" and "til og med" after it; "fra … til", "mellem … og" and dashes count both ends.
"til fredag" alone is that Friday (as in "vi ses til fredag"). "ikke før fredag" is from Friday on. After "flyt", "fra
mandag til onsdag" is no range: Monday is given up (excluded), Wednesday wanted. In "torsdag eller fredag kl. 10" the
clock holds for both, and in "tirsdag kl. 10 eller 14" the day does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from forloeb.danish.time.clock import Hours
from forloeb.danish.time.days import OnDate, Spec, Week
from forloeb.danish.time.durations import Past
from forloeb.danish.time.feasts import Feast
from forloeb.danish.time.grammar_clock import DASHES, clock, clock_range, whole_message
from forloeb.danish.time.grammar_core import Point, point
from forloeb.danish.time.grammar_day import day_number_after, named_month, weekday_at, with_short_year, year_at
from forloeb.danish.time.grammar_negation import booking, moving, negated_after, negated_before
from forloeb.danish.time.grammar_relative import alone as duration_alone
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import atom_date, whole
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import ClockSaid, Found, Piece, Scan


class Bound(str, Enum):
    """How a phrase lies to the point it names."""

    AT = "at"
    FROM = "from"
    AFTER = "after"
    BEFORE = "before"
    THROUGH = "through"
    RANGE = "range"


@dataclass(frozen=True)
class Item:
    """One phrase read: a point or a range, how it is bounded, whether it is ruled out, and the tokens it covers."""

    bound: Bound
    left: Point
    right: Point | None
    excluded: bool
    first: int
    end: int
    link: str = ""  # what joins it to the item before: "", ",", "og", "men"
    sentence: int = 0  # which sentence of the text it stands in

    def at(self) -> bool:
        """Whether it names its point itself, without bound or range."""
        return self.bound is Bound.AT and self.right is None

    def plain(self) -> bool:
        """Whether it is days without a time of day, unbounded, and not ruled out."""
        return self.at() and self.left.hours is None and self.left.spec is not None and not self.excluded

    def near(self, other: Item) -> bool:
        """Whether both stand in one sentence, a few words apart."""
        return self.sentence == other.sentence and 0 <= other.first - self.end <= _NEAR


_WORDS: tuple[tuple[tuple[str, ...], Bound], ...] = (
    (("fra", "og", "med"), Bound.FROM), (("til", "og", "med"), Bound.THROUGH), (("t", "o", "m"), Bound.THROUGH),
    (("ikke", "senere", "end"), Bound.THROUGH), (("ikke", "foer"), Bound.FROM), (("ikke", "efter"), Bound.THROUGH),
    (("tidligere", "end"), Bound.BEFORE), (("senere", "end"), Bound.AFTER), (("frem", "til"), Bound.BEFORE),
    (("tidligst", "efter"), Bound.AFTER), (("foerst", "efter"), Bound.AFTER), (("senest", "foer"), Bound.BEFORE),
    (("senest", "inden"), Bound.BEFORE), (("op", "til"), Bound.BEFORE), (("helt", "til"), Bound.BEFORE), (("lige", "efter"), Bound.AFTER),
    (("inden", "udgangen", "af"), Bound.THROUGH), (("senest", "til"), Bound.THROUGH), (("senest", "i"), Bound.THROUGH),
    (("fra",), Bound.FROM), (("siden",), Bound.FROM), (("tidligst",), Bound.FROM), (("efter",), Bound.AFTER),
    (("foer",), Bound.BEFORE), (("inden",), Bound.BEFORE), (("indtil",), Bound.BEFORE), (("senest",), Bound.THROUGH),
)  # fmt: skip
_FILLERS = frozenset({"helst", "gerne", "evt", "eventuelt", "maaske", "ogsaa", "ellers", "alternativt", "saa", "igen", "fx",
                      "subsidiaert", "faktisk", "mon", "bare", "kun"})  # fmt: skip
_NEAR = 8
_ONWARDS = frozenset({"frem", "fremover", "senere"})


def bound_at(scan: Scan, i: int) -> tuple[Bound, int]:
    """The bound that opens here and where its point begins."""
    for words, bound in _WORDS:
        if scan.key(i) == words[0] and tuple(scan.key(i + at) for at in range(len(words))) == words:
            if (words[0] == "inden" and scan.key(i + 1) == "for") or (
                words[0] == "fra" and scan.key(i - 1) == "bortset"
            ):
                break
            return bound, i + len(words) - (words == ("senest", "i"))
    return Bound.AT, i


def phrase(scan: Scan, i: int) -> Found[list[Item]]:
    """The phrase that begins here: one item, or two when something is moved from one time to another."""
    between = _between(scan, i)
    if between:
        return [between], between.end
    bound, at = bound_at(scan, i)
    pair = _date_pair(scan, at) if bound in (Bound.AT, Bound.FROM) else None
    if pair:
        return [replace(pair, first=i)], pair.end
    found = point(scan, at)
    if not found and at > i + 1:
        bare = _bare_clock(scan, at)  # "ikke før 10"
        found = point(scan, at, bare) if bare else None
    if not found and at > i:
        # "inden 14 dage": the whole is one expression, not a bound on another
        bound, found = Bound.AT, point(scan, i)
    if (
        bound is not Bound.AT
        and found
        and scan.key(i) in ("efter", "foer", "inden", "fra", "indtil", "tidligst", "senest")
    ):
        # "efter kl. 14 på tirsdag" is a bound within Tuesday, as the clock rules read it
        clocked = point(scan, i)
        if clocked and clocked[1] >= found[1] and clocked[0].hours and clocked[0].hours.kind is not Kind.VALUE:
            bound, found = Bound.AT, clocked
    if not found:
        return None
    left, end = found
    if bound is not Bound.AT and left.spec is None and left.hours and left.hours.kind is Kind.VALUE:
        bound, left = Bound.AT, Point(None, _bounded(left.hours, bound))
    if bound is Bound.FROM and scan.key(i) == "siden":
        left = Point(_as_past(left.spec), left.hours)
    onward = _onward(scan, end)
    if onward:
        return [Item(Bound.FROM, left, None, False, i, onward)], onward
    if bound in (Bound.AT, Bound.FROM):
        right = _until(scan, end, left)
        if right and left.hours and left.hours.kind is not Kind.VALUE:
            raise Unclear("which_days")  # "kl. 8-12 mandag-torsdag"
        if right and scan.key(i) != "til" and scan.key(end) in ("til", "to") and moving(scan, i):
            given_up = Item(Bound.AT, left, None, True, at, end)
            return [given_up, Item(Bound.AT, right[0], None, False, end + 1, right[1], "men")], right[1]
        if right:
            return [Item(Bound.RANGE, left, right[0], False, i, right[1])], right[1]
    if left.spec is None and left.hours and left.hours.kind is Kind.INTERVAL and not left.hours.coarse:
        moved = _moved_hours(scan, i, end, left.hours)
        if moved:
            return moved, end
    if (
        bound is Bound.AT
        and left.hours
        and left.hours.kind is Kind.BEFORE
        and scan.key(i) == "til"
        and booking(scan, i)
    ):
        left = Point(left.spec, replace(left.hours, kind=Kind.VALUE, start=left.hours.end, end=None))
    return [Item(bound, left, None, False, i, end)], end


def _moved_hours(scan: Scan, i: int, end: int, hours: Hours) -> list[Item] | None:
    """`flyt den fra kl. 10 til kl. 14`: one clock time given up, the other wanted."""
    middle = next((at for at in range(i + 1, end) if scan.key(at) == "til"), None)
    if middle is None or scan.key(i - 1) == "til" or not moving(scan, i):
        return None
    old, new = Hours(Kind.VALUE, hours.start, None), Hours(Kind.VALUE, hours.end, None)
    return [Item(Bound.AT, Point(None, old), None, True, i, middle),
            Item(Bound.AT, Point(None, new), None, False, middle + 1, end, "men")]  # fmt: skip


def _bounded(hours: Hours, bound: Bound) -> Hours:
    """A clock time under a bound ("ikke før 10")."""
    if bound in (Bound.FROM, Bound.AFTER):
        start = hours.end if bound is Bound.AFTER and hours.end is not None else hours.start
        return Hours(Kind.AFTER, start, None, hours.coarse)
    return Hours(Kind.BEFORE, None, hours.start, hours.coarse)


def _as_past(spec: Spec | None) -> Spec | None:
    return spec if spec is None else Past(spec)


def _onward(scan: Scan, i: int) -> int:
    """Where `og frem`, `eller senere` ends."""
    return i + 2 if scan.key(i) in ("og", "eller") and scan.key(i + 1) in _ONWARDS else 0


def _until(scan: Scan, i: int, left: Point) -> Found[Point]:
    """The other end of a range: "til onsdag", "- 28/11"."""
    english = scan.key(i) == "to" and weekday_at(scan, i + 1) is not None
    if scan.key(i) not in ("til", *DASHES) and not english:
        return None
    at = i + 3 if (scan.key(i + 1), scan.key(i + 2)) == ("og", "med") else i + 1
    found = point(scan, at) or _bare_end(scan, at, left)
    if not found or (left.spec is None) != (found[0].spec is None):
        return None
    if found[0].hours and left.spec and (found[0].hours.kind is not Kind.VALUE or not left.hours):
        raise Unclear("which_days")  # "mandag til onsdag kl. 10": until then, or at 10 each day?
    return found if not found[0].hours or found[0].hours.kind is Kind.VALUE else None


def _bare_end(scan: Scan, i: int, left: Point) -> Found[Point]:
    """`28` in "d. 24 til 28", `50` in "uge 48 til 50"."""
    more = continued(scan, i, left)
    return (more[0], more[1]) if more else None


def continued(scan: Scan, i: int, before: Point) -> Found[Point]:
    """A bare number that the phrase before it explains: a day of the month, a week or a clock time."""
    if before.spec is not None and before.hours is None:
        day = day_number_after(scan, i, before.spec)
        if day:
            return Point(day[0].spec), day[1]
        number = whole(scan.token(i)) if scan.digits(i) else None
        if isinstance(before.spec, Week) and before.spec.number and number and scan.settled(i + 1):
            return Point(Week(number, before.spec.year)), i + 1
    if before.hours and not before.hours.coarse:
        stretch = clock_range(scan, i, licensed=True)
        if stretch and scan.settled(stretch[1]):
            return point(scan, i, (Piece(clock=stretch[0]), stretch[1]))
        said = _bare_clock(scan, i)
        return point(scan, i, said) if said else None
    return None


def _bare_clock(scan: Scan, i: int) -> Found[Piece]:
    found = clock(scan, i, licensed=True)
    return (Piece(clock=ClockSaid(Kind.VALUE, found[0])), found[1]) if found and scan.settled(found[1]) else None


def _between(scan: Scan, i: int) -> Item | None:
    """`mellem mandag og onsdag`, `mellem jul og nytår`."""
    if scan.key(i) != "mellem":
        return None
    left = point(scan, i + 1)
    if not left or scan.key(left[1]) not in ("og", *DASHES) or left[0].spec is None:
        return None
    right = point(scan, left[1] + 1) or continued(scan, left[1] + 1, left[0])
    if not right or right[0].spec is None:
        return None
    names = tuple(spec.name if isinstance(spec, Feast) else "" for spec in (left[0].spec, right[0].spec))
    if names[0] in ("jul", "julen", "juledag") and names[1].startswith(("nyt", "nytaar")):
        return Item(Bound.AT, Point(Feast("mellemdagene")), None, False, i, right[1])
    return Item(Bound.RANGE, left[0], right[0], False, i, right[1])


def _date_pair(scan: Scan, i: int) -> Item | None:
    """Two dates in one run of digits: `24/11-28/11`, `24.-28. november`, `uge 48-50`."""
    at = scan.skip(i, frozenset({"d", "den", "i", "uge", "uger", "om"}), 3)
    atoms = scan.token(at).atoms
    if len(atoms) != 2:
        return None
    numbers = [int(atom.parts[0]) if not atom.sep and len(atom.parts[0]) <= 2 else None for atom in atoms]
    if scan.key(at - 1) in ("uge", "uger") and at > i and numbers[0] and numbers[1]:
        return Item(Bound.RANGE, Point(Week(numbers[0])), Point(Week(numbers[1])), False, i, at + 1)
    licensed = scan.key(at - 1) in ("d", "den") and at > i
    named = named_month(scan, at + 1)
    if numbers[0] and numbers[1] and (named or licensed):
        if not named and numbers[1] <= 12 and numbers[1] <= numbers[0]:
            return None
        year = year_at(scan, at + 2) if named else None
        said = year[0] if year else None
        points = [Point(OnDate(number, named, said)) for number in numbers]
        return Item(Bound.RANGE, points[0], points[1], False, i, year[1] if year else at + 1 + bool(named))
    dates = [atom_date(atom, licensed=True) for atom in atoms]
    if all(len(atom.parts) > 1 and atom.sep == "/" for atom in atoms) and dates[0] and dates[1]:
        return Item(Bound.RANGE, Point(dates[0]), Point(dates[1]), False, i, at + 1)
    if atoms[0].sep == "/" and dates[0] and numbers[1] and dates[0].day < numbers[1] <= 31:
        if with_short_year(scan, at):
            return None
        return Item(Bound.RANGE, Point(dates[0]), Point(OnDate(numbers[1], dates[0].month)), False, i, at + 1)
    if numbers[0] and atoms[1].sep in ("/", ".") and dates[1] and (atoms[1].sep == "/" or ".-" in scan.token(at).text):
        return Item(Bound.RANGE, Point(OnDate(numbers[0], dates[1].month)), Point(dates[1]), False, i, at + 1)
    return None


def alone(scan: Scan) -> Item | None:
    """A bare duration that is the whole message."""
    found = duration_alone(scan) or whole_message(scan)
    read = point(scan, 0, found) if found else None
    return Item(Bound.AT, read[0], None, False, 0, read[1]) if read else None


def items(scan: Scan) -> tuple[list[Item], list[Unclear]]:
    """Every phrase of the text, in order, and what has to be asked about the others."""
    found: list[Item] = []
    unclear: list[Unclear] = []
    i = sentence = 0
    while i < len(scan.tokens):
        sentence += scan.key(i) in (".", "!", "?", ";")
        if not scan.opens(i):
            i += 1
            continue
        try:
            link, read = _next(scan, i, found)
        except Unclear as asked:
            unclear.append(asked)
            read = None
        if read is None:
            i += 1
            continue
        more, i = read
        excluded = negated_before(scan, more[0].first) or negated_after(scan, i)
        inherited = bool(found) and link in ("og", ",") and found[-1].excluded
        out = more[0].excluded or excluded or inherited
        found.append(replace(more[0], excluded=out, link=link, sentence=sentence))
        found += more[1:]
    return found, unclear


def _next(scan: Scan, i: int, before: list[Item]) -> tuple[str, Found[list[Item]]]:
    """The phrase here, or after the word that joins it to the one before; with that word."""
    link, start = _link(scan, i, before)
    if link:
        read = _read(scan, start, before)
        if read:
            return link, read
    return "", phrase(scan, i)


def _read(scan: Scan, i: int, before: list[Item]) -> Found[list[Item]]:
    """A phrase, or a bare number that the phrase before explains, whichever reads more."""
    last = before[-1]
    read = phrase(scan, i)
    more = continued(scan, i, last.right or last.left)
    if more and (read is None or read[1] <= more[1]):
        return [Item(Bound.AT, more[0], None, False, i, more[1])], more[1]
    return read


def _link(scan: Scan, i: int, before: list[Item]) -> tuple[str, int]:
    """What joins the position to the item that ended just there, and where the next phrase begins."""
    if not before or before[-1].end != i:
        return "", i
    at = i + 1 if scan.key(i) == "," else i
    link = "," if at > i else ""
    if scan.key(at) in ("og", "eller", "/", "men"):
        link = "men" if scan.key(at) == "men" else "og"
        at += 1
    if not link:
        return "", i
    start = scan.skip(at, _FILLERS, 2)
    return "men" if start > at and before[-1].excluded else link, start
