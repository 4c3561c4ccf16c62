"""SMS noise for the benchmark: the same text always gives the same noisy copy. Not the noise that training adds."""

from __future__ import annotations

import hashlib
import random

_SHORT = {
    "ikke": ("ik", "ikk"), "hvad": ("hva", "hvd"), "jeg": ("jg", "jeg", "je"), "skal": ("ska",), "kan": ("ka",),
    "og": ("å", "og", "o"), "at": ("og", "å"), "det": ("d", "de"), "er": ("r", "er"), "til": ("t", "til", "te"),
    "med": ("m", "me"), "også": ("oss", "osse"), "hvornår": ("hvorn", "hvonår"), "hvordan": ("hvdan", "hvorda"),
    "måske": ("måsk",), "noget": ("nog", "noed"), "meget": ("mgt",), "siger": ("sir",), "bliver": ("blir",),
    "have": ("ha",), "være": ("vær",), "gerne": ("gern",), "fordi": ("ford",), "hvis": ("vis", "hvis"),
    "møde": ("mød",), "samtale": ("samtle", "samtal"), "tak": ("tk", "tak"),
}  # fmt: skip
_BESIDE = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "kø", "m": "n", "n": "bm", "o": "ip", "p": "oå", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "y": "tu", "æ": "øl", "ø": "æl", "å": "p",
}  # fmt: skip
_WITHOUT = {"æ": ("ae", "a", "e"), "ø": ("oe", "o"), "å": ("aa", "a")}


def noisy(text: str) -> str:
    """The text as a person in a hurry types it on a phone."""
    draw = random.Random(hashlib.sha256(text.encode()).digest())
    without = draw.random() < 0.5
    words = [_word(word, draw) for word in text.split()]
    out = " ".join(word for word in words if word)
    if draw.random() < 0.6:
        out = out.lower()
    if draw.random() < 0.5:
        out = "".join(letter for letter in out if letter not in ".,!?")
    if without:
        out = "".join(draw.choice(_WITHOUT[letter]) if letter in _WITHOUT else letter for letter in out)
    return out or text


def folded(text: str) -> str:
    """The text without æøå, as from a foreign keyboard."""
    for letter, (first, *_) in _WITHOUT.items():
        text = text.replace(letter, first).replace(letter.upper(), first.capitalize())
    return text


def _word(word: str, draw: random.Random) -> str:
    low = word.lower()
    if low in _SHORT and draw.random() < 0.5:
        return draw.choice(_SHORT[low])
    if len(word) < 4 or draw.random() > 0.18:
        return word
    i = draw.randrange(1, len(word) - 1)
    kind = draw.random()
    if kind < 0.3:
        return word[:i] + word[i + 1 :]
    if kind < 0.6:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind < 0.75:
        return word[:i] + word[i] + word[i:]
    beside = _BESIDE.get(low[i])
    return word[:i] + draw.choice(beside) + word[i + 1 :] if beside else word
