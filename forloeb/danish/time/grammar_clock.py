"""Rules for clock times: "kl. 14", "halv ni", "kvart over to", "10-12", "efter 14", "ved totiden".

Convention: a bare number is a clock time only where something says so ("kl", "mellem 10 og 12", "tirsdag 14") and no
noun follows it. "til kl. 14" is a bound; after a verb of moving or booking the phrase rules read it as the new time.
"""

from __future__ import annotations

from forloeb.danish.time.clock import DAYPART_HOURS, Clock
from forloeb.danish.time.lexicon import DAYPARTS
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import CARDINALS, atom_clock, atom_date
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.scan import ClockSaid, Found, Piece, Scan

ROUGHLY = frozenset({"ca", "cirka", "omkring", "ved", "praecis", "praecist", "sharp", "circa", "about", "around", "at"})
_MINUTES = frozenset({"minutter", "min", "minut"})
_PIECES_OF_HOURS = frozenset({"kvarter", *_MINUTES})
_BOUNDS = {"efter": Kind.AFTER, "tidligst": Kind.AFTER, "fra": Kind.AFTER, "foer": Kind.BEFORE, "inden": Kind.BEFORE,
           "senest": Kind.BEFORE, "indtil": Kind.BEFORE, "til": Kind.BEFORE}  # fmt: skip
DASHES = frozenset({"-", "–", "—"})
_ROUND_MINUTES = frozenset({5, 10, 15, 20, 25})
_SPOKEN_MINUTES = frozenset({10, 15, 20, 25, 30, 35, 40, 45, 50})
_MERIDIEM = frozenset({"am", "pm"})


def clock(scan: Scan, i: int, *, licensed: bool = False) -> Found[Clock]:
    """One clock time; `licensed` where the words before allow a bare number."""
    i = scan.skip(i, ROUGHLY)
    if scan.key(i) == "kl":
        after = scan.skip(i + 1, ROUGHLY | {":", "kl"})
        said = _spoken(scan, after) or _in_digits(scan, after, licensed=True, asked=True) or _word(scan, after)
        if said is None and len(scan.token(after).atoms) == 1:
            raise Unclear("no_such_clock", text=scan.token(after).text)  # "kl 10.5"
        if said and scan.key(said[1]) in _PIECES_OF_HOURS and not scan.sentence_ends(said[1]):
            raise Unclear("unread")  # "kl tre kvarter til ti"
        return said
    found = _spoken(scan, i) or _in_digits(scan, i, licensed=licensed)
    spoken_of = scan.key(i + 1) == "om" and scan.key(i + 2) in DAYPARTS and scan.definite(i + 2)
    return found or (_word(scan, i) if licensed or (spoken_of and scan.key(i) not in ("en", "et")) else None)


def _hour(scan: Scan, i: int) -> int | None:
    number = scan.number(i)
    return number if number is not None and number <= 24 else None


def _word(scan: Scan, i: int) -> Found[Clock]:
    """`to`, `fjorten`, `to-tiden`, after "kl" or another licence."""
    hour = CARDINALS.get(scan.key(i))
    if hour is None or hour > 24:
        return None
    if scan.key(i + 1) in DASHES and scan.key(i + 2) == "tiden":
        return Clock(hour, rough=True), i + 3
    minutes = CARDINALS.get(scan.key(i + 1), 0)
    if scan.key(i + 1) == scan.key(i + 2) == "nul":
        return Clock(hour), i + 3
    if minutes in _SPOKEN_MINUTES and scan.settled(i + 2):
        return Clock(hour, minutes), i + 2
    return Clock(hour), i + 1


