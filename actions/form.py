"""In person, by telephone or digitally."""

from __future__ import annotations

import re

from actions import yes_no
from actions.course import course
from actions.known import Known
from actions.meeting_words import described, matching
from actions.reply import Reply
from forloeb.booking.model import Appointment, Kind, must_be_in_person
from forloeb.danish.words import fold
from forloeb.obligations import Benefit, Step

SECOND = re.compile(r"\b(?:det|den|de) (?:andet|anden|andre|naeste efter|efter)\b|\b(?:nr|nummer)\.? ?2\b")
REMOTE = ("telefon", "digital")


def moedeform(known: Known, reply: Reply) -> None:
    """Whether one may choose; the form asked about is named in the answer, and the person's own next meeting."""
    named = {e["value"] for e in known.entities if e["entity"] == "moedeform"}
    form = next(iter(named)) if len(named) == 1 else None
    own = _asked_about(known)
    if own is not None and must_be_in_person(own.kind, own.number):
        svar = yes_no.NEITHER if form is None else (yes_no.yes if form == "personligt" else yes_no.no)(known.text)
        valgt = f"utter_form_{form}" if form in REMOTE else "utter_form_fjern"
        reply.say("utter_moedeform_egen_foerste", **described(known, own), valgt=valgt, svar=svar)
    elif own is not None and own.kind is Kind.JOB and form != "personligt":
        _own(known, reply, own, form)
    elif form != "personligt" and (known.record.held or _six_months_gone(known)):
        key = "utter_moedeform_efter_foerste" if known.record.held else "utter_moedeform_efter_seks_maaneder"
        reply.say(key, svar=yes_no.yes(known.text))
    elif form in REMOTE:
        reply.say("utter_moedeform_valgt", form=f"utter_form_{form}", svar=yes_no.no(known.text))
    elif form == "personligt":
        reply.say("utter_moedeform_personligt", svar=yes_no.yes(known.text))
    else:
        reply.say("utter_moedeform")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_moedeform_dagpenge")


def _six_months_gone(known: Known) -> bool:
    """Whether they are past the first six months on dagpenge, about which the a-kasse's page says more."""
    end = computed.of(Step.SIX_MONTHS) if (computed := course(known, Reply())) else None
    return known.benefit is Benefit.DAGPENGE and end is not None and end.ends is not None and end.ends <= known.on


def _asked_about(known: Known) -> Appointment | None:
    """Their own meeting that is meant: the one named, the second ("det andet møde"), or the next."""
    if named := matching(known, known.ahead, naming=True):
        return named[0]  # type: ignore[no-any-return]
    if SECOND.search(fold(known.text)):
        return known.ahead[1] if len(known.ahead) > 1 else None
    return next(iter(known.ahead), None)


def _own(known: Known, reply: Reply, own: Appointment, form: str | None) -> None:
    """Their own next meeting, which is not the first: as it is booked, and that it can be changed."""
    if form == own.form.value:
        reply.say("utter_moedeform_egen_samme", **described(known, own), svar=yes_no.yes(known.text))
    elif form is None:
        reply.say("utter_moedeform_egen_valg", **described(known, own))
        reply.choice("utter_titel_skift_moedeform", "skift_moedeform")
    else:
        reply.say("utter_moedeform_egen", **described(known, own), valgt=f"utter_form_{form}")
        reply.choice("utter_titel_skift_moedeform", "skift_moedeform", {"moedeform": form})
