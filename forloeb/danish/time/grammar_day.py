"""Rules for single days: "i dag", "i går aftes", "d. 24/11", "24. og 25. november", "den femtende"."""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.days import Spec, Year, checked_year
from forloeb.danish.time.grammar_clock import DASHES, ROUGHLY
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import MONTHS
from forloeb.danish.time.numbers import CARDINALS, ORDINALS, atom_date, hyphen_date, packed_date, whole
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Found, Piece, Scan, named_month
from forloeb.danish.time.single_days import Offset, OnDate

_RELATIVE = {"dag": 0, "morgen": 1, "overmorgen": 2, "overovermorgen": 3, "gaar": -1, "forgaars": -2}
_PARTS = {"aftes": (-1, "aften"), "morges": (0, "morgen"), "formiddags": (0, "formiddag"),
          "eftermiddags": (0, "eftermiddag"), "middags": (0, "middag")}  # fmt: skip
_ENGLISH = {"today": (0, None), "tomorrow": (1, None), "yesterday": (-1, None), "tonight": (0, "aften")}
_DATE_PREPOSITIONS = frozenset({"paa", "til", *ROUGHLY})
_COUNTED = words(
    "samtale samtaler gang gange moede moeder uge uger dag dage maaned maaneder time timer person del instans fase tid "
    "mulighed plads side aar forslag ting person ledige juledag paaskedag pinsedag svar besked mail brev"
)
_LIST_SIGNS = frozenset({",", "og", "eller", "til", "/", "+", "&", *DASHES})
_THIS_MONTH = frozenset({"denne", "naeste", "sidste", "forrige"})
_LONGEST_LIST = 12
_SUFFIXES = words("st nd rd th ende nde de te ste dje")
_CENTURY = words("to totusind totusinde tyve")


def relative_day(scan: Scan, i: int) -> Found[Piece]:
    """`i dag`, `i går aftes`, `i morgen tidlig`, `i overmorgen`."""
    key = scan.key(i)
    if key in _ENGLISH:
        days, part = _ENGLISH[key]
        return Piece(spec=Offset(days, scan.token(i).text), part=part), i + 1
    if key in ("overmorgen", "overovermorgen", "forgaars"):
        return Piece(spec=Offset(_RELATIVE[key], f"i {scan.token(i).text.lower()}")), i + 1
    i = i + 1 if key in ("fra", "til") and scan.key(i + 1) == "i" else i
    if scan.key(i) != "i" or scan.definite(i + 1):
        return None
    key = scan.key(i + 1)
    if key in _PARTS:
        days, part = _PARTS[key]
        return Piece(spec=Offset(days, f"i {key}"), part=part), i + 2
    if key not in _RELATIVE:
        return None
    day = Offset(_RELATIVE[key], f"i {scan.token(i + 1).text.lower()}")
    if key == "gaar" and scan.key(i + 2) in ("aftes", "aften"):
        return Piece(spec=day, part="aften"), i + 3
    if key in ("gaar", "forgaars") and scan.key(i + 2) in _PARTS:
        return Piece(spec=day, part=_PARTS[scan.key(i + 2)][1]), i + 3
    if key in ("morgen", "overmorgen") and scan.key(i + 2) == "tidligt":
        return Piece(spec=day, part="morgen"), i + 3
    return Piece(spec=day), i + 2


def year_at(scan: Scan, i: int) -> Found[Year]:
    """`2026` after a date or month."""
    token = scan.token(i)
    number = whole(token)
    if number is None and scan.key(i) in _CENTURY:
        return _worded_year(scan, i)
    if number is None or len(token.text) != 4:
        return None
    year = checked_year(number)
    return (year, i + 1) if year else None


