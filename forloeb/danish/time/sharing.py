"""What is said once and holds for several: in a list the clock, the day, the week or month; apart, a day and its clock.

Conventions: in "torsdag eller fredag kl. 10" the clock holds for both, in "tirsdag kl. 10 eller 14" the day does. "i
uge 11 kan jeg kun tirsdag" is that week's Tuesday. "mandag, men ikke før 12" and "efter 9 og før 11" are each one time.
"ikke mandag, tirsdag" leaves open whether Tuesday is ruled out too, so it asks.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.days import Month, Spec, Week
from forloeb.danish.time.grammar_core import Point
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.model import Kind
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.single_days import OnDate, OnWeekday

_CLOSE = 3


def share(items: list[Item]) -> list[Item]:
    """Hand round what is said once: in a list the clock or the day, the week, the month; apart, a day and its clock."""
    items = _meet(_put_in_period(items))
    shared: list[Item] = []
    group: list[Item] = []
    for item in items:
        if item.link not in ("og", ","):
            shared += _share_group(group)
            group = []
        group.append(item)
    return shared + _share_group(group)


def _put_in_period(items: list[Item]) -> list[Item]:
    """`i uge 11 kan jeg kun tirsdag og torsdag`: bare days later in the sentence lie in the week or month named."""
    out: list[Item] = []
    period: Item | None = None
    several = False
    used: set[int] = set()
    for item in items:
        placed = item
        if isinstance(item.left.spec, (Week, Month)) and item.plain():
            several = period is not None and item.link == "og" and out[-1] is period
            period = item
        elif period is not None and out[-1].near(item) and (item.link != "men" or item.excluded):
            within = inside(item.left.spec, period.left.spec)
            if within is not None and several:
                raise Unclear("unread")  # "i uge 9 eller 10, helst tirsdag"
            if within is not None:
                placed = replace(item, left=Point(within, item.left.hours))
                used |= set() if item.excluded else {id(period)}
        out.append(placed)
    return [item for item in out if id(item) not in used]


def inside(spec: Spec | None, period: Spec | None) -> Spec | None:
    """The bare day within that week or month; None for what does not lie in it by its words."""
    if isinstance(spec, OnWeekday) and isinstance(period, Week) and spec.which == "bare" and spec.week is None:
        if period == Week():
            return None  # "i denne uge": the bare weekday is the coming one in any case
        return replace(spec, week=period)
    if isinstance(spec, OnDate) and isinstance(period, Month) and spec.month is None and period.number:
        return replace(spec, month=period.number, year=period.year)
    return None


def _meet(items: list[Item]) -> list[Item]:
    """`på tirsdag, hvis det kan lade sig gøre, kl. 10`; `mandag, men ikke før 12`; `efter kl. 9 og før kl. 11`."""
    out: list[Item] = []
    alone = sum(one.left.spec is not None for one in items) == 1
    for item in items:
        joined = (_between(out[-1], item) or _met(out[-1], item, alone=alone)) if out else None
        if joined:
            out[-1] = joined
        elif out and item.link == "men" and item.left.spec is None and _lends_day(out[-1]):
            several = item.excluded and out[-1].link in ("og", ",")  # "tirsdag eller onsdag, men ikke om morgenen"
            out.append(item if several else replace(item, left=Point(out[-1].left.spec, item.left.hours)))
        else:
            out.append(item)
    return out


def _lends_day(item: Item) -> bool:
    """Whether a clock time after "men" lies on this phrase's day: not on one that is ruled out whole."""
    return item.at() and item.left.spec is not None and (item.left.hours is not None or not item.excluded)


def _between(first: Item, last: Item) -> Item | None:
    """`tidligst 1/12, senest 5/12`: one stretch."""
    bounds = (first.bound, last.bound) == (Bound.FROM, Bound.THROUGH)
    plain = first.left.hours is None and last.left.hours is None and first.left.spec and last.left.spec
    if not (bounds and plain and first.near(last)) or first.excluded or last.excluded or last.link == "eller":
        return None
    return replace(first, bound=Bound.RANGE, right=last.left, end=last.end)


