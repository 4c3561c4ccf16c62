"""Puts SMS spelling right for the classifier's eyes only: it rewrites names, so nothing else may read the result.

A word is known when the training texts or the Danish word list have it (without minding æøå). An unknown one becomes
what its short form stands for, or the commonest known word one typing slip away; otherwise it stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from forloeb.danish.words import loose, within_one_edit

_LEAST = 4  # letters of a word that can hold a slip
SOURCE = Path(__file__).with_name("sms.yml")


@lru_cache(maxsize=1)
def short_forms() -> tuple[dict[str, str], dict[str, str]]:
    """The closed list: by the form as written, and by its loosely folded form (not for single letters)."""
    with SOURCE.open(encoding="utf-8") as file:
        meant: dict[str, list[str]] = yaml.safe_load(file)
    forms = {str(form): word for word, listed in meant.items() for form in listed}
    return forms, {loose(form): word for form, word in forms.items() if len(form) > 1}


class Speller:
    """Fitted on the words of the training texts."""

    def __init__(self, counts: Mapping[str, int], known: Callable[[str], bool] = lambda word: False) -> None:
        """Keep the vocabulary.

        Args:
            counts: lower-case words as spelt, with how often.
            known: whether a lower-case word stands in the Danish word list.
        """
        self.counts = dict(counts)
        self._known = known
        self._spelt: dict[str, str] = {}
        for word, _ in sorted(self.counts.items(), key=lambda item: (item[1], any(c in "æøå" for c in item[0]))):
            self._spelt[loose(word)] = word
        self._totals: Counter[str] = Counter()
        for word, n in self.counts.items():
            self._totals[loose(word)] += n
        self._slips: dict[str, list[str]] = {}
        for word in self._totals:
            if len(word) >= _LEAST and self._totals[word] >= 2:
                for slip in {word, *_shorter(word)}:
                    self._slips.setdefault(slip, []).append(word)
        self._found: dict[str, str] = {}

    @classmethod
    def fit(cls, texts: Iterable[Iterable[str]], known: Callable[[str], bool] = lambda word: False) -> Speller:
        """Count the words; those seen once that no word list has are taken for slips themselves."""
        counts = Counter(word.lower() for words in texts for word in words if any(c.isalpha() for c in word))
        return cls({w: n for w, n in counts.items() if n >= 3 or known(w)}, known)

    def save(self, folder: Path) -> None:
        """Write the vocabulary."""
        (folder / "words.json").write_text(json.dumps(self.counts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, known: Callable[[str], bool] = lambda word: False) -> Speller:
        """Read what `save` wrote."""
        return cls(json.loads((folder / "words.json").read_text(encoding="utf-8")), known)

    def __call__(self, word: str) -> str:
        """The word as it was probably meant, lower case, with æøå."""
        low = word.lower()
        found = self._found.get(low)
        if found is None:
            found = self._meant(low)
            if len(self._found) < 50_000:
                self._found[low] = found
        return found

    def _meant(self, low: str) -> str:
        plain = loose(low)
        forms, folded = short_forms()
        if low in forms:
            return forms[low]
        if not low.isascii() and (low in self.counts or self._known(low)):
            return low
        if plain in folded or plain in self._spelt:
            return folded.get(plain) or self._spelt[plain]
        if self._known(low) or len(plain) < _LEAST or not plain.replace("-", "").isalpha():
            return low
        near = {w for slip in {plain, *_shorter(plain)} for w in self._slips.get(slip, ()) if within_one_edit(plain, w)}
        if not near:
            return low
        best = max(near, key=lambda w: (w[0] == plain[0], self._totals[w], w))
        return self._spelt[best]


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
