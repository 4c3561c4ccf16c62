"""Being busy: "mandag er jeg på kursus, tirsdag er fin" rules Monday out, though nothing says "ikke".

Convention: only beside another time that is free to take, and only towards the future. "jeg er på ferie i uge 42" alone
names a time; what that means is for whoever asked ("hvornår har du ferie?", "hvornår kan du?").
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.items import Item
from forloeb.danish.time.letters import words
from forloeb.danish.time.scan import Scan

_OCCUPIED = words(
    "ferie paaskeferie juleferie sommerferie kursus arbejde arbejder vagt aftenvagt nattevagt tandlaege tandlaegen "
    "laege laegen laegetid hospitalet sygehuset bortrejst rejser udlandet undervisning skole begravelse bryllup "
    "konfirmation operation opereres opereret frisoer psykolog fysioterapeut praktik vaek henter jobsamtale "
    "foedselsdag indlagt"
)
_KINDS = ("skole", "kursus", "vagt", "undervisning", "arbejde", "praktik")
_FREE = words(
    "kan kunne fri ledig tilbage efter foer inden slutter faerdig muligt hellere helst gerne vil flyt flytte rykke "
    "ikke passer fint godt"
)
_CANCELS = words(
    "aflys aflyse aflyser aflysning drop droppe dropper glem slet slette sletter afbestil afbestille afbestiller "
    "annuller annullere afmeld afmelde afmelder afbud"
)
_PLACED = words("i paa hos ude til ved bundet i med")
_WITH_YOU = words(
    "jer jobcenter jobcenteret jobcentret samtale samtalen moede moedet tid tiden aftale sagsbehandler dig akasse "
    "naerheden byen fri"
)
_OPEN = words(
    "tid fri mulighed plads ikke ingen intet hele god masser alt nok bare kun ogsaa ingenting du i vaere vaeret faaet "
    "haft soegt sendt modtaget ringet skrevet booket bedt hoert set"
)
_OTHERS = words("du i han hun de mand kone kaereste datter soen mor far sagsbehandler min mit")
_BREAKS = words(". ! ? ; , men saa for og eller derfor") | {""}
_FAR = 8


def busy(scan: Scan, i: int, end: int, covered: set[int]) -> bool:
    """Whether the clause round the tokens from i to before end says that the person is occupied then."""
    clause = {*_words(scan, range(i - 1, i - 1 - _FAR, -1), covered), *_words(scan, range(end, end + _FAR), covered)}
    near = set(_words(scan, range(end, end + 2), covered))
    if set(_words(scan, range(i - 1, i - 1 - _FAR, -1), covered)) & _CANCELS and not near & _FREE:
        return True  # "aflys mandag, jeg tager onsdag"
    used = scan.key(end) == "til" and {"bruge", "bruger"} & {*scan.keys[max(i - 2, 0) : i]}
    if used:
        return True  # "jeg skal bruge tirsdag til at flytte"
    elsewhere = bool(clause & _OCCUPIED) or any(key.endswith(_KINDS) for key in clause) or _elsewhere(scan, end)
    return elsewhere and not clause & _FREE and not clause & (_OTHERS - {"i"})


def _elsewhere(scan: Scan, i: int) -> bool:
    """`er jeg på Fyn`, `skal jeg passe børn`, `har jeg pilates`: said of the time before, and not of the meeting."""
    i = scan.skip(i, frozenset({"der", "saa"}), 1)
    if (scan.key(i), scan.key(i + 1)) == ("gaar", "med"):
        return True  # "tirsdag går med lægebesøg"
    verb, subject, what = scan.key(i), scan.key(i + 1), scan.key(i + 2)
    if subject not in ("jeg", "vi") or not what.isalpha() or {scan.key(at) for at in range(i, i + _FAR)} & _WITH_YOU:
        return False
    if verb == "er":
        return what in _PLACED
    return verb in ("har", "skal") and what not in _OPEN


def rule_out_busy(scan: Scan, found: list[Item]) -> list[Item]:
    """The times at which the person is busy, ruled out where the text names others beside them."""
    if scan.at.past or len(found) < 2:
        return found
    occupied: set[int] = set()
    covered = {at for item in found for at in range(item.first, item.end)}
    first = 0
    for at in range(len(found)):
        last = at + 1 == len(found) or not _listed(found, at + 1)
        if last:
            if busy(scan, found[first].first, found[at].end, covered):
                occupied |= set(range(first, at + 1))
            first = at + 1
    if not any(at not in occupied and not item.excluded for at, item in enumerate(found)):
        return found
    out = [replace(item, excluded=True) if at in occupied else item for at, item in enumerate(found)]
    return [
        replace(item, link="men") if item.link == "," and at not in occupied and at - 1 in occupied else item
        for at, item in enumerate(out)
    ]


def _listed(found: list[Item], at: int) -> bool:
    """Whether the item belongs to the list before it: a comma is one only where an "og" ends the list."""
    link = found[at].link
    if link == "," and found[at].first == found[at - 1].end:
        return True  # "mandag tirsdag onsdag"
    if link == "," and found[at].first == found[at - 1].end + 1:
        return any(later.link == "og" for later in found[at + 1 : at + 2])
    return link == "og"


def _words(scan: Scan, positions: range, covered: set[int]) -> list[str]:
    keys: list[str] = []
    for at in positions:
        if scan.key(at) in _BREAKS or at in covered:
            break
        keys.append(scan.key(at))
    return keys
