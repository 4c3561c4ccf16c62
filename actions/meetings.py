"""How many meetings, the first one, who holds them, and whether one must come."""

from __future__ import annotations

import re

from actions import yes_no
from actions.asking import ask_benefit
from actions.course import course, dated
from actions.known import Known
from actions.meeting_words import described, kind_title, matching
from actions.reply import Reply
from forloeb.booking.model import Kind
from forloeb.danish.words import fold
from forloeb.obligations import Benefit, Obligation, Status, Step

DUTIES = re.compile(r"\b(?:hvad|hvilke|alle)\b.*\bpligt(?:er|en)?\b|\bpligter\b")


# "jeg har ikke hørt fra jobcentret"
NOT_HEARD = re.compile(
    r"\b(?:ikke|ik|ikk|aldrig|intet) (?:\w+ ){0,2}(?:hoert|hoerer)\b|\bhoerer (?:jo )?(?:ikke|intet)"
)


def antal_samtaler(known: Known, reply: Reply) -> None:
    """How many; with dates where they can be computed; both descriptions for dagpenge (tension 1)."""
    computed = course(known, reply)
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_antal_samtaler_dagpenge")
        if computed:
            handover, end = computed.of(Step.HANDOVER), computed.of(Step.SIX_MONTHS)
            stage = "efter" if _past(end, known) else "jobcenter" if _past(handover, known) else "datoer"
            reply.say(
                f"utter_antal_samtaler_dagpenge_{stage}", **_days(known, tre_maaneder=handover, seks_maaneder=end)
            )
            dated([handover, end], reply)
        own_so_far(known, reply)
        reply.say("utter_antal_samtaler_to_beskrivelser")
    elif known.social:
        reply.say("utter_antal_samtaler_social")
        if computed:
            first, end = computed.of(Step.FIRST_MEETING), computed.of(Step.SIX_MONTHS)
            status = first.status if first is not None else None
            stage = {Status.MET: "holdt", Status.OVERDUE: "resten"}.get(status, "datoer") if status else "datoer"
            stage = "efter" if _past(end, known) else stage
            reply.say(f"utter_antal_samtaler_social_{stage}", **_days(known, foerste_senest=first, seks_maaneder=end))
            dated([first, end], reply)
        own_so_far(known, reply)
    else:
        reply.say("utter_antal_samtaler_ukendt")
        ask_benefit(known, reply, "antal_samtaler")


def own_so_far(known: Known, reply: Reply) -> None:
    """How many are held, and when their own next one is, as far as we know."""
    if known.record.held:
        reply.say("utter_antal_holdt", holdt=len(known.record.held))
    if own := next(iter(known.ahead), None):
        reply.say("utter_plan_naeste_aftale", **described(known, own), slags=kind_title(own))


def _past(line: Obligation | None, known: Known) -> bool:
    return line is not None and line.ends is not None and line.ends <= known.on


def foerste_samtale(known: Known, reply: Reply) -> None:
    """When the first meeting is: a summons for dagpenge (tension 2), within a week for the others."""
    computed = course(known, reply)
    if known.benefit is None:
        reply.say("utter_foerste_samtale_ukendt")
        reply.say("utter_foerste_samtale_fremmoede")
        ask_benefit(known, reply, "foerste_samtale")
        return
    name = "dagpenge" if known.benefit is Benefit.DAGPENGE else "social"
    step = Step.SUMMONS if known.benefit is Benefit.DAGPENGE else Step.FIRST_MEETING
    line = computed.of(step) if computed else None
    own = next((a for a in known.ahead if a.kind is Kind.CV), None) if known.benefit is Benefit.DAGPENGE else None
    if known.record.held:
        reply.say("utter_foerste_samtale_holdt")
        own_so_far(known, reply)
        return
    if own:
        reply.say("utter_foerste_samtale_egen", **described(known, own), slags=kind_title(own))
    elif line:
        value = "indkaldt_senest" if step is Step.SUMMONS else "foerste_senest"
        ending = "passeret" if line.status is Status.OVERDUE else "dato"
        reply.say(f"utter_foerste_samtale_{name}_{ending}", **_days(known, **{value: line}))
        dated([line], reply)
    else:
        reply.say(f"utter_foerste_samtale_{name}")
    reply.say("utter_foerste_samtale_fremmoede")
    if known.benefit is Benefit.DAGPENGE:
        reply.note("utter_tolkning_cv_samtale")


