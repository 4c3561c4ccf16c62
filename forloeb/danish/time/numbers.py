"""Number words and what a run of digits can mean: a date, a clock time, a range of either."""

from __future__ import annotations

from forloeb.danish.time.clock import Clock
from forloeb.danish.time.days import checked_year
from forloeb.danish.time.letters import spellings
from forloeb.danish.time.single_days import OnDate
from forloeb.danish.time.tokens import Atom, Token

_UNITS = "nul en to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten"
_TENS = {20: "tyve", 30: "tredive", 40: "fyrre", 50: "halvtreds"}
_ORDINALS = (
    "første anden tredje fjerde femte sjette syvende ottende niende tiende ellevte tolvte trettende fjortende femtende "
    "sekstende syttende attende nittende tyvende"
)
_MOST_DIGITS = 9


def _cardinals() -> dict[str, int]:
    numbers = {word: at for at, word in enumerate(_UNITS.split())} | {"et": 1, "een": 1, "fir": 4, "treti": 30}
    for ten, name in _TENS.items():
        numbers[name] = ten
        numbers |= {f"{unit}og{name}": ten + at for at, unit in enumerate(_UNITS.split()[1:10], 1)}
    return numbers | {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}


def _ordinal_words() -> dict[str, int]:
    numbers = {key: at for at, word in enumerate(_ORDINALS.split(), 1) for key in spellings(word)}
    numbers |= {f"{unit}ogtyvende": 20 + at for at, unit in enumerate(_UNITS.split()[1:10], 1)}
    return numbers | {"andet": 2, "tredivte": 30, "tredivende": 30, "enogtredivte": 31, "enogtredivende": 31}


CARDINALS = _cardinals()
ORDINALS = _ordinal_words()


def whole(token: Token) -> int | None:
    """The number of a plain run of digits."""
    if len(token.atoms) == 1 and not token.atoms[0].sep and len(token.atoms[0].parts[0]) <= _MOST_DIGITS:
        return int(token.atoms[0].parts[0])
    return None


def amount(token: Token) -> int | None:
    """A number in digits or as a word."""
    return whole(token) if token.digits else CARDINALS.get(token.key)


def atom_clock(atom: Atom, *, licensed: bool) -> Clock | None:
    """A clock time in digits; `licensed` (after "kl." and the like) allows `14`, `1330` and `10,30`."""
    hour, past = atom.parts[0], atom.parts[1] if len(atom.parts) > 1 else ""
    if not atom.sep and licensed and len(hour) in (3, 4):
        hour, past = hour[:-2], hour[-2:]
    elif (not past and not (licensed and len(hour) <= 2)) or (
        past and (len(past) != 2 or len(hour) > 2 or atom.sep not in (".:," if licensed else ".:"))
    ):
        return None
    clock = Clock(int(hour), int(past or 0), literal=hour.startswith("0"))
    return clock if not past or int(past) < 60 or licensed else None


def atom_date(atom: Atom, *, licensed: bool) -> OnDate | None:
    """A date in digits: `24/11`, `24.11.2025`, `24-11`; a bare day only when licensed (after "d.")."""
    numbers = [int(part) for part in atom.parts if len(part) <= 4]
    if len(numbers) != len(atom.parts) or atom.sep not in ("", "/", "."):
        return None
    if len(numbers) == 1:
        return OnDate(numbers[0]) if licensed and len(atom.parts[0]) <= 2 else None
    if len(atom.parts[0]) > 2 or len(atom.parts[1]) > 2 or not 1 <= numbers[1] <= 12 or numbers[0] == 0:
        return None
    if len(numbers) == 2:
        return OnDate(numbers[0], numbers[1])
    year = checked_year(numbers[2]) if len(atom.parts[2]) in (2, 4) else None
    return OnDate(numbers[0], numbers[1], year) if year else None


def hyphen_date(atoms: tuple[Atom, ...]) -> OnDate | None:
    """`2025-11-24` and `24-11-2025`."""
    if len(atoms) != 3 or any(atom.sep for atom in atoms):
        return None
    parts = tuple(atom.parts[0] for atom in atoms)
    if len(parts[0]) == 4:
        parts = parts[::-1]
    return atom_date(Atom(parts, "/"), licensed=True)


def packed_date(digits: str) -> OnDate | None:
    """`241125` and `24112025`, as written after "d."."""
    if len(digits) not in (6, 8):
        return None
    return atom_date(Atom((digits[:2], digits[2:4], digits[4:]), "/"), licensed=True)
