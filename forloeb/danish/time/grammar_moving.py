"""What is moved: "flyt fra mandag til onsdag", "byt tirsdag med torsdag", "fra onsdag formiddag til eftermiddag".

Convention: what is given up is excluded, what is wanted is not; both are read from one phrase.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.clock import Hours
from forloeb.danish.time.grammar_clock import clock_piece
from forloeb.danish.time.grammar_core import Point, point
from forloeb.danish.time.grammar_range import other_end
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.model import Kind
from forloeb.danish.time.moving_verbs import moving, swapping
from forloeb.danish.time.scan import Found, Scan


def with_other_end(scan: Scan, item: Item, at: int) -> Found[list[Item]]:
    """A range, or after "flyt" what is given up and what is wanted."""
    by = item.end + (scan.key(item.end) == "ud")
    swapped = point(scan, by + 1) if scan.key(by) == "med" and swapping(scan, item.first) else None
    if swapped and item.at():
        given_up = replace(item, excluded=True)
        return [given_up, Item(swapped[0], by + 1, swapped[1], link="men")], swapped[1]
    if scan.key(item.end) == "til" and item.left.spec and item.left.hours and moving(scan, item.first):
        hours = point(scan, item.end + 1)
        if hours and hours[0].spec is None:  # "ryk den fra onsdag formiddag til eftermiddag"
            given_up = replace(item, bound=Bound.AT, excluded=True)
            moved = Item(Point(item.left.spec, hours[0].hours), item.end + 1, hours[1], link="men")
            return [given_up, moved], hours[1]
    if item.bound not in (Bound.AT, Bound.FROM):
        return None
    moves = scan.key(item.first) != "til" and scan.key(item.end) in ("til", "to") and moving(scan, item.first)
    new = point(scan, item.end + 1) if moves and item.left.spec else None
    right = new if new and new[0].spec else other_end(scan, item.end, item.left)
    if not right:
        return None
    if moves:
        given_up = replace(item, bound=Bound.AT, first=at, excluded=True)
        old = item.left.hours
        if old and old.kind is Kind.AFTER and clock_piece(scan, item.first):  # "fra kl. halv tre på fredag til …"
            given_up = replace(given_up, left=Point(item.left.spec, Hours(Kind.VALUE, old.start, None)))
        return [given_up, Item(right[0], item.end + 1, right[1], link="men")], right[1]
    return [replace(item, bound=Bound.RANGE, right=right[0], end=right[1])], right[1]


def moved_hours(scan: Scan, item: Item) -> Found[list[Item]]:
    """`flyt den fra kl. 10 til kl. 14`: one clock time given up, the other wanted."""
    hours = item.left.hours
    if not hours or hours.kind is not Kind.INTERVAL or hours.coarse:
        return None
    middle = next((at for at in range(item.first + 1, item.end) if scan.key(at) == "til"), None)
    if middle is None or "til" in (scan.key(item.first - 1), scan.key(item.first)) or not moving(scan, item.first):
        return None
    if item.left.spec and scan.key(middle + 1) != "kl":
        return None  # "flyt mødet onsdag 10 til 12" may be when it is
    old, new = Hours(Kind.VALUE, hours.start, None), Hours(Kind.VALUE, hours.end, None)
    given_up = Item(Point(item.left.spec, old), item.first, middle, excluded=True)
    other = point(scan, middle + 1)
    if other and other[0].spec and other[1] > item.end:  # "fra torsdag kl. 10 til kl. 12 på fredag"
        return [given_up, Item(other[0], middle + 1, other[1], link="men")], other[1]
    return [given_up, Item(Point(item.left.spec, new), middle + 1, item.end, link="men")], item.end
