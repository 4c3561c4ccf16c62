"""In person, by telephone or digitally."""

from __future__ import annotations

from actions.known import Known
from actions.meeting_words import described
from actions.reply import Reply
from forloeb.booking.model import Kind, must_be_in_person
from forloeb.obligations import Benefit


def moedeform(known: Known, reply: Reply) -> None:
    """Whether one may choose; the form asked about is named in the answer, and the person's own next meeting."""
    named = {e["value"] for e in known.entities if e["entity"] == "moedeform"}
    form = next(iter(named)) if len(named) == 1 else None
    if form in ("telefon", "digital"):
        _chosen(known, reply, form)
    elif form == "personligt":
        reply.say("utter_moedeform_personligt")
    else:
        reply.say("utter_moedeform")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_moedeform_dagpenge")


def _chosen(known: Known, reply: Reply, form: str) -> None:
    name = f"utter_form_{form}"
    own = next(iter(known.ahead), None)
    if own is not None and must_be_in_person(own.kind, own.number):
        reply.say("utter_moedeform_egen_foerste", **described(known, own), valgt=name)
    elif own is not None and own.kind is Kind.JOB and own.form.value != form:
        reply.say("utter_moedeform_egen", **described(known, own), valgt=name)
        reply.choice("utter_titel_skift_moedeform", "skift_moedeform", {"moedeform": form})
    else:
        reply.say("utter_moedeform_valgt", form=name)
