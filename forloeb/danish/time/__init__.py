"""The Danish time grammar: what a claimant's words say about when (docs/decisions/0004-time-grammar.md).

    read("ikke tirsdag, men torsdag kl 10", now, "future")

gives the times in the text, or the question to ask back where a guess could be wrong. Text to tokens (`tokens`), what
is no time silenced (`mute`), rules over tokens with bounded look-ahead (`grammar_*`), then the calendar (`days`,
`periods`, `feasts`, `clock`, `resolve`): one pass, linear in the length of the text. Each module's docstring states
the conventions it decides.
"""

from __future__ import annotations

from datetime import datetime

from forloeb.danish.time.days import Context
from forloeb.danish.time.grammar_busy import rule_out_busy
from forloeb.danish.time.grammar_clause import bounded_by_clauses, on_the_same_day
from forloeb.danish.time.grammar_items import items
from forloeb.danish.time.grammar_late_period import put_in_late_period
from forloeb.danish.time.grammar_phrase import alone
from forloeb.danish.time.grammar_refusal import look_back
from forloeb.danish.time.model import ZONE, Direction, Grain, Kind, Reading, Time
from forloeb.danish.time.mute import mute
from forloeb.danish.time.questions import Unclear
from forloeb.danish.time.residue import unread
from forloeb.danish.time.residue_loose import stretch_offered
from forloeb.danish.time.residue_refusal import unsure_refusal
from forloeb.danish.time.resolve import place_all
from forloeb.danish.time.scan import Scan
from forloeb.danish.time.sharing import share
from forloeb.danish.time.tokens import Token, tokenise

_LONGEST = 20_000

__all__ = ["ZONE", "Direction", "Grain", "Kind", "Reading", "Time", "read", "read_both"]


def read(text: str, now: datetime, direction: Direction) -> Reading:
    """The times that a text names, seen from `now`.

    Args:
        text: what the person wrote; what lies beyond 20 000 characters is not read.
        now: the moment of writing, aware (a naive one is taken as Danish time).
        direction: where a date without a year lies: "future" for booking, "past" for the start of unemployment.
    """
    return _read(text, tuple(mute(tokenise(text[:_LONGEST]))), now, direction)


def read_both(text: str, now: datetime) -> dict[str, list[dict[str, object]]]:
    """The same text read in both directions, as the Rasa entity `tid` carries it."""
    tokens = tuple(mute(tokenise(text[:_LONGEST])))
    directions: tuple[Direction, Direction] = ("future", "past")
    return {
        direction: [found.as_json() for found in _read(text, tokens, now, direction).times] for direction in directions
    }


def _read(text: str, tokens: tuple[Token, ...], now: datetime, direction: Direction) -> Reading:
    at = Context(now.replace(tzinfo=ZONE) if now.tzinfo is None else now.astimezone(ZONE), direction == "past")
    scan = Scan(tokens, at)
    try:
        whole = alone(scan)
        found, unclear = ([whole], []) if whole else items(scan)
        found = bounded_by_clauses(scan, rule_out_busy(scan, look_back(scan, found)))
        if not found and not unclear and stretch_offered(scan):
            unclear.append(Unclear("unread"))
        if found and unread(scan, found):
            unclear.append(Unclear("unread"))
        elif unsure_refusal(scan, found):
            unclear.append(Unclear("which_days"))
        found = on_the_same_day(scan, share(put_in_late_period(scan, found)))
    except Unclear as asked:
        return Reading(ask=asked.question(), clash=asked.clash)
    times, unplaced = place_all(found, scan, text, at)
    unclear += unplaced
    asked_for = next((asked for asked in unclear if not asked.weak or not times), None)
    if asked_for:
        return Reading(ask=asked_for.question(), clash=asked_for.clash)
    return Reading(tuple(times))