def _worded_year(scan: Scan, i: int) -> Found[Year]:
    """`tyve seksogtyve`, `to tusind og femogtyve`, `totusinde og femogtyve`."""
    at = i + 1 + (scan.key(i) == "to" and scan.key(i + 1) in ("tusind", "tusinde"))
    if scan.key(i) == "to" and at == i + 1:
        return None
    at += scan.key(at) == "og" and scan.key(i) != "tyve"
    number = CARDINALS.get(scan.key(at), 0)
    year = checked_year(2000 + number) if number >= 10 and not scan.digits(at) else None
    return (year, at + 1) if year else None


def _shared_month(scan: Scan, i: int) -> int | None:
    """The month at the end of "24., 25. og 26. november", seen from its first number."""
    for at in range(i, i + _LONGEST_LIST):
        month = named_month(scan, at)
        if month:
            return month
        plain = scan.digits(at) and all(not atom.sep for atom in scan.token(at).atoms)
        if not plain and scan.key(at) not in (*_LIST_SIGNS, "d", "den"):
            return None
    return None


def date_piece(scan: Scan, i: int) -> Found[Piece]:
    """`d. 24/11`, `24. november 2025`, `den 24.`, `tredje marts`, `2025-11-24`."""
    if scan.key(i) == ":":
        return None
    at = scan.skip(i, _DATE_PREPOSITIONS, 2)
    licensed = scan.key(at) in ("d", "den")
    at = scan.skip(at, frozenset({"d", "den", ":"}), 3)
    named = None if licensed else MONTHS.get(scan.key(at))
    if named and scan.digits(at + 1) and 1 <= (whole(scan.token(at + 1)) or 0) <= 31 and scan.settled(at + 2):
        return Piece(spec=OnDate(whole(scan.token(at + 1)) or 0, named)), at + 2
    rule = _digit_date if scan.digits(at) else _ordinal
    found = rule(scan, at, licensed=licensed)
    if not found:
        return None
    day, end = found
    if day.month and not day.year:
        end = end + 1 if scan.key(end) == "," and year_at(scan, end + 1) else end
        year = year_at(scan, end)
        if year:
            return Piece(spec=replace(day, year=year[0])), year[1]
    if scan.key(end) == "t" and scan.token(end).glued and scan.digits(end + 1):
        end += 1
    return Piece(spec=day), end


def _digit_date(scan: Scan, i: int, *, licensed: bool) -> Found[OnDate]:
    token = scan.token(i)
    if len(token.atoms) == 3:
        day = hyphen_date(token.atoms)
        return (day, i + 1) if day else None
    if len(token.atoms) == 2:
        return _two_atoms(scan, i, licensed=licensed)
    if not token.atoms:
        return None
    atom = token.atoms[0]
    if not atom.sep:
        return _day_number(scan, i, licensed=licensed)
    sure = licensed or atom.sep == "/" or len(atom.parts) == 3 or token.dotted or len(atom.parts[1]) == 1
    sure = sure or int(atom.parts[0][:4]) > 24 or scan.key(i + 1) == "kl"
    day = atom_date(atom, licensed=licensed) if sure else None
    if day is None and licensed and atom.sep in ("/", "."):
        raise Unclear("no_such_date", text=token.text)
    return (day, i + 1) if day and (licensed or day.day <= 31) else None


def with_short_year(scan: Scan, i: int) -> OnDate | None:
    """`24/11-25` where 25 is this year, the last or the next."""
    if len(scan.token(i).atoms) != 2:
        return None
    first, last = scan.token(i).atoms
    if first.sep != "/" or len(first.parts) != 2 or last.sep or len(last.parts[0]) not in (2, 4):
        return None
    year, day = checked_year(int(last.parts[0])), atom_date(first, licensed=True)
    near = 1 if len(last.parts[0]) == 2 else 200
    return replace(day, year=year) if day and year and abs(year.value - scan.at.today.year) <= near else None


