"""Letters: one key for all the ways a word is spelt, and the closed list of its one-letter typos.

A key is lower case with æ, ø, å as ae, oe, aa (ä, ö, ü likewise), so "Lørdag", "LOERDAG" and "lördag" meet. Who has no
Danish keyboard also writes o for ø, a for å and e or a for æ: `spellings` lists those.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product

_FOLD = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "u", "é": "e", "è": "e", "á": "a", "ó": "o"}
)
_SLOPPY = {"æ": ("ae", "e", "a"), "ø": ("oe", "o"), "å": ("aa", "a")}
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 32


def words(text: str) -> frozenset[str]:
    """A set of words, written as one string."""
    return frozenset(text.split())


def fold(word: str) -> str:
    """The key of a word; empty for one too long to be a time word."""
    if len(word) > _LONGEST:
        return ""
    return unicodedata.normalize("NFC", word).lower().translate(_FOLD)


def spellings(word: str) -> tuple[str, ...]:
    """The key of a Danish word first, then the keys of its spellings without æ, ø and å."""
    choices = product(*(_SLOPPY.get(letter, (letter,)) for letter in word))
    return tuple(dict.fromkeys("".join(parts) for parts in choices))


def typos(key: str) -> Iterator[str]:
    """Every key one deleted, swapped, wrong or extra letter away."""
    for at in range(len(key)):
        yield key[:at] + key[at + 1 :]
        if at + 1 < len(key):
            yield key[:at] + key[at + 1] + key[at] + key[at + 2 :]
        for letter in _ALPHABET:
            yield key[:at] + letter + key[at + 1 :]
    for at in range(len(key) + 1):
        for letter in _ALPHABET:
            yield key[:at] + letter + key[at:]
