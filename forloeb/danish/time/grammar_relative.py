"""Rules that count from somewhere: "om 14 dage", "for to måneder siden", "dagen før juleaften", feast days.

Convention: a bare duration ("14 dage") is a time only as the whole message, counted from today in the direction; "i
tre måneder" is where it began when the direction is past. "om et par dage" is two days, "om nogle dage" is asked about.
"""

from __future__ import annotations

from typing import Literal

from forloeb.danish.time.days import Month, Spec, Week
from forloeb.danish.time.durations import Away, AwayBetween, Duration, Elapsed, Rest, Vague, Within
from forloeb.danish.time.feasts import FEASTS, NUMBERED, SHY, Feast
from forloeb.danish.time.grammar_day import date_piece, relative_day, year_at
from forloeb.danish.time.grammar_duration import MOST, ROUGH, SIZES, UNITS, after_tid, duration, times
from forloeb.danish.time.grammar_parts import whole_period
from forloeb.danish.time.grammar_period import month, week, weekend
from forloeb.danish.time.grammar_weekday import WHICH, weekday, weekday_at
from forloeb.danish.time.letters import words
from forloeb.danish.time.numbers import ORDINALS, whole
from forloeb.danish.time.periods import Beside
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Found, Piece, Scan
from forloeb.danish.time.single_days import OnDate

_NEIGHBOURS: dict[str, Duration | Literal["week", "month"]] = {
    "dag": Duration(days=1), "uge": "week", "maaned": "month",
}  # fmt: skip

_LASTED = words(
    "arbejdsplads arbejdspladsen arbejdet arbejdede ansat ansaettelse stilling firma firmaet virksomheden butikken "
    "faget branchen boet gift medlem kontrakt ansatte laere uddannet erfaring koert"
)
_CLAUSE = 8


def _away(length: Duration | None, sign: int) -> Spec:
    if length is None:
        return Vague()
    return Elapsed(sign * length.minutes) if length.minutes else Away(length, sign)


def shift(scan: Scan, i: int) -> Found[Piece]:
    """`om 14 dage`, `for en uge siden`, `3 mdr siden`."""
    if scan.key(i) == "om":
        found = duration(scan, i + 1)
        if found and found[0] and scan.key(found[1]) == "eller" and scan.key(found[1] + 1) in ("to", "2"):
            twice = times(2, found[0])  # "om en uge eller to"
            return Piece(spec=AwayBetween(found[0], twice)), found[1] + 2
        return (Piece(spec=_away(found[0], 1)), found[1]) if found else _from_to(scan, i + 1)
    found = duration(scan, i + 1 if scan.key(i) == "for" else i)
    if found and scan.key(found[1]) == "siden":
        from_day = relative_day(scan, found[1] + 1) if found[0] and not found[0].minutes else None
        if from_day and from_day[0].spec and not from_day[0].part and found[0]:
            return Piece(spec=Beside(found[0], -1, from_day[0].spec)), from_day[1]
        return Piece(spec=_away(found[0], -1)), found[1] + 1
    eight = (
        found
        and found[0] in (Duration(days=8), Duration(days=14))
        and (scan.digits(i) or scan.key(i) in ("otte", "fjorten"))
    )
    if eight and found and (weekday_at(scan, i - 1) is not None or _is_relative(scan, i)):
        return Piece(spec=Away(Duration(days=7) if found[0] == Duration(days=8) else Duration(days=14), 1)), found[1]
    lasting = duration(scan, i + 1) if scan.key(i) == "i" and scan.at.past else None
    if lasting and lasting[0] and not lasting[0].minutes and not _employed(scan, i):
        return Piece(spec=Away(lasting[0], -1)), lasting[1]
    return None


def _employed(scan: Scan, i: int) -> bool:
    """`på samme arbejdsplads i 31 år`: how long something else lasted, that may have ended any day."""
    return any(scan.key(at) in _LASTED for at in range(i - _CLAUSE, i))


def _is_relative(scan: Scan, i: int) -> bool:
    """Whether "i dag" or "i morgen" stands before: "i morgen otte dage" is a week from tomorrow."""
    return scan.key(i - 2) == "i" and scan.key(i - 1) in ("dag", "morgen") and not scan.definite(i - 1)


