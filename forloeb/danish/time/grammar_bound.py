"""The words that open a bound: "inden", "senest", "ikke før", "først fri kl. 15".

Conventions: "kan først på torsdag" and "har fri kl. 15" are from then on. What each bound counts is told in
`grammar_phrase`.
"""

from __future__ import annotations

from forloeb.danish.time.grammar_parts import part_of_period
from forloeb.danish.time.items import Bound
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import MONTHS, WEEKDAYS
from forloeb.danish.time.scan import Scan

_BOUNDS = {
    Bound.FROM: ("fra og med", "ikke foer", "ikke tidligere end", "fra", "siden", "tidligst"),
    Bound.AFTER: ("senere end", "tidligst efter", "foerst efter", "til efter", "lige efter", "efter"),
    Bound.BEFORE: ("fra nu og til", "fra nu til", "tidligere end",
                   "frem til", "senest foer", "senest inden", "op til", "helt til", "lige foer",
                   "foer", "inden", "indtil"),
    Bound.THROUGH: ("til og med", "t o m", "ikke senere end", "ikke efter", "inden udgangen af", "foer udgangen af",
                    "senest ved udgangen af", "senest med udgangen af", "senest udgangen af", "senest til",
                    "senest"),
}  # fmt: skip
_OPENINGS = sorted(
    ((tuple(opening.split()), bound) for bound, openings in _BOUNDS.items() for opening in openings),
    key=lambda opening: -len(opening[0]),
)
_ABLE = words("kan kunne hjemme tilbage ledig fri muligt maa")
_FREE = words("fri faerdig hjemme tilbage ledig")
_TAKEN_FROM = words("bortset melde melder meldt meld ser")
_MEETING = words("moede moedes vaere der komme starte begynde blive kan jeg ske slutte faerdig hjemme ringe")
_AT_WORK = words("paa fra med arbejde arbejdet job kursus kurset skole undervisning vagt vagten praktik moede lektier")
_NOT_UNTIL = words("kan bliver blive men nok desvaerre er tilbage hjem hjemme komme ledig")
_HAVING = words("har faar er bliver jeg foerst")


def bound_at(scan: Scan, i: int) -> tuple[Bound, int]:
    """The bound that opens here and where its point begins."""
    if scan.key(i) == "fra" and scan.key(i - 1) in _TAKEN_FROM:
        return Bound.AT, i  # "bortset fra", "melde fra på onsdag"
    if (scan.key(i), scan.key(i + 1)) == ("inden", "for"):
        return Bound.AT, i
    if scan.key(i) == "foerst" and scan.key(i - 1) in _NOT_UNTIL and _distant(scan, i + 1):
        return Bound.FROM, i + 1  # "det bliver først i uge 18": not early in it
    if scan.key(i) == "foerst" and not part_of_period(scan, i):
        able = any(scan.key(at) in _ABLE for at in range(max(0, i - 4), i))
        after = scan.skip(i + 1, _FREE | {"igen"}, 2)
        after = scan.skip(after, _AT_WORK, 3) if after > i + 1 else after
        if able or after > i + 1:  # "kan først på torsdag", "har først fri kl. 15": not before it
            return Bound.FROM, after
    done = scan.skip(i + 1, _AT_WORK, 3) if scan.key(i + 1) in ("med", "fra", "paa") else i + 1
    if done > i + 2 and scan.key(i) in _FREE and scan.key(i - 1) in _HAVING and scan.key(done) == "kl":
        return Bound.FROM, done  # "jeg er færdig med vagten kl. 15"
    clocked = scan.key(i + 1) == "kl" or _clocked(scan, i + 1)
    if clocked and scan.key(i) in _FREE - {"ledig"} and scan.key(i - 1) in _HAVING:
        return Bound.FROM, i + 1  # "jeg har fri kl. 15"
    for opening, bound in _OPENINGS:
        if all(scan.key(i + at) == word for at, word in enumerate(opening)):
            meeting = scan.skip(i + len(opening), _MEETING, 4) if opening in (("tidligst",), ("senest",)) else 0
            return bound, max(meeting, i + len(opening))
    return Bound.AT, i


def _distant(scan: Scan, i: int) -> bool:
    """Whether a day, a week with its number or a month with its name stands there, not just "ugen"."""
    at = scan.skip(i, words("i paa til om den d"), 2)
    if scan.key(i) == "paa" and scan.key(i + 1) not in WEEKDAYS:
        return False  # "først på næste uge" is early in it
    numbered = scan.key(at) in ("uge", "naeste", "overnaeste") and not scan.definite(at)
    return numbered or scan.key(at) in WEEKDAYS or scan.key(at) in MONTHS


def _clocked(scan: Scan, i: int) -> bool:
    """Whether a clock time in hours and minutes stands there: "fri 14.30"."""
    atoms = scan.token(i).atoms
    return len(atoms) == 1 and atoms[0].sep in (".", ":") and len(atoms[0].parts[-1]) == 2
