"""Rules for weeks, months, years, weekends and seasons: "uge 48", "i oktober", "næste år", "til foråret".

Convention: "maj" and "jul" are names and greetings as often as times: they count only with a preposition, a day or a
year beside them; so do the abbreviated months. "om ugen" and "om måneden" (per week, per month) are no times.
"""

from __future__ import annotations

from forloeb.danish.time.days import Month, Week, Year
from forloeb.danish.time.grammar_day import year_at
from forloeb.danish.time.grammar_weekday import WHICH
from forloeb.danish.time.lexicon import MONTHS, SHORT_MONTHS
from forloeb.danish.time.numbers import ORDINALS, whole
from forloeb.danish.time.periods import Season, Third, Weekend
from forloeb.danish.time.scan import Found, Piece, Scan

THIRDS: dict[str, Third] = {
    "foerst": "first", "starten": "first", "primo": "first", "tidligt": "first", "midt": "middle", "medio": "middle",
    "sidst": "last", "slutningen": "last", "ultimo": "last", "sent": "last",
}  # fmt: skip
_OFFSETS = {"next": 1, "coming": 0, "past": -1, "previous": -1}
_SEASONS = {"foraar": 3, "forar": 3, "sommer": 6, "efteraar": 9, "efterar": 9, "vinter": 12}
_LICENSING = frozenset(
    {"i", "fra", "til", "siden", "efter", "foer", "inden", "mellem", "hele", "og", "eller", "indtil"}
)
_NAMES = frozenset({"maj", "april", "juni", "juli", "august"})
_NAME_VERBS = frozenset({"er", "har", "skal", "kan", "vil", "gaar", "blev", "ringede", "siger", "og", "fik", "hedder"})
_OWNERS = frozenset({"min", "mit", "mine", "vores", "en", "hans", "hendes"})
_PREPOSITIONS = frozenset({"i", "til", "paa", "hele", "den", "det", "her", "om", "over"})


def _which(scan: Scan, i: int) -> tuple[str | None, int]:
    """`i den næste`: which one is meant, and where the noun begins."""
    at = scan.skip(i, _PREPOSITIONS - {"om"}, 3)
    key = scan.key(at)
    if key in WHICH:
        coming = "next" if key == "kommende" else WHICH[key]
        return coming, scan.skip(at + 1, frozenset({"her", "hele"}), 1)
    return None, at


def week(scan: Scan, i: int) -> Found[Piece]:
    """`uge 48`, `i næste uge`, `hele ugen`."""
    which, at = _which(scan, i)
    if scan.key(at) == "overnaeste" and scan.key(at + 1) == "uge":
        return Piece(spec=Week(offset=2)), at + 2
    if scan.key(at) not in ("uge", "uger", "uges", "ugens"):
        return None
    number_at = scan.skip(at + 1, frozenset({"nr", "nummer"}), 1)
    number = whole(scan.token(number_at))
    if number is not None and which is None and number < 100 and scan.key(at) in ("uge", "uger"):
        number_at += scan.key(number_at + 1) == "," and year_at(scan, number_at + 2) is not None
        year = None if scan.token(number_at).dotted else year_at(scan, number_at + 1)
        return Piece(spec=Week(number, year[0] if year else None)), year[1] if year else number_at + 1
    atoms = scan.token(number_at).atoms
    if len(atoms) == 1 and atoms[0].sep == "/" and len(atoms[0].parts) == 2 and len(atoms[0].parts[1]) == 4:
        return Piece(spec=Week(int(atoms[0].parts[0][:3]), Year(int(atoms[0].parts[1])))), number_at + 1
    if which is not None:
        return Piece(spec=Week(offset=_OFFSETS[which])), at + 1
    return (Piece(spec=Week()), at + 1) if scan.key(at - 1) == "hele" and at > i else None


def month(scan: Scan, i: int) -> Found[Piece]:
    """`i oktober`, `maj 2026`, `næste måned`, `sidste oktober`."""
    which, at = _which(scan, i)
    if scan.key(at) == "maaned" and which is not None:
        return Piece(spec=Month(offset=_OFFSETS[which])), at + 1
    if scan.key(i) in ("ds", "dennes") and scan.digits(i - 1):
        return Piece(spec=Month()), i + 1  # "den 25. ds."
    number = MONTHS.get(scan.key(at)) or SHORT_MONTHS.get(scan.key(at))
    if number is None:
        return None
    end = at + 2 if scan.key(at + 1) == "maaned" else at + 1
    end = end + 1 if scan.key(end) == "aar" and year_at(scan, end + 1) else end
    year = year_at(scan, end)
    if not year and not _is_month(scan, at, alone=at == i) and end == at + 1:
        return None
    if year:
        return Piece(spec=Month(number, year[0])), year[1]
    coming = which == "coming" or scan.key(at - 1) == "kommende"
    return Piece(
        spec=Month(number, which="bare" if which is None or coming else "next" if which == "next" else "past")
    ), end


