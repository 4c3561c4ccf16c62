"""Rules for parts of a week, month or year: "midt i oktober", "de første to uger af december", "første mandag i"."""

from __future__ import annotations

from forloeb.danish.time.days import Month, Spec, Week, Year
from forloeb.danish.time.durations import Duration, Rest
from forloeb.danish.time.grammar_period import THIRDS, month, week, year
from forloeb.danish.time.grammar_weekday import weekday_at
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import MONTHS, SHORT_MONTHS
from forloeb.danish.time.numbers import ORDINALS, whole
from forloeb.danish.time.periods import Edge, Half, Nth, Part, Third
from forloeb.danish.time.scan import Found, Piece, Scan

PERIODS: dict[str, Spec] = {"uge": Week(), "maaned": Month(), "aar": Year(0, relative=True)}
_NEXT: dict[str, Spec] = {"uge": Week(offset=1), "maaned": Month(offset=1), "aar": Year(1, relative=True)}
_DELS: dict[str, Third] = {"foerste": "first", "midterste": "middle", "sidste": "last"}
_GENITIVES = {"ugens": "uge", "uges": "uge", "maaneds": "maaned", "aars": "aar"}


def whole_period(scan: Scan, i: int) -> Found[Spec]:
    """A period that something can be a part of: also "ugen", "måneden" and "året" alone."""
    at = scan.skip(i, frozenset({"den", "det"}), 1)
    if scan.key(at) in PERIODS and not scan.digits(at + 1):
        return PERIODS[scan.key(at)], at + 1
    for rule in (week, month, year):
        found = rule(scan, i)
        if found:
            return found[0].spec or found[0].year or Week(), found[1]
    return None


def part_of_period(scan: Scan, i: int) -> Found[Piece]:
    """`midt i oktober`, `sidst på ugen`, `i slutningen af næste måned`, `første halvdel af december`."""
    at = scan.skip(i, frozenset({"i", "fra", "til", "ved", "helt", "den", "her"}), 2)
    half = ORDINALS.get(scan.key(at), 3)
    half = 2 if scan.key(at) == "sidste" else half
    if half <= 2 and scan.key(at + 1) == "halvdel":
        found = whole_period(scan, scan.skip(at + 2, frozenset({"af", "i"}), 1))
        return (Piece(spec=Half(half == 2, found[0])), found[1]) if found else None
    third = THIRDS.get(scan.key(at))
    if scan.key(at + 1) == "del" and scan.key(at + 2) == "af" and scan.key(at) in _DELS:
        found = whole_period(scan, at + 3)
        return (Piece(spec=Part(_DELS[scan.key(at)], found[0])), found[1]) if found else None
    if third is None:
        return None
    of = scan.skip(at + 1, frozenset({"i", "paa", "af", "om"}), 1)
    direct = of == at + 1 and scan.key(of) not in (*MONTHS, *SHORT_MONTHS, "uge", "naeste", "denne", "sidste")
    found = None if direct else whole_period(scan, of)
    return (Piece(spec=Part(third, found[0])), found[1]) if found else None


def edge_of_period(scan: Scan, i: int) -> Found[Piece]:
    """`de første to uger af december`, `de sidste dage i måneden`."""
    at = scan.skip(i, words("i en af"), 3)
    if scan.key(i) == "af" or scan.key(at) != "de" or scan.key(at + 1) not in ("foerste", "forste", "sidste"):
        return None
    last = scan.key(at + 1) == "sidste"
    number = scan.number(at + 2)
    unit = at + 2 + (number is not None)
    if scan.key(unit) not in ("dag", "dage", "uge", "uger") or scan.key(unit + 1) not in ("i", "af"):
        return None
    found = whole_period(scan, unit + 2)
    if not found:
        return None
    if number is None:
        return Piece(spec=Part("last" if last else "first", found[0])), found[1]
    days = number * (7 if scan.key(unit).startswith("uge") else 1)
    return (Piece(spec=Edge(Duration(days=days), last, found[0])), found[1]) if 0 < days < 100 else None


def nth_of_month(scan: Scan, i: int) -> Found[Piece]:
    """`den første mandag i december`, `sidste hverdag i måneden`, `3. uge i januar`."""
    at = scan.skip(i, frozenset({"den", "d", "paa", "i", "til"}), 2)
    if (scan.key(i), scan.key(i + 1)) == ("udgangen", "af") and scan.key(i - 1) != "inden":
        end_of = whole_period(scan, i + 2)
        return (Piece(spec=Nth(-1, "day", end_of[0])), end_of[1]) if end_of and isinstance(end_of[0], Month) else None
    key = scan.key(at)
    n = -1 if key == "sidste" else -2 if key.startswith("naestsidste") else ORDINALS.get(key)
    if n is None and scan.token(at).dotted:
        n = whole(scan.token(at))
    if n is None or n > 31:
        return None
    word = scan.key(at + 1)
    if key == "sidste" and at > i and scan.key(at - 1) in ("den", "d") and word in MONTHS:
        return Piece(spec=Nth(-1, "day", Month(MONTHS[word]))), at + 2  # "den sidste november"
    if (n < 0 and word == "i" and scan.key(at + 2) == "maaned") or (
        n < 0 and scan.key(at + 3) == "maaned" and word == "i"
    ):
        found = whole_period(scan, at + 2)
        return (Piece(spec=Nth(n, "day", found[0])), found[1]) if found and isinstance(found[0], Month) else None
    what = {"dag": "day", "hverdag": "workday", "uge": "week", "weekend": "weekend"}.get(word, weekday_at(scan, at + 1))
    if what is None or scan.key(at + 2) not in ("i", "af"):
        return None
    if [scan.key(at + 3 + step) for step in range(3)] == ["det", "nye", "aar"]:
        return Piece(spec=Nth(n, what, Month(1))), at + 6  # type: ignore[arg-type]
    found = whole_period(scan, scan.skip(at + 3, frozenset({"den"}), 1))
    if not found or not isinstance(found[0], Month):
        return None
    return Piece(spec=Nth(n, what, found[0])), found[1]  # type: ignore[arg-type]


def period_out(scan: Scan, i: int) -> Found[Piece]:
    """`ugen ud`, `måneden ud`; `ved månedens udgang` is its last day, `ugens udgang` its last days."""
    at = scan.skip(i, words("i hele"), 2)
    if scan.key(at) in PERIODS and scan.key(at + 1) == "ud" and scan.token(at).text[-1:] in "nt":
        return Piece(spec=Rest(PERIODS[scan.key(at)])), at + 2
    owned = owned_period(scan, scan.skip(i, words("ved til med i"), 1))
    if not owned:
        return None
    spec, end = owned
    return Piece(spec=Nth(-1, "day", spec) if isinstance(spec, Month) else Part("last", spec)), end


def owned_period(scan: Scan, i: int) -> Found[Spec]:
    """`månedens udgang`, `næste måneds udgang`, `oktobers udgang`: the period that runs out."""
    coming = scan.key(i) == "naeste"
    at = i + 1 if scan.key(i) in ("naeste", "denne", "dette", *MONTHS) and scan.key(i + 1) in _GENITIVES else i
    if scan.key(at + 1) != "udgangen":
        return None
    key = scan.key(at)
    if key in _GENITIVES and scan.key(at - 1) in MONTHS and at > i:
        return Month(MONTHS[scan.key(at - 1)]), at + 2  # "juli måneds udgang"
    if key in _GENITIVES:
        return (_NEXT if coming else PERIODS)[_GENITIVES[key]], at + 2
    number = MONTHS.get(key.removesuffix("s"))
    return (Month(number), at + 2) if number else None
