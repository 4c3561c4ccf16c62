"""The alphabet of an SMS: what it holds, what stands in for the rest, and how many parts a text takes. Pure."""

from __future__ import annotations

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # two places each
_STAND_INS = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•‣◦·▪", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
    "…": "...", "→": "->", "←": "<-", "×": "x", "½": "1/2", "°": " grader", "œ": "oe", "ð": "d", "ł": "l",
    "\u200b": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip


def normal(text: str) -> str:
    """The text in the SMS alphabet as far as it goes: other letters lose their marks, what has no twin stays."""
    return "".join(_character(character) for character in unicodedata.normalize("NFC", text))


def fits(text: str) -> bool:
    """Whether every character is in the SMS alphabet."""
    return all(character in BASIC or character in EXTENDED for character in text)


def places(text: str) -> int:
    """How many places the text takes: septets, or UTF-16 units when it does not fit the alphabet."""
    if fits(text):
        return sum(2 if character in EXTENDED else 1 for character in text)
    return len(text.encode("utf-16-be")) // 2


def room(text: str, parts: int = 2) -> int:
    """How many places so many parts surely have for a text like this one: no pair is cut in two between parts."""
    several, one = (153, 160) if fits(text) else (66, 70)
    several -= 1 if any(character in EXTENDED for character in text) else 0
    return one if parts == 1 else several * parts


def parts(text: str) -> int:
    """How many parts a text is sent in; a pair that would be cut in two moves to the next part."""
    several, one = (153, 160) if fits(text) else (67, 70)
    if places(text) <= one:
        return 1
    count, used = 1, 0
    for character in text:
        wide = places(character) if fits(text) else len(character.encode("utf-16-be")) // 2
        if used + wide > several:
            count, used = count + 1, 0
        used += wide
    return count


def _character(character: str) -> str:
    if character in BASIC or character in EXTENDED:
        return character
    if character in _STAND_INS:
        return _STAND_INS[character]
    bare = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return bare if bare and fits(bare) else character
