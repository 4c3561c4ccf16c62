"""Rules for lengths of time: "14 dage", "et par uger", "halvanden måned", "1½ time", "en uges tid"."""

from __future__ import annotations

from dataclasses import astuple

from forloeb.danish.time.durations import Duration
from forloeb.danish.time.letters import words
from forloeb.danish.time.scan import Found, Scan

ROUGH = words(
    "ca cirka omkring lige praecis kun godt knap naesten over under mindst mindre en lidt mere end snart ogsaa smaa "
    "vel og"
)
_OPEN = words("mere end mindst over mindre under")
SIZES = {"dag": Duration(days=1), "uge": Duration(days=7), "maaned": Duration(months=1), "aar": Duration(months=12),
          "hverdag": Duration(workdays=1), "time": Duration(minutes=60), "minut": Duration(minutes=1),
          "kvarter": Duration(minutes=15)}  # fmt: skip
_FORMS = {
    "dag": "dag dage dags", "uge": "uge uger uges", "maaned": "maaned maaneder maaneds", "aar": "aar aars",
    "hverdag": "hverdag hverdage", "time": "time timer times", "minut": "minut minutter min",
    "kvarter": "kvarter kvarters",
}  # fmt: skip
UNITS = {form: unit for unit, forms in _FORMS.items() for form in forms.split()}
MOST = 1000
_HALVES = {"time": Duration(minutes=30), "aar": Duration(months=6), "maaned": Duration(days=15)}


def times(n: int, size: Duration) -> Duration:
    """So many of a unit."""
    return Duration(n * size.months, n * size.days, n * size.workdays, n * size.minutes)


def duration(scan: Scan, i: int) -> Found[Duration | None]:
    """`14 dage`, `et par uger`, `halvanden måned`, `en uges tid`; the value None when it is vague (`nogle dage`)."""
    at = scan.skip(i, ROUGH - {"en"}, 3)
    if any(scan.key(rough) in _OPEN for rough in range(i, at)):
        whole = duration(scan, at)
        return (None, whole[1]) if whole else None
    if scan.key(at) == "halvanden":
        unit = UNITS.get(scan.key(at + 1), "")
        more = {"aar": Duration(months=18), "maaned": Duration(months=1, days=15), "time": Duration(minutes=90),
                "uge": Duration(days=11), "dag": Duration(days=2)}.get(unit)  # fmt: skip
        return (more, at + 2) if more else None
    if scan.key(at) in ("en", "et") and scan.key(at + 1) in ("halv", "halvt"):
        found = _HALVES.get(UNITS.get(scan.key(at + 2), ""))
        return (found, after_tid(scan, at + 3)) if found else None
    halves = _halves(scan, at)
    if halves:
        return halves
    at = (
        at + 1
        if scan.key(at) in ("et", "en") and (scan.number(at + 1) is not None or scan.key(at + 1) == "par")
        else at
    )
    if scan.key(at) in ("en", "et") and scan.key(at + 1) in ("god", "godt", "lille") and scan.key(at + 2) in UNITS:
        return SIZES[UNITS[scan.key(at + 2)]], after_tid(scan, at + 3)  # "en god uges tid"
    vague = scan.key(at) in ("nogle", "faa")
    n = 2 if scan.key(at) == "par" else scan.number(at)
    unit = UNITS.get(scan.key(at + 1), "")
    if not unit or (n is None and not vague) or (n or 0) > MOST:
        return None
    return (None if vague else times(n or 0, SIZES[unit])), after_tid(scan, at + 2)


def _halves(scan: Scan, i: int) -> Found[Duration | None]:
    """`1½ time`, `½ år`, `2 1/2 måned`, `1,5 time`, `to en halv time`."""
    n, at = scan.number(i), i + 1
    joined = scan.skip(at, frozenset({"og"}), 1)
    if n is not None and (scan.key(at) == "½" or scan.token(at).text == "1/2"):
        at += 1
    elif n is not None and scan.key(joined) in ("en", "et") and scan.key(joined + 1) in ("halv", "halvt"):
        at = joined + 2
    elif scan.key(i) == "½" or scan.token(i).text == "1/2":
        n, at = 0, scan.skip(i + 1, frozenset({"en", "et"}), 1)
    elif scan.digits(i) and len(scan.token(i).atoms) == 1 and scan.token(i).atoms[0].parts[1:] == ("5",):
        if scan.token(i).atoms[0].sep not in (",", "."):
            return None
        n = int(scan.token(i).atoms[0].parts[0][:4])
    else:
        return None
    half = _HALVES.get(UNITS.get(scan.key(at), ""))
    if half is None or n > MOST:
        return None
    whole_units = times(n, SIZES[UNITS[scan.key(at)]])
    both = Duration(*(one + more for one, more in zip(astuple(whole_units), astuple(half), strict=True)))
    return both, after_tid(scan, at + 1)


def after_tid(scan: Scan, i: int) -> int:
    """The position after "tid", as in "en uges tid"."""
    return i + 1 if scan.key(i) == "tid" else i
