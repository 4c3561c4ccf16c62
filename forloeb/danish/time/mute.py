"""What looks like a time and is none: greetings, case and phone numbers, CPR, money, shares, "24/7".

One pass; a muted token keeps its place and offsets but has neither key nor number, so that no rule reads or crosses it.
"""

from __future__ import annotations

from dataclasses import replace

from forloeb.danish.time.letters import words
from forloeb.danish.time.lexicon import DAYPARTS, MONTHS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS
from forloeb.danish.time.numbers import whole
from forloeb.danish.time.tokens import Token

_NAMING = frozenset({"hedder", "navn", "hilsen", "mvh", "vh", "hr", "fru", "kaere"})
_WISHES = frozenset({"god", "glaedelig", "gla", "glaedlig", "happy", "good"})
_WISHED = frozenset(
    {*WEEKDAYS, *DAYPARTS, "dag", "weekend", "jul", "julen", "paaske", "pinse", "sommer", "uge", "nytaar", "maaned"}
)
_LATELY = {"dag", "gaar", "aftes", "morges", *(f"{weekday}s" for weekday in WEEKDAYS)}
_NUMBERED = words(
    "sag sagen sagsnr sagsnummer journalnr journalnummer jnr nr nummer tlf telefon telefonnummer mobil mobilnummer cpr "
    "cprnr cprnummer cvr konto kontonr kontonummer reg postnr ref reference referencenummer id kode pinkode kap "
    "kapitel paragraf § stk side lokale rum vaerelse bus linje linie version punkt pkt # etage sal vej gade alle plads "
    "medlemsnr medlemsnummer brugernr kundenr bilag formular spor skema score scoret post afsnit trin fase opgave"
)
_LINKS = frozenset({"nr", "nummer", "er", ":", ".", "#", "paa", "nummeret", "+"})
_COUNTED = words(
    "kr kroner kroners dkk krone % pct procent procents gange gang stk personer person stillinger stilling job jobs "
    "ansoegninger ansoegning km kilometer meter m grader point stykker mennesker boern virksomheder sider ord "
    "samtaler moeder timers euro eur € $ dollars tusind mio mia mb gb kg liter"
)
_SHARED = words("stilling stillinger tid time timer del dele dels dag aars pension loen af liter job ansat")
_BEFORE_DIGITS = frozenset(
    {"kl", "halv", "kvart", "d", "den", "uge", "uger", "w", "t", "nov", *SHORT_WEEKDAYS, *WEEKDAYS, "fra", "til"}
)
_AFTER_DIGITS = frozenset({*MONTHS, *SHORT_MONTHS}) | words(
    "dag dage uge uger maaned maaneder aar time timer minutter min hverdage tiden ish am pm t z og til juledag "
    "paaskedag pinsedag kl eller st nd rd th ende nde de te ste dje"
)
_DATE_WORDS = frozenset({"d", "den", "dato", *WEEKDAYS, *SHORT_WEEKDAYS})
_PHONE_DIGITS = 8


def mute(tokens: list[Token]) -> list[Token]:
    """The tokens with everything that is no time silenced."""
    kept = list(tokens)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = (
            _wish(tokens, at)
            or _name(tokens, at)
            or _numbered(tokens, at)
            or (_digits(tokens, at) if token.digits else at)
        )
        for silent in range(at, end):
            if not (tokens[silent].key in _NUMBERED and not tokens[silent].digits):
                kept[silent] = replace(tokens[silent], key="", digits=False, atoms=())
        at = max(end, at + 1)
    return kept


def _key(tokens: list[Token], at: int) -> str:
    return tokens[at].key if 0 <= at < len(tokens) else ""


def _wish(tokens: list[Token], at: int) -> int:
    """`god weekend`, `godt nytår`."""
    key, following = tokens[at].key, _key(tokens, at + 1)
    if key in _WISHES and following in _WISHED:
        return at + 2
    if key == "tak" and [_key(tokens, at + step) for step in (1, 2)] == ["for", "i"]:
        return at + 4 if _key(tokens, at + 3) in _LATELY else 0
    return at + 2 if key == "godt" and following in ("nytaar", "nytaaret") else 0


