"""Phrases: bounds ("inden fredag"), ranges, what is moved, what is ruled out, and how phrases hang together in a list.

Conventions: "fra", "siden" and "tidligst" count the day itself, "efter" begins after it; "før", "inden", "indtil" and
"frem til" end before it, "senest" and "til og med" after it. "til fredag" alone is that Friday (as in "vi ses til
fredag"). "ikke før fredag" is from Friday on. After "flyt", "fra mandag til onsdag" is no range: Monday is given up
(excluded), Wednesday wanted; "til kl. 14" after a verb of booking or moving is the new time, otherwise a bound.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.clock import Hours
from forloeb.danish.time.durations import Past
from forloeb.danish.time.grammar_bound import bound_at
from forloeb.danish.time.grammar_clock import clock_piece
from forloeb.danish.time.grammar_core import Point, point
from forloeb.danish.time.grammar_moving import moved_hours, with_other_end
from forloeb.danish.time.grammar_range import bare_clock, between, night_between, night_to, pair
from forloeb.danish.time.grammar_relative import alone as duration_alone
from forloeb.danish.time.grammar_rest import onwards, run_out
from forloeb.danish.time.grammar_whole import whole_message
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.model import Kind
from forloeb.danish.time.moving_verbs import booking, moving
from forloeb.danish.time.scan import Found, Scan

_CLOCK_BOUNDS = words("efter foer inden fra indtil tidligst senest")
_SAID_AFTER = {"tidligst": Bound.FROM, "senest": Bound.THROUGH}
_ONWARDS = words("frem fremover senere")


def phrase(scan: Scan, i: int) -> Found[list[Item]]:
    """The phrase that begins here: one item, or two when something is moved from one time to another."""
    two_ends = between(scan, i) or run_out(scan, i) or night_between(scan, i) or night_to(scan, i)
    if two_ends:
        return [two_ends], two_ends.end
    bound, at = bound_at(scan, i)
    if (scan.key(i), scan.key(i + 1)) == ("frem", "til") and moving(scan, i):
        bound = Bound.AT  # "kan mødet rykkes frem til tirsdag"
    two_dates = pair(scan, at) if bound in (Bound.AT, Bound.FROM) else None
    if two_dates:
        return [replace(two_dates, first=i)], two_dates.end
    read = _one_end(scan, i, bound, at)
    if not read:
        return None
    item = read
    if scan.key(item.end) in ("og", "eller") and scan.key(item.end + 1) in _ONWARDS:  # "mandag og frem"
        return [replace(item, bound=Bound.FROM, end=item.end + 2)], item.end + 2
    late = _bounded_after(scan, item)
    if late:
        return [late], late.end
    stretch = onwards(scan, item)
    if stretch:
        return [stretch], stretch.end
    more = moved_hours(scan, item) or with_other_end(scan, item, at)
    return more or ([item], item.end)


def _bounded_after(scan: Scan, item: Item) -> Item | None:
    """`fredag senest`, `kl. 14 tidligst`: the bound said after what it bounds."""
    bound = _SAID_AFTER.get(scan.key(item.end))
    if bound is None or not item.at() or scan.known(item.end + 1):
        return None
    hours = item.left.hours
    if item.left.spec is None and hours and hours.kind is Kind.VALUE:
        return replace(item, left=Point(None, _bounded(hours, bound)), end=item.end + 1)
    return replace(item, bound=bound, end=item.end + 1) if item.left.spec else None


def _one_end(scan: Scan, i: int, bound: Bound, at: int) -> Item | None:
    """A point and the bound on it."""
    found = point(scan, at)
    if not found and at > i + 1:
        bare = bare_clock(scan, at)  # "ikke før 10"
        found = point(scan, at, bare) if bare else None
    if not found and at > i:  # "inden 14 dage": one expression, not a bound on another
        bound, found = Bound.AT, point(scan, i)
    if found and bound is not Bound.AT and scan.key(i) in _CLOCK_BOUNDS:
        # "efter kl. 14 på tirsdag" is a bound within Tuesday, as the clock rules read it
        clocked = point(scan, i)
        if clocked and clocked[1] >= found[1] and clocked[0].hours and clocked[0].hours.kind is not Kind.VALUE:
            bound, found = Bound.AT, clocked
    if not found:
        return None
    left, end = found
    if left.hours and left.spec is None and left.hours.kind is Kind.VALUE and bound is not Bound.AT:
        bound, left = Bound.AT, Point(None, _bounded(left.hours, bound))
    if left.hours and left.hours.kind is Kind.INTERVAL and bound is Bound.FROM and not left.hours.coarse:
        bound = Bound.AT  # "fra mandag kl. 10 til 12"
    if left.spec and scan.key(i) == "siden":
        left = Point(Past(left.spec), left.hours)
    asked_for = scan.key(i) == "til" and booking(scan, i) and clock_piece(scan, i) is not None
    if left.hours and left.hours.kind is Kind.BEFORE and asked_for:
        left = Point(left.spec, Hours(Kind.VALUE, left.hours.end, None))
    return Item(left, i, end, bound)


def _bounded(hours: Hours, bound: Bound) -> Hours:
    """A clock time under a bound."""
    if bound in (Bound.FROM, Bound.AFTER):
        start = hours.end if bound is Bound.AFTER and hours.end is not None else hours.start
        return Hours(Kind.AFTER, start, None, hours.coarse)
    return Hours(Kind.BEFORE, None, hours.start, hours.coarse)


def alone(scan: Scan) -> Item | None:
    """A bare duration or clock time that is the whole message."""
    found = duration_alone(scan) or whole_message(scan)
    read = point(scan, 0, found) if found else None
    return Item(read[0], 0, read[1]) if read else None
