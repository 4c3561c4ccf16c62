"""A short question that leans on the last answer ("og hvis jeg ikke når det?") is about that answer's subject."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import cv
from actions.gaps import GAPS
from actions.leaning import Kind
from forloeb.danish.words import fold

WORDS_AT_MOST = 9
NOT_SAID = "_ikke_sagt"
# "hvad hvis jeg ikke har hørt noget", "og hvis den ikke kommer"
WAITS = re.compile(r"\b(?:hoer\w*|faar|faaet|faa|kommet|kommer|finde\w*|set|se)\b")
# A message that names its own subject leans on nothing.
OWN_SUBJECT = re.compile(
    r"\b(?:moede|samtale|afbud|aftale|kom(?:me|mer)?|ude?bliv|bliv(?:er)? (?:jeg )?(?:vaek|hjemme)"
    r"|syg|book|dukke? op)\w*"
)
ABOUT_CV = re.compile(r"\bcv")
HOW_MUCH = re.compile(r"^\W*(?:og |men |jamen )?hvor meget\b")
HOW_MANY = re.compile(r"^\W*(?:og |men |saa )?hvor mange\b")
HOW_LONG = re.compile(
    r"^\W*(?:og |men |jamen |saa )?(?:hvor (?:laenge|lang tid|meget tid|mange (?:dage|uger))) (?:har|faar) jeg\b"
)
ARRIVED = re.compile(
    r"\W*(?:og |men |jamen )?(?:er|har) (?:det|den|de|i)(?: (?:nu|saa|blevet))*"
    r" (?:modtaget|bekraeftet|registreret|faaet)\b"
)
STAYING_AWAY = frozenset({"udeblivelse", "ulovligt_afbud"})
CV = frozenset({"cv_frist", "cv_godkendelse"})
OFFERS = frozenset({"aktive_tilbud", "tilbud_indstilling"})
SEARCHING = frozenset({"joblog", "jobsoegning_antal"})
LOSING = frozenset({*STAYING_AWAY, "lovlig_grund"})
SUMMONED = frozenset({"foerste_samtale", "cv_samtale", "indkaldelse"})
BOOKING = frozenset({"hvor_booker_jeg", "booking_frist", "ingen_ledig_tid"})
MEETINGS = frozenset({
    "antal_samtaler", "vis_forloeb", "naeste", "foerste_samtale", "hvem_holder", "efter_seks_maaneder", "moedepligt",
    "moedeform", "formaal", "vis_aftaler",
})  # fmt: skip
NAMED_SUBJECTS = (
    ("cv_godkendelse", re.compile(r"\bcv(?:et)?\b")),
    ("jobsoegning_antal", re.compile(r"\bsoeg\w*|\bjobs?\b|\blogger\b")),
)
ONESELF = re.compile(r"\b(?:jeg|j|jg|man|vi)\b|\bpenge\b|\bsker der\b|\bkan der\b")
# "hvornår er den næste så": a meeting, whatever was answered last
NEXT_ONE = re.compile(r"\bden naeste\b|\bdet naeste\b")
GAPS_ALL = frozenset(GAPS)
DECIDES = re.compile(r"\b(?:bestem|afgoer|vurder|beslut)")


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
    return not CV.isdisjoint(last) and len(folded.split()) <= WORDS_AT_MOST and bool(HOW_LONG.match(folded))


def _meant(intent: str, folded: str, last: frozenset[str]) -> str:
    if intent in STAYING_AWAY:
        if last & {"raadighed_tvivl", "raadighedssamtale"}:
            return "raadighed_tvivl"
        for subjects, meant in ((CV, "cv_ikke_klar"), (OFFERS, "tilbud_nej"), (SEARCHING, "joblog_glemt")):
            if last & subjects:
                return meant
    if intent == "booking_frist" and last & CV and "book" not in folded:
        return "cv_frist"
    if intent == "cv_godkendelse" and not (last & CV or ABOUT_CV.search(folded)):
        return "hvem_vurderer" if last & LOSING else "godkendt_afbud"
    if intent == "vis_forloeb" and HOW_MANY.match(folded):
        return "antal_samtaler"
    if intent == "moedeform" and "raadighedssamtale" in last:
        return "raadighed_form"
    if intent == "indkaldelse" and ARRIVED.match(folded):
        return "modtaget"
    if intent == "antal_samtaler" and last & LOSING and HOW_MUCH.search(folded):
        return "beloeb_mistet"
    return intent


def _itself(*names: str) -> dict[str, str]:
    return {name: name for name in names}


# What a question without a subject of its own asks of the last one: the subject whose answer holds it. Where a kind
# has no entry for a subject, the sources do not say it.
_SAME: dict[Kind, dict[str, str]] = {
    Kind.WHEN: {
        **dict.fromkeys(MEETINGS | {"forberedelse"}, "naeste"),
        **dict.fromkeys(CV, "cv_frist"),
        **dict.fromkeys(BOOKING, "booking_frist"),
        **dict.fromkeys(("cv_samtale", "min_plan"), "cv_samtale"),
        **dict.fromkeys(("foerste_samtale", "indkaldelse"), "foerste_samtale"),
        **dict.fromkeys(("hvem_holder", "akasse_deltager"), "hvem_holder"),
        **_itself("tilmelding", "efter_seks_maaneder", "joblog", "jobsoegning_antal", "raadighedssamtale",
                  "seks_ugers_undtagelse", "lovlig_grund", "udeblivelse", "ulovligt_afbud"),
    },
    Kind.WHO: {
        **_itself(*GAPS),
        **dict.fromkeys(LOSING, "hvem_vurderer"),
        **dict.fromkeys(CV, "cv_godkendelse"),
        **dict.fromkeys(("antal_samtaler", "vis_forloeb", "naeste", "foerste_samtale", "hvem_holder"), "hvem_holder"),
        **_itself("min_plan", "cv_samtale", "moedeform", "raadighed_tvivl", "raadighedssamtale", "akasse_deltager",
                  "tilbud_indstilling", "hvor_booker_jeg"),
    },
    Kind.WHERE: {
        **dict.fromkeys(CV, "cv_hvor"),
        **dict.fromkeys(("foerste_samtale", "cv_samtale", "naeste", "vis_aftaler", "antal_samtaler"), "moede_hvor"),
        **dict.fromkeys(SEARCHING, "joblog"),
        **dict.fromkeys(BOOKING, "hvor_booker_jeg"),
        **_itself("indkaldelse", "faciliteter", "min_plan"),
    },
    Kind.WHAT_IF: {
        **dict.fromkeys(CV, "cv_ikke_klar"),
        "aktive_tilbud": "tilbud_nej",
        **dict.fromkeys(SEARCHING, "joblog_glemt"),
        **dict.fromkeys(BOOKING, "booking_glemt"),
        **dict.fromkeys(MEETINGS | STAYING_AWAY | {"cv_samtale"}, "udeblivelse"),
        "lovlig_grund": "ulovligt_afbud",
        "raadighed_tvivl": "raadighed_tvivl",
    },
    Kind.HOW_LONG: {
        **dict.fromkeys(MEETINGS | {"cv_samtale", "forberedelse"}, "moede_varighed"),
        "udeblivelse": "udeblivelse",
    },
    Kind.HOW_OFTEN: _itself("joblog", "antal_samtaler", "jobsoegning_antal"),
    Kind.COST: {"faciliteter": "faciliteter", **dict.fromkeys(LOSING, "beloeb_mistet")},
    Kind.WHY: dict.fromkeys(MEETINGS, "hvorfor_samtaler"),
    Kind.NEXT: {
        **_itself(*GAPS),
        **dict.fromkeys((*MEETINGS, *CV, *SUMMONED, *BOOKING, *SEARCHING, "min_plan", "forberedelse"), "naeste"),
        **_itself("ingen_ledig_tid", "raadighed_tvivl", "raadighedssamtale", "aktive_tilbud"),
        "naeste": "vis_forloeb",
    },
    Kind.MUST: {**dict.fromkeys(MEETINGS, "moedepligt"), **_itself("aktive_tilbud", "joblog", "cv_frist")},
    Kind.OTHER_ONE: _itself("moedeform", "akasse_deltager"),
    Kind.INCLUDED: dict.fromkeys((*CV, "booking_frist", "foerste_samtale", "naeste"), "sidste_dag"),
    Kind.HOW: {
        **_itself(*GAPS),
        **dict.fromkeys(CV, "cv_hvor"),
        **dict.fromkeys(BOOKING, "hvor_booker_jeg"),
        **dict.fromkeys(LOSING, "lovlig_grund"),
        **_itself("akasse_deltager", "joblog", "moedeform", "indkaldelse", "min_plan", "forberedelse"),
    },
    Kind.HOW_MANY: {**dict.fromkeys(SEARCHING, "jobsoegning_antal"), **_itself("raadighedssamtale")},
    Kind.FAULT: dict.fromkeys(("raadighedssamtale", "raadighed_tvivl"), "raadighed_hvorfor"),
    Kind.MISSING: dict.fromkeys(SUMMONED, "indkaldelse_mangler"),
}  # fmt: skip
# Kinds that are left to what the message was understood as, where the last subject has no answer to them.
_OTHERWISE_AS_UNDERSTOOD = frozenset({
    Kind.WHERE, Kind.NEXT, Kind.MISSING, Kind.SURE, Kind.HOW_OFTEN, Kind.MUST, Kind.OTHER_ONE, Kind.HOW, Kind.HOW_MANY
})  # fmt: skip


def leant_on(kind: Kind | None, text: str, last: Sequence[str]) -> list[str]:
    """What a question without a subject of its own is about; [] when the last answer has nothing to do with it.

    Args:
        kind: what it asks.
        text: what the person wrote.
        last: the subjects of the last answer.
    """
    if kind is None or not last or (kind is Kind.WHEN and NEXT_ONE.search(fold(text))):
        return []
    if kind is Kind.ME:
        return list(last) if GAPS_ALL.issuperset(last) else ["gaelder_dig", *last]
    if kind is Kind.WHAT_IF and (about := _own_subject(fold(text))):
        last = [about]
    found = [meant for subject in last if (meant := _said_of(subject, kind, fold(text)))]
    if kind is Kind.WHEN and "naeste" in found:
        found = ["naeste"]
    if not found and kind not in _OTHERWISE_AS_UNDERSTOOD:
        found = ["hvorfor" if kind is Kind.WHY else f"{last[-1]}{NOT_SAID}"]
    return list(dict.fromkeys(found))


def _own_subject(folded: str) -> str | None:
    """The subject that a "what if" names itself."""
    return next((subject for subject, words in NAMED_SUBJECTS if words.search(folded)), None)


def _said_of(subject: str, kind: Kind, folded: str) -> str | None:
    if kind is Kind.WHAT_IF:
        if subject in CV and cv.NOT_APPROVED.search(folded):
            return "cv_ikke_godkendt"
        if subject in MEETINGS and not ONESELF.search(folded):
            return "indkaldelse_mangler" if subject in SUMMONED and WAITS.search(folded) else None
        if WAITS.search(folded) and subject in MEETINGS | SUMMONED:
            return "indkaldelse_mangler" if subject in SUMMONED else None
    if kind is Kind.WHO and DECIDES.search(folded):
        if subject == "efter_seks_maaneder":
            return "behov_hvem"
        if subject in MEETINGS - {"moedeform"}:
            return "hvem_bestemmer"
    return _SAME.get(kind, {}).get(subject)