def _two_atoms(scan: Scan, i: int, *, licensed: bool) -> Found[OnDate]:
    """`24/11-25` (a year), `d. 24-11` (a month); other pairs are ranges."""
    day = with_short_year(scan, i)
    if day:
        return day, i + 1
    first, last = scan.token(i).atoms
    if licensed and not first.sep and not last.sep and int(last.parts[0]) <= min(12, int(first.parts[0])):
        day = OnDate(int(first.parts[0]), int(last.parts[0]))
        return (day, i + 1) if day.month else None
    return None


def _day_number(scan: Scan, i: int, *, licensed: bool) -> Found[OnDate]:
    number, text = whole(scan.token(i)), scan.token(i).text
    if number is None:
        return None
    if len(text) > 2:
        packed = packed_date(text) if licensed else None
        return (packed, i + 1) if packed else None
    english = scan.token(i + 1).glued and scan.key(i + 1) in _SUFFIXES
    after = i + 1 + english + (english and scan.key(i + 2) == "of")
    month = named_month(scan, after)
    counted = _counted_month(scan, after) if english and not month else None
    if counted:
        return OnDate(number, counted[0]), counted[1]  # "den 25ende i 8ende"
    month, after = (named_month(scan, i - 1), after - 1) if english and not month else (month, after)
    if month:
        return OnDate(number, month), after + 1
    if english:
        return (OnDate(number), i + 2) if 0 < number <= 31 else None
    if scan.key(i + 1) == "/" and scan.digits(i + 2):
        month = whole(scan.token(i + 2))
        return (OnDate(number, month), i + 3) if month and month <= 12 else None
    listed = scan.key(i + 1) in _LIST_SIGNS and scan.digits(i + 2 + (scan.key(i + 2) in ("d", "den")))
    month = _shared_month(scan, i) if listed else None
    if month:
        return OnDate(number, month), i + 1
    counted = _counted_month(scan, i + 1) if licensed else None
    if counted:
        return OnDate(number, counted[0]), counted[1]
    within = scan.key(i + 1) == "i" and scan.key(i + 2) in _THIS_MONTH and scan.key(i + 3) == "maaned"
    licensed = licensed or (within and scan.token(i).dotted)
    if not licensed or scan.key(i + 1) in _COUNTED or number == 0:
        return None
    if number > 31:
        raise Unclear("no_such_date", text=text)
    return OnDate(number), i + 1


def _counted_month(scan: Scan, i: int) -> Found[int]:
    """`i 12.`, `i tiende` after "den 1.", "den sjette": the month by its number."""
    end = i + 2 + (scan.digits(i + 1) and scan.key(i + 2) in _SUFFIXES and scan.token(i + 2).glued)
    if scan.key(i) != "i" or scan.key(end) in ("tiden", *DASHES) or not scan.settled(end):
        return None
    number = whole(scan.token(i + 1)) if scan.digits(i + 1) else ORDINALS.get(scan.key(i + 1))
    return (number, end) if number and number <= 12 else None


def _ordinal(scan: Scan, i: int, *, licensed: bool) -> Found[OnDate]:
    number = ORDINALS.get(scan.key(i))
    if number is None:
        return None
    month = named_month(scan, i + 1)
    if month:
        return OnDate(number, month), i + 2
    counted = _counted_month(scan, i + 1) if licensed else None
    if counted:
        return OnDate(number, counted[0]), counted[1]
    if licensed and scan.key(i + 1) == "i" and scan.key(i + 2) in ("maaned", "denne", "naeste"):
        return OnDate(number), i + 1
    return (OnDate(number), i + 1) if licensed and number > 10 and scan.settled(i + 1) else None


def day_number_after(scan: Scan, i: int, before: Spec) -> Found[Piece]:
    """`25` in "d. 24 eller 25", where the list before it makes it a date."""
    at = scan.skip(i, frozenset({"d", "den"}), 2)
    number = whole(scan.token(at)) if scan.digits(at) else None
    if number is None or not isinstance(before, OnDate) or not 1 <= number <= 31 or not scan.settled(at + 1):
        return None
    return Piece(spec=OnDate(number)), at + 1
