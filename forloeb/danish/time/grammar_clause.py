"""What happens at a time bounds it: "efter jeg har hentet børn kl. 15", "vagt til kl. 14, så efter det".

Conventions: an event named by a clause ends or begins at its clock time, week or month, so "efter" and "når jeg har"
count from then on and "inden" ends before it; with a date it may last that day out, so `residue` asks. Towards the
future "jeg arbejder til kl. 14" and "på kursus indtil fredag" are from then on, for until then the person is busy.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.clock import Hours
from forloeb.danish.time.days import Month, Week
from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.model import Kind
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.single_days import Offset, OnDate, OnWeekday

_SINGLE = (OnWeekday, OnDate, Offset)
_SPARING = words("undtagen dog bortset minus blot bare")
_OPENINGS = {
    "snart": Bound.AFTER,
    "efter": Bound.AFTER,
    "naar": Bound.AFTER,
    "inden": Bound.BEFORE,
    "foer": Bound.BEFORE,
}
_SUBJECTS = words("jeg vi min mit mine vores han hun boernene ungerne")
_DONE = words("har hentet afleveret faaet vaeret kommet hjem hjemme tilbage")
_BREAKS = words(". ! ? ; , men saa og eller for derfor") | {""}
_OCCUPIED = words(
    "arbejde arbejder job vagt dagvagt aftenvagt nattevagt kursus undervisning skole praktik optaget moede ferie "
    "bortrejst udlandet hospitalet sygehuset vaek fyldt booket travlt lukket slukket"
)
_MINE = words("jeg har er min vi mit arbejder")
_NOT_MINE = words("uden ledig ikke samtale samtalen tid tiden mit hvis kan kunne han hun de du i passer")
_UNTIL = words("til indtil frem op fra")
_STARTING = words("job jobbet starter begynder faaet nyt start skal")
_HEDGES = words(
    "lidt det skal skulle maa vaere blive bliver foerst helst gerne kun bare lige tidligst noget en gang engang"
)
_AFTERWARDS = words("derefter bagefter herefter")
_ABLE = words("kan er passer har kunne duer")
_POINTED = words("det den da")
_SOONER = words("inden foer")
_UNITS = words("dag uge aften maaned")
_CLAUSE = 9
_BUSY = 6
_AHEAD = 8


def bounded_by_clauses(scan: Scan, found: list[Item]) -> list[Item]:
    """The phrases, each bounded by the clause that it dates."""
    covered = {at for item in found for at in range(item.first, item.end)}
    return [_until_busy(scan, _pointed_at(scan, _dated_event(scan, item, covered), covered)) for item in found]


def on_the_same_day(scan: Scan, found: list[Item]) -> list[Item]:
    """`mandag har jeg møde kl 10, så jeg kan efter 12`: both on the only day that is named."""
    out = list(found)
    days = [item.left.spec for item in found if item.left.spec is not None]
    if not days or any(day != days[0] for day in days):
        return out
    for at in range(1, len(out)):
        one, other = out[at - 1], out[at]
        between = {*scan.keys[one.end : other.first]}
        spared = (
            other.excluded and not one.excluded and between & _SPARING and isinstance(one.left.spec, _SINGLE)
        )  # "dog ikke kl 12"
        contrasted = bool(between & {"saa", "men"}) and one.left.hours is not None
        if one.left.spec and one.right is None and (spared or contrasted) and one.near(other):
            out[at] = replace(other, left=Point(one.left.spec, other.left.hours))
    return out


def _dated_event(scan: Scan, item: Item, covered: set[int]) -> Item:
    """`efter jeg har hentet børn kl 15`, `inden jeg tager på ferie i uge 29`."""
    if not item.at() or item.excluded or (item.left.hours is not None and not _lasting(item)):
        return item
    for at in range(item.first - 1, item.first - 1 - _CLAUSE, -1):
        if at < 0 or at in covered or scan.key(at) in _BREAKS:
            return item
        bound = _OPENINGS.get(scan.key(at))
        subject = scan.skip(at + 1, words("at"), 1)
        if bound and scan.key(subject) in _SUBJECTS and subject < item.first:
            if scan.key(at) in ("naar", "snart") and not {scan.key(said) for said in range(at, item.first)} & _DONE:
                return item
            if bound is Bound.AFTER and not _lasting(item):
                if scan.key(at) == "efter" and scan.key(at - 1) not in _UNITS and scan.key(at + 2) != "mening":
                    raise Unclear("unread")  # "efter jeg har været hos lægen d. 5.": that day or the next?
                return item
            return replace(_bounded(item, bound), first=at)
    return item


def _lasting(item: Item) -> bool:
    clocked = item.left.hours is not None and item.left.hours.kind is Kind.VALUE and not item.left.hours.coarse
    return clocked or (item.left.hours is None and isinstance(item.left.spec, (Week, Month)))


def _bounded(item: Item, bound: Bound) -> Item:
    hours = item.left.hours
    if hours is None:
        return replace(item, bound=bound)
    first, last = (hours.start, hours.end) if hours.start is not None else (hours.end, hours.end)
    edge = last if last is not None else first
    turned = Hours(Kind.AFTER, edge, None) if bound is not Bound.BEFORE else Hours(Kind.BEFORE, None, first)
    return replace(item, left=Point(item.left.spec, turned))


def _pointed_at(scan: Scan, item: Item, covered: set[int]) -> Item:
    """`jeg henter børn kl 15, så efter det`, `arbejder til 14, derefter kan jeg`."""
    if item.excluded or item.right or (item.left.hours is None and not item.at()):
        return item
    at = item.end
    while at < item.end + _AHEAD and at not in covered and not _points(scan, at):
        at += 1
    if not _points(scan, at) or at in covered:
        return item
    after = at + 1 if scan.key(at) in _AFTERWARDS or scan.key(at + 1) not in _POINTED else at + 2
    led = at - 1
    while scan.key(led) in _HEDGES:
        led -= 1
    follows = scan.key(after) in ("", ".", ",", "!", "?", "tak") or scan.key(after) in _ABLE
    if scan.at.past or not follows or (scan.key(led) != "saa" and not _busy(scan, item)):
        return item
    return _bounded(item, Bound.BEFORE if scan.key(at) in _SOONER else Bound.AFTER)


def _points(scan: Scan, i: int) -> bool:
    if scan.key(i) in _AFTERWARDS:
        return not scan.definite(i - 1)  # "ugen derefter" is another
    if scan.key(i) in _SOONER:
        return scan.key(i + 1) in _POINTED or scan.key(i + 1) in ("", ".", "!", "?")
    return scan.key(i) == "efter" and scan.key(i + 1) in _POINTED


def _busy(scan: Scan, item: Item) -> bool:
    keys: set[str] = set()
    for way in (range(item.first - 1, item.first - 1 - _BUSY, -1), range(item.end, item.end + _BUSY)):
        for at in way:
            if scan.key(at) in _BREAKS:
                break
            keys.add(scan.key(at))
    return bool(keys & _OCCUPIED) and bool(keys & _MINE) and not keys & _NOT_MINE


def _until_busy(scan: Scan, item: Item) -> Item:
    """`jeg arbejder til kl 14`, `på kursus til og med fredag`: free from then on."""
    if (
        scan.at.past
        or item.excluded
        or item.right
        or not any(scan.key(at) in _UNTIL for at in range(item.first, min(item.end, item.first + 4)))
    ):
        return item
    hours = item.left.hours
    if not _busy(scan, item):
        return item
    clocked_from = hours is not None and hours.kind is Kind.AFTER and "fra" in scan.keys[item.first : item.end]
    if scan.key(item.first) == "fra" or clocked_from:
        return item if _starting(scan, item) else _until_then(item)
    if hours is not None and hours.kind is Kind.BEFORE:
        return replace(item, left=Point(item.left.spec, Hours(Kind.AFTER, hours.end, None, hours.coarse)))
    if hours is None and item.bound is Bound.BEFORE:
        return replace(item, bound=Bound.FROM)
    if hours is None and item.bound is Bound.THROUGH:
        return replace(item, bound=Bound.AFTER)
    return item


def _starting(scan: Scan, item: Item) -> bool:
    """`jeg har fået job fra 1/3` tells when something begins, and not only when one is busy."""
    return any(scan.key(at) in _STARTING for at in range(item.first - _BUSY, item.first))


def _until_then(item: Item) -> Item:
    """`jeg arbejder fra kl. 12`: free before it."""
    hours = item.left.hours
    if hours is not None and hours.kind is Kind.AFTER:
        return replace(item, left=Point(item.left.spec, Hours(Kind.BEFORE, None, hours.start, hours.coarse)))
    if hours is None and item.bound is Bound.FROM:
        return replace(item, bound=Bound.BEFORE)
    return item
