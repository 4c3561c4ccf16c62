"""The tense of the verb before a date without a year, where it speaks against the direction.

Convention: direction "future" and "jeg fik brev d. 2/11" on 20 November: the date lies behind, not eleven months ahead.
Direction "past" and "jeg bliver ledig 1. december": the two years are asked about. Only a date that would otherwise be
more than half a year away is touched, and only when its neighbour in the other direction lies nearer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.questions import Unclear, full_day_words
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.single_days import OnDate

_PAST = words(
    "fik faaet var vaeret blev blevet modtog modtaget skrev skrevet sendte sendt ringede ringet talte mistede mistet "
    "stoppede stoppet sluttede startede begyndte meldte meldt bookede booket fyret opsagt afskediget ansat "
    "dateret afsendt underskrevet kom ankom gik sagde bad aflyste flyttede glemte sidst havde siden"
)
_LETTERS = words("brev brevet mail mailen skrivelse skrivelsen sms besked beskeden indkaldelse indkaldelsen")
_FUTURE = words("fratraedelse fratraedes bliver skal starter begynder stopper slutter kommer vil faar fratraeder")
_CLAUSE_ENDS = words(". ! ? ; , og men saa")
_FAR = 5
_HALF_A_YEAR = timedelta(days=183)


def in_tense(scan: Scan, item: Item) -> Item:
    """The phrase, turned to the past where its verb says so; raises Unclear where a future verb meets the past."""
    spec = item.left.spec
    if not isinstance(spec, OnDate) or not spec.month or spec.year or item.right or spec.past:
        return item
    letter = item.first - 1 if scan.key(item.first) == "fra" else item.first - 2
    if scan.key(letter) in _LETTERS and scan.key(letter + 1) in ("af", "fra"):  # "jeres brev af 3/6"
        return replace(item, left=Point(replace(spec, past=True), item.left.hours), bound=Bound.AT)
    against = _PAST if not scan.at.past else _FUTURE
    if not any(key in against for key in _clause_before(scan, item.first)):
        return item
    try:
        said = spec.resolve(scan.at).start
        other = spec.resolve(replace(scan.at, past=not scan.at.past)).start
    except Unclear:
        return item
    if abs(said - scan.at.today) < _HALF_A_YEAR or abs(other - scan.at.today) > _HALF_A_YEAR:
        return item
    if scan.at.past:
        first, second = (full_day_words(day, scan.at.today) for day in (said, other))
        raise Unclear("two_readings", first=first, second=second)
    return replace(item, left=Point(replace(spec, past=True), item.left.hours))


def _clause_before(scan: Scan, i: int) -> list[str]:
    keys: list[str] = []
    for at in range(i - 1, max(-1, i - 1 - _FAR), -1):
        if scan.key(at) in _CLAUSE_ENDS:
            break
        keys.append(scan.key(at))
    return keys
