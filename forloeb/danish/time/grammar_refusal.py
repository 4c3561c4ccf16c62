"""What a refusal does to the phrases round it: "ikke ledig før mandag" turns a bound, "mandag og tirsdag kan jeg ikke"
rules out a whole list, "mandag kl. 10, men der kan jeg ikke" points back.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.clock import Hours
from forloeb.danish.time.days import Week
from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.grammar_negation import refused_before, refuses_back
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.model import Kind
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Scan

_COMPARED = words("senere tidligere")
_OPPOSITE = {Bound.AFTER: Bound.THROUGH, Bound.BEFORE: Bound.FROM}
_LONGEST_LIST = 6
_BACK = 8
_SAID = words("sagde skrev troede aftalte foreslog")
_INSTEAD = words("men nej rettere")
_CORRECTING = words("rettelse rettere ups hov forkert mente")


def not_before(scan: Scan, item: Item) -> Item:
    """`jeg er ikke ledig før mandag`: from then on; `det må ikke blive senere end kl. 14`: until then."""
    if scan.key(item.first) in _COMPARED and scan.key(item.first + 1) == "end" and refused_before(scan, item.first):
        return _other_side(item)
    if (scan.key(item.first - 1), scan.key(item.first)) == ("ikke", "foer") and item.left.hours:
        return _other_side(item)  # "ikke før middag"
    if scan.key(item.first) != "foer" or not refused_before(scan, item.first):
        return item
    hours = item.left.hours
    if hours and hours.kind is Kind.BEFORE:
        return replace(item, left=Point(item.left.spec, Hours(Kind.AFTER, hours.end, None, hours.coarse)))
    return replace(item, bound=Bound.FROM)


def _other_side(item: Item) -> Item:
    hours = item.left.hours
    if hours and hours.kind in (Kind.AFTER, Kind.BEFORE):
        kind = Kind.BEFORE if hours.kind is Kind.AFTER else Kind.AFTER
        return replace(item, left=Point(item.left.spec, Hours(kind, hours.end, hours.start, hours.coarse)))
    return replace(item, bound=_OPPOSITE.get(item.bound, item.bound))


def refuse_list(found: list[Item]) -> None:
    """`mandag, tirsdag og onsdag kan jeg ikke`: what is said of the last holds for the list it ends."""
    for at in range(len(found) - 1, max(-1, len(found) - 1 - _LONGEST_LIST), -1):
        found[at] = replace(found[at], excluded=True)
        if found[at].link not in ("og", ","):
            break


def look_back(scan: Scan, found: list[Item]) -> list[Item]:
    """`mandag kl. 10, men der kan jeg ikke`: the time just named is ruled out.

    Raises:
        Unclear: several times stand there apart, so which is meant?
    """
    out = _put_right(scan, found)
    reached = 0
    for i, key in enumerate(scan.keys):
        start = refuses_back(scan, i) if key in ("ikke", "aldrig", "umuligt") else None
        while reached < len(out) and out[reached].end <= i:
            reached += 1
        if start is None:
            continue
        nearest = range(max(0, reached - _BACK), reached)
        before = [at for at in nearest if start - _BACK <= out[at].end <= start]
        if not before or any(out[at].excluded for at in before):
            continue
        last = before[-1]
        listed = [at for at in before if all(out[on].link in ("og", ",") for on in range(at + 1, last + 1))]
        if len(listed) < len([at for at in before if out[at].sentence == out[last].sentence]):
            raise Unclear("which_days")
        if "uge" in scan.keys[i : i + 3] and not isinstance(out[last].left.spec, Week):
            raise Unclear("which_days")  # "d. 13/6, så ikke den uge"
        for at in listed:
            out[at] = replace(out[at], excluded=True)
    return out


def _put_right(scan: Scan, found: list[Item]) -> list[Item]:
    """`jeg sagde kl. 9, men det bliver kl. 10`, `d. 12, nej vent, d. 13`: what was said before is given up."""
    out = list(found)
    for at in range(1, len(found)):
        one, other = found[at - 1], found[at]
        between = range(one.end, min(other.first, one.end + _BACK))
        if other.excluded or other.first > one.end + _BACK:
            continue
        said = any(scan.key(back) in _SAID for back in range(one.first - 3, one.first))
        put_right = said and one.near(other) and any(scan.key(back) in _INSTEAD for back in between)
        alike = (one.left.spec and other.left.spec) or (one.left.hours and other.left.hours)
        if put_right or (alike and any(_corrects(scan, back, other.first) for back in between)):
            out[at - 1] = replace(one, excluded=True)
    return out


def _corrects(scan: Scan, i: int, following: int) -> bool:
    if scan.key(i) == "nej":
        after = scan.skip(i + 1, words(", vent forresten hellere det er bliver"), 4)
        return after == following and scan.key(i - 1) != "hvis"
    return scan.key(i) in _CORRECTING
