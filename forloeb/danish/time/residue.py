"""What was left unread beside what was read: half a reading would be a wrong one, so it is asked about.

A time said in words that no rule knows must not leave a wider one standing: "kl 9 10 eller 11" is not kl. 9, and "lige
omkring sidste tirsdag i ferien" is not the coming Tuesday. Only words that touch a phrase are looked at, and a few that
name a time wherever they stand.
"""

from __future__ import annotations

import re

from forloeb.danish.time.days import Month
from forloeb.danish.time.durations import Rest
from forloeb.danish.time.grammar_duration import UNITS
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import SHORT_WEEKDAYS, WEEKDAYS
from forloeb.danish.time.model import Kind
from forloeb.danish.time.moving_verbs import moving
from forloeb.danish.time.numbers import CARDINALS, ORDINALS
from forloeb.danish.time.residue_loose import led_by_bound, loose_hour, loose_stretch
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.single_days import OnDate, OnWeekday

_LISTED_CLOCKS = re.compile(r"\d{1,2}[.:]\d\d(?:[/,]\d{1,2}[.:]\d\d)+")
_LEADING = words(
    "foer inden senest tidligst indtil sidste naeste forrige naestsidste kommende midt starten slutningen primo medio "
    "ultimo halv kvart mellem"
)
_HOURS = frozenset(CARDINALS) - {"en", "et", "een", "nul", "one"}
_SHORTEST = words("ma ti on to fr lo loe so soe")
_LASTING = words("efter foer inden")
_AFTER_WHAT = words(
    "arbejde arbejdet job skole skolen vagt vagten fyraften aftensmad morgenmad "
    "moede moedet samtale samtalen aftalen fristen ferie ferien kurset barslen sommerferie "
    "sommerferien juleferien"
)
_CLOCK_UNITS = words("time timer minut minutter min kvarter")
_SOONER = words("foer inden tidligere foerst")
_SIGNS = words(", ; / eller og - – over")
_ENDS = frozenset({"", ",", ".", "?", "!", ";"})
_BREAKS = _ENDS - {""}
_TURNS = words("men eller , og")
_HEDGES = words("den det gerne helst ogsaa heller ikke maaske evt kun i hellere saa")
_SHORT = words("tir tirs ons tor tors fre")
_ABLE = words("er passer kan vil ville gaar duer dur")
_UNITS = words("dag hverdag weekend dage uge uger maaned maaneder hverdage weekender")
_MOST_HOURS = 31
_OPENS, _CLOSES = 7, 17


def unread(scan: Scan, found: list[Item]) -> bool:
    """Whether something that looks like a part of a time was left beside the phrases found, or between them."""
    covered = {at for item in found for at in range(item.first, item.end)}
    if any(_beside(scan, item, covered) for item in found):
        return True
    if any(isinstance(item.left.spec, Rest) and item.left.spec.later for item in found) and any(
        isinstance(item.left.spec, (OnDate, OnWeekday)) for item in found
    ):
        return True  # "flyt mandag til senere på ugen": of which week?
    if any(led_by_bound(scan, item, covered) for item in found):
        return True
    if any(loose_hour(scan, at) or loose_stretch(scan, at) for at in range(len(scan.tokens)) if at not in covered):
        return True
    clocked = any(item.left.hours for item in found)
    return any(_alone(scan, at, clocked=clocked) for at in range(len(scan.tokens)) if at not in covered)


