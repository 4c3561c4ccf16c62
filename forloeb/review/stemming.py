"""Danish word stems (the Snowball algorithm): "samtalen" finds "samtaler" on SQLite as it does on PostgreSQL."""

from __future__ import annotations

import re

_VOWELS = frozenset("aeiouyæåø")
_BEFORE_S = frozenset("abcdfghjklmnoprtvyzå")
_ENDINGS = (  # longest first
    *("erendes",),
    *("erende", "hedens"),
    *("ethed", "erede", "endes", "ernes", "erens", "heden", "heder", "erets"),
    *("ered", "ende", "erne", "eren", "erer", "heds", "enes", "eres", "eret"),
    *("hed", "ene", "ere", "ens", "ers", "ets"),
    *("en", "er", "es", "et", "e"),
)
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(text.lower())


def stem(word: str) -> str:
    """The stem of a word in small letters."""
    start = _region(word)
    word = _undouble_pair(_first(word, start), start)
    if word.endswith("igst"):
        word = word[:-2]
    if len(word) - 4 >= start and word.endswith("løst"):
        word = word[:-1]
    else:
        for ending in ("elig", "lig", "els", "ig"):
            if word.endswith(ending) and len(word) - len(ending) >= start:
                word = _undouble_pair(word[: -len(ending)], start)
                break
    if len(word) > start and len(word) > 1 and word[-1] == word[-2] and word[-1] not in _VOWELS:
        word = word[:-1]
    return word


def _region(word: str) -> int:
    for place in range(1, len(word)):
        if word[place] not in _VOWELS and word[place - 1] in _VOWELS:
            return max(3, place + 1)
    return len(word)


def _first(word: str, start: int) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= start:
            return word[: -len(ending)]
    if len(word) - 1 >= start and word.endswith("s") and word[-2:-1] in _BEFORE_S:
        return word[:-1]
    return word


def _undouble_pair(word: str, start: int) -> str:
    if len(word) - 2 >= start and word.endswith(("gd", "dt", "gt", "kt")):
        return word[:-1]
    return word
