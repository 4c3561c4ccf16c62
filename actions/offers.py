"""Courses and other active offers."""

from __future__ import annotations

import re

from actions import yes_no
from actions.gaps import staff_choice
from actions.known import Known
from actions.only_dagpenge import only_dagpenge
from actions.reply import Reply
from forloeb.danish.words import fold

# "mister jeg hjælpen, hvis jeg siger nej til praktik": no source says what it leads to
CONSEQUENCE = re.compile(r"\bmist\w*|\btrukket|\btraekke\w*|\bstraf\w*|\bsanktion\w*|\bhvad sker der\b|\bfratag\w*")


def aktive_tilbud(known: Known, reply: Reply) -> None:
    """The duty to take part."""
    if CONSEQUENCE.search(fold(known.text)):
        reply.say("utter_tilbud_nej")
        staff_choice(reply)
        return
    svar = yes_no.duty(known.text)
    # whether an offer can be declined is a person's judgement
    reply.say("utter_aktive_tilbud", svar=svar if svar == yes_no.YES else yes_no.NEITHER)


def tilbud_indstilling(known: Known, reply: Reply) -> None:
    """A recommendation by the a-kasse that the jobcenter does not follow."""
    if only_dagpenge(known, reply, "tilbud_indstilling"):
        reply.say("utter_tilbud_indstilling_dagpenge")