def hvem_holder(known: Known, reply: Reply) -> None:
    """A-kasse or jobcenter, and the day of the handover; of their own meeting where they name it by its time."""
    timed = known.entity("tid") is not None
    if named := matching(known, known.ahead, naming=True) if timed else []:
        reply.say("utter_foerste_samtale_egen", **described(known, named[0]), slags=kind_title(named[0]))
        return
    computed = course(known, reply)
    if NOT_HEARD.search(fold(known.text)) and computed:
        reply.say(f"utter_ikke_hoert_{'jobcenter' if _past(computed.of(Step.HANDOVER), known) else 'begge'}")
    if known.benefit is Benefit.DAGPENGE:
        handover = computed.of(Step.HANDOVER) if computed else None
        if handover is not None:
            now = "jobcenter" if _past(handover, known) else "akasse"
            reply.say(f"utter_hvem_holder_nu_{now}", **_days(known, tre_maaneder=handover))
            dated([handover], reply)
        reply.say("utter_hvem_holder_dagpenge")
    elif known.social:
        reply.say("utter_hvem_holder_social")
    else:
        reply.say("utter_hvem_holder_ukendt")
        ask_benefit(known, reply, "hvem_holder")


def akasse_deltager(known: Known, reply: Reply) -> None:
    """Whether the a-kasse can come along at the jobcenter: dagpenge only."""
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_akasse_deltager_dagpenge")
        if computed := course(known, reply):
            handover = computed.of(Step.HANDOVER)
            past = "passeret" if _past(handover, known) else "dato"
            reply.say(f"utter_akasse_deltager_dagpenge_{past}", **_days(known, tre_maaneder=handover))
            dated([handover], reply)
    elif known.social:
        reply.say("utter_akasse_deltager_social")
    else:
        reply.say("utter_akasse_deltager_ukendt")
        ask_benefit(known, reply, "akasse_deltager")


def efter_seks_maaneder(known: Known, reply: Reply) -> None:
    """What goes on after six months: "by need" for the others only (tension 5)."""
    computed = course(known, reply)
    if known.benefit is None:
        reply.say("utter_efter_seks_maaneder_ukendt")
        ask_benefit(known, reply, "efter_seks_maaneder")
        return
    reply.say("utter_efter_seks_maaneder_social" if known.social else "utter_efter_seks_maaneder_dagpenge")
    if computed:
        end = computed.of(Step.SIX_MONTHS)
        past = "passeret" if _past(end, known) else "dato"
        reply.say(f"utter_efter_seks_maaneder_{past}", **_days(known, seks_maaneder=end))
        dated([end], reply)


def moedepligt(known: Known, reply: Reply) -> None:
    """Whether one must come; asked for all duties, each of them."""
    if DUTIES.search(fold(known.text)):
        reply.say(f"utter_pligter_{'social' if known.social else 'dagpenge' if known.benefit else 'ukendt'}")
        if known.benefit is None:
            ask_benefit(known, reply, "moedepligt")
        return
    if known.benefit is None:
        reply.say("utter_moedepligt_ukendt", svar=yes_no.duty(known.text))
        ask_benefit(known, reply, "moedepligt")
    else:
        key = "utter_moedepligt_social" if known.social else "utter_moedepligt_dagpenge"
        reply.say(key, svar=yes_no.duty(known.text))


def _days(known: Known, **lines: object) -> dict[str, str]:
    return {name: known.day(line.ends) for name, line in lines.items() if line is not None and line.ends is not None}  # type: ignore[attr-defined]
