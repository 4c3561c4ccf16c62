"""Rules for how a period runs out: "ugen ud", "inden månedens udgang", "fra mandag og resten af ugen".

Conventions: "ugen ud" is from today to Sunday; "inden månedens udgang" and "inden måneden er omme" last through its
last day, which "ved månedens udgang" names. "fra tirsdag og ugen ud" ends with that Tuesday's week, not with this one.
"""

from __future__ import annotations

from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.grammar_parts import PERIODS, owned_period
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.periods import Onwards
from forloeb.danish.time.scan import Scan

_LIMITS = words("inden foer senest")
_OVER = words("omme slut forbi gaaet ovre")


def run_out(scan: Scan, i: int) -> Item | None:
    """`inden månedens udgang`, `inden ugen er omme`: through its last day."""
    if scan.key(i) not in _LIMITS:
        return None
    at = scan.skip(i + 1, words("ved til"), 1)
    owned = owned_period(scan, at)
    if owned:
        return Item(Point(owned[0]), i, owned[1], Bound.THROUGH)
    over = scan.key(at) in PERIODS and scan.key(at + 1) == "er" and scan.key(at + 2) in _OVER
    return Item(Point(PERIODS[scan.key(at)]), i, at + 3, Bound.THROUGH) if over else None


def onwards(scan: Scan, item: Item) -> Item | None:
    """`fra tirsdag og ugen ud`, `mandag og resten af måneden`: from that day to the end of its own period."""
    if item.left.spec is None or item.left.hours or item.bound not in (Bound.AT, Bound.FROM):
        return None
    at = scan.skip(item.end, words(", og samt"), 2)
    if at == item.end + 1 and scan.key(item.end) == "," and item.bound is Bound.AT:
        return None  # "torsdag, resten af ugen kan jeg": two times
    if scan.key(at) == "resten" and scan.key(at + 1) in ("af", "paa", "i"):
        at += 2
        unit, end = scan.key(at), at + 1
    else:
        unit, end = scan.key(at), at + 2
        if scan.key(at + 1) != "ud":
            return None
    if unit not in PERIODS:
        return None
    stretch = Onwards(item.left.spec, {"uge": "week", "maaned": "month", "aar": "year"}[unit])  # type: ignore[arg-type]
    return Item(Point(stretch), item.first, end)
