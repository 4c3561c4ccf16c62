"""Words of a text with their places, folded so that spelling without æøå, capitals and accents no longer matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "u", "ß": "ss", "’": "'", "´": "'", "`": "'", "–": "-"}
)
_LOOSE = re.compile(r"ae|oe|aa")
_ESCAPED = re.compile(r"(\\.)")
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*", re.UNICODE)


@dataclass(frozen=True)
class Word:
    """One word as typed (`text`), folded, and its place: `text == source[start:end]`."""

    text: str
    folded: str
    start: int
    end: int


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, æ→ae, ø→oe, å→aa, other accents gone. The length can change: never use it for offsets."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_LETTERS)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=50_000)
def loose(text: str) -> str:
    """`fold`, and ae→a, oe→o, aa→a as well: kontanthjælp, kontanthjaelp and kontanthjalp become one."""
    return _LOOSE.sub(lambda match: match.group()[0], fold(text))


def words(text: str) -> list[Word]:
    """The words of a text in order; punctuation is left out, `a-kasse` and `kl.10` stay one word."""
    return [Word(m.group(), fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


def within_one_edit(a: str, b: str) -> bool:
    """Whether one letter put in, left out, changed, or two neighbours swapped makes `a` into `b`."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[first:] == b[first + 1 :]
    return a[first + 1 :] == b[first + 1 :] or (
        first + 1 < len(a)
        and a[first] == b[first + 1]
        and a[first + 1] == b[first]
        and a[first + 2 :] == b[first + 2 :]
    )


class Nearest:
    """Finds the one long word of a closed list that a misspelt word must have meant.

    Only words of `least` letters and more are corrected, by one edit with the same first letter; a word that
    is itself known Danish (`keep`) never is.
    """

    def __init__(self, vocabulary: Iterable[str], keep: Iterable[str] = (), least: int = 7) -> None:
        """Index the list by first letter."""
        self._words = {word for word in vocabulary if len(word) >= least}
        self._keep = frozenset(keep)
        self._least = least
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self._words):
            self._by_first.setdefault(word[0], []).append(word)
        self._found: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        """The listed word meant, or the word itself."""
        if len(word) < self._least - 1 or word in self._words or word in self._keep:
            return word
        found = self._found.get(word)
        if found is None:
            found = next((w for w in self._by_first.get(word[0], ()) if within_one_edit(word, w)), word)
            if len(self._found) < 20_000:
                self._found[word] = found
        return found


def one_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression, for folded text, that finds any of the patterns as whole words.

    The patterns are folded (æ or ae) and tolerant; what follows a backslash is left as it is, since `\\W` is not `\\w`.
    """
    folded = ("".join(p if p.startswith("\\") else fold(p) for p in _ESCAPED.split(pattern)) for pattern in patterns)
    return re.compile("|".join(rf"\b(?:{tolerant(pattern)})\b" for pattern in folded))


def tolerant(pattern: str) -> str:
    """A folded regular expression that also takes ae as a or e, oe as o, aa as a: not everybody writes æøå as two."""
    return _LOOSE.sub(lambda m: {"ae": "(?:ae|a|e)", "oe": "(?:oe|o)", "aa": "(?:aa|a)"}[m.group()], pattern)


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters (and its end) the place in the text as typed."""
    folded: list[str] = []
    places: list[int] = []
    for i, letter in enumerate(text):
        piece = fold(letter)
        folded.append(piece)
        places += [i] * len(piece)
    return "".join(folded), [*places, len(text)]
