"""Asking for the one fact that decides, and remembering what it was asked for."""

from __future__ import annotations

from actions import services
from actions.known import Known
from actions.reply import Reply
from actions.turn import Turn
from forloeb.danish.time import read


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
    turn.wait(step)
    return True


def _wait(known: Known, fact: str, intent: str) -> None:
    waiting = known.slots.get("venter_paa") or {"fact": fact, "intents": []}
    if intent not in waiting["intents"]:
        waiting["intents"].append(intent)
    known.slots["venter_paa"] = waiting
