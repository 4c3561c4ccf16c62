"""In person, by telephone or digitally."""

from __future__ import annotations

from actions.known import Known
from actions.reply import Reply
from forloeb.obligations import Benefit


def moedeform(known: Known, reply: Reply) -> None:
    """Whether one may choose; the form asked about is named in the answer."""
    form = known.entity("moedeform")
    if form in ("telefon", "digital"):
        reply.say("utter_moedeform_valgt", form=f"utter_form_{form}")
    elif form == "personligt":
        reply.say("utter_moedeform_personligt")
    else:
        reply.say("utter_moedeform")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_moedeform_dagpenge")
