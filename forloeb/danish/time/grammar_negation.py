"""What is ruled out: "ikke mandag", "mandag kan jeg ikke", "undtagen fredag"; and what is moved: "flyt fra mandag til".

Convention: "kan vi ikke sige mandag?" is a suggestion, not a refusal: "ikke" after an inverted verb and its subject
rules nothing out. "jeg kan ikke komme mandag" does.
"""

from __future__ import annotations

from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import WEEKDAYS
from forloeb.danish.time.moving_verbs import MOVES
from forloeb.danish.time.scan import Scan

_OUT = words(
    "ikke undtagen undtaget hverken minus paanaer cannot cant aldrig undgaa undgaar optaget forhindret udelukket "
    "umuligt umulig besvaerligt svaert ingen medmindre undlad undlade undgaas slip slippe slipper undvaere naegter "
    "noedig noedigt nodig nodigt"
)
_LEAD = words(
    "paa for d den i kl lige om til at kan komme moede deltage naa vaere op der godt have tid holde moedet samtalen "
    "med fra tiden come on attend make it meet dag dagen hjemme ledig mulighed alligevel desvaerre kommer "
    "moeder dukker perioden tidsrummet mulig frem alle dage hver faa fri ledige venligst"
)
_MODALS = words("kan kunne maa skal skulle vil ville var er")
_OFFERS = frozenset({("har", "du"), ("har", "i"), ("er", "der"), ("findes", "der"), ("er", "det")})
_SUBJECTS = words("jeg vi du i det man den der mig os han hun")
_AFTER_VERBS = words("kan kunne passer gaar dur duer virker fungerer er goer bliver")
_BETWEEN = _SUBJECTS | words(
    "naturligvis selvfoelgelig selvsagt desvaerre bare nok altsaa overhovedet slet saa ogsaa nemlig sgu da "
    "virkelig simpelthen lige rigtigt heller"
)
_RELATIVE = words(", som den jeg vi gerne meget")
_IMPOSSIBLE = words(
    "udelukket umuligt umulig umulige optaget daarlig daarligt daarlige skidt fuld fuldt taget besat "
    "nogo svaert svaer problematisk "
    "booket traels uheldig uheldigt ude upassende yt fyldt elendigt elendig ringe vaerst haabloest haabloes lukket "
    "udsolgt"
)
_TOO = words("tidligt tidlig sent sen langt stramt presset taet kort")
_DEGREES = words(
    "alt lige helt fuldstaendig fuldstaendigt totalt meget lidt rigtig ret komplet desvaerre allerede virkelig noget"
)
_NO = words("nej naeh nae nope niks naej nix nogo ❌ ✗ 🚫 👎")
_COLONS = frozenset({",", "?", "-", ":", "–", "="})
_APART = words("bortset andet andre stedet istedet")
_POORLY = words("daarligt skidt elendigt ringe")
_SUITING = words("passer passe er bliver gaar")
# What turns a refusal round: "hvorfor ikke tirsdag", "ikke optaget", "jeg arbejder ikke tirsdag" (and so am free)
_MISSED = words("kom moedte dukkede naaede deltog")
_FAILED = words("kunne fik modtog saa hoerte")
_UNDOING = words("mon hvorfor ikke intet arbejder arbejde job")
_CLAUSE_ENDS = words(". ! ? ;")
_UNSUITED = words("god godt muligt mulig mulighed saa hjemme en i her fint ledig smart") | {"", "."}
_THERE = words("hjemme fri ledig tilbage faerdig klar komme moede vaere der naa til hos jer")
_NOT_SO = words(", . ; ! possible good muligt godt") | {""}
_CLOSING = frozenset({"", ",", "komme", "der", "men", "desvaerre", "fordi", "da"}) | _CLAUSE_ENDS
_BACK_VERBS = words("kan kunne passer gaar dur duer virker fungerer")
_BACK_BETWEEN = words(
    "naturligvis selvfoelgelig selvsagt simpelthen heller helt virkelig desuden jeg vi det mig bare desvaerre "
    "altsaa saa godt overhovedet slet jo nok nu"
)
_BACK_NOUNS = words("dag dage uge uger tid tidspunkt dato aftale moede")
_BACK_CLOSING = _CLOSING | words("og hvis saa alligevel deltage moede naa for mig pga da")
_BACK_WORDS = 4
_FAR = 6
_MOVE_FAR = 12


