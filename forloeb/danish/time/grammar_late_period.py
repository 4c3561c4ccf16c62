"""A week or month said after its days: "mandag passer mig bedst i uge 18", "tirsdag eller onsdag engang i næste uge".

Convention: within one clause the days lie in the period that follows them; across a comma or a "men" they may be
alternatives to it, so it is asked which. "eller i næste uge" and "ellers i uge 18" are alternatives.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.days import Month, Week
from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.items import Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import WEEKDAYS
from forloeb.danish.time.periods import Part
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.sharing import inside
from forloeb.danish.time.single_days import OnWeekday

_ENDS = words(". ! ? ;")
_OTHERWISE = words("eller ellers alternativt ogsaa senest og saa evt eventuelt derefter bagefter heller igen")
_ASIDE = words(", men hvis ( -")


def put_in_late_period(scan: Scan, found: list[Item]) -> list[Item]:
    """The phrases, with bare days put into the period named after them in their clause.

    Raises:
        Unclear: the period stands so far off that it may be another wish.
    """
    out: list[Item] = []
    for item in found:
        spec = item.left.spec
        week = spec.week if isinstance(spec, OnWeekday) else spec if isinstance(spec, Week) else None
        if (
            week
            and week != Week()
            and any(isinstance(one.left.spec, Part) and one.left.spec.of == Week() for one in out)
        ):
            raise Unclear("unread")  # "først på ugen, gerne mandag i uge 42"
        week_first = isinstance(spec, OnWeekday) and spec.week and scan.key(item.first) not in WEEKDAYS
        if week_first and item.link == "og" and isinstance(out[-1].left.spec, Week):
            raise Unclear("unread")  # "i uge 44 eller uge 45, mandag"
        days = _bare_days(out, item) if isinstance(spec, (Week, Month)) and item.plain() and spec != Week() else 0
        between = scan.keys[out[-1].end : item.first] if days else ()
        if not days or _ENDS & {*between} or _OTHERWISE & {*between} or item.link == "og":
            out.append(item)
            continue
        if _ASIDE & {*between} or item.link:
            raise Unclear("which_days")
        for at in range(len(out) - days, len(out)):
            placed = inside(out[at].left.spec, spec)
            out[at] = replace(out[at], left=Point(placed, out[at].left.hours))
    return out


def _bare_days(before: list[Item], period: Item) -> int:
    """How many of the phrases before it are one list of days that the period can hold."""
    count = 0
    for item in reversed(before):
        nearest = before[-1] if count == 0 else None
        if item.excluded or not item.at() or inside(item.left.spec, period.left.spec) is None:
            break
        if nearest and not nearest.near(period):
            break
        count += 1
        if item.link not in ("og", ","):
            break
    return count