def _name(tokens: list[Token], at: int) -> int:
    """`hedder Søren Fredag`, `hilsen Maj`: the capitals after a word that a name follows."""
    if tokens[at].key not in _NAMING:
        return 0
    if tokens[at].key in ("hedder", "hr", "fru") and _key(tokens, at + 1) in MONTHS:
        return at + 2
    end = at + 1
    while end < min(at + 5, len(tokens)) and (tokens[end].key in ("er", ",", ".") or tokens[end].text[:1].isupper()):
        end += 1
    return end if end > at + 1 and tokens[end - 1].text[:1].isupper() and not tokens[end - 1].text.isupper() else 0


def _numbered(tokens: list[Token], at: int) -> int:
    """`sagsnr. 2025-11-24`, `tlf 20 12 34 56`: the digits after a word that numbers something."""
    if tokens[at].key not in _NUMBERED or _key(tokens, at - 1) in ("uge", "uger"):
        return 0
    first = at + 1
    while first < min(at + 4, len(tokens)) and tokens[first].key in _LINKS:
        first += 1
    end = first
    while end < len(tokens) and (tokens[end].digits or (tokens[end].glued and tokens[end].key in ("-", "/", "."))):
        end += 1
    return end if end > first else 0


def _digits(tokens: list[Token], at: int) -> int:
    token = tokens[at]
    following = _key(tokens, at + 1)
    glued_after = at + 1 < len(tokens) and tokens[at + 1].glued
    phone = _phone(tokens, at)
    if phone:
        return phone
    # "3b", "covid19", "B2B", "19-årig"; but "24nov", "kl10", "14-tiden"
    if token.glued and _key(tokens, at - 1).isalpha() and _key(tokens, at - 1) not in _BEFORE_DIGITS:
        return at + 1
    if glued_after and following.isalpha() and following not in _AFTER_DIGITS:
        return at + 2
    if glued_after and following == "-" and _key(tokens, at + 2).isalpha() and tokens[at + 2].glued:
        return at if _key(tokens, at + 2) in _AFTER_DIGITS else at + 1
    parts = token.text.replace(",", ".").split(".")
    timed = following in ("timer", "time", "min", "minutter") and not token.dotted
    if timed and len(parts) == 2 and parts[1] != "5":
        return at + 1  # "2.45 timer"
    if following == "stykker" and len(token.atoms) == 2:
        return at  # "10-12 stykker" may be hours
    if following in _COUNTED or (following == "," and _key(tokens, at + 2) == "-"):
        return at + 1
    if following in ("i", "om", "pr", "per") and _key(tokens, at + 2) in ("time", "timer") and not _dated(tokens, at):
        return at + 1
    return at + 1 if _share(tokens, at) or not token.atoms else at


def _dated(tokens: list[Token], at: int) -> bool:
    return _key(tokens, at - 1) in _DATE_WORDS


def _share(tokens: list[Token], at: int) -> bool:
    """`24/7`, `7-9-13`, `3/4 stilling`, `1/2 time`."""
    if tokens[at].text in ("24/7", "7-9-13"):
        return _key(tokens, at - 1) not in _DATE_WORDS and _key(tokens, at + 1) != "kl"
    return "/" in tokens[at].text and _key(tokens, at + 1) in _SHARED


def _phone(tokens: list[Token], at: int) -> int:
    """Where groups of digits end that make a phone or CPR number; 0 when they don't."""
    if _key(tokens, at - 1) == "+" and not (at > 1 and tokens[at - 2].digits):
        end = at
        while end < len(tokens) and tokens[end].digits:
            end += 1
        return end
    lengths: list[int] = []
    end = at
    while end < len(tokens) and len(lengths) <= 4 and tokens[end].digits and whole(tokens[end]) is not None:
        lengths.append(len(tokens[end].text))
        end += 1
    for groups in ((2, 2, 2, 2), (4, 4), (3, 3, 2), (2, 3, 3), (6, 4)):
        if tuple(lengths[: len(groups)]) == groups:
            return at + len(groups)
    digits = tokens[at].text
    if digits.isdigit() and len(digits) > 4:
        dated = _key(tokens, at - 1) in ("d", "den") and len(digits) in (6, _PHONE_DIGITS)
        return 0 if dated else at + 1
    return 0
