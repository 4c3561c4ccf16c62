"""An answer as SMS: plain text of at most two parts a page, choices by digit, the rest on MERE. Pure.

What the person must do now, and what it may cost them, stands on the first page, whatever order the answer had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forloeb.gateway import gsm7, texts

_SENTENCE = re.compile(r"(?<=[.!?])[ ]+(?=[A-ZÆØÅ\"(])")
_TITLE = 60
_BLOCK = 130  # choices of so many places stay together on a page, whatever the alphabet


@dataclass(frozen=True)
class Unit:
    """A sentence or a line, and what stands before it when it does not open a page."""

    before: str
    text: str


@dataclass(frozen=True)
class Choice:
    """What a digit stands for."""

    digit: int
    title: str


def pages(text: str, choices: Sequence[Choice] = (), *, parts: int = 2) -> list[str]:
    """The pages of an answer, the first to be sent, each of the others on MERE.

    Args:
        text: the answer, lines that begin with "- " being a list.
        choices: what can be chosen; said after the text.
        parts: how many SMS parts a page may take.
    """
    plain = gsm7.normal(text).strip()
    units = [*_units(plain), *_choices(plain, choices)]
    whole = _joined(units)
    if gsm7.places(whole) <= gsm7.room(whole, parts):
        return [whole]
    footer = Unit("\n", texts.channel("more_footer"))
    limit = gsm7.room(whole, parts) - gsm7.places(_joined([Unit("", ""), footer]))
    filled = _fill(units, limit, whole)
    if any(_is_urgent(unit) for page in filled[1:] for unit in page):
        filled = _fill([*filter(_is_urgent, units), *(u for u in units if not _is_urgent(u))], limit, whole)
    return [_joined([*page, footer] if page is not filled[-1] else page) for page in filled]


def fits_one_page(text: str, choices: Sequence[Choice] = ()) -> bool:
    """Whether nothing has to wait for MERE."""
    return len(pages(text, choices)) == 1


def _units(text: str) -> list[Unit]:
    found: list[Unit] = []
    for line in re.split(r"\n+", text):
        found += [Unit(" " if nth else "\n", part) for nth, part in enumerate(_SENTENCE.split(line.strip())) if part]
    return found


def _choices(text: str, choices: Sequence[Choice]) -> list[Unit]:
    """One line that asks for a digit, and a line for each choice that the text does not number itself."""
    if not choices:
        return []
    titles = {each.digit: gsm7.normal(each.title)[:_TITLE] for each in choices}
    numbered = {d for d, title in titles.items() if re.search(rf"^- {d}\. .*{re.escape(title)}", text, re.M)}
    if len(choices) == 1 and not numbered:
        return [Unit("\n", texts.channel("answer_one", digit=choices[0].digit, title=titles[choices[0].digit]))]
    digits = [str(each.digit) for each in choices]
    listed = digits[0] if len(digits) == 1 else f"{', '.join(digits[:-1])}{texts.channel('or')}{digits[-1]}"
    head = texts.channel("answer_digits", digits=listed)
    lines = [head, *(f"{d}: {title}" for d, title in titles.items() if d not in numbered)]
    block = "\n".join(lines)
    return [Unit("\n", block)] if gsm7.places(block) < _BLOCK else [Unit("\n", line) for line in lines]


def _is_urgent(unit: Unit) -> bool:
    return any(pattern.search(unit.text) for pattern in texts.urgent())


def _fill(units: Sequence[Unit], limit: int, whole: str) -> list[list[Unit]]:
    """Units in pages; sentences of one paragraph stay together where a page can hold them."""
    found: list[list[Unit]] = [[]]
    for block in _blocks(units):
        together = _places(block, whole) <= limit
        for part in [block] if together else [[unit] for unit in _cut(block, limit, whole)]:
            if found[-1] and _places([*found[-1], *part], whole) > limit:
                found.append([])
            found[-1] += part
    return found


def _blocks(units: Sequence[Unit]) -> list[list[Unit]]:
    found: list[list[Unit]] = []
    for unit in units:
        if unit.before == " " and found:
            found[-1].append(unit)
        else:
            found.append([unit])
    return found


def _cut(units: Sequence[Unit], limit: int, whole: str) -> list[Unit]:
    """The units, one that is longer than a page cut between words, or within one that is longer still."""
    found: list[Unit] = []
    for unit in units:
        before, rest = unit.before, unit.text
        while _places([Unit("", rest)], whole) > limit:
            end = limit if gsm7.fits(whole) else limit // 2
            while _places([Unit("", rest[:end])], whole) > limit:
                end -= 1
            space = rest.rfind(" ", 1, end)
            end = space if space > 0 else end
            found.append(Unit(before, rest[:end].rstrip()))
            before, rest = " ", rest[end:].lstrip()
        found.append(Unit(before, rest))
    return found


def _places(units: Sequence[Unit], whole: str) -> int:
    """Places taken, in the alphabet of the whole answer: one odd letter makes all of its page wide."""
    text = _joined(units)
    return gsm7.places(text) if gsm7.fits(whole) else len(text.encode("utf-16-be")) // 2


def _joined(units: Sequence[Unit]) -> str:
    return "".join((unit.before if nth else "") + unit.text for nth, unit in enumerate(units))
