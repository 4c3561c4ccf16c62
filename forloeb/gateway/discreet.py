"""Illness is health data: what a person wrote about it is not sent back to a telephone or to Messenger. Pure.

General sentences about illness as a ground stay; the person's own words do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from forloeb.gateway import texts

_PARTS = re.compile(r"[.!?,;:\n]+")
# Words that the answers themselves use about rules: they are kept unless they stand in the person's own phrase.
_GENERAL = re.compile(r"(?i)(syg(dom|e?dagpenge|emelding|emelder|emeldt?)?|gravid|handicap|læge(vagten)?)")


def without_own_health_words(text: str, said: Iterable[str]) -> str:
    """`text` with every phrase and every particular word about health that the person has written masked."""
    health, mask = texts.health(), texts.mask("words")
    phrases: set[str] = set()
    words: set[str] = set()
    for own in said:
        if not health.search(own):
            continue
        phrases.add(own.strip())
        phrases |= {part.strip() for part in _PARTS.split(own) if health.search(part) and " " in part.strip()}
        words |= {word for word in health.findall(own) if not _GENERAL.fullmatch(word)}
    for phrase in sorted(phrases | words, key=len, reverse=True):
        if len(phrase) > 2:
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", mask, text, flags=re.IGNORECASE)
    return text