def _beside(scan: Scan, item: Item, covered: set[int]) -> bool:
    before, after = item.first - 1, item.end
    if before not in covered and (scan.key(before) in _LEADING or _office_hour(scan, before)):
        return True
    if scan.key(before) in ("+", "&", "/") and scan.digits(before - 1) and before - 1 not in covered:
        return True  # "15+16/10"
    if (scan.key(before - 1), scan.key(before)) == ("side", "af"):
        return True  # "på den anden side af ferien"
    if scan.key(before) == "hver" and before not in covered:
        return True
    if (scan.key(after), scan.key(after + 1)) == ("i", "hver"):
        return True
    if scan.key(after) == "eller" and scan.key(after + 1) in _SOONER and after + 1 not in covered:
        return True
    if item.left.hours and before not in covered and scan.key(before) in _SHORTEST and scan.key(item.first) == "kl":
        return True  # "ti kl 10": Tuesday, or a number?
    if any(_run(scan, at) for at in (before, after) if at not in covered):
        return True
    if isinstance(item.left.spec, Month) and scan.number(before) is not None and before not in covered:
        return True
    if item.left.spec is None and item.left.hours and before in covered and not item.link:
        return item.left.hours.kind is Kind.VALUE  # "halv 2 halv 3"
    if scan.key(before) in _SHORT and before not in covered:
        return True
    if before in covered and not item.link and item.bound in (Bound.AFTER, Bound.BEFORE) and scan.definite(before):
        return True  # "torsdagen efter den 15."
    if item.left.hours and before in covered and not item.link and item.bound is Bound.BEFORE:
        return True  # "hele formiddagen frem til kl 12 mandag"
    week = item.left.spec.week if isinstance(item.left.spec, OnWeekday) else None
    if week and scan.key(after) in ("eller", "og", "/") and scan.digits(after + 1) and after + 1 not in covered:
        return True  # "onsdag formiddag i uge 35 eller 36"
    if item.left.hours and after not in covered and scan.key(after) in ("halv", "kvart"):
        return True  # "klokken ni halv"
    if item.left.hours and after not in covered and scan.key(after) == "til" and scan.digits(after + 1):
        return True
    if item.left.hours and after not in covered and _minutes(scan, after):
        return True
    if scan.key(after) == "og" and after not in covered and scan.key(after + 2) in _CLOCK_UNITS:
        return True  # "om en time og et kvarter"
    if not item.left.hours and any(_spelt_hour(scan, at, after=at == after) for at in {before, after} - covered):
        return True  # "0830 fredag", "femten nul nul fredag"
    relative = scan.key(item.first) in _LASTING and before not in covered
    if relative and scan.key(before) in ("dag", "uge", "maaned", "aften", "morgen") and scan.definite(before):
        return True  # "dagen efter kl. 9"
    if relative and item.left.spec and scan.key(before) in _UNITS:
        return True  # "nogle dage efter den 1. juli"
    ended = scan.key(after) in ("foer", "efter") and scan.key(after + 1) in _ENDS and after not in covered
    if ended and scan.key(after - 1) in ("uge", "dag", "maaned") and scan.definite(after - 1):
        return True  # "først ugen efter"
    parted = item.left.spec is None and item.left.hours and item.left.hours.coarse
    if parted and scan.key(after) in ("foer", "efter") and scan.key(after + 1) in _ENDS and after not in covered:
        return True  # "aftenen før"
    if scan.key(after) == "efter" and scan.key(after + 1) in ("naeste", "denne", "den") and after not in covered:
        return True  # "weekenden efter næste"
    if item.left.hours and item.left.hours.coarse and before not in covered and scan.key(before) in _HOURS:
        return True  # "ni morgen"
    if scan.key(after) == "hver" and scan.key(after + 1) in ("uge", "maaned") and after not in covered:
        return True  # "den 1. hver måned"
    if before not in covered and scan.key(before) in _AFTER_WHAT and scan.key(before - 1) in _LASTING:
        return True  # "dagen før mødet den 12."
    if scan.key(after) in _LASTING and scan.key(after + 1) in _AFTER_WHAT and after not in covered:
        return True  # "fredag efter arbejde": when is that?
    if scan.key(after) == "til" and not {after, after + 1} & covered and moving(scan, item.first):
        return True  # "flyt fra kl. 9 til senere på dagen"
    counted = scan.key(before) in _CLOCK_UNITS and scan.number(before - 1) is not None
    if counted and item.left.hours and item.left.hours.kind is not Kind.VALUE:
        return True  # "to timer efter kl 10"
    if item.bound is not Bound.AT and scan.key(before) == "uge" and scan.definite(before):
        return True  # "ugen op til jul"
    numbered = scan.key(before) in ORDINALS or (scan.digits(before) and scan.token(before).dotted)
    if before not in covered and numbered and isinstance(item.left.spec, OnWeekday):
        return True
    dated = item.at() and isinstance(item.left.spec, OnDate)  # "sidste arbejdsdag 31/10"
    if not dated and before not in covered and scan.key(before) in _UNITS and _chosen(scan, before - 1):
        return True  # "første hverdag efter nytår"
    linked = scan.key(after) in _SIGNS and (scan.digits(after + 1) or _counted(scan, after + 1))
    if scan.key(after) in _SIGNS and scan.key(after + 1) in SHORT_WEEKDAYS and after + 1 not in covered:
        return True
    if linked and (after + 2 in covered or scan.key(after + 2) in ("i", "paa", "om")):
        return False  # "1 i dag og 1 i går": a count of something, with a time of its own
    after = after + 1 if linked else after
    if after in covered:
        return False
    if _counted(scan, after):
        return True
    if linked and scan.key(after - 1) == "eller" and scan.digits(after) and len(scan.token(after).text) <= 2:
        return True
    lasted = scan.key(after + 2) in UNITS  # "i mandags efter 12 år i firmaet"
    if scan.key(after) in _LASTING and scan.digits(after + 1) and after + 1 not in covered and not lasted:
        return True  # "onsdag inden 12" and a word that may be counted
    return _hour(scan, after) and not scan.token(after).dotted and (scan.settled(after + 1) or scan.digits(after + 1))


