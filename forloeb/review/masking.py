"""Personal data out of a text, for roles that must not see it and for what leaves the app.

Masking is by shape (numbers, addresses of mail, streets) and by the names and numbers that are registered for the
person whose conversation it is. CPR numbers, cards and passwords were masked by the gateway before anything was stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from forloeb.booking.model import Claimant
from forloeb.gateway.redaction import redact
from forloeb.review import words

_NO_DATE = (
    r"(?!(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!\d))(?!(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d))"
)
_SHAPES = (
    ("mail", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    ("link", re.compile(r"https?://\S+")),
    (
        "phone",
        re.compile(
            rf"(?<![\d.,/-]){_NO_DATE}(?:\+|00)?(?:45[ -]?)?\d{{2}}[ .-]?\d{{2}}[ .-]?\d{{2}}[ .-]?\d{{2}}(?!\d)"
        ),
    ),
    ("number", re.compile(r"(?<![\d.,])\d{6,}(?!\d)")),
    (
        "street",
        re.compile(
            r"\b[A-ZÆØÅ][\w.éü-]*(?:vej|gade|allé|alle|stræde|vænget|parken|plads|torv|boulevard)(?:en)?\s+\d+\s?[A-Za-z]?\b"
        ),
    ),
    ("name", re.compile(r"(?i)(?<=jeg hedder )[\w'-]+(?: [A-ZÆØÅ][\w'-]+)*|(?<=mit navn er )[\w'-]+(?: [\w'-]+)?")),
)
_SHORTEST_NAME = 3


def mask(text: str, person: Claimant | None = None) -> str:
    """`text` without personal data."""
    text = redact(text).text
    for name, value in _own(person):
        text = re.sub(rf"(?<!\w){re.escape(value)}s?(?!\w)", words.word("masks", name), text, flags=re.IGNORECASE)
    for name, shape in _SHAPES:
        text = shape.sub(words.word("masks", name), text)
    return text


def a_name() -> str:
    """What stands in place of a name."""
    return words.word("masks", "name")


def has_personal_data(text: str, names: Iterable[str] = ()) -> bool:
    """Whether masking would change `text`, or a registered name stands in it."""
    if mask(text) != text:
        return True
    found = {word.casefold() for word in re.findall(r"[\w'-]+", text)}
    return any(name.casefold() in found for name in names)


def _own(person: Claimant | None) -> list[tuple[str, str]]:
    if person is None:
        return []
    found: list[tuple[str, str]] = []
    if person.name:
        found.append(("name", person.name))
        found += [("name", part) for part in person.name.split() if len(part) >= _SHORTEST_NAME]
    if person.phone:
        found += [("phone", person.phone), ("phone", person.phone.removeprefix("+45"))]
    return found
