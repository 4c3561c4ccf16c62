"""Rules for parts of the day: "om formiddagen", "sidst på eftermiddagen", "midt på dagen", "i eftermiddag".

Convention: bare "morgen", "aften", "nat" and "middag" are greetings or meals as often as times: they count only after a
day, with their article or after "om".
"""

from __future__ import annotations

from forloeb.danish.time.grammar_clock import ROUGHLY
from forloeb.danish.time.lexicon import DAYPARTS
from forloeb.danish.time.scan import Found, Piece, Scan
from forloeb.danish.time.single_days import Offset

_THIRDS = {
    "foerst": "first", "starten": "first", "tidligt": "first", "midt": "middle", "sidst": "last", "sent": "last",
    "slutningen": "last",
}  # fmt: skip
_LUNCH = frozenset({"frokost", "frokosttid", "frokosten"})
_OF_THAT_DAY = frozenset({"formiddags", "eftermiddags", "middags"})
_MORNING = 6
_OF_DAY = {"first": "formiddag", "middle": "middag", "last": "eftermiddag"}


def part_piece(scan: Scan, i: int, *, dated: bool = False) -> Found[Piece]:
    """`om formiddagen`, `sidst på eftermiddagen`, `midt på dagen`; `i eftermiddag` is today's."""
    if dated and scan.key(i) in _OF_THAT_DAY:
        return Piece(part=scan.key(i).removesuffix("s")), i + 1  # "i tirsdags eftermiddags"
    clocked = scan.number(i - 1) is not None
    if clocked and (scan.key(i), scan.key(i + 1)) == ("efter", "middag"):
        return Piece(part="eftermiddag"), i + 2
    today = scan.key(i) == "i" and not scan.definite(i + 1)
    at = i + 1 if scan.key(i) in ("om", "i", "paa", "til", "hen", *ROUGHLY) else i
    at = at + 1 if scan.key(at) == "paa" else at
    third = _THIRDS.get(scan.key(at))
    half_of = third or ""
    if third:
        if scan.key(at + 1) not in ("paa", "i", "om", "af", *DAYPARTS):
            return None
        third = None if (scan.key(at), scan.key(at + 1)) == ("foerst", "om") else third  # not until then
        at = at + 1 if scan.key(at + 1) in DAYPARTS else at + 2
        if scan.key(at) == "dag" and scan.definite(at):
            return Piece(part=_OF_DAY[half_of]), at + 1
    part = "middag" if dated and scan.key(at) in _LUNCH and at > i else scan.key(at)
    if part not in DAYPARTS or (today and part == "morgen"):
        return None
    if today and not dated and not third:
        if part == "nat" and not scan.at.past and scan.at.now.hour >= _MORNING:
            return Piece(spec=Offset(1, "i nat"), part=part), at + 1  # the night to come
        return Piece(spec=Offset(0, f"i {part}"), part=part), at + 1
    bare = at == i
    shy = part in ("morgen", "nat", "aften", "middag") and not scan.definite(at)
    if not dated and not clocked and bare and shy and scan.token(at).text.lower() != "middagstid":
        return None
    if not dated and scan.key(i) == "til" and part == "middag":
        return None
    return Piece(part=part, third=third), at + 1
