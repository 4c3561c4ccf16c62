"""What must never be stored or logged is masked first: CPR numbers, card numbers, passwords, keys.

Masking too much costs the person a sentence; masking too little stores a secret. So the rules lean towards masking,
and `tests/gateway/test_redaction.py` measures the false hits on case numbers, phone numbers and dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from forloeb.gateway import texts

_DASH = "\\-\u2010\u2011\u2012\u2013\u2014\u2212"
_GAP = rf"(?:[ \u00a0]?[{_DASH}/.,][ \u00a0]?|[ \u00a0]{{1,2}})"

_CPR = re.compile(
    rf"(?<![\d])(?P<day>\d\d)(?P<a>[ \u00a0./{_DASH}]?)(?P<month>\d\d)(?P<b>[ \u00a0./{_DASH}]?)"
    rf"(?P<century>(?:19|20)(?=\d\d(?:{_GAP})?\d{{4}}(?!\d)))?(?P<year>\d\d)(?P<gap>{_GAP})?(?P<serial>\d{{4}})(?!\d)"
)
_CPR_WORD = re.compile(r"cpr|person\s?-?(?:nummer|nr)|personnummer|cprnr|p-nummer|fødselsnummer|født", re.I)
_OTHER_NUMBER = re.compile(
    r"\b(?:sags?|journal|j(?=[\s.]*nr)|ref(?:erence)?|ordre|faktura|konto|kunde|medlems|tlf|telefon|mobil|bilags?|kvitterings)"
    r"[\s.\-]*(?:nr|nummer|id|n)?[\s.:\-]*(?:er|på|hedder|har)?[\s:]*(?:nr|nummer)?[\s.:#]*$",
    re.I,
)
_CARD = re.compile(r"(?<![\d])(?:\d{13,19}|\d{4}(?:[ \-]\d{4}){3}(?:[ \-]\d{1,3})?|\d{4}[ \-]\d{6}[ \-]\d{5})(?!\d)")
_PASSWORD = re.compile(
    r"\b(?P<word>password|passwd|adgangskode[nr]?|kodeord(?:et)?|løsen|pinkode[nr]?|pin-kode[nr]?)(?P<to>[^\S\n]*(?:er|is)?[^\S\n]*"
    r"(?:[:=]|->|→)[^\S\n]*)(?P<secret>\S+)|"
    r"\b(?P<word2>password|passwd|adgangskode[nr]?|kodeord(?:et)?|løsen|pinkode[nr]?|pin-kode[nr]?)(?P<to2>[^\S\n]+(?:(?:er|is)[^\S\n]+)?)"
    r"(?P<secret2>(?=\S*[\d!@#$%&*_+])[^\s]{4,})",
    re.I,
)
_JWT = re.compile(r"eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?")
_BEARER = re.compile(r"\b(bearer[\s:]+)[\w.~+/=-]{16,}", re.I)
_YEARS = 2  # meetings lie so near
_OLDEST = 90  # nobody that old is unemployed
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Redacted:
    """A text that may be stored, and the kinds of what was masked, in a fixed order."""

    text: str
    kinds: tuple[str, ...]


def visible(text: str) -> str:
    """Without the characters that take no room: a number they are hidden in is a number."""
    return _INVISIBLE.sub("", text)


def redact(text: str) -> Redacted:
    """Mask what must not be kept. Redacting twice changes nothing more."""
    found: set[str] = set()

    def masked(kind: str) -> str:
        found.add(kind)
        return texts.mask(kind)

    text = visible(text)
    text = _JWT.sub(lambda _: masked("token"), text)
    text = _BEARER.sub(lambda match: f"{match[1]}{masked('token')}", text)
    text = _PASSWORD.sub(lambda match: _password(match, masked), text)
    text = _CARD.sub(lambda match: masked("card") if _luhn(match[0]) else match[0], text)
    text = _CPR.sub(lambda match: masked("cpr") if _is_cpr(match) else match[0], text)
    return Redacted(text, tuple(kind for kind in ("cpr", "card", "password", "token") if kind in found))


def _password(match: re.Match[str], masked: Callable[[str], str]) -> str:
    if (match["secret"] or match["secret2"]).startswith("["):
        return match[0]
    word, to = (match["word"], match["to"]) if match["word"] else (match["word2"], match["to2"])
    return f"{word}{to}{masked('password')}"


def _luhn(number: str) -> bool:
    digits = [int(character) for character in number if character.isdigit()]
    if digits[0] not in (2, 3, 4, 5, 6) or len(set(digits)) < 2:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_cpr(match: re.Match[str]) -> bool:
    day, month = int(match["day"]), int(match["month"])
    if not 1 <= month <= 12:
        return False
    year = _birth_year(match)
    if not 1 <= day <= monthrange(year, month)[1]:
        return False
    before = match.string[max(0, match.start() - 40) : match.start()]
    near = before + match.string[match.end() : match.end() + 25]
    if _CPR_WORD.search(near):
        return True
    if match["gap"] is None:
        return not _OTHER_NUMBER.search(before)
    return not _date_and_time(match, year)


def _birth_year(match: re.Match[str]) -> int:
    year, seventh = int(match["year"]), int(match["serial"][0])
    if match["century"]:
        return int(match["century"]) * 100 + year
    if seventh <= 3:
        return 1900 + year
    if seventh in (4, 9):
        return 2000 + year if year <= 36 else 1900 + year
    return 2000 + year if year <= 57 else 1800 + year


def _date_and_time(match: re.Match[str], year: int) -> bool:
    """Whether "18.09.25 1030" is a day and a time of day: apart, of about now, and no grown person's birth."""
    apart = bool(match["a"] and match["b"]) and match["gap"].isspace()
    clock = int(match["serial"][:2]) < 24 and int(match["serial"][2:]) < 60
    present = date.today().year
    about_now = abs(2000 + int(match["year"]) - present) <= _YEARS and match["century"] != "19"
    return apart and clock and about_now and not present - _OLDEST < year < present - _YEARS
