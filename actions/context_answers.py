"""Answers to what leans on the last answer: the parts of it that no question by itself asks for."""

from __future__ import annotations

from collections.abc import Callable

from actions import booking_questions, cv, meetings, plan, purpose, regret
from actions.booking_questions import indkaldelse_mangler
from actions.gaps import GAPS, staff_choice
from actions.in_context import NOT_SAID
from actions.known import Known
from actions.meeting_words import described
from actions.only_dagpenge import only_dagpenge
from actions.reply import Reply
from forloeb.booking.model import Form
from forloeb.obligations import Benefit


def has_plan(known: Known) -> bool:
    """Whether there is a plan to say the next thing from."""
    return plan.course(known, Reply()) is not None


def naeste(known: Known, reply: Reply) -> None:
    """The next thing of the plan alone; without a plan, what it needs."""
    if plan.coming(known, reply):
        reply.choice("utter_knap_hele_forloebet", "vis_forloeb")
    elif not reply.asks:
        plan.vis_forloeb(known, reply)


def gaelder_dig(known: Known, reply: Reply) -> None:
    """Whether it holds for the one who asks: the answer again, for what they get."""
    if known.benefit is not None:
        reply.say("utter_gaelder_dig")


def hvorfor(known: Known, reply: Reply) -> None:
    """Why a rule is as it is: not in the sources."""
    reply.say("utter_hvorfor")
    reply.choice("utter_knap_hvor_staar_det", "hvor_staar_det")


def hvorfor_samtaler(known: Known, reply: Reply) -> None:
    """Why there are meetings: what they are for; why so many, no source says."""
    purpose.formaal(known, reply)
    reply.say("utter_hvorfor_antal")


def hvem_bestemmer(known: Known, reply: Reply) -> None:
    """Who decides: not in the sources."""
    reply.say("utter_hvem_bestemmer")
    staff_choice(reply)


def behov_hvem(known: Known, reply: Reply) -> None:
    """Who assesses the need after six months: the sources do not say who."""
    meetings.efter_seks_maaneder(known, reply)
    reply.say("utter_behov_hvem")
    staff_choice(reply)


def moede_hvor(known: Known, reply: Reply) -> None:
    """Where one goes: the place of their own next meeting, or what the sources say."""
    own = next(iter(known.ahead), None)
    if own is not None:
        key = "utter_moede_hvor_egen" if own.form is Form.IN_PERSON else "utter_moede_hvor_hjemme"
        reply.say(key, **described(known, own))
    elif known.benefit is Benefit.DAGPENGE:
        reply.say("utter_moede_hvor_dagpenge")
    else:
        reply.say("utter_moede_hvor_social" if known.social else "utter_moede_hvor_ukendt")


def moede_varighed(known: Known, reply: Reply) -> None:
    """How long a meeting takes: as their own next one is booked; no source says it."""
    own = next(iter(known.ahead), None)
    if own is not None:
        reply.say("utter_varighed_egen", **described(known, own), minutter=own.minutes)
    else:
        reply.say("utter_hul_varighed")


def raadighed_form(known: Known, reply: Reply) -> None:
    """How the rådighedssamtaler can be held: digitally; about the telephone the source is silent."""
    if only_dagpenge(known, reply, "raadighedssamtale"):
        reply.say(f"utter_raadighed_form_{'telefon' if known.entity('moedeform') == 'telefon' else 'digital'}")


def raadighed_hvorfor(known: Known, reply: Reply) -> None:
    """Whether one is called in for something one did: everybody is, around six months; doubt is another matter."""
    if only_dagpenge(known, reply, "raadighedssamtale"):
        reply.say("utter_raadighed_alle")
        reply.say("utter_raadighed_tvivl")


def min_side(known: Known, reply: Reply) -> None:
    """The two places that are called Min side (tension 7)."""
    reply.say("utter_min_side_social" if known.social else "utter_min_side")


def uenig(known: Known, reply: Reply) -> None:
    """Somebody else says otherwise: what the holder writes to the person goes before what we read."""
    reply.say("utter_uenig")
    staff_choice(reply)


def misforstaaet(known: Known, reply: Reply) -> None:
    """The last answer was not to what was asked."""
    reply.say("utter_misforstaaet")
    staff_choice(reply)


