"""Rådighedssamtaler and doubt about availability: dagpenge only, and never a computed day (tension 1)."""

from __future__ import annotations

import re

from actions.known import Known
from actions.only_dagpenge import only_dagpenge
from actions.reply import Reply
from forloeb.danish.words import fold


def raadighedssamtale(known: Known, reply: Reply) -> None:
    """The two meetings around six months."""
    if only_dagpenge(known, reply, "raadighedssamtale"):
        reply.say("utter_raadighedssamtale")


def raadighed_tvivl(known: Known, reply: Reply) -> None:
    """Why one is called in when availability is in doubt."""
    if re.search(r"\bhvornaar\b", fold(known.text)):
        raadighedssamtale(known, reply)
        return
    if only_dagpenge(known, reply, "raadighed_tvivl"):
        reply.say("utter_raadighed_tvivl")
