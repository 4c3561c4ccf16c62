"""A short question that leans on the last answer ("og hvis jeg ikke når det?") is about that answer's subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from actions import booking_questions, cv, regret
from actions.gaps import staff_choice
from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

WORDS_AT_MOST = 9
# A message that names its own subject leans on nothing.
OWN_SUBJECT = re.compile(
    r"\b(?:moede|samtale|afbud|aftale|kom(?:me|mer)?|ude?bliv|bliv(?:er)? (?:jeg )?(?:vaek|hjemme)"
    r"|syg|book|dukke? op)\w*"
)
ABOUT_CV = re.compile(r"\bcv")
HOW_MUCH = re.compile(r"^\W*(?:og |men |jamen )?hvor meget\b")
HOW_LONG = re.compile(
    r"^\W*(?:og |men |jamen |saa )?(?:hvor (?:laenge|lang tid|meget tid|mange (?:dage|uger))) (?:har|faar) jeg\b"
)
ARRIVED = re.compile(
    r"\W*(?:og |men |jamen )?(?:er|har) (?:det|den|de|i)(?: (?:nu|saa|blevet))*"
    r" (?:modtaget|bekraeftet|registreret|faaet)\b"
)
STAYING_AWAY = frozenset({"udeblivelse", "ulovligt_afbud"})
CV = frozenset({"cv_frist", "cv_godkendelse"})
CV_LATE_TOO = CV | {"cv_ikke_klar"}
OFFERS = frozenset({"aktive_tilbud", "tilbud_indstilling"})
SEARCHING = frozenset({"joblog", "jobsoegning_antal"})
LOSING = frozenset({*STAYING_AWAY, "lovlig_grund"})


def redirected(intents: Sequence[str], text: str, last: Sequence[str]) -> list[str]:
    """The subjects that a message is about, seen with what was answered last.

    Args:
        intents: as they were understood, on their own.
        text: what the person wrote.
        last: the subjects of the last answer.

    Returns:
        `intents`, or one of ANSWERS or another subject in place of one that was read without its context.
    """
    folded = fold(text)
    if len(folded.split()) > WORDS_AT_MOST or OWN_SUBJECT.search(folded):
        return list(intents)
    return [_meant(intent, folded, frozenset(last)) for intent in intents]


def how_long(text: str, last: Sequence[str]) -> bool:
    """Whether "hvor længe har jeg til at lave det", not understood by itself, asks for the CV's deadline again."""
    folded = fold(text)
    return not CV_LATE_TOO.isdisjoint(last) and len(folded.split()) <= WORDS_AT_MOST and bool(HOW_LONG.match(folded))


def _meant(intent: str, folded: str, last: frozenset[str]) -> str:
    if intent in STAYING_AWAY:
        for subjects, meant in ((CV, "cv_ikke_klar"), (OFFERS, "tilbud_nej"), (SEARCHING, "joblog_glemt")):
            if last & {*subjects, meant}:
                return meant
    if intent == "booking_frist" and last & CV_LATE_TOO and "book" not in folded:
        return "cv_frist"
    if intent == "cv_godkendelse" and not (last & CV or ABOUT_CV.search(folded)):
        return "hvem_vurderer" if last & LOSING else "godkendt_afbud"
    if intent == "indkaldelse" and ARRIVED.match(folded):
        return "modtaget"
    if intent == "antal_samtaler" and last & LOSING and HOW_MUCH.search(folded):
        return "beloeb"
    return intent


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


def beloeb(known: Known, reply: Reply) -> None:
    """How much: never told."""
    reply.say("utter_hul_beloeb")
    staff_choice(reply)


ANSWERS: dict[str, Callable[[Known, Reply], None]] = {
    function.__name__: function
    for function in (cv_ikke_klar, tilbud_nej, joblog_glemt, godkendt_afbud, modtaget, hvem_vurderer, beloeb)
}