def sidste_dag(known: Known, reply: Reply) -> None:
    """Whether the day named is still in time (docs/coverage.md: the last day is included)."""
    reply.say("utter_sidste_dag")


def seks_uger_moeder(known: Known, reply: Reply) -> None:
    """Whether the six weeks let one off meetings too: they are not mentioned."""
    reply.say("utter_seks_uger_samtaler", svar="utter_hverken_ja_nej")


def cv_hvor(known: Known, reply: Reply) -> None:
    """Where the CV is made."""
    reply.say("utter_cv_hvor")


def cv_ikke_godkendt(known: Known, reply: Reply) -> None:
    """What a CV that is not approved leads to: not in the sources."""
    reply.say("utter_cv_ikke_godkendt")
    staff_choice(reply)


def booking_glemt(known: Known, reply: Reply) -> None:
    """What it leads to when one does not book: not in the sources."""
    reply.say("utter_booking_glemt")
    staff_choice(reply)


def cv_ikke_klar(known: Known, reply: Reply) -> None:
    """What a CV that is late leads to: not in the sources; where help is to be had, is."""
    reply.say("utter_cv_ikke_klar")
    staff_choice(reply)


def tilbud_nej(known: Known, reply: Reply) -> None:
    """What refusing an offer leads to: not in the sources; the duty is."""
    reply.say("utter_tilbud_nej")
    staff_choice(reply)


def joblog_glemt(known: Known, reply: Reply) -> None:
    """What an empty joblog leads to: for dagpenge the source names the doubt about availability, and no more."""
    reply.say("utter_joblog_glemt")
    if known.benefit is Benefit.DAGPENGE:
        reply.say("utter_raadighed_tvivl")
    staff_choice(reply)


def godkendt_afbud(known: Known, reply: Reply) -> None:
    """Whether what was given is approved: how sure it is, and who judges; asked of nothing, it is about the CV."""
    if known.afbud is None:
        cv.cv_godkendelse(known, reply)
        return
    regret.shown(known, reply)
    reply.say("utter_afbud_vurdering")


def modtaget(known: Known, reply: Reply) -> None:
    """Whether it has arrived: the afbud just given, or else a summons."""
    if known.afbud is None:
        booking_questions.indkaldelse(known, reply)
    else:
        regret.shown(known, reply)


def hvem_vurderer(known: Known, reply: Reply) -> None:
    """Who judges a reason: a human."""
    reply.say("utter_afbud_vurdering")


def beloeb_mistet(known: Known, reply: Reply) -> None:
    """How much is lost: never told."""
    reply.say("utter_hul_beloeb_mistet")
    staff_choice(reply)


def _gap(subject: str) -> Callable[[Known, Reply], None]:
    def say(known: Known, reply: Reply) -> None:
        reply.say(f"utter_hul_{subject}")
        staff_choice(reply)

    return say


def _not_said(subject: str) -> Callable[[Known, Reply], None]:
    def say(known: Known, reply: Reply) -> None:
        reply.say("utter_ikke_sagt")
        reply.extra["gap"] = subject
        staff_choice(reply)

    return say


class _Answers(dict[str, Callable[[Known, Reply], None]]):
    """By name; `<subject>_ikke_sagt` is the honest gap about any subject."""

    def __missing__(self, name: str) -> Callable[[Known, Reply], None]:
        if not name.endswith(NOT_SAID):
            raise KeyError(name)
        return _not_said(name.removesuffix(NOT_SAID))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or str(name).endswith(NOT_SAID)


ANSWERS = _Answers({
    **{gap: _gap(gap) for gap in GAPS},
    "varighed": moede_varighed,
    **{
        function.__name__: function
        for function in (
            cv_ikke_klar, cv_ikke_godkendt, cv_hvor, tilbud_nej, joblog_glemt, booking_glemt, indkaldelse_mangler,
            godkendt_afbud, modtaget, hvem_vurderer, hvem_bestemmer, behov_hvem, beloeb_mistet, moede_varighed,
            moede_hvor,
            raadighed_form, raadighed_hvorfor, min_side, sidste_dag, seks_uger_moeder, uenig, misforstaaet, hvorfor,
            hvorfor_samtaler, gaelder_dig, naeste,
        )
    },
})  # fmt: skip
