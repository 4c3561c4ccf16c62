"""Feast days and their seasons: the day or days of each in a year.

Conventions: "jul" is 24-26 December, "påske" skærtorsdag to 2. påskedag, "pinse" the Sunday and Monday, "nytår" 31
December and 1 January, though "før nytår" lasts until 1 January. "efterårsferien" is week 42 everywhere; vinterferie
differs between municipalities (week 7 or 8), so it is asked about. Store bededag is still a day people name, though
no longer a public holiday.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.easter import easter

from forloeb.danish.time.days import DAY, Context, Days, Which, Year, one_day, pick, week_days
from forloeb.danish.time.letters import spellings
from forloeb.danish.time.questions import Unclear

FeastRule = Callable[[int], Days]


def _fixed(month: int, day: int) -> FeastRule:
    return lambda year: one_day(date(year, month, day))


def _from_easter(days: int) -> FeastRule:
    return lambda year: one_day(easter(year) + timedelta(days=days))


def _stretch(first: FeastRule, last: FeastRule) -> FeastRule:
    return lambda year: Days(first(year).start, last(year).end, interval=True)


def _new_year(year: int) -> Days:
    first = date(year, 1, 1)
    return Days(first - DAY, first + DAY, interval=True, before=first)


def _between_feasts(year: int) -> Days:
    return Days(date(year, 12, 27), date(year, 12, 31), interval=True)


def _mothers_day(year: int) -> Days:
    first = date(year, 5, 1)
    return one_day(first + timedelta(days=(6 - first.weekday()) % 7 + 7))


def _winter_holiday(year: int) -> Days:
    raise Unclear("which_holiday_week", weak=True)


_RULES: dict[str, FeastRule] = {
    "nytårsdag": _fixed(1, 1),
    "nytår nytåret": _new_year,
    "helligtrekonger helligtrekongersdag": _fixed(1, 6),
    "kyndelmisse": _fixed(2, 2),
    "valentinsdag": _fixed(2, 14),
    "fastelavn fastelavnssøndag": _from_easter(-49),
    "fastelavnsmandag": _from_easter(-48),
    "palmesøndag": _from_easter(-7),
    "skærtorsdag": _from_easter(-3),
    "langfredag": _from_easter(-2),
    "påskelørdag": _from_easter(-1),
    "påskedag påskesøndag": _from_easter(0),
    "påskemandag": _from_easter(1),
    "påske påsken påskedagene påsk påkse": _stretch(_from_easter(-3), _from_easter(1)),
    "påskeferie påskeferien": _stretch(_from_easter(-8), _from_easter(1)),
    "bededag": _from_easter(26),
    "himmelfart himmelfartsdag kristihimmelfart kristihimmelfartsdag": _from_easter(39),
    "pinsedag pinsesøndag": _from_easter(49),
    "pinsemandag": _from_easter(50),
    "pinse pinsen": _stretch(_from_easter(49), _from_easter(50)),
    "morsdag": _mothers_day,
    "grundlovsdag farsdag": _fixed(6, 5),
    "sankthans sankthansaften skthans": _fixed(6, 23),
    "efterårsferie efterårsferien": lambda year: replace(week_days(year, 42)),
    "vinterferie vinterferien": _winter_holiday,
    "halloween": _fixed(10, 31),
    "mortensaften": _fixed(11, 10),
    "luciadag": _fixed(12, 13),
    "lillejuleaften": _fixed(12, 23),
    "juleaften juleaftensdag": _fixed(12, 24),
    "juledag": _fixed(12, 25),
    "jul julen juledagene": _stretch(_fixed(12, 24), _fixed(12, 26)),
    "nytårsaften nytårsaftensdag": _fixed(12, 31),
    "mellemdagene": _between_feasts,
}
FEASTS: dict[str, FeastRule] = {
    key: rule for names, rule in _RULES.items() for name in names.split() for key in spellings(name)
}
# "2. juledag", "anden påskedag": numbered feast days, and how many there are
NUMBERED = {"juledag": 3, "paaskedag": 2, "paskedag": 2, "pinsedag": 2}
# Names of people or greetings as often as feasts: a preposition must stand before them.
SHY = frozenset({"jul", "nytaar", "nytar", "halloween"})


@dataclass(frozen=True)
class Feast:
    """A feast in the year meant; `later` counts on from it (`2. juledag` is one later)."""

    name: str
    later: int = 0
    year: Year | None = None
    which: Which = "bare"

    def resolve(self, at: Context) -> Days:
        """The feast's day or days."""
        if self.year:
            # "nytår 2025" and "juleaften sidste år": the year in which it is kept
            return self._in(self.year.number(at))
        feasts = [self._in(at.today.year + shift) for shift in (-2, -1, 0, 1, 2)]
        if self.which in ("past", "previous"):
            return next(found for found in reversed(feasts) if found.end <= at.today)
        if self.which == "next":
            return next(found for found in feasts if found.start > at.today)
        return pick(feasts, at)

    def _in(self, year: int) -> Days:
        found = FEASTS[self.name](year)
        later = timedelta(days=self.later)
        return replace(found, start=found.start + later, end=found.end + later)