def _is_month(scan: Scan, i: int, *, alone: bool) -> bool:
    """Whether the month's name stands for the month, not for a person or (abbreviated) another word."""
    key, before = scan.key(i), scan.key(i - 1)
    if key in SHORT_MONTHS:
        return (before == "i" or before in THIRDS) and key not in ("jan", "jul", "mar")
    if key == "maj":
        neighbour = scan.key(i + 1) in ("-", "/", "til", "og", "eller") and scan.key(i + 2) in MONTHS
        listed = before in ("-", "/", "og", "eller", "til") and scan.key(i - 2) in MONTHS
        after_part = before in THIRDS or before in ("af", "hele", "naeste", "sidste")
        return (
            neighbour
            or listed
            or after_part
            or before == "i"
            or (before in _LICENSING - {"og", "eller"} and not scan.named(i))
        )
    if key in _NAMES and scan.named(i):
        return before == "i"
    owned = scan.key(i + 1) in ("er", "hedder") and scan.key(i + 2) in _OWNERS
    surname = scan.token(i + 1).text
    if surname[1:].islower() and surname[:1].isupper() and not scan.known(i + 1) and scan.token(i).text[:1].isupper():
        return False  # "Juli Hansen", "Januar Village"
    if owned and alone and before not in _LICENSING:
        return False
    if key in _NAMES and alone and before not in _LICENSING and _with_company(scan, i + 1):
        return False
    return not (key in _NAMES and scan.token(i).text[:1].isupper() and alone and scan.key(i + 1) in _NAME_VERBS)


def _with_company(scan: Scan, i: int) -> bool:
    """`august og venner`: joined to what is no time."""
    after = scan.key(i + 1)
    return scan.key(i) == "og" and after.isalpha() and not scan.known(i + 1) and after not in ("senere", "saa")


def year(scan: Scan, i: int) -> Found[Piece]:
    """`i 2025`, `i år`, `sidste år`, `til næste år`; a bare number only after a preposition."""
    at = scan.skip(i, frozenset({"i", "til", "siden", "fra", "hele", "aar", "det", "den"}), 3)
    if scan.key(at) in WHICH and scan.key(at + 1) == "aar":
        return Piece(
            year=Year(_OFFSETS["next" if scan.key(at) == "kommende" else WHICH[scan.key(at)]], relative=True)
        ), at + 2
    if scan.key(at) == "fjor" and at > i:
        return Piece(year=Year(-1, relative=True)), at + 1
    if scan.key(i) == "i" and scan.key(i + 1) == "aar" and not scan.digits(i + 2):
        return Piece(year=Year(0, relative=True)), i + 2
    found = year_at(scan, at) if at > i or scan.key(i - 1) in ("siden", "fra", "efter", "foer", "inden") else None
    if not found or not 1990 <= found[0].value <= 2100 or not scan.settled(found[1]):
        return None
    led = i if scan.key(i) == "fra" else i - 1
    made = scan.key(led) == "fra" and found[0].value < scan.at.today.year
    if made and (not scan.at.past or scan.key(led - 1) == "er"):
        return None  # "min bil er fra 2012"
    return Piece(year=found[0]), found[1]


def weekend(scan: Scan, i: int) -> Found[Piece]:
    """`i weekenden`, `næste weekend`, `weekenden i uge 48`."""
    which, at = _which(scan, i)
    if scan.key(at) != "weekend":
        return None
    if which is None and at == i and not scan.definite(at):
        return None
    if which is not None and which != "coming":
        coming = scan.key(at - 1) == "kommende"
        return Piece(spec=Weekend("bare" if coming else "next" if which == "next" else "past")), at + 1
    if scan.key(at + 1) == "i" and (inside := week(scan, at + 1)) and isinstance(inside[0].spec, Week):
        return Piece(spec=Weekend(week=inside[0].spec)), inside[1]
    return Piece(spec=Weekend()), at + 1


def season(scan: Scan, i: int) -> Found[Piece]:
    """`til foråret`, `sidste sommer`, `første kvartal 2026`."""
    which, at = _which(scan, i)
    number = ORDINALS.get(scan.key(at)) or whole(scan.token(at)) or 0
    if scan.key(at + 1) == "kvartal" and 1 <= number <= 4:
        found = year_at(scan, at + 2)
        return Piece(spec=Season(3 * number - 2, found[0] if found else None)), found[1] if found else at + 2
    found = year_at(scan, at + 1)
    if scan.key(at) not in _SEASONS or (at == i and not found):
        return None
    offset = -1 if which in ("past", "previous") and not scan.at.past else 0
    spec = Season(_SEASONS[scan.key(at)], found[0] if found else None, offset)
    return Piece(spec=spec), found[1] if found else at + 1
