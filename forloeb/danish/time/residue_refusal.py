"""A refusal that rules out nothing that was read: it has to be asked what it means.

A "ikke" in the clause of a time, or a word of trouble, must not leave that time standing as a wish.
"""

from __future__ import annotations

from itertools import pairwise

from forloeb.danish.time.grammar_busy import busy
from forloeb.danish.time.grammar_negation import inverted, missed
from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.model import Kind
from forloeb.danish.time.scan import Scan

_BREAKS = words(". ! ? ; ,")
_JOINS = frozenset({"men", "og", "saa", "hvis", "naar", "ellers", ""})
_FAR = 8
_OTHER_VERBS = words(
    "huske finde se forstaa booke bestille vide logge overskue sige faa hoert faaet modtaget soegt sendt fundet noget "
    "nogen set laest kun bare"
)
_BAD = words(
    "daarlig daarligt daarlige skidt skidte svaert svaer svaere sort umulig umuligt umulige elendig elendigt problem "
    "problemer problematisk besvaer besvaerligt kniber vanskeligt vanskelig forhindret optaget udelukket springe "
    "ryger slippe undgaa undvaere haabloest bandlyst bad difficult impossible busy cannot"
)
_WISHING = words("men saa gerne helst hellere ellers kan er passer fint ok vil virker gaar ja bedre ledig fri derimod")
_DENYING = words("intet ingen ikke uden noget stort")


def unsure_refusal(scan: Scan, found: list[Item]) -> bool:
    """Whether a "ikke" near a time rules out nothing that was read: "fredag er den eneste dag jeg ikke kan"."""
    owner = {at: item for item in found for at in range(item.first, item.end)}
    if found and "medmindre" in scan.keys and any(at not in owner for at, key in enumerate(scan.keys) if key == "ikke"):
        return True  # "medmindre det er mandag kan jeg ikke"
    if any(_spared(scan, one, other, set(owner)) for one, other in pairwise(found)):
        return True
    if any(scan.key(at + 1) in ("i", "du", "der") for at, key in enumerate(scan.keys) if key == "medmindre"):
        return True  # "tirsdag, medmindre I har noget onsdag"
    if any(_trails(scan, one, other) for one, other in pairwise(found)):
        return True
    for i, key in enumerate(scan.keys):
        if i in owner or not (_denies(scan, i) if key in ("ikke", "aldrig") else _deplores(scan, i)):
            continue
        if _points_back(scan, i) and any(item.end <= i for item in found) and not any(item.excluded for item in found):
            return True
        near = _clause(scan, range(i - 1, i - 1 - _FAR, -1), owner)
        near += _clause(scan, range(i + 1, i + 1 + _FAR), owner)
        exempt = key in ("ikke", "aldrig")
        if near and not any(item.excluded or (exempt and _since(scan, item)) for item in near):
            return True
    return False


def _spared(scan: Scan, one: Item, other: Item, covered: set[int]) -> bool:
    """`hele næste uge er jeg på kursus undtagen fredag`: then Friday is the one free day."""
    between = {"undtagen", "bortset", "naer", "undtaget"} & {*scan.keys[one.end : other.first]}
    return other.excluded and bool(between) and not scan.at.past and busy(scan, one.first, one.end, covered)


def _trails(scan: Scan, one: Item, other: Item) -> bool:
    """`kan ikke mandag pga læge, tirsdag pga fys`: is Tuesday refused too?"""
    if not one.excluded or other.excluded or other.link or one.sentence != other.sentence:
        return False
    between = {*scan.keys[one.end : other.first]}
    if scan.key(other.first - 1) not in (",", "og") or between & (_BAD | _WISHING | {"ikke", "aldrig", "ingen", "nej"}):
        return False
    for at in range(other.end, other.end + _FAR):
        if scan.key(at) in _BREAKS or scan.key(at) in _JOINS:
            break
        if scan.key(at) in _WISHING:
            return False
    return True


def _denies(scan: Scan, i: int) -> bool:
    if inverted(scan, i) or scan.key(i + 1) in _OTHER_VERBS or scan.key(i + 1) == "sandt":
        return False
    if scan.key(i + 1) == "?" and scan.token(i).text.lower() in ("ik", "ikk"):
        return False  # "på tirsdag ikk?" hopes for a yes
    return scan.key(i - 1) not in ("hvorfor", "arbejder") and not missed(scan, i)


def _points_back(scan: Scan, i: int) -> bool:
    """`så der kan jeg … ikke`, `den dag er jeg ikke …`: said of a time, and nothing was ruled out."""
    for at in range(i - 1, i - 1 - _FAR, -1):
        if scan.key(at) in _BREAKS:
            return False
        if (scan.key(at) == "der" and scan.key(at + 1) in ("kan", "passer", "gaar", "duer", "dur")) or (
            (scan.key(at), scan.key(at + 1)) == ("den", "dag")
        ):
            return True
    return False


def _deplores(scan: Scan, i: int) -> bool:
    """`mandag har jeg svært ved`, `mandag ser sort ud`: no "ikke", but hardly a wish."""
    return scan.key(i) in _BAD and not scan.at.past and scan.key(i - 1) not in _DENYING


def _clause(scan: Scan, positions: range, owner: dict[int, Item]) -> list[Item]:
    """The times in a clause, looking one way until it ends."""
    items: list[Item] = []
    for at in positions:
        if at in owner:
            items.append(owner[at])
        elif scan.key(at) == "saa" and scan.key(at - 1) == "ikke":
            continue  # "ikke så tidligt som kl. 8"
        elif scan.key(at) in _BREAKS or scan.key(at) in _JOINS or at < 0:
            break
    return items


def _since(scan: Scan, item: Item) -> bool:
    """`ikke før fredag` and `jeg har ikke hørt noget siden mandag` say when, and rule out nothing."""
    return (
        item.bound is Bound.FROM
        or scan.key(item.first) in ("senere", "tidligere")
        or (item.left.hours is not None and item.left.hours.kind is Kind.AFTER)
    )
