"""Preparing for a meeting, and the facilities that help."""

from __future__ import annotations

import re

from actions import yes_no
from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

BRINGS = re.compile(
    r"\b(?:have|ha|hav|tage|tag|huske|noget|hvad)\b.*\bmed\b(?= til|\W*$|\W*[?.!,])|\bmedbring|\bpapirer|\bdokument"
)


def forberedelse(known: Known, reply: Reply) -> None:
    """What to think about, and an offer to go through it; what to bring, no source says but the CV."""
    if BRINGS.search(fold(known.text)):
        reply.say("utter_forberedelse_medbring")
        if known.benefit is Benefit.DAGPENGE:
            reply.say("utter_forberedelse_dagpenge")
        reply.offer("utter_forberedelse_tilbud")
        return
    reply.say("utter_forberedelse")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_forberedelse_dagpenge")
    reply.offer("utter_forberedelse_tilbud")


def faciliteter(known: Known, reply: Reply) -> None:
    """Free computers, internet and help."""
    reply.say("utter_faciliteter", svar=yes_no.yes(known.text))
