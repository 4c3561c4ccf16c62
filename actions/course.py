"""The person's computed course, for every answer that names one of their dates."""

from __future__ import annotations

from actions.known import SLOTS, Known
from actions.reply import Reply
from forloeb.errors import ImpossibleFact, LawError
from forloeb.law import law
from forloeb.obligations import Anchor, Obligation, Plan, Step, plan

SUBJECTS = {
    Step.CV: "utter_hvad_cv",
    Step.SUMMONS: "utter_hvad_summons",
    Step.MEETINGS: "utter_hvad_meetings",
    Step.HANDOVER: "utter_hvad_meetings",
    Step.SIX_MONTHS: "utter_hvad_meetings",
    Step.FIRST_MEETING: "utter_hvad_first_meeting",
}


def course(known: Known, reply: Reply) -> Plan | None:
    """The plan, when benefit and a day are known and can be right; what is wrong with a day is said in the reply."""
    if known.benefit is None or not known.claimant.known_day():
        return None
    try:
        return plan(known.claimant, law(), known.on, known.record)
    except ImpossibleFact as error:
        _refuse_day(error, known, reply)
    except LawError:
        reply.say("utter_ikke_daekket")
    return None


def _refuse_day(error: ImpossibleFact, known: Known, reply: Reply) -> None:
    day = getattr(known.claimant, error.fact)
    ahead = day > known.on and (day - known.on).days < 366 * 20
    reply.ask("utter_dag_i_fremtiden" if ahead else "utter_dag_for_langt_vaek", dag=known.day(day))
    slot = SLOTS[Anchor(error.fact)]
    known.slots[slot] = None
    known.slots["venter_paa"] = {"fact": slot, "intents": ["vis_forloeb"]}


def dated(lines: list[Obligation | None], reply: Reply) -> None:
    """Say that dates are guiding, and what had to be assumed for each of them."""
    reply.note("utter_vejledende")
    shown = [line for line in lines if line is not None and line.assumption is not None]
    subjects: dict[Anchor, list[str]] = {}
    for line in shown:
        if line.assumption is not None:
            known = subjects.setdefault(line.assumption.wanted, [])
            subject = SUBJECTS[line.step]
            if subject not in known:
                known.append(subject)
    for wanted, keys in subjects.items():
        both = {"utter_hvad_cv", "utter_hvad_summons"} <= set(keys)
        for key in ["utter_hvad_cv_summons"] if both else keys:
            reply.note(f"utter_antagelse_{wanted.value}", hvad=key)