def negated_before(scan: Scan, i: int) -> bool:
    """Whether the words before a phrase rule it out."""
    at = i - 1
    compared = any(scan.key(back) == "end" for back in range(i - 3, i))
    if compared and any(scan.key(back) in ("ikke", "intet", "ingen", "aldrig") for back in range(i - 8, i)):
        return False  # "jeg kan ikke andre dage end fredag"
    if any(scan.key(back) == "medmindre" for back in range(i - 4, i)):
        return True  # "fredag medmindre det er før 10"
    for _ in range(_FAR):
        if scan.key(at) in _OUT:
            return not (inverted(scan, at) or scan.key(at - 1) in _UNDOING or missed(scan, at))
        if scan.key(at) in _POORLY and any(scan.key(back) in _SUITING for back in range(at - 3, at)):
            return True  # "det passer dårligt på mandag"
        if scan.key(at) in ("fra", "end", "for") and scan.key(at - 1) in _APART:
            return True
        if scan.key(at) == "end" and scan.key(at - 2) in ("andet", "andre", "anden"):
            return True  # "alle andre dage end fredag"
        if scan.key(at) == "nej" and "til" in (scan.key(at + 1), scan.key(at + 2)):
            return True  # "nej tak til mandag"
        if scan.key(at) == "end" and any(scan.key(back) in ("hellere", "bedre") for back in range(at - _MOVE_FAR, at)):
            return True  # "hellere onsdag end tirsdag"
        if scan.key(at) == "fremfor" or (scan.key(at) == "for" and scan.key(at - 1) == "frem"):
            return True
        if scan.key(at) == "tak" and scan.key(at - 1) == "nej":
            at -= 1
            continue
        if scan.key(at) in ("it", "itt") and scan.key(at - 1) in ("ka", "kan"):
            return True  # as Jutland says it
        if scan.token(at).text == "but" and scan.key(at - 1) == "dag":
            return True  # "any day but Friday"
        if scan.key(at) == "pas" and scan.key(at - 1) in ("melde", "melder", "meldt"):
            return True
        if scan.key(at) == "naer" and scan.key(at - 1) == "paa":
            return True
        if scan.key(at) == "t" and scan.key(at - 1) in ("'", "’") and scan.key(at - 2) in ("can", "don"):
            return True
        if scan.key(at) not in _LEAD:
            return False
        at -= 1
    return False


def refused_before(scan: Scan, i: int) -> bool:
    """Whether an "ikke" stands before in the clause, a few words away."""
    for at in range(i - 1, i - 1 - _FAR, -1):
        if scan.key(at) in _CLAUSE_ENDS or scan.key(at) in (",", "men", "og"):
            return False
        if scan.key(at) == "ikke":
            return not inverted(scan, at)
    return False


def missed(scan: Scan, i: int) -> bool:
    """`jeg kom ikke i mandags`, `i går nåede jeg ikke mødet`: tells when, and rules nothing out."""
    before = {scan.key(at) for at in range(i - 3, i)}
    there = "var" in before and ("der" in before or scan.key(i + 1) == "der")
    return bool(before & _MISSED) or there or (scan.at.past and bool(before & _FAILED))


def inverted(scan: Scan, i: int) -> bool:
    """`kan jeg ikke` at the start of its clause: a question that suggests."""
    if (scan.key(i - 2), scan.key(i - 1)) in _OFFERS:
        return True  # "har du ikke noget før fredag?"
    if scan.key(i - 1) not in _SUBJECTS or scan.key(i - 2) not in _MODALS:
        return False
    before = scan.key(i - 3)
    return (
        i < 3
        or not before
        or not before.isalpha()
        or before in ("men", "og", "hej", "saa", "hvorfor", "ellers", "eller")
    )


