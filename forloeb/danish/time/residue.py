"""What was left unread beside what was read: half a reading would be a wrong one, so it is asked about.

A time said in words that no rule knows must not leave a wider one standing: "kl 9 10 eller 11" is not kl. 9, and "lige
omkring sidste tirsdag i ferien" is not the coming Tuesday. Only words that touch a phrase are looked at, and a few that
name a time wherever they stand.
"""

from __future__ import annotations

from forloeb.danish.time.items import Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import SHORT_WEEKDAYS, WEEKDAYS
from forloeb.danish.time.numbers import CARDINALS, ORDINALS
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.single_days import OnWeekday

_LEADING = words(
    "foer inden senest tidligst indtil sidste naeste forrige naestsidste kommende midt starten slutningen primo medio "
    "ultimo halv kvart mellem"
)
_SIGNS = words(", / eller og - – over")
_ENDS = frozenset({"", ",", ".", "?", "!", ";"})
_BREAKS = _ENDS - {""}
_FAR = 8
_OTHER_VERBS = words("huske finde se forstaa booke bestille vide logge overskue sige faa")
_UNITS = words("dag dage uge uger maaned maaneder hverdage weekender")
_MOST_HOURS = 31
_OPENS, _CLOSES = 7, 17


def unread(scan: Scan, found: list[Item]) -> bool:
    """Whether something that looks like a part of a time was left beside the phrases found, or between them."""
    covered = {at for item in found for at in range(item.first, item.end)}
    if any(_beside(scan, item, covered) for item in found):
        return True
    clocked = any(item.left.hours for item in found)
    return any(_alone(scan, at, clocked=clocked) for at in range(len(scan.tokens)) if at not in covered)


def _beside(scan: Scan, item: Item, covered: set[int]) -> bool:
    before, after = item.first - 1, item.end
    if before not in covered and (scan.key(before) in _LEADING or _office_hour(scan, before)):
        return True
    if before not in covered and scan.key(before) in ORDINALS and isinstance(item.left.spec, OnWeekday):
        return True
    linked = scan.key(after) in _SIGNS and (scan.digits(after + 1) or _counted(scan, after + 1))
    if scan.key(after) in _SIGNS and scan.key(after + 1) in SHORT_WEEKDAYS and after + 1 not in covered:
        return True
    if linked and (after + 2 in covered or scan.key(after + 2) in ("i", "paa", "om")):
        return False  # "1 i dag og 1 i går": a count of something, with a time of its own
    after = after + 1 if linked else after
    if after in covered:
        return False
    if _counted(scan, after):
        return True
    return _hour(scan, after) and not scan.token(after).dotted and (scan.settled(after + 1) or scan.digits(after + 1))


def refused_later(scan: Scan, found: list[Item]) -> bool:
    """Whether "kan ikke" follows in the clause without a time of its own: "fredag er den eneste dag jeg ikke kan"."""
    covered = {at for item in found for at in range(item.first, item.end)}
    for item in found:
        for at in range(item.end, item.end + _FAR):
            if at in covered or scan.key(at) in _BREAKS or item.excluded or item.right:
                break
            if _cannot(scan, at) and not any(near in covered for near in range(at, at + _FAR)):
                return scan.key(at + 2) not in _OTHER_VERBS
    return False


def _cannot(scan: Scan, i: int) -> bool:
    return {scan.key(i), scan.key(i + 1)} == {"kan", "ikke"}


def _hour(scan: Scan, i: int) -> bool:
    """A bare number that can be a clock time or a day."""
    number = scan.number(i) if scan.digits(i) else None
    return number is not None and 0 < number <= _MOST_HOURS and scan.key(i - 1) not in ("uge", "uger")


def _office_hour(scan: Scan, i: int) -> bool:
    return _hour(scan, i) and _OPENS <= (scan.number(i) or 0) <= _CLOSES


def _counted(scan: Scan, i: int) -> bool:
    return scan.number(i) is not None and scan.key(i + 1) in _UNITS


def _alone(scan: Scan, i: int, *, clocked: bool) -> bool:
    """A word that names a time wherever it stands: an unread weekday, "kl 9", "halv ni", "ugen efter", ", 11?"."""
    key = scan.key(i)
    if key in WEEKDAYS:
        return True
    if key in ("uge", "dag") and scan.definite(i) and scan.key(i + 1) in ("efter", "foer") and scan.key(i + 2) in _ENDS:
        return True
    if key in ("naeste", "sidste", "forrige") and scan.key(i - 1) in ("men", "eller") and scan.key(i + 1) in _ENDS:
        return True
    if clocked and _office_hour(scan, i) and scan.key(i - 1) in _BREAKS and scan.key(i + 1) in _ENDS:
        return True
    if key == "kl":
        return scan.number(i + 1) is not None
    return key == "halv" and scan.key(i + 1) in CARDINALS
