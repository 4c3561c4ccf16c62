"""Joblog, how many jobs, and the six-week exemption."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from actions import yes_no
from actions.asking import ask_benefit
from actions.gaps import staff_choice
from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold
from forloeb.law import law
from forloeb.obligations import Benefit, no_applications_from

MEETINGS = re.compile(r"\b(?:slip\w*|undgaa\w*|fri|fritage\w*) (?:\w+ ){0,3}(?:moede\w*|samtale\w*)")
# "jeg fik jobbet!", told of oneself and no mere thought
GOT_JOB = re.compile(
    r"^(?!.*\b(?:hvis|ikke|ikk?)\b).*\b(?:jeg|vi) (?:har )?(?:lige )?(?:faaet|fik|fundet)\b.{0,30}\bjob(?:bet)?\b"
)


def joblog(known: Known, reply: Reply) -> None:
    """The joblog on Jobnet."""
    reply.say("utter_joblog", svar=yes_no.duty(known.text))


def jobsoegning_antal(known: Known, reply: Reply) -> None:
    """No number stands in the sources; the example about doubt is dagpenge only."""
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_jobsoegning_antal_dagpenge")
    elif known.social:
        reply.say("utter_jobsoegning_antal_social")
        staff_choice(reply)
    else:
        reply.say("utter_jobsoegning_antal_ukendt")
        ask_benefit(known, reply, "jobsoegning_antal")


def seks_ugers_undtagelse(known: Known, reply: Reply) -> None:
    """Applications may stop six weeks before a job, leave or pension; with the day where one is named."""
    event = _coming_day(known)
    if GOT_JOB.search(fold(known.text)):
        reply.say("utter_tillykke")
    if MEETINGS.search(fold(known.text)):
        reply.say("utter_seks_uger_samtaler", svar=yes_no.no(known.text))
    if event is None:
        reply.say("utter_seks_uger")
        return
    stops = no_applications_from(event, law(), known.on)
    if stops <= known.on:
        svar = yes_no.freedom(known.text)
        reply.say("utter_seks_uger_nu", begivenhed=known.day(event), fra_dag=known.day(stops), svar=svar)
    else:
        reply.say("utter_seks_uger_dato", begivenhed=known.day(event), fra_dag=known.day(stops))
    reply.say("utter_seks_uger_hvad")
    reply.note("utter_vejledende")


def _coming_day(known: Known) -> date | None:
    value = known.entity("tid")
    ahead: list[dict[str, Any]] = value.get("future", []) if isinstance(value, dict) else []
    days = [t for t in ahead if t["grain"] in ("day", "hour", "minute") and t["start"] and len(t["start"]) > 5]
    return date.fromisoformat(days[0]["start"][:10]) if len(days) == 1 else None