def negated_after(scan: Scan, i: int) -> bool:
    """`mandag kan jeg ikke`, `mandag passer ikke så godt`."""
    if _moved_away(scan, i) or (scan.key(i) == "heller" and scan.key(i + 1) == "ikke"):
        return True
    if scan.key(i) in _IMPOSSIBLE and scan.key(i + 1) in _NOT_SO:
        return True  # "onsdag efter kl. 14 umuligt"
    if scan.key(i) in ("undtaget", "undtagen", "fraregnet") and not scan.known(i + 1):
        return True  # "torsdag og fredag undtaget"
    said = scan.skip(i, _COLONS, 1)
    if scan.key(said) in _NO or (said > i and scan.key(said) in ("ingen", "intet", "aldrig")):
        return True  # "tirsdag: ingen tid", "mandag? aldrig i livet"
    if said > i and scan.key(scan.skip(said, _DEGREES, 2)) in _IMPOSSIBLE:
        return True  # "tirsdag? nej, onsdag", "tirsdag: optaget"
    if scan.key(i) in ("daarligst", "daarligt", "daarlig", "daarlige", "skidt") and not scan.key(i + 1).isalpha():
        return True  # "mandag passer bedst og onsdag dårligst"
    if scan.key(said) == "ikke" and scan.key(said + 1) in _NOT_SO and not _tag(scan, said):
        return True  # "uge 9: mandag ikke, tirsdag ok"
    at = scan.skip(i, frozenset({",", "men"}), 2)
    at = at + 1 if scan.key(at) in ("det", "som", "der", "saa", "den") else i
    if scan.key(at) in _SUBJECTS and (scan.key(at + 1), scan.key(at + 2)) == ("kan", "ikke"):
        return scan.key(at + 3) in _CLOSING  # "mandag jeg kan ikke"
    if scan.key(at) in ("springer", "dropper") and scan.key(at + 1) in _SUBJECTS:
        return True  # "fredag springer vi over"
    if scan.key(at) == "skal" and (scan.key(at + 2), scan.key(at + 3)) == ("lade", "vaere"):
        return True
    if scan.key(at) in ("har", "skal", "bliver") and scan.key(at) not in _AFTER_VERBS:
        end = scan.skip(at + 1, _BETWEEN, 4)
        return scan.key(end) == "ikke" and scan.key(end + 1) in ("tid", "mulighed", "vaere", "til", "lyst")
    if scan.key(at) not in _AFTER_VERBS:
        return False
    verb = scan.key(at)
    end = scan.skip(at + 1, _BETWEEN, 4)
    worst = scan.skip(end, _DEGREES, 2)
    if scan.key(worst) in _IMPOSSIBLE or (scan.key(worst), scan.key(worst + 1)) == ("no", "go"):
        return True
    if scan.key(worst) == "for" and scan.key(worst + 1) in _TOO:
        return True  # "efter 15 er for sent"
    if scan.key(end) in ("vaerste", "daarligste"):
        return True  # "torsdag er den værste dag"
    if scan.key(worst) == "et" and scan.key(worst + 1) == "problem":
        return True
    if scan.key(worst) == "no" and scan.key(worst + 2) == "go":
        return True  # "no-go"
    if scan.key(end) not in ("ikke", "aldrig"):
        return False
    if scan.key(scan.skip(end + 1, _THERE, 3)) in ("foer", "inden"):
        return False  # "mandag er jeg ikke hjemme før 16"
    if verb == "kan" and end == at + 1 and scan.key(end + 1) in (*WEEKDAYS, "paa", "d", "den"):
        return False  # "kan godt fredag kan ikke mandag"
    return verb != "er" or scan.key(end + 1) in _UNSUITED


def _tag(scan: Scan, i: int) -> bool:
    """`på onsdag ikk`: asks for a yes rather than refuses."""
    return scan.token(i).text.lower() in ("ik", "ikk") and not scan.key(i + 1).isalnum() and scan.key(i + 1) != ","


def _moved_away(scan: Scan, i: int) -> bool:
    """`mødet d. 4/12 vil jeg gerne flytte til …`: the time before is given up."""
    if scan.key(i) in MOVES and "til" in (scan.key(i + 1), scan.key(i + 2)):
        return True  # "mødet d. 4/12 flyttes til …"
    i = scan.skip(i, _RELATIVE, 4)  # "tiden mandag, som jeg gerne vil have flyttet til …"
    if scan.key(i) not in _MODALS:
        return False
    at = scan.skip(i + 1, _BETWEEN | {"gerne", "have", "blive", "nodt", "noedt", "til", "at"}, 5)
    return scan.key(at) in MOVES and scan.key(at + 1) == "til"


def refuses_back(scan: Scan, i: int) -> int | None:
    """`der kan jeg ikke`, `den dag går ikke`: where the words begin whose "ikke" at i refuses what was named."""
    if scan.key(i + 1) == "der" and not scan.key(i + 2).isalpha():
        return i  # "så ikke der"
    if scan.key(i + 1) == "den" and scan.key(i + 2) in _BACK_NOUNS and scan.key(i + 3) in ("", ".", ",", "!", "tak"):
        return i  # "ikke den dag"
    if scan.key(i + 1) not in _BACK_CLOSING:
        return None
    at = i - 1
    while i - at <= _BACK_WORDS and scan.key(at) in _BACK_BETWEEN:
        at -= 1
    if scan.key(at) not in _BACK_VERBS:
        return None
    if scan.key(at - 1) in ("der", "det", "de") or (scan.key(at - 1) == "den" and at - 2 != -1):
        return at - 1
    named = scan.key(at - 1) in _BACK_NOUNS and scan.key(at - 2) in ("den", "det", "de", "begge")
    return at - 2 if named else None