def _spoken(scan: Scan, i: int) -> Found[Clock]:
    """`halv ni`, `kvart over to`, `ti minutter i halv tre`, `totiden`."""
    key = scan.key(i)
    if key == "halv":
        hour = _hour(scan, i + 1)
        named = scan.digits(i + 1) or scan.key(i + 1) in CARDINALS
        rough = scan.key(i + 2 + (scan.key(i + 2) in DASHES)) == "tiden"
        end = i + 2 + rough * (1 + (scan.key(i + 2) in DASHES))
        return (Clock(hour, -30, rough=rough), end) if hour and hour <= 12 and named else None
    if key.endswith("tiden") and key.removesuffix("tiden") in CARDINALS:
        return Clock(CARDINALS[key.removesuffix("tiden")], rough=True), i + 1
    if key in ("kvart", "kvarter"):
        return _beside(scan, i + 1, 15, worded=True)
    if key == "lidt" and scan.key(i + 1) in ("i", "over", "foer"):
        near = i + 3 + (scan.key(i + 2) == "halv")
        before = scan.key(i - 1) == "kl" or scan.key(i + 1) != "over"
        if before and 0 < (_hour(scan, near - 1) or 0) <= 24 and scan.settled(near):
            raise Unclear("unread")  # "lidt i ni": how much?
    minutes = scan.number(i)
    if minutes is None or not 0 < minutes < 60:
        return None
    worded = scan.key(i + 1) in _MINUTES
    if worded or minutes in _ROUND_MINUTES:
        return _beside(scan, i + 1 + worded, minutes, worded=worded)
    return None


def _beside(scan: Scan, i: int, minutes: int, *, worded: bool) -> Found[Clock]:
    sign = {"over": 1, "i": -1}.get(scan.key(i))
    if sign is None:
        return None
    halved = scan.key(i + 1) == "halv"
    end = i + 2 + halved
    hour = _hour(scan, end - 1)
    if not hour or hour > (12 if halved else 24) or not (worded or halved or scan.settled(end)):
        return None
    return Clock(hour, sign * minutes - 30 * halved), end


def _in_digits(scan: Scan, i: int, *, licensed: bool, asked: bool = False) -> Found[Clock]:
    token = scan.token(i)
    if len(token.atoms) != 1:
        return None
    end = i + 1
    if [scan.key(end + step) for step in range(3)] == ["o", "'", "clock"]:
        said = atom_clock(token.atoms[0], licensed=True)
        return (said, end + 3) if said and said.exists() else None
    meridiem = scan.key(end) if scan.key(end) in _MERIDIEM else ""
    hyphen = scan.key(end) in DASHES
    rough = scan.key(end + hyphen) == "tiden"
    ish = scan.key(end + hyphen) == "ish"
    spoken_of = scan.key(end) == "om" and scan.key(end + 1) in DAYPARTS and scan.definite(end + 1)
    licensed = licensed or bool(meridiem) or rough or ish or spoken_of
    said = atom_clock(token.atoms[0], licensed=licensed)
    ordinal = token.dotted and not asked and (token.atoms[0].sep == "." or end < len(scan.tokens))
    atom = token.atoms[0]
    closing = (licensed and not atom.sep) or (atom.sep == "." and atom.parts[1] > "12")
    ordinal = ordinal and not (closing and scan.sentence_ends(end))
    if said is None or (ordinal and token.atoms[0].sep != ":"):
        return None
    if not said.exists():
        if asked:
            raise Unclear("no_such_clock", text=token.text)
        return None
    if meridiem and said.hour <= 12:
        return Clock(said.hour % 12 + 12 * (meridiem == "pm"), said.past, literal=True), end + 1
    if rough or ish:
        return Clock(said.hour, said.past, rough=rough), end + 1 + hyphen
    end = end + 1 if asked and scan.key(end) == "og" and scan.token(end + 1).text in ("15", "30", "45") else end
    minutes = scan.token(end)
    if licensed and token.text.isdigit() and len(token.text) <= 2 and minutes.text in ("00", "15", "30", "45"):
        return Clock(said.hour, int(minutes.text), said.literal), end + 1
    return said, end


def clock_range(scan: Scan, i: int, *, licensed: bool) -> Found[ClockSaid]:
    """`10-12`, `13.30 - 14`, `kl. 10 til 12`; the whole needs one licence."""
    start = scan.skip(i, ROUGHLY)
    licensed = licensed or scan.key(start) == "kl" or scan.key(start - 1) in ("tidsrummet", "tidsrum")
    at = start + 1 if scan.key(start) == "kl" else start
    atoms = scan.token(at).atoms
    if len(atoms) == 2:
        licensed = licensed or any(atom.sep in (".", ":") for atom in atoms)
        first, last = (atom_clock(atom, licensed=licensed) for atom in atoms)
        if first and last and first.exists() and last.exists():
            return ClockSaid(Kind.INTERVAL, first, last), at + 1
        return None
    opening = clock(scan, i, licensed=licensed)
    if not opening:
        return None
    end = opening[1]
    if scan.key(end) not in DASHES and scan.key(end) != "til":
        return None
    closing = clock(scan, end + 1, licensed=True)
    if not closing or not (scan.settled(closing[1]) or scan.key(end + 1) == "kl"):
        return None
    return ClockSaid(Kind.INTERVAL, opening[0], closing[0]), closing[1]


