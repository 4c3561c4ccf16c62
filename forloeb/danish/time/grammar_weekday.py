"""Rules for weekdays: "tirsdag", "på tirsdag", "næste tirsdag", "i tirsdags", and abbreviations that are also words.

Convention: "man", "søn" and "tor" are weekdays only beside a date, a clock time or another weekday, for they are also a
pronoun, a son and a name. "om mandagen", "hver mandag" and "mandage" name no single day, so it is asked which.
"""

from __future__ import annotations

from forloeb.danish.time.checks import EitherWeekday, WhichWeekday
from forloeb.danish.time.days import Which
from forloeb.danish.time.grammar_clock import DASHES
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import SHORT_WEEKDAYS, UNCLEAR_WEEKDAY, WEEKDAYS
from forloeb.danish.time.numbers import ORDINALS
from forloeb.danish.time.scan import Found, Piece, Scan, named_month
from forloeb.danish.time.single_days import OnWeekday

WHICH: dict[str, Which] = {
    "naeste": "next", "kommende": "coming", "denne": "coming", "dette": "coming", "sidste": "past",
    "forrige": "previous",
}  # fmt: skip
_LOOSE_SHORT = words("tirsd onsd torsd loerd soend tir tirs ons fre tors loer tue")
_OWNERS = words("min din vores en hans hendes sin deres jeres")
AFTERWARDS = words("efter derefter derpaa")
_LIST_SIGNS = frozenset({",", "og", "eller", "til", "/", "+", "&", *DASHES})


def weekday_at(scan: Scan, i: int) -> int | None:
    """The weekday named there, an abbreviated one only where it can't be the pronoun, the son or a name."""
    key = scan.key(i)
    if key in WEEKDAYS:
        return WEEKDAYS[key]
    return SHORT_WEEKDAYS[key] if key in SHORT_WEEKDAYS and _short_is_weekday(scan, i) else None


def _short_is_weekday(scan: Scan, i: int) -> bool:
    before, after = scan.key(i - 1), scan.key(i + 1)
    if before in _OWNERS:
        return False
    listed = {*_LIST_SIGNS, "og", "eller"}
    if (after in listed and scan.key(i + 2) in SHORT_WEEKDAYS) or (
        before in listed and scan.key(i - 2) in SHORT_WEEKDAYS
    ):
        return True
    dated = scan.digits(i + 1) and (
        any(atom.sep == "/" for atom in scan.token(i + 1).atoms) or named_month(scan, i + 2)
    )
    if dated or after == "d":
        return True
    if scan.token(i).dotted and (scan.digits(i + 1) or after in ("kl", "den")):
        return True
    if scan.key(i) in _LOOSE_SHORT:
        return True
    clocked = after == "kl" or any(atom.sep in (".", ":") for atom in scan.token(i + 1).atoms)
    clocked = clocked or len(scan.token(i + 1).atoms) == 2
    return clocked and (i == 0 or before in ("paa", "naeste", ",", "og", "eller", ":", "kan", "&", "+", "/"))


def weekday(scan: Scan, i: int) -> Found[Piece]:
    """`tirsdag`, `på tirsdag`, `næste tirsdag`, `i tirsdags`; `om mandagen` and `hver mandag` are asked about."""
    opening = scan.key(i)
    at = i + 1 if opening in ("paa", "til", "nu", "on") else i
    at = at + 1 if opening == "nu" and scan.key(at) == "paa" else at
    past = scan.key(at + 1 if scan.key(at) in ("i", "sidste", "forrige") else at).removesuffix("s")
    if scan.key(at) in ("i", "sidste") and past in WEEKDAYS and scan.key(at + 1) == past + "s":
        return Piece(spec=OnWeekday(WEEKDAYS[past], "past")), at + 2
    which: Which = "coming" if at > i else "bare"
    at = at + 1 if scan.key(at) == "den" and scan.key(at + 1) in WHICH else at
    if scan.key(at) in WHICH:
        which, at = WHICH[scan.key(at)], at + 1
        at = at + 1 if scan.key(at) == "her" else at
    habit = scan.key(at) in ("hver", "om") and at == i
    at = at + 1 if habit else at
    at = at + 1 if habit and scan.key(at) in ORDINALS else at  # "hver anden torsdag"
    if scan.key(at) == UNCLEAR_WEEKDAY:
        return Piece(spec=EitherWeekday(1, 3)), at + 1
    plural = scan.key(at).removesuffix("e")
    if plural in WEEKDAYS and scan.key(at).endswith("e"):
        return Piece(spec=WhichWeekday(WEEKDAYS[plural])), at + 1
    named = weekday_at(scan, at)
    if named is None:
        return None
    alone = not scan.key(at + 2).isalnum()
    if at == i and scan.definite(at) and scan.key(at + 1) in AFTERWARDS and alone:
        return Piece(spec=WhichWeekday(named, weak=False)), at + 2  # "torsdagen derefter": after what?
    if scan.key(i - 1) == "en" and scan.key(i - 2) == "paa" and at == i:
        return Piece(spec=WhichWeekday(named, weak=False)), at + 1  # "om 3 uger på en onsdag"
    if habit and (scan.key(i) == "hver" or scan.definite(at)):
        return Piece(spec=WhichWeekday(named)), at + 1
    return Piece(spec=OnWeekday(named, which)), at + 1
