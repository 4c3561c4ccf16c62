"""Puts SMS spelling right for the classifier's eyes only: it rewrites names, so nothing else may read the result.

A word is known when the training texts or the Danish word list have it (without minding æøå). An unknown one becomes
what its short form stands for, or the commonest known word one typing slip away, or made of the same letters, or that
sounds the same; otherwise it stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from forloeb.danish.sound import sound
from forloeb.danish.words import loose, within_one_edit

_BARE = str.maketrans("æøå", "aoa")
_LEAST = 4  # letters of a word that can hold a slip
_SWAPPED = 20  # how often a word of three letters must be known before two swapped ones are taken for it
_HEARD = 4  # letters of the sound that must agree
SOURCE = Path(__file__).with_name("sms.yml")


@lru_cache(maxsize=1)
def short_forms() -> tuple[dict[str, str], dict[str, str]]:
    """The closed list: by the form as written, and by its loosely folded form (not where two letters are left)."""
    with SOURCE.open(encoding="utf-8") as file:
        meant: dict[str, list[str]] = yaml.safe_load(file)
    forms = {str(form): word for word, listed in meant.items() for form in listed}
    return forms, {loose(form): word for form, word in forms.items() if len(loose(form)) > 2}


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
        self._letters: dict[str, list[str]] = {}
        self._sounds: dict[str, list[str]] = {}
        for word in self._totals:
            if len(word) >= _LEAST and self._totals[word] >= 2:
                for slip in {word, *_shorter(word)}:
                    self._slips.setdefault(slip, []).append(word)
                self._letters.setdefault(_letters(word), []).append(word)
                self._sounds.setdefault(sound(self._spelt[word]), []).append(word)
            elif len(word) == _LEAST - 1 and self._totals[word] >= _SWAPPED:
                self._letters.setdefault(_letters(word), []).append(word)
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
        if plain in folded and not (low in self.counts or self._known(low)):
            return folded[plain]
        if plain in self._spelt:
            return self._spelt[plain]
        if self._known(low) or not plain.replace("-", "").isalpha():
            return low
        bare = low.translate(_BARE)  # "aftlaer" is a slip too, and holds no æ
        near = self._one_slip(plain) or self._one_slip(bare) or self._same_letters(plain) or self._same_letters(bare)
        near = near or self._same_sound(low)
        if not near:
            return low
        best = self._spelt[max(near, key=lambda w: (w[0] == plain[0], self._totals[w], w))]
        return forms.get(best, best)

    def _one_slip(self, word: str) -> set[str]:
        if len(word) < _LEAST:
            return set()
        return {w for slip in {word, *_shorter(word)} for w in self._slips.get(slip, ()) if within_one_edit(word, w)}

    def _same_letters(self, word: str) -> set[str]:
        return set(self._letters.get(_letters(word), ()))

    def _same_sound(self, word: str) -> set[str]:
        heard = sound(word)
        return set(self._sounds.get(heard, ())) if len(heard) >= _HEARD else set()


def _letters(word: str) -> str:
    """The first letter, then the others in the order of the alphabet."""
    return word[:1] + "".join(sorted(word[1:]))


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
