"""A message taken apart into wishes: "i næste uge, helst om eftermiddagen" is a week and a part of the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from forloeb.danish.words import fold

# Where one wish ends and the next begins.
PIECES = re.compile(r"[,;!?]+\s|(?<!kl)(?<!\d)\.\s|\b(?:helst|gerne|hellere|men)\b", re.IGNORECASE)
NEGATION = re.compile(r"\b(ikke|ik|ikk|aldrig|undtagen|hverken|bortset fra)\b")
_PART_OF_DAY = re.compile(r"\b(?=om (?:morgen|formiddag|middag|eftermiddag|aften)\w*)", re.IGNORECASE)
# Days beside which hours name no single moment, so that the grammar asks: "efter kl. 14 i uge 48"
_SEVERAL_DAYS = re.compile(
    r"\b(uge|uger|ugen|maaned|maaneden|januar|februar|marts|april|maj|juni|juli|august|september|oktober|november"
    r"|december|mandag|tirsdag|onsdag|torsdag|fredag)\b"
)
_MOST_WORDS = 24

Times = list[dict[str, Any]]
Read = Callable[[str], Iterable[dict[str, Any]]]


def said_in_pieces(text: str, whole: Times, read: Read) -> list[tuple[str, Times]]:
    """The pieces of a message, each with the times it names as a wish: they need not be one moment.

    Args:
        text: as typed.
        whole: the times of the text read as one.
        read: reads a piece.
    """
    pieces = [piece for piece in PIECES.split(text) if piece.strip()]
    if not whole:
        pieces = [part for piece in pieces for part in _PART_OF_DAY.split(piece) if part.strip()]
    if len(pieces) < 2:
        return [(text, whole or _apart(text, read))]
    found = [(piece, list(read(piece)) or _apart(piece, read)) for piece in pieces]
    return found if any(times for _, times in found) else [(text, whole)]


def _apart(piece: str, read: Read) -> Times:
    """Days and hours in a piece that cannot be read as one: the words before a place, and those after it."""
    folded = fold(piece)
    if not _SEVERAL_DAYS.search(folded) or NEGATION.search(folded):
        return []
    words = piece.split()[:_MOST_WORDS]
    for at in range(1, len(words)):
        first, last = list(read(" ".join(words[:at]))), list(read(" ".join(words[at:])))
        if first and last and _dateless(first) != _dateless(last):
            return first + last
    return []


def _dateless(times: Times) -> bool:
    return all(len(said["start"] or said["end"]) == len("HH:MM") for said in times)
