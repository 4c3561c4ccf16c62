"""Puts SMS spelling right for the classifier's eyes only: it rewrites names, so nothing else may read the result.

A word is known when the training texts or the Danish word list have it (without minding æøå). An unknown one becomes
what its short form stands for, or the commonest known word one typing slip away; otherwise it stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from forloeb.danish.words import loose, within_one_edit

# Short, dialect and learners' forms, folded loosely; only those that are no Danish word of another meaning here.
SHORT = {
    "ik": "ikke", "ikk": "ikke", "igge": "ikke", "it": "ikke", "ikek": "ikke", "iikke": "ikke", "ikkke": "ikke", "ke": "ikke",
    "hva": "hvad", "hvd": "hvad", "hwa": "hvad", "va": "hvad", "hvaa": "hvad", "wa": "hvad", "hvda": "hvad", 
    "jg": "jeg", "jej": "jeg", "jæ": "jeg", "je": "jeg", "jge": "jeg", "jaj": "jeg",
    "ska": "skal", "skl": "skal", "skla": "skal", "sgal": "skal", "sal": "skal", "ka": "kan", "kna": "kan", "ku": "kunne", "kune": "kunne", "sku": "skulle",
    "vl": "vil", "mæ": "med", "me": "med", "mej": "mig", "mi": "mig", "maj": "mig", "dej": "dig", "te": "til", "t": "til", "tl": "til",
    "r": "er", "d": "det", "dt": "det", "å": "og", "u": "du", "ha": "have", "ta": "tage", "tar": "tager", "blir": "bliver", "bli": "blive", "blier": "bliver",
    "gi": "give", "gir": "giver", "sir": "siger", "sier": "siger", "si": "sige", "noed": "noget", "nog": "noget", "noe": "noget", "nogt": "noget", "non": "nogen",
    "oss": "også", "osse": "også", "ogs": "også", "oså": "også", "mgt": "meget", "meg": "meget", "li": "lige", "lig": "lige", "gern": "gerne", "naar": "når", "nå": "når",
    "hvorn": "hvornår", "hvonår": "hvornår", "vornår": "hvornår", "hvorår": "hvornår", "nåri": "hvornår", "hvordn": "hvordan", "hvodan": "hvordan", "hvdan": "hvordan", "hvorda": "hvordan", "vordan": "hvordan", "hvo": "hvor", "vor": "hvor", "hwor": "hvor",
    "hvs": "hvis", "fordig": "fordi", "pga": "på grund af", "ift": "i forhold til", "evt": "eventuelt", "mht": "med hensyn til", "ift.": "i forhold til",
    "ak": "akassen", "a-kassen": "akassen", "a-kasse": "akasse", "a-kassens": "akassens", "akasen": "akassen", "akase": "akasse", "dp": "dagpenge", "kth": "kontanthjælp", "kontanthj": "kontanthjælp", "uddhj": "uddannelseshjælp",
    "jc": "jobcenter", "jobc": "jobcenter", "jopcenter": "jobcenter", "jopcenteret": "jobcenteret", "jopcentret": "jobcentret", "jobcentret": "jobcenteret", "tlf": "telefon", "telf": "telefon",
    "rådi": "rådighed", "rs": "rådighedssamtale", "imorgen": "i morgen", "idag": "i dag", "igår": "i går", "pls": "tak", "plz": "tak", "thx": "tak", "tk": "tak",
    "smatale": "samtale", "samtle": "samtale", "samtal": "samtale", "mød": "møde", "mødd": "møde", "møed": "møde",
    "væ": "være", "vær": "være", "hvilk": "hvilke", "vilke": "hvilke", "vem": "hvem", "hvm": "hvem",
}  # fmt: skip
_SHORT = {loose(short): full for short, full in SHORT.items() if len(short) > 1}
_LETTERS = {short: full for short, full in SHORT.items() if len(short) == 1}
_LEAST = 4  # letters of a word that can hold a slip


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
        if low in _LETTERS:
            return _LETTERS[low]
        if not low.isascii() and low not in SHORT and (low in self.counts or self._known(low)):
            return low
        if plain in _SHORT:
            return _SHORT[plain]
        if plain in self._spelt:
            return self._spelt[plain]
        if self._known(low) or len(plain) < _LEAST or not plain.replace("-", "").isalpha():
            return low
        near = {w for slip in {plain, *_shorter(plain)} for w in self._slips.get(slip, ()) if within_one_edit(plain, w)}
        if not near:
            return low
        best = max(near, key=lambda w: (w[0] == plain[0], self._totals[w], w))
        return self._spelt[best]


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
