"""Cuts a message into clauses: sentences, lines, and the second question that hangs on an "og hvad"."""

from __future__ import annotations

import re

from forloeb.danish.words import folded_with_places

_MOST = 8  # clauses looked at; the rest of a very long message is one more
_SENTENCE = re.compile(
    r"(?<=[?!])[\s?!.]*|(?<=[^\W\d]{2})\.+(?=\s|$)(?!\s+\d)|(?<=\d\d)\.(?=\s+[A-ZÆØÅ])|[\n;]+|(?<=[^\W\d])\.{2,}"
    # "1) hvornår ... 2) hvor mange ..."
    r"|(?<=[\w?!.,)])\s+(?=\(?[1-9]\)\s*[^\W\d])"
)
_WH = r"(?:hva|hvad|hvornaar|hvornar|hvor|hvordan|hvem|hvilke|hvilken|hvilket|hvorfor)"
_VERB = (
    r"(?:skal|ska|kan|ka|maa|ma|er|faar|far|har|bliver|blir|gaelder|mister|behoever|vis|book|bestil|flyt|aflys|slet|find"
    r"|lav|giv|start|send|ring|aendr|skift|hjaelp|hjalp|fortael|forklar|sig|meld|goer|gor|sker|taeller|koster|findes|vil)"
)
# "hos hvem", "inden hvornår": the little word belongs to the question.
_BEFORE = r"(?:(?:om|til|for|fra|i|paa|pa|hos|med|af|inden|ved|over)\s+)?"
# "(jeg ved ikke,) om jeg selv skal booke": an indirect question.
_WHETHER = r"om\s+(?:jeg|man|vi|det|der)\s+(?:\w+\s+)?(?:skal|ska|kan|ka|maa|er|har|faar|behoever|bliver|gaelder)\b"
# A verb and who it is about: "kan jeg", "mister man", "er det", as a question after a comma begins.
_VERB_FIRST = (
    r"(?:skal|ska|kan|ka|maa|ma|er|faar|far|har|bliver|blir|mister|sker|gaelder|taeller|behoever|boer|vil|koster)\s+"
    r"(?:jeg|man|du|i|vi|det|der|den|de|min|mit|mine|nogen\s+fra|a[- ]?kasse\w*|jobcent\w+|kommunen)\b"
)
_JOINT = re.compile(
    rf"(?:,\s*|\s+)(?:og|samt|men|plus|desuden|\+|&)\s+(?:(?:saa|sa|ogsaa|ogsa|osse|lige|i oevrigt)\s+)?"
    rf"(?={_BEFORE}{_WH}\b|{_WHETHER}|{_VERB}\s+[\w-]+\s+\w|(?:jeg\s+)?vil\s+(?:gerne|ogsaa|osse|hellere|jeg)\b)"
    rf"|,\s+(?={_BEFORE}{_WH}\b(?!\s+(?:der|jeg|man|vi|det|du|den)\b))|,\s+(?=i\s+saa\s+fald\b|{_VERB_FIRST}|{_WHETHER})"
    # "... klar hvor mange job skal jeg søge": verb before subject asks, with nothing between the two questions
    rf"|(?<!\bom)(?<!ikke)(?<!vide)(?<!sige)(?<!mig)(?<!\btil)(?<!\bfor)(?<!\bfra)(?<!\binden)(?<!\bhos)(?<!\bmed)"
    rf"(?<!\bpaa)(?<!\bpa)(?<!\bi)(?<!\baf)(?<!\bog)\s+(?={_WH}\s+(?:\w+\s+){{0,3}}"
    r"(?:skal|ska|er|har|kan|ka|maa|ma|faar|far|sker|bliver|gaelder|skulle)\s+(?:jeg|man|der|det|vi|mit|min|de|den)\b)"
)
# "hvis jeg er syg, kan jeg så ...": the verb comes first because something else did.
_SUBORDINATE = re.compile(
    r"\W*(?:(?:og|men|hej|altsaa|saa|sa|ok|okay)\W+)*(?:hvad?\s+(?:nu\s+)?(?=hvis|naar))?"
    r"(?:hvis|naar|nar|da|selv\s?om|fordi|siden|saafremt|dersom|inden|foer|efter|mens|imens|indtil|eftersom|medmindre|om)\b"
)


def clauses(text: str) -> list[tuple[int, int]]:
    """(start, end) of each clause, in order; one span, the whole text, where there is nothing to cut."""
    spans: list[tuple[int, int]] = []
    for start, end in _cut(text, _SENTENCE, 0, len(text)):
        folded, places = folded_with_places(text[start:end])
        for a, b in _whole(folded, _cut(folded, _JOINT, 0, len(folded))):
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


def _whole(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, with what only a comma cut off put back behind its "hvis ...": that is one sentence."""
    found: list[tuple[int, int]] = []
    for a, b in spans:
        if found and text[a - 2 : a] == ", " and _SUBORDINATE.match(text[found[-1][0] : found[-1][1]]):
            found[-1] = (found[-1][0], b)
        else:
            found.append((a, b))
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum()):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