def _met(first: Item, last: Item, *, alone: bool) -> Item | None:
    """Both in one: a day and its only clock time, a day and a bound on its hours, or two bounds on the hours."""
    if not (first.at() and last.at() and first.excluded == last.excluded and first.near(last)):
        return None
    if last.whole and first.left.spec is None:
        return None  # "eftermiddagen er bedst, men fredag kan jeg hele dagen"
    if last.refused and first.excluded and not last.link:
        return None  # "undgå kl. 8 og helst undgå fredag"
    one, other = first.left, last.left
    beside = first.end == last.first and not (one.spec and other.spec)
    if beside and one.hours and one.hours.coarse and other.hours and other.hours.kind in (Kind.AFTER, Kind.BEFORE):
        return replace(first, left=Point(one.spec or other.spec, other.hours), end=last.end)
    if one.hours and other.hours:
        kinds = (one.hours.kind, other.hours.kind)
        if kinds != (Kind.AFTER, Kind.BEFORE) or other.spec is not None or not last.link:
            return None
        if (one.hours.start or 0) >= (other.hours.end or 0):
            raise Unclear("backwards")
        hours = replace(one.hours, kind=Kind.INTERVAL, end=other.hours.end)
        return replace(first, left=Point(one.spec, hours), end=last.end)
    if (one.spec is None) == (other.spec is None) or (one.hours is None) == (other.hours is None):
        return None
    if (one.spec is None) != (one.hours is not None):
        return None
    narrowing = other.hours is not None and other.hours.kind in (Kind.AFTER, Kind.BEFORE)
    bounded = one.hours is not None and one.hours.kind in (Kind.AFTER, Kind.BEFORE)
    apart = last.first - first.end
    if one.hours and not first.link and not last.link and apart <= (_CLOSE if bounded else 1):
        narrowing = True  # "alt efter 10 er fint mandag", "kl. 10 enten mandag eller onsdag"
    if other.hours and other.hours.coarse and (last.link == "men" or (first.link == "og" and not last.link)):
        narrowing = True  # "tirsdag og onsdag, men kun om formiddagen"
    if not (narrowing if last.link else alone or narrowing):
        return None
    both = Point(one.spec or other.spec, one.hours or other.hours)
    return replace(first, left=both, end=last.end, hours_first=one.spec is None)


def _share_group(group: list[Item]) -> list[Item]:
    if len(group) < 2:
        return group
    if group[0].excluded and all(item.link == "," for item in group[1:]):
        raise Unclear("which_days")  # "ikke mandag, tirsdag": ruled out too, or wanted?
    group = _share_days(_share_hours(group))
    return _share_week_and_month(group)


def _share_hours(group: list[Item]) -> list[Item]:
    """`torsdag eller fredag kl. 10`: its time of day holds for the bare days before it, back to a comma."""
    out = list(group)
    if group[0].hours_first and all(_bare_day(item) and item.excluded == group[0].excluded for item in group[1:]):
        if group[-1].link != "og" or not _alike(group):
            raise Unclear("which_days")  # "kl. halv tre på fredag, ellers mandag"
        return [replace(item, left=Point(item.left.spec, group[0].left.hours)) for item in group]
    for end, last in enumerate(group):
        again = end + 1 < len(group) and group[end + 1].link == "og" and group[end + 1].left.hours is None
        if last.link == "," and last.left.hours and last.left.spec and end and _bare_day(group[end - 1]):
            raise Unclear("which_days")  # "mandag, onsdag kl. 10": at ten on Monday too?
        if last.link != "og" or last.left.hours is None or last.left.spec is None or again:
            if again and last.link == "og" and last.left.hours and end and _bare_day(group[end - 1]):
                raise Unclear("which_days")  # "mandag og tirsdag kl. 10 og onsdag"
            continue
        first = end
        while first and _bare_day(group[first - 1]) and not last.hours_first:
            first -= 1
        if not _alike(group[first : end + 1]):
            raise Unclear("which_days")  # "mandag eller i morgen kl. 9"
        if first and group[first].link == "og":
            continue  # "mandag kl. 9 og tirsdag eller onsdag kl. 10"
        for at in range(first, end):
            out[at] = replace(group[at], left=Point(group[at].left.spec, last.left.hours))
    return out