def _hour(scan: Scan, i: int) -> bool:
    """A bare number that can be a clock time or a day."""
    number = scan.number(i) if scan.digits(i) else None
    return number is not None and 0 < number <= _MOST_HOURS and scan.key(i - 1) not in ("uge", "uger")


def _spelt_hour(scan: Scan, i: int, *, after: bool) -> bool:
    """An hour in four digits or in words beside a day, unread."""
    text = scan.token(i).text
    if scan.digits(i) and text.isdigit() and len(text) == 4:
        return text[0] == "0" and int(text[2:]) < 60
    if not after:
        return scan.key(i) in CARDINALS and scan.key(i - 1) in CARDINALS
    return scan.key(i) in _HOURS and (scan.key(i + 1) in CARDINALS or not scan.key(i + 1).isalnum())


def _office_hour(scan: Scan, i: int) -> bool:
    return _hour(scan, i) and _OPENS <= (scan.number(i) or 0) <= _CLOSES


def _dated(scan: Scan, i: int) -> bool:
    return scan.digits(i) or scan.key(i) in ("d", "den", "paa", "om", "i", "kl") or scan.key(i) in WEEKDAYS


def _run(scan: Scan, i: int) -> bool:
    """A date or range in digits ("27-11") that no rule has read."""
    listed = _LISTED_CLOCKS.fullmatch(scan.token(i).text)
    return any(atom.sep for atom in scan.token(i).atoms) or len(scan.token(i).atoms) > 1 or listed is not None


def _minutes(scan: Scan, i: int) -> bool:
    """`tredive` after "kl 9", unread; "nul nul" adds nothing."""
    if scan.key(i) not in CARDINALS or scan.key(i) == scan.key(i + 1) == "nul":
        return False
    return scan.key(i + 1) in CARDINALS or (scan.settled(i + 1) and scan.key(i) not in ("en", "et"))


def _chosen(scan: Scan, i: int) -> bool:
    return scan.key(i) in ORDINALS or scan.key(i) in ("sidste", "naestsidste") or scan.token(i).dotted


def _counted(scan: Scan, i: int) -> bool:
    return scan.number(i) is not None and scan.key(i + 1) in _UNITS


def _alone(scan: Scan, i: int, *, clocked: bool) -> bool:
    """A word that names a time wherever it stands: an unread weekday, "kl 9", "halv ni", "ugen efter", ", 11?"."""
    key = scan.key(i)
    if key in WEEKDAYS:
        return True
    neighbour = key in ("uge", "dag") and scan.definite(i) and scan.key(i + 1) in ("efter", "foer")
    if neighbour and (scan.key(i + 2) in _ENDS or scan.key(i + 2) in _ABLE):
        return True  # "ugen efter er bedre"
    if key in ("tidligst", "senest") and scan.key(i + 1) in ("naar", "jeg", "efter", "foer", "inden"):
        return True
    if key == "naeste" and (scan.key(i + 1) in _ENDS or (scan.key(i + 1) in _ABLE and not _dated(scan, i + 2))):
        return True  # "slutningen af denne uge eller starten af næste"
    if key == "denne" and scan.key(i + 1) in ("eller", "og"):
        return True  # "torsdag i denne eller næste uge"
    if key in ("sidstnaevnte", "foerstnaevnte", "quarter", "past"):
        return True
    instead = i - 1
    while scan.key(instead) in _HEDGES and instead > i - 5:
        instead -= 1
    if key in ("naeste", "sidste", "forrige") and scan.key(instead) in _TURNS and scan.key(i + 1) in _ENDS:
        return True
    counted = i + 1 + (scan.number(i + 1) is not None)
    if (key in ORDINALS or key == "sidste") and scan.key(counted) in ("dage", "uger"):
        return True  # "i december kan jeg de to første uger"
    if clocked and _office_hour(scan, i) and scan.key(i - 1) in _BREAKS and scan.key(i + 1) in _ENDS:
        return True
    if key == "mellem" and scan.number(i + 1) is not None and scan.key(i + 2) in ("og", "-", "til"):
        return True
    if key == "naeste" and scan.key(i + 1) == "dag":
        return True  # "næste dag kl. 9"
    if key in ("undtagen", "minus") and scan.digits(i + 1):
        return True  # "hele dagen undtagen 12-13"
    if key == "kl":
        return scan.number(i + 1) is not None
    return key == "halv" and scan.key(i + 1) in CARDINALS
