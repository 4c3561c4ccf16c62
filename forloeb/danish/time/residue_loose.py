"""Two more things left unread that make a reading doubtful: a bare hour apart from the phrase, and a bound before it.

"fredag er fint, 15 eller senere" is not all of Friday, and "efter lægen kl. 10" is not ten o'clock. A number counts
only where nothing can be counted with it, for "jeg har søgt 10 og kan mandag" names none.
"""

from __future__ import annotations

from forloeb.danish.time.items import Bound, Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.numbers import CARDINALS
from forloeb.danish.time.scan import Scan

_OPENS, _CLOSES = 7, 17
_EARLIEST, _LATEST = 6, 24
_OFFERING = words(
    "saa eller helst gerne maaske bare ellers men ogsaa evt eventuelt hellere sige siger ca cirka omkring ved senest "
    "tidligst allerede , . ! ? : -"
)
_ASKING = words("kan kunne passer er var hvad")
_ANSWERED = words(
    "er passer virker fungerer gaar duer dur ville kunne kan vil eller , og senere tidligere ok fint fine"
)
_PREFERRED = words("fint bedst bedre perfekt ok okay fine godt super muligt for ogsaa ville ledig ledigt")
_BOUNDS = words("efter foer inden indtil")
_LOOKING = words(
    "leder ledt lede soeger soege soegt spoerger spoergsmaal spoerge ser se kigger kigge beder venter ringer ringe "
    "laenges kommer et lige"
)
_NO_EVENT = words(
    "aftale planen oenske lidt det den de at , . jeg vi alt hvad der hinanden laenge skat brug behov noget"
)
_VERBS = words("kan vil er har skal kommer maa kunne passer bliver , . ! ? men og eller saa for om ved")
_INSTEAD = (("i", "stedet"), ("i", "steden"))
_PROPOSING = words(
    "sige siger helst gerne vaere blive tid tiden komme med moedes vaelger tager foretraekker "
    "ledigt ledig kan godt det vi ringe ind"
)
_LEAD = 3


def loose_hour(scan: Scan, i: int) -> bool:
    """A bare number in office hours that stands where a clock time would: "15 er fint", "kan jeg 9, 10 og 14"."""
    number = scan.number(i) if scan.digits(i) else CARDINALS.get(scan.key(i))
    if number is None or not _OPENS <= number <= _CLOSES or scan.token(i).dotted:
        return False
    before, after = scan.key(i - 1), scan.key(i + 1)
    if (after, scan.key(i + 2)) in _INSTEAD or after == "istedet":
        return True  # "11 i stedet"
    if before == "jeg" and scan.key(i - 2) in _ASKING:  # "på fredag kan jeg 9, 10 og 14"
        return not after.isalpha() or after in ("og", "eller", "til")
    if (before not in _OFFERING and i > 0) or (not scan.digits(i) and before in (",", ".")):
        return False
    if after in ("er", "ville", "vil", "kan"):
        return scan.key(i + 2) in _PREFERRED
    return after in _ANSWERED - {",", "og"} and (after != "eller" or _alternative(scan, i + 2))


def loose_stretch(scan: Scan, i: int) -> bool:
    """`8-15` unread beside what was read: hours, unless something is counted with them."""
    atoms = scan.token(i).atoms
    if len(atoms) != 2 or any(atom.sep not in ("", ".", ":") or len(atom.parts[0]) > 2 for atom in atoms):
        return False
    first, last = (int(atom.parts[0]) for atom in atoms)
    return _EARLIEST <= first <= _LATEST and last <= _LATEST and (scan.settled(i + 1) or scan.key(i + 1) == "stykker")


def stretch_offered(scan: Scan) -> bool:
    """`kan vi sige 10-12`, where nothing else was read: hours, or a date?"""
    return any(
        loose_stretch(scan, i) and (i == 0 or scan.key(i - 1) in _PROPOSING or not scan.key(i - 1).isalnum())
        for i in range(len(scan.tokens))
    )


def _alternative(scan: Scan, i: int) -> bool:
    return scan.number(i) is not None or scan.key(i) in ("senere", "tidligere", "halv", "kvart")


def led_by_bound(scan: Scan, item: Item, covered: set[int]) -> bool:
    """`efter lægen kl 10`, `inden barnedåben i maj`: a bound with an event that dates it."""
    if item.bound is not Bound.AT or item.excluded:
        return False
    for at in range(item.first - 2, item.first - 2 - _LEAD, -1):
        if at < 0 or at in covered or scan.key(at + 1) in _VERBS or at + 1 in covered:
            return False
        if scan.key(at) == "fra" and scan.key(at + 1).endswith("start"):
            return True  # "fra skolestart 11/8"
        if scan.key(at) in _BOUNDS:
            counted_on = scan.key(at - 1) in ("dag", "uge", "aften")  # "dagen efter min ferie d. 3/11"
            return scan.key(at + 1) not in _NO_EVENT and scan.key(at - 1) not in _LOOKING and not counted_on
    return False
