"""Asking for the one fact that decides, and remembering what it was asked for."""

from __future__ import annotations

from actions.known import Known
from actions.reply import Reply


def ask_benefit(known: Known, reply: Reply, intent: str) -> None:
    """Ask what the person lives on; the answer brings `intent`'s answer again, for them."""
    reply.ask("utter_spoerg_ydelse")
    _wait(known, "ydelse", intent)


def ask_day(known: Known, reply: Reply, slot: str, key: str, intent: str) -> None:
    """Ask for one of the three days (`slot` names it; `key` is the question)."""
    reply.ask(key)
    _wait(known, slot, intent)


def _wait(known: Known, fact: str, intent: str) -> None:
    waiting = known.slots.get("venter_paa") or {"fact": fact, "intents": []}
    if intent not in waiting["intents"]:
        waiting["intents"].append(intent)
    known.slots["venter_paa"] = waiting
