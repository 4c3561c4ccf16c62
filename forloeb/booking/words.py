"""What people write, kept to a bound and without what must never be stored. Pure."""

from __future__ import annotations

import re
from datetime import date

from forloeb.booking.errors import Refused

LIMIT = 2000
_CPR = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[ -]?\d{4}(?!\d)")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def own_words(text: str) -> str:
    """`text` as it is stored: the person's own words, bounded, never with a CPR number in them."""
    return without_cpr(_UNSTORABLE.sub("", text).strip())[:LIMIT]


def name_of(text: str) -> str:
    """The name of a person at work, as stored with what they did.

    Raises:
        Refused: `bad_value`; an act of a person needs a name.
    """
    name = own_words(text)[:200]
    if not name:
        raise Refused("bad_value", "a name is needed")
    return name


def without_cpr(text: str) -> str:
    """`text` with every CPR number masked. The gateway has done so before; this is the last door."""
    return _CPR.sub(lambda match: "******-****" if _is_birthday(match) else match.group(), text)


def has_cpr(text: str) -> bool:
    """Whether something in `text` looks like a CPR number."""
    return any(_is_birthday(match) for match in _CPR.finditer(text))


def _is_birthday(match: re.Match[str]) -> bool:
    day, month, year = (int(part) for part in match.groups())
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True
