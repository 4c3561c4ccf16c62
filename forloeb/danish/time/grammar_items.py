"""The phrases of a text in order, and how they hang together: lists, "men", refusals of what stands before or after.

Convention: "A, B kan jeg ikke" leaves open whether A is refused too, so it asks; "A og B kan jeg ikke" refuses both.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.days import Month, Week
from forloeb.danish.time.grammar_core import piece, point
from forloeb.danish.time.grammar_negation import negated_after, negated_before
from forloeb.danish.time.grammar_phrase import phrase
from forloeb.danish.time.grammar_range import bare_clock, continued
from forloeb.danish.time.grammar_refusal import not_before, refuse_list
from forloeb.danish.time.grammar_weekday import weekday_at
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import MONTHS
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import ORDINALS
from forloeb.danish.time.periods import Weekend
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import Found, Scan
from forloeb.danish.time.single_days import OnDate, OnWeekday
from forloeb.danish.time.tense import in_tense

_FILLERS = words(
    "godt helst gerne evt eventuelt maaske ogsaa ellers alternativt saa igen fx subsidiaert faktisk mon bare kun ikke "
    "dog"
)
_ON = words("og eller i da for med du")
_NEAR = 3
_PRAISED = words("godt fint fin passer er gaar duer dur fri ledig bedre ok")
_UNITS = words("dag dage uge uger weekend weekender hverdag hverdage")


def items(scan: Scan) -> tuple[list[Item], list[Unclear]]:
    """Every phrase of the text, in order, and what has to be asked about the others."""
    found: list[Item] = []
    unclear: list[Unclear] = []
    i = sentence = 0
    while i < len(scan.tokens):
        sentence += scan.key(i) in (".", "!", "?", ";") or (scan.sentence_ends(i) and scan.key(i) not in _ON)
        link, read = "", None
        if scan.opens(i):
            try:
                link, read = _next(scan, i, found)
            except Unclear as asked:
                unclear.append(asked)
        if read is None:
            i += 1
            continue
        if _unread_count(scan, read[0][0]):
            unclear.append(Unclear("which_day", weak=True))
            i = read[1]
            continue
        more, i = read
        instead = scan.skip(i, words("i"), 1)
        if link == "," and found[-1].excluded and scan.key(instead) in ("stedet", "istedet", "hellere"):
            link = "men"
        turned = not_before(scan, more[0])
        refused = negated_after(scan, i)
        before = more[0].excluded or (negated_before(scan, more[0].first) and not _spent(scan, found, more[0]))
        out = turned is more[0] and (before or refused)
        if out and not refused and {"helst", "gerne"} & {*scan.keys[more[0].first : more[0].end]}:
            unclear.append(Unclear("which_days"))  # "undgå mandag, helst i næste uge"
        more = [turned, *more[1:]]
        out = out or (bool(found) and link in ("og", ",") and found[-1].excluded)
        if refused and link == "og":
            refuse_list(found)
        if link == "og" and out and not refused and scan.key(found[-1].end) == "," and not _own_refusal(scan, more[0]):
            unclear.append(Unclear("which_days"))  # "ikke tirsdag, og onsdag fra 13"
        if refused and link == ",":
            unclear.append(Unclear("which_days"))  # "onsdag, fredag kan jeg ikke": one of them or both?
        try:
            chief = in_tense(scan, more[0])
        except Unclear as asked:
            unclear.append(asked)
            chief = more[0]
        if link in ("", ",") and found and _names_weekend(scan, found[-1], chief):
            chief = _dated_weekend(found.pop(), chief)  # "weekenden 10.-11. oktober"
        found.append(replace(_noted(scan, chief, found), excluded=out, link=link, sentence=sentence, denied=refused))
        found += (replace(item, sentence=sentence) for item in more[1:])
    return found, unclear


def _names_weekend(scan: Scan, weekend: Item, dated: Item) -> bool:
    between = scan.keys[weekend.end : dated.first]
    near = (
        all(key in (",", "d", "den", "(", "-") for key in between)
        and weekend.at()
        and isinstance(weekend.left.spec, Weekend)
    )
    return near and isinstance(dated.left.spec, OnDate) and dated.bound in (Bound.AT, Bound.RANGE)


def _dated_weekend(weekend: Item, dated: Item) -> Item:
    return replace(dated, first=weekend.first, excluded=weekend.excluded or dated.excluded)


def _spent(scan: Scan, found: list[Item], item: Item) -> bool:
    """`mandag kan jeg ikke torsdag kan jeg godt`: that "ikke" refused the day before it, and this one is praised."""
    if not found or not found[-1].denied or item.first > found[-1].end + _NEAR + 1:
        return False
    return any(scan.key(at) in _PRAISED for at in range(item.end, item.end + _NEAR))


def _noted(scan: Scan, item: Item, before: list[Item]) -> Item:
    """The phrase, with what the words round it say about how it was said."""
    return replace(
        item,
        whole=any(scan.key(at) == "hele" for at in (item.first - 2, *range(item.end, item.end + _NEAR))),
        refused=bool(before) and _refused_apart(scan, before[-1], item),
        hours_first=_hours_first(scan, item),
    )


def _hours_first(scan: Scan, item: Item) -> bool:
    if item.left.spec is None or item.left.hours is None:
        return False
    read = piece(scan, item.first, dated=False, opening=True)
    return read is not None and read[0].spec is None and read[0].year is None


def _refused_apart(scan: Scan, before: Item, item: Item) -> bool:
    """`kl. 8 og helst undgå fredag`: a second refusal, not more of the first."""
    joined = {"og", ",", "men"} & {*scan.keys[before.end : item.first]}
    return bool(joined) and _own_refusal(scan, item)


def _own_refusal(scan: Scan, item: Item) -> bool:
    return item.excluded or negated_before(scan, item.first)


def _unread_count(scan: Scan, item: Item) -> bool:
    """`to dage i næste uge`, `tredje dag i marts`: something in the period is meant that no rule has read."""
    at = item.first
    if scan.key(at - 2) in ("en", "et"):
        return False  # "en dag i næste uge" is all of it
    counted = scan.key(at - 1) in _UNITS and (scan.number(at - 2) is not None or scan.key(at - 2) in ORDINALS)
    return counted and isinstance(item.left.spec, (Month, Week)) and scan.key(at) in ("i", "af", *MONTHS)


def _next(scan: Scan, i: int, before: list[Item]) -> tuple[str, Found[list[Item]]]:
    """The phrase here, or after the words that join it to the one before; with the chief of them."""
    link, at = _link(scan, i, before)
    if link:
        read = _listed(scan, at, before[-1])
        if read:
            return link, read
        start = scan.skip(at, _FILLERS, 2)
        if "mente" in (scan.key(at), scan.key(at + 1)):  # "jeg sagde mandag men mente tirsdag"
            start, before[-1] = scan.skip(at, _FILLERS | {"mente", "jeg"}, 3), replace(before[-1], excluded=True)
        read = _listed(scan, start, before[-1]) if start > at else None
        if read:
            return ("men" if before[-1].excluded else link), read  # "ikke mandag, helst tirsdag"
    return "", phrase(scan, i) or _in_place_of(scan, i, before)


def _in_place_of(scan: Scan, i: int, before: list[Item]) -> Found[list[Item]]:
    """`10` in "kl. 11 i stedet for 10"."""
    given_up = (scan.key(i - 2), scan.key(i - 1)) in (("stedet", "for"), ("istedet", "for"), ("frem", "for"))
    if not given_up or not before or before[-1].left.hours is None:
        return None
    said = bare_clock(scan, i)
    read = point(scan, i, said) if said else None
    return ([Item(read[0], i, read[1])], read[1]) if read else None


def _listed(scan: Scan, i: int, last: Item) -> Found[list[Item]]:
    """A phrase, or a bare number that the phrase before explains, whichever reads more."""
    read = phrase(scan, i)
    more = continued(scan, i, last.right or last.left)
    if more and (read is None or read[1] <= more[1]):
        return [Item(more[0], i, more[1])], more[1]
    return read


def _link(scan: Scan, i: int, before: list[Item]) -> tuple[str, int]:
    """What joins the position to the item that ended just there, and where the next phrase begins."""
    if not before or before[-1].end != i:
        return "", i
    if weekday_at(scan, i) is not None and isinstance(before[-1].left.spec, OnWeekday) and before[-1].plain():
        return ",", i  # "mandag tirsdag onsdag"
    clocked = scan.digits(i) and before[-1].left.hours and before[-1].left.hours.kind is Kind.VALUE
    if clocked and all(atom.sep in (".", ":") for atom in scan.token(i).atoms) and not scan.token(i).glued:
        return ",", i  # "fredag 8.30 9.00 9.30"
    at = i + 1 if scan.key(i) == "," else i
    link = "," if at > i else ""
    if scan.key(at) in ("og", "eller", "/", "men", "+", "&"):
        link = "men" if scan.key(at) == "men" else "og"
        at += 1
    return (link, at) if link else ("", i)
