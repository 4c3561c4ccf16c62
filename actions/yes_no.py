"""A question that yes or no answers gets that word first ("skal jeg selv booke?": ja)."""

from __future__ import annotations

import re

from forloeb.danish.words import fold

WORDS_AT_MOST = 14  # a longer message may ask several things
YES, NO, NEITHER = "utter_ja", "utter_nej", "utter_hverken_ja_nej"
_VERB = r"(?:skal|ska|maa|ma|kan|ka|er|har|faar|bliver|behoever|gaelder|boer|kraeves)"
ASKS = re.compile(
    rf"(?:^|[,.!?]\s*|\b(?:og|saa|men|hej)\s+)\W*{_VERB}\s+"
    r"(?:jeg|j|jg|man|det|der|den|de|vi|i|min|mit|mine|samtal\w*|moede\w*)\b"
)
EITHER_OR = re.compile(r"\b(?:eller|hvor|hvornaar|hvordan|hvem|hvad|hvilke\w*|hvorfor)\b(?! (?:ej|ikke|hvad))")
# what would let one off: "er det frivilligt", "må jeg sige nej"
LETS_OFF = re.compile(
    r"\b(?:frivillig\w*|slippe\w*|slipper|undgaa\w*|sige nej|takke nej|afslaa\w*|lade vaere|undlade\w*|springe\w*"
    r"|droppe\w*|blive vaek|blive hjemme|udeblive|fritage\w*|stoppe|holde op|fri)\b"
)

OBLIGES = re.compile(r"\b(?:skal|ska|pligt\w*|krav|kraeves|obligatorisk\w*|noedt til|behoever)\b")


def asks(text: str) -> bool:
    """Whether a message asks one thing only, and yes or no would answer it."""
    folded = fold(text)
    if len(folded.split()) > WORDS_AT_MOST:
        return False
    return len(ASKS.findall(folded)) == 1 and EITHER_OR.search(folded) is None


def duty(text: str) -> str:
    """The word before "du skal": yes to "skal jeg", no to "må jeg lade være"; neither where something else is asked."""
    if not asks(text):
        return NEITHER
    folded = fold(text)
    return NO if LETS_OFF.search(folded) else YES if OBLIGES.search(folded) else NEITHER


def freedom(text: str) -> str:
    """The word before "du kan lade være": the other way round."""
    return {YES: NO, NO: YES}.get(duty(text), NEITHER)


def yes(text: str) -> str:
    """The word before what holds, when that is what is asked."""
    return YES if asks(text) else NEITHER


def no(text: str) -> str:
    """The word before what does not hold."""
    return NO if asks(text) else NEITHER
