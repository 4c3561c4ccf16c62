"""The CV, its approval, the CV- og vejledningssamtale and Min plan."""

from __future__ import annotations

import re
from datetime import date, timedelta

from actions.asking import ask_benefit, ask_day
from actions.course import course, dated
from actions.gaps import staff_choice
from actions.known import Known
from actions.meeting_words import described, kind_title
from actions.only_dagpenge import only_dagpenge
from actions.reply import Reply
from forloeb.booking.model import Kind
from forloeb.danish.words import fold
from forloeb.law import law
from forloeb.obligations import Benefit, Claimant, Obligation, Status, Step, plan

# "hvad hvis de siger nej?": no source says what follows
NOT_APPROVED = re.compile(
    r"\b(?:siger?|sagt|faar|fik) nej\b|\b(?:ikke|ik|ikk) (?:(?:bliver|blir|blev|er|vil|kan|det|de|mit|cv\w*) )*godkend"
    r"|\bafvi\w*|\bunderkend\w*"
)
# "får jeg så ingen penge?": no source says what a missing CV costs
LATE = re.compile(r"\b(?:hvis|sker der)\b.*\b(?:ikke|ik|ikk|for sent|forsent)\b")
COSTS = re.compile(
    r"\b(?:mist\w*|ingen|stop\w*|traek\w*|fratag\w*|kost\w*)\b.{0,25}\b(?:penge|dagpenge|\w*hjaelp\w*|ydelse\w*)|sanktion|straf"
)


def cv_frist(known: Known, reply: Reply) -> None:
    """By when the CV must be there; the same for all benefits, so a day is enough (tension 3)."""
    line = _cv_line(known, reply)
    if LATE.search(fold(known.text)):
        reply.say("utter_cv_ikke_klar")
        staff_choice(reply)
    if line is None or line.ends is None:
        reply.say("utter_cv_frist_generel")
    elif line.status is Status.OVERDUE:
        reply.say("utter_cv_frist_passeret", cv_senest=known.day(line.ends))
        reply.say("utter_cv_frist_passeret_hjaelp")
        dated([line], reply)
    else:
        reply.say("utter_cv_frist_dato", cv_senest=known.day(line.ends))
        dated([line], reply)
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_cv_frist_dagpenge")
        _own_deadline(known, reply)
    if COSTS.search(fold(known.text)):
        reply.say("utter_cv_frist_penge")
    if line is None and not reply.asks:
        ask_day(known, reply, "meldt_ledig", "utter_cv_spoerg_dag", "cv_frist")


def _own_deadline(known: Known, reply: Reply) -> None:
    """The deadline that the person's own a-kasse has set, where the installation knows it."""
    place = known.akasse
    if place.cv_days is None:
        return
    registered = known.claimant.registered
    if registered is None:
        reply.say("utter_cv_frist_egen", sted=place.name, cv_dage=place.cv_days)
    else:
        latest = known.day(registered + timedelta(days=place.cv_days))
        reply.say("utter_cv_frist_egen_dato", sted=place.name, cv_dage=place.cv_days, cv_egen_senest=latest)


def _cv_line(known: Known, reply: Reply) -> Obligation | None:
    if known.benefit is not None:
        computed = course(known, reply)
        return computed.of(Step.CV) if computed else None
    if not known.claimant.known_day():
        return None
    days: list[date | None] = [known.claimant.registered, known.claimant.first_contact]
    if any(d is not None and d > known.on for d in days):
        return None
    anyone = Claimant(
        Benefit.DAGPENGE, known.claimant.unemployed_from, known.claimant.registered, known.claimant.first_contact
    )
    return plan(anyone, law(), known.on).of(Step.CV)


def cv_godkendelse(known: Known, reply: Reply) -> None:
    """Who approves it."""
    if NOT_APPROVED.search(fold(known.text)):
        reply.say("utter_cv_ikke_godkendt")
        staff_choice(reply)
        return
    if known.benefit is None:
        reply.say("utter_cv_godkendelse_ukendt")
        ask_benefit(known, reply, "cv_godkendelse")
    else:
        reply.say("utter_cv_godkendelse_social" if known.social else "utter_cv_godkendelse_dagpenge")


def cv_samtale(known: Known, reply: Reply) -> None:
    """The a-kasse's first meeting: summoned, dagpenge only."""
    if not only_dagpenge(known, reply, "cv_samtale"):
        return
    if own := next((a for a in known.ahead if a.kind is Kind.CV), None):
        reply.say("utter_foerste_samtale_egen", **described(known, own), slags=kind_title(own))
        reply.say("utter_cv_samtale")
        reply.note("utter_tolkning_cv_samtale")
        return
    reply.say("utter_cv_samtale")
    computed = course(known, reply)
    line = computed.of(Step.SUMMONS) if computed else None
    if line and line.ends:
        passed = line.status is Status.OVERDUE
        reply.say(
            "utter_foerste_samtale_dagpenge_passeret" if passed else "utter_cv_samtale_dato",
            indkaldt_senest=known.day(line.ends),
        )
        dated([line], reply)
    reply.note("utter_tolkning_cv_samtale")


def min_plan(known: Known, reply: Reply) -> None:
    """Min plan and Krav til jobsøgning: dagpenge only."""
    if only_dagpenge(known, reply, "min_plan"):
        reply.say("utter_min_plan")
        reply.choice("utter_titel_vis_forloeb", "vis_forloeb")