def _from_to(scan: Scan, i: int) -> Found[Piece]:
    """`om 2-3 uger`: from the one to the other."""
    at = scan.skip(i, ROUGH, 2)
    token = scan.token(at)
    end = at + 1 if len(token.atoms) == 2 else at + 3
    if len(token.atoms) == 2 and not any(atom.sep for atom in token.atoms):
        numbers = [int(atom.parts[0]) if len(atom.parts[0]) < 4 else None for atom in token.atoms]
    elif scan.key(at + 1) in ("-", "til", "eller"):
        numbers = [scan.number(at), scan.number(at + 2)]
    else:
        return None
    size = SIZES.get(UNITS.get(scan.key(end), ""))
    if size is None or size.minutes or numbers[0] is None or numbers[1] is None or not numbers[0] < numbers[1] < MOST:
        return None
    return Piece(spec=AwayBetween(times(numbers[0], size), times(numbers[1], size))), after_tid(scan, end + 1)


def alone(scan: Scan) -> Found[Piece]:
    """A duration that is the whole message."""
    found = duration(scan, scan.skip(0, frozenset({"ca", "cirka", "omkring"}), 1))
    end = len(scan.tokens) - (1 if scan.tokens and scan.key(len(scan.tokens) - 1) in (".", "!", "?") else 0)
    if not found or found[0] is None or found[1] != end or found[0].minutes:
        return None
    return Piece(spec=Away(found[0], -1 if scan.at.past else 1)), found[1]


def within(scan: Scan, i: int) -> Found[Piece]:
    """`inden for 14 dage`, `i løbet af næste uge`, `de næste to uger`, `resten af ugen`, `senere på ugen`."""
    at = scan.skip(i, frozenset({"i", "loebet", "af", "inden", "indenfor", "for"}), 3)
    if scan.key(i) == "inden" and at == i + 1:
        length = duration(scan, at)
        return (Piece(spec=Within(length[0], 1)), length[1]) if length and length[0] and not length[0].minutes else None
    running = (
        "loebet" in (scan.key(i), scan.key(i + 1))
        or scan.key(i) == "indenfor"
        or (scan.key(at - 1) == "for" and at > i + 1)
    )
    if scan.key(at) in ("de", "den", "det") and scan.key(at + 1) in ("naeste", "kommende", "sidste", "seneste"):
        sign = -1 if scan.key(at + 1) in ("sidste", "seneste") else 1
        unit = UNITS.get(scan.key(at + 2)) if running else None
        found = (SIZES[unit], at + 3) if unit else duration(scan, at + 2)
        return (Piece(spec=Within(found[0], sign)), found[1]) if found and found[0] else None
    if scan.key(i) in ("resten", "senere"):
        rest = scan.skip(i + 1, frozenset({"af", "paa", "i"}), 1)
        if scan.key(rest) in ("dag", "eftermiddag", "formiddag"):
            return None
        period = whole_period(scan, rest) if rest > i + 1 else None
        later = scan.key(i) == "senere"
        return (Piece(spec=Rest(period[0], later)), period[1]) if period else None
    if not running:
        return None
    found = duration(scan, at)
    if found and found[0] and not found[0].minutes:
        return Piece(spec=Within(found[0], 1)), found[1]
    period = whole_period(scan, at)
    return (Piece(spec=Rest(period[0]) if period[0] in (Week(), Month()) else period[0]), period[1]) if period else None


def feast(scan: Scan, i: int) -> Found[Piece]:
    """`2. juledag`, `i påsken`, `næste jul`, `store bededag`, `mors dag`."""
    at = scan.skip(i, frozenset({"i", "til", "paa", "over", "omkring", "ved", "hele", "den"}), 2)
    led = at > i or scan.key(i - 1) in (
        "efter",
        "foer",
        "inden",
        "mellem",
        "indtil",
        "siden",
        "fra",
        "senest",
        "og",
        "til",
    )
    which = WHICH.get(scan.key(at), "bare")
    at = at + 1 if scan.key(at) in WHICH else at
    number = ORDINALS.get(scan.key(at)) or (whole(scan.token(at)) if scan.digits(at) else None)
    if number and 1 <= number <= NUMBERED.get(scan.key(at + 1), 0):
        return _with_year(scan, Feast(scan.key(at + 1), number - 1), at + 2)
    name, end = _feast_name(scan, at)
    if name is None:
        return None
    year = year_at(scan, end)
    if name in SHY and not (led or which != "bare" or year):
        return None
    return _with_year(scan, Feast(name, which="bare" if which == "coming" else which), end)


