"""Asking for the one fact that decides, and remembering what it was asked for."""

from __future__ import annotations

from actions import services
from actions.known import Known
from actions.reply import Reply
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


def _wait(known: Known, fact: str, intent: str) -> None:
    waiting = known.slots.get("venter_paa") or {"fact": fact, "intents": []}
    if intent not in waiting["intents"]:
        waiting["intents"].append(intent)
    known.slots["venter_paa"] = waiting
