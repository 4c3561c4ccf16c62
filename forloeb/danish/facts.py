"""What a sentence states about the person: which of the three days it speaks of, and which benefit.

The three days are the start of unemployment, the registering at the jobcenter, and the first contact. The nearest
verb decides what a date means; a verb that is denied ("har ikke meldt mig ledig") claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from forloeb.danish.words import folded_with_places

DAYS = ("unemployed_from", "registered", "first_contact")

_PLACE = r"(?:kommune\w*|komune\w*|jo[bp]\s?c\w*|jc|borgerservice)"
_LEDIG = r"(?:(?<!noget )(?<!foerste )(?:arbejds?)?led(?:ig|eg|i|ih|ik)\b(?!\s+tid)|arbejds?l[oe]{1,2}s\b)"
_ME = r"(?:mig|mej|mi|mg|os|meg)"
# "meldte mig først ledig", "meldte mig selv ind som ledig"
_LITTLE = r"(?:(?:selv|ind|som|foerst|forst|ogsaa|ogsa|officielt|endelig)\s+)*"
_AT = r"(?:hos|paa|pa|i|ved|til|med|nede|inde|henne|oppe)"
# Folded. Looked for in this order; what one has claimed, a later one cannot ("meldte mig ledig" is not "ledig").
_VERBS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("registered", re.compile(
        rf"\b(?:til)?m[ea]ld?\w*\s+(?:jeg\s+)?{_ME}\s+{_LITTLE}(?:{_LEDIG}|{_AT}\s+{_PLACE}|paa\s+jobnet|pa\s+jobnet|jobsogende|jobsoegende)"
        rf"|\bledi[gh]?\s?meld\w*|\b(?:tilmel\w+|registr\w+)(?:\s+{_ME})?(?:\s+som\s+{_LEDIG})?|\bindskre\w+|\bskre\w+\s+{_ME}\s+(?:op|ind)"
        rf"|\bmeld?te?\s+{_ME}\s+(?=(?:d\b|den\b|i\s|\d))"
    )),
    ("first_contact", re.compile(
        rf"\bh[ea]nvend\w*(?:\s+jeg)?(?:\s+{_ME})?(?:\s+{_AT}\s+{_PLACE})?|\b(?:foerste?|forste?)\s+(?:kontakt|henvendelse|gang)|\bkontakte?de?\s+{_PLACE}|\bkontaktet\b|\b(?:tog|taget|fik|havde)\s+(?:foerste\s+)?kontakt"
        rf"|\b(?:var|vaeret|varet|gik|kom|moedte|modte)\s+(?:jeg\s+)?(?:(?:ned|nede|ind|inde|hen|henne|op|oppe|forbi)\s+)?{_AT}?\s*{_PLACE}"
        rf"|\b(?:an)?s[oe]{{1,2}}g(?:te|t)\s+(?:jeg\s+)?(?:om\s+)?(?:kontan\w*|udd\w*|hjaelp\w*|hjalp\w*|penge|ydelse\w*|kth)"
        rf"|\bansoeg\w*\s+om|\b(?:ringe?de|ringt?|ringet|skrev|snakkede|talte|snakket|talt)\s+(?:jeg\s+)?(?:til|med)\s+{_PLACE}"
    )),
    ("unemployed_from", re.compile(
        rf"\b(?:{_LEDIG}|nyledig)\b|\bmist\w*\s+(?:jeg\s+)?(?:(?:mit|min|mi)\s+)?(?:\w+\s+)?\w*(?:job|arb|stil|ansaet|vikariat)\w*"
        rf"|\b(?:fyret|fyrt|fyyret|opsagt|afskedige\w*|afskedet)\b|\bsagt?\s+op\b|\bsidste\s+(?:arbejds?|ansaettelses|loen)\s?dag\w*|\bsidste\s+dag\s+(?:paa|pa|i|hos)\b"
        rf"|\b(?:stoppe\w*|fratr\w*|fratraa\w*)\b|\bholdt\s+(?:jeg\s+)?op\b|\b(?:kontrakt\w*|vikariat\w*|ansaettelse\w*|stilling\w*)\s+(?:udloeb\w*|udlob\w*|sluttede|ophoerte|stoppede|er\s+slut)"
        rf"|\buden\s+(?:job|arbejde?|arb)\b|\buden\s+for\s+arb\w*|\bjob\w*\s+(?:sluttede|ophoerte|stoppede|lukkede)|\bfirma\w*\s+(?:lukkede|gik\s+konkurs)"
    )),
)  # fmt: skip
_AHEAD = re.compile(
    r"\b(?:opsagt|fyret|ansat)\s+(?:til|med|fra|pr)\b"
    r"|\b(?:udloeber|bliver\s+(?:\w+\s+){0,2}ledig|stopper|fratraeder|ophoerer|slutter)\b"
)
_DENIED = re.compile(r"\b(?:ikke|ik|ikk|aldrig|endnu ikke|igge)(?:\s+\w+){0,2}\s*$")
_SAME_DAY = re.compile(r"\bsamme\s+dag\b")
_SENTENCE_END = re.compile(r"[.!?\n;](?=\s|$)")
_JOINED = re.compile(r"^[\s,]*(?:og|&|\+)?\s*(?:jeg|har|saa|ogsaa|er|blev)?\s*$")
_FARTHEST = 60  # characters between a verb and its date


def stated_days(
    text: str, times: Sequence[Mapping[str, Any]], future: Sequence[Mapping[str, Any]] = ()
) -> dict[str, date | None]:
    """Which day the text gives for each of the three.

    Args:
        text: as typed.
        times: the past reading of the text (the TimeJSON of `forloeb times`), in the order of the text.
        future: the other reading; it counts where the verb looks ahead ("opsagt til 31. oktober").
    """
    found: dict[str, date | None] = dict.fromkeys(DAYS)
    folded, places = folded_with_places(text)
    verbs = _verbs(folded, places)
    dated = _dated(text, times)
    ahead = {(start, end): day for day, start, end in _dated(text, future)}
    best: dict[str, int] = {}
    for day, start, end in dated:
        ranked = sorted((_distance(text, verb, start, end), i) for i, verb in enumerate(verbs))
        if not ranked or ranked[0][0] > _FARTHEST:
            continue
        distance, i = ranked[0]
        kind, meant = verbs[i][0], day
        if _AHEAD.search(folded_with_places(text[max(0, verbs[i][1] - 12) : max(start, verbs[i][2])])[0]):
            meant = ahead.get((start, end), day)
        if kind not in best or distance < best[kind]:
            best[kind], found[kind] = distance, meant
        for other in _sharing(text, verbs, i):
            if found[other] is None:
                found[other] = meant
    return _same_day(folded, places, verbs, found)


def _verbs(folded: str, places: list[int]) -> list[tuple[str, int, int]]:
    """(kind, start, end) in the text as typed, in order, those denied left out."""
    taken = [False] * len(folded)
    verbs = []
    for kind, pattern in _VERBS:
        for match in pattern.finditer(folded):
            start, end = match.span()
            if end > start and not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                if not _DENIED.search(folded[max(0, start - 30) : start].rsplit(".", maxsplit=1)[-1]):
                    verbs.append((kind, places[start], places[end]))
    return sorted(verbs, key=lambda verb: verb[1])


def _dated(text: str, times: Sequence[Mapping[str, Any]]) -> list[tuple[date, int, int]]:
    """The days among the times, with their places; weeks, months and denied days are no day."""
    dated, at = [], 0
    for time in times:
        words = time.get("text") or ""
        start = text.find(words, at)
        start = text.find(words) if start < 0 else start
        at = max(at, start + len(words))
        usable = start >= 0 and time.get("start") and not time.get("excluded")
        exact = time.get("grain") in ("day", "hour", "minute") and time.get("kind") in ("value", "interval", "after")
        if usable and exact and len(str(time["start"])) >= 10:
            dated.append((date.fromisoformat(str(time["start"])[:10]), start, start + len(words)))
    return dated


def _distance(text: str, verb: tuple[str, int, int], start: int, end: int) -> int:
    """Characters between verb and date; the date after its verb counts a little nearer, another sentence far."""
    _, verb_start, verb_end = verb
    if verb_end <= start:
        between, gap = text[verb_end:start], start - verb_end
    elif end <= verb_start:
        between = text[end:verb_start]
        gap = verb_start - end + (20 if "," in between or " og " in between else 4)
    else:
        return 0
    return gap + (40 if _SENTENCE_END.search(between) else 0)


def _sharing(text: str, verbs: list[tuple[str, int, int]], i: int) -> list[str]:
    """The kinds of the verbs just before, joined by a bare "og": "blev ledig og meldte mig 1. september"."""
    kinds = []
    for (kind, _, end), (_, start, _) in reversed(list(pairwise(verbs[: i + 1]))):
        if not _JOINED.match(text[end:start].lower()):
            break
        kinds.append(kind)
    return kinds


def _same_day(
    folded: str, places: list[int], verbs: list[tuple[str, int, int]], found: dict[str, date | None]
) -> dict[str, date | None]:
    """ "... og meldte mig ledig samme dag": the one day that is known."""
    days = {day for day in found.values() if day}
    match = _SAME_DAY.search(folded)
    if match and len(days) == 1 and verbs:
        start, end = places[match.start()], places[match.end()]
        kind = min(verbs, key=lambda verb: min(abs(start - verb[2]), abs(verb[1] - end)))[0]
        found[kind] = found[kind] or days.pop()
    return found


_BENEFIT_DENIED = re.compile(r"\b(?:ikke|ik|ikk|igge|aldrig|hverken|ingen)(?:\s+(?!men\b|nu\b)\w+){0,3}\s*$")
_AFTER_DENIED = re.compile(r"^\s*(?:fik|havde|har|faar|far|er|var)?\s*(?:jeg\s+)?(?:ikke|ik|ikk)\b")
_FORMER = re.compile(r"\b(?:foer|foerhen|for|tidligere|plejede|engang|indtil|fra|fik|ikke laengere)(?:\s+\w+){0,3}\s*$")
_NOW = re.compile(r"\b(?:nu|men|til|i stedet|faktisk|naa)(?:\s+\w+){0,4}\s*$")
_NEITHER = re.compile(r"\bhverken\b")
_NEAR = (
    r"mand|kone|kaereste|soen|datter|ven\w*|nabo|soester|bror|mor|far|samlever|kollega|sviger\w+|eks\w*|barn|foraeldre"
)
_ANOTHER = re.compile(
    rf"\b(?:(?:min|mit|vores|hans|hendes)\s+(?:{_NEAR})|han|hun)\s+(?:(?!jeg\b|mig\b|vi\b)\w+\s+){{0,8}}$"
)
# "jeg får ikke dagpenge"; not "jeg har ikke fået mine dagpenge" or "mister jeg ikke dagpenge"
_LACKS = re.compile(
    r"\b(?:jeg|vi)\s+(?:\w+\s+)?(?:faar|far|er|har|modtager|lever)\s+(?:\w+\s+)?(?:ikke|ik|ikk|igge|ingen)\s+"
    r"(?:(?!faaet|modtaget|soegt|set|hoert)\w+\s+){0,3}$"
)
# "min sag om dagpenge", "venter på dagpenge": not theirs yet
_AWAITED = re.compile(
    r"\b(?:sag|svar|afgoerelse|besked|ansoegning|ret|vente\w*)\s+(?:\w+\s+)?(?:om|paa|til)\s+(?:\w+\s+)?$"
)
# "kontanthjælpsmodtagere", "dem på dagpenge": people at large
_PEOPLE = re.compile(r"modtagere\w*$")
_OF_PEOPLE = re.compile(
    r"\b(?:folk|dem|de|andre|nogen|alle|personer|borgere|mennesker)\s+(?:(?:der|som|paa|faar|er|med)\s+){1,3}$"
)
OWN, NOW, DENIED, NOT_SAID, ANOTHERS = "own", "now", "denied", "not said", "another's"


def stated_benefit(text: str, named: Sequence[tuple[str, int, int]]) -> str | None:
    """The benefit that the person has, by the text; None when none or several remain.

    Args:
        text: as typed.
        named: (value, start, end) of every `ydelse` in it, in order.
    """
    remaining = [(value, role) for value, role in _roles(text, named) if role in (OWN, NOW)]
    return _single(value for value, _ in remaining) or _single(value for value, role in remaining if role == NOW)


def anothers_benefit(text: str, named: Sequence[tuple[str, int, int]]) -> str | None:
    """The benefit that the text gives to somebody else ("min mand er på kontanthjælp"); None when none or several."""
    return _single(value for value, role in _roles(text, named) if role == ANOTHERS)


def denied_benefits(text: str, named: Sequence[tuple[str, int, int]]) -> frozenset[str]:
    """The benefits that the person says they do not have."""
    return frozenset(value for value, role in _roles(text, named) if role == DENIED)


def _single(values: Iterable[str]) -> str | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _roles(text: str, named: Sequence[tuple[str, int, int]]) -> list[tuple[str, str]]:
    """(value, whose it is or whether it is) of every benefit named; a former one among others is left out."""
    roles: list[tuple[str, str]] = []
    last = 0
    for value, start, end in named:
        folded = folded_with_places(text[last:start])[0]
        before = re.split(r"[.!?\n]|,(?!\s*\w+\s*$)", folded)[-1]
        after = folded_with_places(text[end : end + 25])[0]
        last = end
        people = _PEOPLE.search(folded_with_places(text[start:end])[0]) or _OF_PEOPLE.search(before)
        if people or _ANOTHER.search(before):
            roles.append((value, ANOTHERS))
        elif _NEITHER.search(folded_with_places(text[:start])[0]) or _LACKS.search(before):
            roles.append((value, DENIED))
        elif _AWAITED.search(before) or _BENEFIT_DENIED.search(before) or _AFTER_DENIED.match(after):
            roles.append((value, NOT_SAID))
        elif len(named) == 1 or not _FORMER.search(before) or _NOW.search(before):
            roles.append((value, NOW if _NOW.search(before) else OWN))
    return roles