def _between(scan: Scan, i: int) -> Found[ClockSaid]:
    """`mellem 10 og 12`, `mellem 8-10`."""
    if scan.key(i) == "mellem":
        stretch = clock_range(scan, i + 1, licensed=True)
        if stretch and scan.settled(stretch[1]):
            return stretch
    opening = clock(scan, i + 1, licensed=True) if scan.key(i) == "mellem" else None
    if not opening or scan.key(opening[1]) not in ("og", *DASHES):
        return None
    closing = clock(scan, opening[1] + 1, licensed=True)
    if not closing or not (scan.settled(closing[1]) or "kl" in (scan.key(i + 1), scan.key(opening[1] + 1))):
        return None
    return ClockSaid(Kind.INTERVAL, opening[0], closing[0]), closing[1]


def _bound(scan: Scan, i: int) -> Found[ClockSaid]:
    """`efter kl. 14`, `inden 12`, `fra 10 til 12`."""
    kind = _BOUNDS.get(scan.key(i))
    if scan.key(i) == "over" and scan.key(i + 1) == "middag":
        return ClockSaid(Kind.AFTER, Clock(13, literal=True, rough=True)), i + 2
    if kind is None:
        return None
    if scan.key(i) == "fra":
        stretch = clock_range(scan, i + 1, licensed=True)
        if stretch:
            return stretch if scan.settled(stretch[1]) else None
    part = "middag" if scan.key(i + 1) == "frokost" else scan.key(i + 1)
    if (scan.key(i), part) == ("efter", "middag") and scan.key(i + 1) != "frokost" and scan.number(i - 1) is not None:
        return None  # "kl 2 efter middag"
    if part in DAYPART_HOURS and scan.key(i) != "til":
        edge = DAYPART_HOURS[part][scan.key(i) == "efter"]  # "efter middag" begins when it is over
        return ClockSaid(kind, Clock(edge, literal=True, rough=True)), i + 2
    found = clock(scan, i + 1, licensed=True)
    if not found or (scan.key(found[1]) in ("til", *DASHES) and scan.token(found[1] + 1).text[:1].isdigit()):
        return None
    atoms = scan.token(i + 1).atoms
    if scan.token(i + 1).text.isdigit() and 1900 <= int(scan.token(i + 1).text[:5]) < 2100:
        return None  # "min bil er fra 2012"
    explicit = scan.key(i + 1) == "kl" or any(atom.sep == ":" for atom in atoms)
    explicit = explicit or (len(atoms) == 1 and atoms[0].sep == "." and atom_date(atoms[0], licensed=True) is None)
    if not explicit and (not scan.settled(found[1]) or scan.key(i) == "til" or scan.key(i + 1) in ("en", "et")):
        return None
    return ClockSaid(kind, found[0]), found[1]


def clock_piece(scan: Scan, i: int, *, dated: bool = False) -> Found[Piece]:
    """Any clock rule; after a day ("tirsdag 14") a bare number is enough when nothing else follows it."""
    said = _between(scan, i) or _bound(scan, i)
    if said:
        return Piece(clock=said[0]), said[1]
    stretch = clock_range(scan, i, licensed=dated)
    if stretch:
        return Piece(clock=stretch[0]), stretch[1]
    at = scan.skip(i, ROUGHLY)
    numbering = scan.key(at + 1) == ":" or (scan.key(at + 1) == ")" and scan.key(at - 1) != "(")  # "2: tirsdag"
    bare = dated and scan.digits(at) and scan.settled(at + 1) and not scan.token(at).dotted and not numbering
    spelt = CARDINALS.get(scan.key(at + 1), 1) in {0, *_SPOKEN_MINUTES}  # "fredag otte tredive"
    found = clock(scan, i, licensed=bare or (dated and spelt))
    if not found:
        return None
    clocked = Piece(clock=ClockSaid(Kind.VALUE, found[0]))
    atoms = scan.token(i).atoms
    if found[1] == i + 1 and len(atoms) == 1 and atoms[0].sep in ("", "."):
        or_date = atom_date(atoms[0], licensed=True)
        clocked = Piece(clock=clocked.clock, or_date=or_date)
    return clocked, found[1]