def _alike(group: list[Item]) -> bool:
    """Whether the days were all said in one way: weekdays, dates, or days counted from today."""
    return len({type(item.left.spec) for item in group}) == 1


def _bare_day(item: Item) -> bool:
    bare = item.bound is Bound.AT and item.right is None and item.left.spec is not None and item.left.hours is None
    return bare and not item.whole


def _share_days(group: list[Item]) -> list[Item]:
    """`tirsdag kl. 10 eller 14`, `kl. 10 eller 14 på tirsdag`: a clock time without a day takes the nearest one's."""
    dated = [item for item in group if item.left.spec is not None]
    if not dated or len(dated) == len(group):
        return group
    apart = [item for item in group[len(dated) :] if item.left.spec is None and item.at() and not item.excluded]
    if len(dated) > 1 and apart:
        raise Unclear("which_days")  # "tirsdag eller onsdag kl. 9 eller 13"
    if any(item.right for item in dated):
        return group  # "1.-4. december, helst om formiddagen": on each of them
    if dated[0].excluded and not group[0].excluded and group[0].left.spec is None:
        return group  # "om eftermiddagen og helst ikke fredag"
    day = dated[0].left.spec if group[0].left.spec is not None else None
    if day is None and len(dated) == 1 and dated[0] is group[-1]:
        if dated[0].link == "," and dated[0].left.hours:
            raise Unclear("which_days")  # "kl. 9.30, onsdag kl. 13"
        day = dated[0].left.spec
    out: list[Item] = []
    for item in group:
        day = item.left.spec or day
        several = item.excluded and sum(not other.excluded for other in dated) > 1  # "A eller B, ikke om morgenen"
        fill = item.left.spec is None and day is not None and not several
        out.append(replace(item, left=Point(day, item.left.hours)) if fill else item)
    return out


def _share_week_and_month(group: list[Item]) -> list[Item]:
    weeks = [item.left.spec.week for item in group if isinstance(item.left.spec, OnWeekday) and item.left.spec.week]
    months = [item.left.spec for item in group if isinstance(item.left.spec, OnDate) and item.left.spec.month]
    out: list[Item] = []
    for item in group:
        spec = item.left.spec
        if isinstance(spec, OnWeekday) and spec.week is None and spec.which in ("bare", "coming") and weeks:
            backwards = not any(isinstance(one.left.spec, OnWeekday) and one.left.spec.week for one in out)
            named = next(one for one in group if isinstance(one.left.spec, OnWeekday) and one.left.spec.week)
            apart = group[-1].link != "og" and group[-1].first > group[-2].end + 1
            if backwards and (apart or spec.weekday >= getattr(named.left.spec, "weekday", 0)):
                raise Unclear("which_days")  # "torsdag eller mandag i uge 46"
            spec = replace(spec, week=weeks[0])
        if isinstance(spec, OnDate) and spec.month is None and months and item.excluded != group[0].excluded:
            spec = replace(spec, month=months[0].month, year=months[0].year)  # "den 4. december, ikke den 3."
        later = (months and not out) or (months and months[-1] is group[-1].left.spec)
        if isinstance(spec, OnDate) and spec.month is None and later and months[-1] is not spec:
            spec = replace(spec, month=months[-1].month, year=months[-1].year)
        out.append(replace(item, left=Point(spec, item.left.hours)))
    return out
