"""Preparing for a meeting, and the facilities that help."""

from __future__ import annotations

from actions.known import Known
from actions.reply import Reply
from forloeb.obligations import Benefit


def forberedelse(known: Known, reply: Reply) -> None:
    """What to think about, and an offer to go through it."""
    reply.say("utter_forberedelse")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_forberedelse_dagpenge")
    reply.offer("utter_forberedelse_tilbud")


def faciliteter(known: Known, reply: Reply) -> None:
    """Free computers, internet and help."""
    reply.say("utter_faciliteter")