def _with_year(scan: Scan, found: Feast, end: int) -> Found[Piece]:
    year = year_at(scan, end)
    if not year:
        return Piece(spec=found), end
    return Piece(spec=Feast(found.name, found.later, year[0])), year[1]


def _feast_name(scan: Scan, i: int) -> tuple[str | None, int]:
    first, second = scan.key(i), scan.key(i + 1)
    if (first, second) == ("kr", ".") and scan.key(i + 2) in FEASTS:
        return scan.key(i + 2), i + 3
    if first in ("store", "kristi", "kr") and second in FEASTS:
        return second, i + 2
    if first in ("mors", "fars") and second == "dag":
        return first + "dag", i + 2
    if first in ("sankt", "skt") and second in ("hans", "hansaften"):
        return "sankthans", i + 3 if scan.key(i + 2) == "aften" else i + 2
    return (first, i + 1) if first in FEASTS else (None, i)


def beside(scan: Scan, i: int) -> Found[Piece]:
    """`dagen før juleaften`, `to uger efter påske`, `ugen efter uge 42`, `mandag efter jul`."""
    at = scan.skip(i, frozenset({"paa", "i", "om", "den"}), 2)
    edge = {"sidste": -1, "foerste": 1}.get(scan.key(at)) if weekday_at(scan, at + 1) is not None else None
    at += edge is not None
    named = weekday_at(scan, at)
    by: Duration | int | Literal["week", "month"] | None = named
    end = at + 1
    if named is None and scan.key(at) in ("dag", "uge", "maaned"):
        by = _NEIGHBOURS[scan.key(at)]
    elif named is None:
        found = duration(scan, at if scan.key(i) == "om" else i)
        if not found or found[0] is None or found[0].minutes or (at > i and scan.key(found[1]) != "fra"):
            return None
        by, end = found
    sign = {"efter": 1, "foer": -1, "inden": -1}.get(scan.key(end))
    if isinstance(by, Duration) and scan.key(end) == "fra":
        return _counted_on(scan, i, by, end + 1)
    if sign is None or by is None or edge not in (None, sign):
        return None
    if by == "week" and sign == 1 and scan.key(scan.skip(end + 1, frozenset({"den"}), 1)) == "naeste":
        last = scan.skip(end + 1, frozenset({"den"}), 1) + 1
        return Piece(spec=Week(offset=2)), last + (scan.key(last) == "uge")
    of = _anchor(scan, end + 1)
    if not of and by == Duration(days=1):  # "dagen efter mandag"
        near = weekday(scan, end + 1)
        of = (near[0].spec, near[1]) if near and near[0].spec else None
    if not of or (isinstance(of[0], OnDate) and not of[0].month and isinstance(by, int)):
        return None
    return Piece(spec=Beside(by, sign, of[0])), of[1]


def _counted_on(scan: Scan, i: int, by: Duration, at: int) -> Found[Piece]:
    """`om en uge fra i morgen`, `14 dage fra nu`; without "om" it can be a stretch that begins there, so it asks."""
    if scan.key(at) == "nu":
        return Piece(spec=Away(by, 1)), at + 1
    of = _anchor(scan, at) or weekday(scan, at)
    if not of or of[0] is None:
        return None
    spec = of[0].spec if isinstance(of[0], Piece) else of[0]
    if spec is None:
        return None
    if scan.key(i) != "om":
        raise Unclear("unread")
    return Piece(spec=Beside(by, 1, spec)), of[1]


def _anchor(scan: Scan, i: int) -> Found[Spec]:
    for rule in (feast, relative_day, week, weekend, date_piece, month):
        found = rule(scan, i)
        if found and found[0].spec is not None and found[0].part is None:
            return found[0].spec, found[1]
    return None
