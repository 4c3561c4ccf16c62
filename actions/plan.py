"""The plan: a person's whole course with dates, as text and as data for the picture on the web."""

from __future__ import annotations

import re
from typing import Any

from actions.asking import ask_benefit, ask_day
from actions.course import course, dated
from actions.known import SLOTS, Known
from actions.meeting_words import described, kind_title
from actions.reply import Reply
from forloeb.booking.model import Kind
from forloeb.danish.words import fold
from forloeb.law import documents
from forloeb.obligations import Obligation, Plan, Status, Step

NEXT = "next"
# "hvad skal jeg nu", "hvad er det næste": the next thing, and not the whole course
ONLY_NEXT = re.compile(r"\b(?:nu|naeste|foerst|foerste|first|next|naermeste|i dag|idag|snart)\b")
WHOLE = re.compile(
    r"\b(?:vis\w*|plan\w*|forloeb\w*|overblik\w*|oversigt\w*|alle|alt|hele|list\w*|datoer\w*|tidslinje\w*|frister\w*)\b"
)


def vis_forloeb(known: Known, reply: Reply) -> None:
    """The dated plan, or the question that it needs answered first."""
    computed = course(known, reply)
    if computed:
        tell(computed, known, reply)
    elif reply.asks:
        return
    elif known.benefit is None:
        reply.say("utter_plan_mangler_ydelse")
        ask_benefit(known, reply, "vis_forloeb")
    else:
        reply.say("utter_antal_samtaler_social" if known.social else "utter_antal_samtaler_dagpenge")
        slot, key = ("foerste_kontakt", "utter_spoerg_kontakt") if known.social else ("ledig_fra", "utter_spoerg_dag")
        ask_day(known, reply, slot, key, "vis_forloeb")


def only_next(known: Known) -> bool:
    """Whether only the next thing is asked for, by somebody who does not tell their day first in the same message."""
    text = fold(known.text)
    told = any(slot in known.slots for slot in SLOTS.values())
    return ONLY_NEXT.search(text) is not None and WHOLE.search(text) is None and not told


def coming(known: Known, reply: Reply) -> bool:
    """Say the next thing alone ("hvad nu?"); False when there is no plan to say it from."""
    computed = course(known, reply)
    if computed is None:
        return False
    ahead = computed.next()
    _next(ahead, known, reply)
    if ahead:
        reply.say(_key(ahead, "linje", known), **_values(ahead, known))
        dated([ahead], reply)
    _overdue(computed, reply)
    return not reply.empty()


def tell(computed: Plan, known: Known, reply: Reply) -> None:
    """Say the next thing first, then every line with where it stands."""
    ahead = computed.next()
    _next(ahead, known, reply)
    reply.say("utter_plan_overskrift", ydelse=known.values()["ydelse"])
    for line in computed.obligations:
        reply.say(_key(line, "linje", known), **_values(line, known))
    _overdue(computed, reply)
    dated([line for line in computed.obligations if line.step is not Step.AVAILABILITY], reply)
    if computed.of(Step.SUMMONS):
        reply.note("utter_tolkning_cv_samtale")
    reply.timeline = _timeline(computed, ahead, known)


def _next(ahead: Obligation | None, known: Known, reply: Reply) -> None:
    """The person's own next meeting and the plan's next date (`ahead`), the sooner first."""
    own = next(iter(known.ahead), None)
    sooner = own is not None and ahead is not None and ahead.ends is not None and own.start.date() <= ahead.ends
    summoned = ahead is not None and ahead.step is Step.SUMMONS and any(a.kind is Kind.CV for a in known.ahead)
    if own and sooner:
        reply.say("utter_plan_naeste_aftale", **described(known, own), slags=kind_title(own))
    if ahead and ahead.ends and not summoned:
        key = "utter_plan_derefter" if sooner else "utter_plan_naeste"
        reply.say(key, dato=known.day(ahead.ends), emne=_key(ahead, "emne", known))
    if own and not sooner:
        reply.say("utter_plan_naeste_aftale", **described(known, own), slags=kind_title(own))


def _overdue(computed: Plan, reply: Reply) -> None:
    if any(line.status is Status.OVERDUE for line in computed.obligations):
        reply.note("utter_plan_overskredet")


def _key(line: Obligation, what: str, known: Known) -> str:
    name = line.step.value if line.step is not Step.MEETINGS or not line.holder else f"meetings_{line.holder.value}"
    group = "social" if known.social else "dagpenge"
    return f"utter_plan_{what}_{group}_{name}"


def _values(line: Obligation, known: Known) -> dict[str, Any]:
    first = line.citations[0]
    return {
        "dato": known.day(line.ends) if line.ends else "",
        "kilde": f"{documents()[first.document].publisher}, {first.section}",
        "tilstand": f"utter_plan_tilstand_{'held' if line.done else line.status.value}",
        "holdt": str(line.done),
    }


def _timeline(computed: Plan, ahead: Obligation | None, known: Known) -> dict[str, Any]:
    items = [
        {
            "label": [_key(line, "emne", known), known.values()],
            "date": (line.begins if line.step is Step.MEETINGS and line.begins else line.ends).isoformat(),
            "end": line.ends.isoformat() if line.step is Step.MEETINGS else None,
            "holder": line.holder.value if line.holder else None,
            "status": NEXT if line is ahead else line.status.value,
        }
        for line in computed.obligations
        if line.ends is not None
    ]
    return {"title": ["utter_plan_billede_titel", {}], "alt": ["utter_plan_billede_alt", {}], "items": items}
