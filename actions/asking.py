"""Asking for the one fact that decides, and remembering what it was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions import services
from actions.known import Known
from actions.reply import Reply
from actions.turn import Turn
from forloeb.booking.model import Slot
from forloeb.danish.format import WEEKDAYS
from forloeb.danish.time import read, read_both
from forloeb.danish.words import fold
from forloeb.settings import ZONE

BARE_DAY = re.compile(r"\W*([6-9]|[12]\d|3[01])[.! ]*$")
# "ja 10", "så 15": the hour of a time shown
BARE_HOUR = re.compile(
    r"\W*(?:(?:ja|jo|ok|okay|saa|bare|helst|gerne|den) )*(?:klokken |kl\.? )?(\d{1,2})(?: tak)?[.! ]*$"
)
OFFERED = re.compile(rf"\b({'|'.join(WEEKDAYS)}) den (\d{{1,2}}\. \w+)")


def ask_benefit(known: Known, reply: Reply, intent: str) -> None:
    """Ask what the person lives on; the answer brings `intent`'s answer again, for them."""
    reply.ask("utter_spoerg_ydelse")
    _wait(known, "ydelse", intent)


def ask_day(known: Known, reply: Reply, slot: str, key: str, intent: str) -> None:
    """Ask for one of the three days (`slot` names it; `key` is the question).

    A day that was named but cannot be, or that can be read in two ways, is asked about in its own words.
    """
    question = read(known.text, services.now(), "past").ask
    if question:
        reply.ask("utter_tid_spoerg", spoergsmaal=question)
    else:
        reply.ask(key)
    _wait(known, slot, intent)


def ask_impossible(known: Known, reply: Reply, fact: str, intent: str) -> bool:
    """Ask again for a day that cannot be, or that has two readings; False when the text names none such."""
    reading = read(known.text, services.now(), "past")
    if not (reading.ask and reading.clash):
        return False
    reply.ask("utter_tid_spoerg", spoergsmaal=reading.ask)
    _wait(known, fact, intent)
    return True


def settle(turn: Turn, shown: Sequence[Slot] = ()) -> None:
    """Read an answer with its question: "onsdag" to "mandag den 13. eller onsdag den 15.?" is that Wednesday.

    And a bare "22", where no button has so high a number, is the 22nd; "10" is the hour where just one of the times
    shown begins then, and none is on the 10th of a month or all are.
    """
    question, folded = turn.state.pop("which_day", None), fold(turn.text)
    if turn.chosen:
        return
    if hour := _hour_shown(folded, shown):
        _means(turn, f"kl. {hour}")
    elif bare := BARE_DAY.match(folded):
        _means(turn, f"den {bare[1]}.")
    elif question and not any(c.isdigit() for c in folded):
        offered = OFFERED.findall(question)
        meant = [f"{day} den {rest}" for day, rest in offered if re.search(rf"\b{fold(day)}", folded)]
        if len(meant) == 1:
            _means(turn, meant[0])


def _hour_shown(folded: str, shown: Sequence[Slot]) -> int | None:
    bare = BARE_HOUR.match(folded)
    if bare is None or int(bare[1]) <= len(shown):
        return None
    said, starts = int(bare[1]), [slot.start.astimezone(ZONE) for slot in shown]
    on_that_day = [start.day == said for start in starts]
    hours = [start.hour for start in starts if start.hour in (said, said + 12) and not start.minute]
    return hours[0] if len(hours) == 1 and (all(on_that_day) or not any(on_that_day)) else None


def _means(turn: Turn, text: str) -> None:
    others = tuple(e for e in turn.known.entities if e["entity"] != "tid")
    tid = {"entity": "tid", "value": read_both(text, services.now())}
    turn.known = replace(turn.known, text=text, entities=(*others, tid))


def when_question(text: str, *, clash: bool) -> str | None:
    """The question to put back when a wish for a time cannot be trusted, or None.

    Args:
        text: what the person wrote.
        clash: only what contradicts itself or has two readings ("mandag den 25." when that is a Tuesday); vague words
            ("om nogle dage") can still hold a wish.
    """
    reading = read(text, services.now(), "future")
    return reading.ask if reading.clash or not clash else None


def ask_when(turn: Turn, step: str, *, clash: bool) -> bool:
    """Put that question and wait at `step` for the answer; False when there is none to put."""
    question = None if turn.chosen else when_question(turn.text, clash=clash)
    if question is None:
        return False
    turn.reply.ask("utter_tid_spoerg", spoergsmaal=question)
    turn.wait(step, which_day=question)
    return True


def _wait(known: Known, fact: str, intent: str) -> None:
    waiting = known.slots.get("venter_paa") or {"fact": fact, "intents": []}
    if intent not in waiting["intents"]:
        waiting["intents"].append(intent)
    known.slots["venter_paa"] = waiting
