"""Cuts a message into clauses: sentences, lines, and the second question that hangs on an "og hvad"."""

from __future__ import annotations

import re

from forloeb.danish.words import folded_with_places

_MOST = 8  # clauses looked at; the rest of a very long message is one more
_SENTENCE = re.compile(
    r"(?<=[?!])[\s?!.]*|(?<=[^\W\d]{2})\.+(?=\s|$)(?!\s+\d)|(?<=\d\d)\.(?=\s+[A-ZÆØÅ])|[\n;]+|(?<=[^\W\d])\.{2,}"
)
_WH = r"(?:hva|hvad|hvornaar|hvornar|hvor|hvordan|hvem|hvilke|hvilken|hvilket|hvorfor)"
_VERB = (
    r"(?:skal|ska|kan|ka|maa|ma|er|faar|far|har|bliver|blir|gaelder|mister|behoever|vis|book|bestil|flyt|aflys|slet|find"
    r"|lav|giv|start|send|ring|aendr|skift|hjaelp|hjalp)"
)
_JOINT = re.compile(
    rf"(?:,\s*|\s+)(?:og|samt|men|plus|desuden|\+|&)\s+(?:(?:saa|sa|ogsaa|ogsa|osse|lige|i oevrigt)\s+)?"
    rf"(?={_WH}\b|{_VERB}\s+\w+\s+\w|(?:jeg\s+)?vil\s+(?:gerne|ogsaa|osse|hellere|jeg)\b)"
    rf"|,\s+(?={_WH}\b(?!\s+(?:der|jeg|man|vi|det|du|den)\b))"
    # "... klar hvor mange job skal jeg søge": verb before subject asks, with nothing between the two questions
    rf"|(?<!\bom)(?<!ikke)(?<!vide)(?<!sige)(?<!mig)(?<!til)(?<!for)(?<!fra)(?<!\bog)\s+(?={_WH}\s+(?:\w+\s+){{0,3}}"
    r"(?:skal|ska|er|har|kan|ka|maa|ma|faar|far|sker|bliver|gaelder|skulle)\s+(?:jeg|man|der|det|vi|mit|min|de|den)\b)"
)


def clauses(text: str) -> list[tuple[int, int]]:
    """(start, end) of each clause, in order; one span, the whole text, where there is nothing to cut."""
    spans: list[tuple[int, int]] = []
    for start, end in _cut(text, _SENTENCE, 0, len(text)):
        folded, places = folded_with_places(text[start:end])
        for a, b in _cut(folded, _JOINT, 0, len(folded)):
            spans.append(_trim(text, start + places[a], start + places[b]))
    spans = [(a, b) for a, b in spans if a < b]
    if len(spans) > _MOST:
        spans = [*spans[: _MOST - 1], (spans[_MOST - 1][0], spans[-1][1])]
    return spans


def _cut(text: str, pattern: re.Pattern[str], start: int, end: int) -> list[tuple[int, int]]:
    found, at = [], start
    for match in pattern.finditer(text, start, end):
        if match.end() > at and match.end() < end:
            found.append((at, match.start() if match.start() > at else match.end()))
            at = match.end()
    return [*found, (at, end)]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum()):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
