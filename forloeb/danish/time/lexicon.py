"""The words the grammar knows: canonical key, other spellings, and a closed list of one-letter typos.

The table words.yml names a canonical Danish word and its other forms (abbreviations, English, SMS). From it one
dictionary is built at import: key as written -> canonical key(s). Words written together ("imorgen") give several
keys. Typos are made only for the longer words, and none that is a Danish word of its own. "trsdag" lies between tirsdag
and torsdag: it gets the key UNCLEAR_WEEKDAY, and the grammar asks.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from forloeb.danish.time.letters import spellings, typos, words

WEEKDAYS = {"mandag": 0, "tirsdag": 1, "onsdag": 2, "torsdag": 3, "fredag": 4, "loerdag": 5, "soendag": 6}
UNCLEAR_WEEKDAY = "tirsdag/torsdag"
MONTHS = {
    "januar": 1, "februar": 2, "marts": 3, "april": 4, "maj": 5, "juni": 6, "juli": 7, "august": 8, "september": 9,
    "oktober": 10, "november": 11, "december": 12,
}  # fmt: skip
SHORT_MONTHS = {
    "jan": 1, "feb": 2, "febr": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "okt": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
SHORT_WEEKDAYS = {
    "man": 0, "tir": 1, "tirs": 1, "tirsd": 1, "ons": 2, "onsd": 2, "tor": 3, "tors": 3, "torsd": 3, "fre": 4,
    "loer": 5, "loerd": 5, "soen": 6, "soend": 6, "sond": 6,
}  # fmt: skip
DAYPARTS = ("nat", "morgen", "formiddag", "middag", "eftermiddag", "aften")

_WORDS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))


def _forms() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for word, forms in _WORDS["forms"].items():
        canonical = spellings(word)[0]
        for form in (word, *(forms or "").split()):
            for key in spellings(form):
                known.setdefault(key, (canonical,))
    for written, apart in _WORDS["together"].items():
        for key in spellings(written):
            known.setdefault(key, tuple(spellings(part)[0] for part in apart.split()))
    for weekday in WEEKDAYS:
        for part in (*DAYPARTS, "formiddagen", "eftermiddagen"):
            known[weekday + part] = (weekday, part.removesuffix("en") if part.endswith("dagen") else part)
    return known


def _typo_list(known: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    listed: dict[str, tuple[str, ...]] = {}
    real = words(_WORDS["real_words"])
    for word in _WORDS["typo_prone"].split():
        canonical = known.get(spellings(word)[0], (spellings(word)[0],))
        for spelling in spellings(word):
            for typo in typos(spelling):
                if typo in known or typo in real or len(typo) < 4 or listed.get(typo) == canonical:
                    continue
                if typo in listed and {*listed[typo], *canonical} <= {"tirsdag", "torsdag", UNCLEAR_WEEKDAY}:
                    listed[typo] = (UNCLEAR_WEEKDAY,)
                else:
                    listed.setdefault(typo, canonical)
    return listed


def _lexicon() -> dict[str, tuple[str, ...]]:
    known = _forms()
    for word in (*WEEKDAYS, *MONTHS, *(f"{weekday}s" for weekday in WEEKDAYS)):
        known.setdefault(word, (word,))
    return {**_typo_list(known), **known}


LEXICON = MappingProxyType(_lexicon())


def canonical(key: str) -> tuple[str, ...]:
    """The canonical keys of a word as written; the key itself when the grammar does not know it."""
    return LEXICON.get(key) or (key,)
