"""What the sources do not say: the honest gap and the way to a human (design, section 1, point 9)."""

from __future__ import annotations

import re

from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold

GAPS = (
    "sygemelding", "sygedagpenge", "ferie", "beloeb", "klage", "bisidder", "tolk", "tilmelding", "afgoerelse_venter",
    "cv_frist_overskredet", "booking_frist_overskredet", "forkert_registreret", "saa_ikke_indkaldelsen",
    "ingen_ringede", "for_sent", "video_fejl", "sorg", "ledig_igen",
    "anden_ydelse", "varighed", "optagelse", "jobtilbud", "retten_mistet", "laegeerklaering",
)  # fmt: skip


# a gap that takes the place of the answers to these
INSTEAD = {
    "bisidder": ("akasse_deltager",),
    "cv_frist_overskredet": ("cv_frist",),
    "booking_frist_overskredet": ("booking_frist", "hvor_booker_jeg"),
    "ferie": ("seks_ugers_undtagelse",),
    "varighed": ("antal_samtaler",),
    "tilmelding": ("vis_forloeb",),
    "for_sent": ("udeblivelse",),
    "optagelse": ("moedepligt", "moedeform"),
    "jobtilbud": ("moedepligt", "aktive_tilbud", "ulovligt_afbud"),
    "retten_mistet": ("udeblivelse", "akasse_deltager"),
    "laegeerklaering": ("ulovligt_afbud", "lovlig_grund", "forberedelse"),
}
# what the rules in the sources do not cover; with a benefit known they do
UNCOVERED = frozenset({"anden_ydelse", "afgoerelse_venter"})
ASKED_FIRST = frozenset({"afgoerelse_venter", "ferie", "varighed"})

LANGUAGES = ("en", "de", "pl", "uk", "ru", "ar", "tr", "ro", "so", "fa", "fr", "es")
COMMON = "en"  # for a language that has no answer of its own
DANISH = "da"


HARD = re.compile(
    r"\b(?:ikke|ikk|ik|daarlig\w*|lidt) (?:(?:saa|til|forstaa|taler?|godt?|meget) )*dansk\b|\bny i danmark\b"
    r"|\bordblind\w*|\bsvaert ved at (?:laese|skrive|stave)"
    r"|\bdansk (?:er )?(?:ikke |lidt )?(?:saa )?(?:god|godt|svaer|svaert|daarlig\w*)\b"
)


def language_is_hard(text: str) -> bool:
    """Whether somebody says, in Danish, that Danish, or reading and writing it, is hard for them."""
    return HARD.search(fold(text)) is not None


def language_key(language: str) -> str:
    """The response that says, in this language, which one we speak."""
    return f"utter_sprog_{language if language in LANGUAGES else COMMON}"


def gap_of(known: Known) -> str | None:
    """The uncovered subject that this message is about, or None."""
    subject = known.entity("emne")
    return subject if subject in GAPS else None


def without_misread(known: Known, intents: list[str]) -> list[str]:
    """The intents without what the gap in the same message takes the place of.

    "Må min mand komme med" is not about the a-kasse, a deadline that has passed is not told of as coming, and the
    rules are not told to somebody whom they do not cover.
    """
    gap = gap_of(known)
    if gap in UNCOVERED and known.benefit is None:
        return []
    instead = set(INSTEAD.get(gap or "", ()))
    if gap == "bisidder" and known.entity("myndighed") is not None:
        instead.clear()
    return [intent for intent in intents if intent not in instead]


def mention_first(known: Known, reply: Reply, intents: list[str]) -> None:
    """The gap before the rest of the answer, where what it says decides how the rest is read."""
    if gap_of(known) in ASKED_FIRST and intents:
        mention(known, reply)


def mention(known: Known, reply: Reply) -> None:
    """Add the gap to an answer about something else in the same message."""
    if (subject := gap_of(known)) and subject != "sorg":  # it is no subject to answer about: the afbud says it
        reply.say(f"utter_hul_{subject}")
        staff_choice(reply)


def staff_choice(reply: Reply) -> None:
    """The button that leads to a human, once."""
    if not any(choice["payload"] == "/tal_med_medarbejder" for choice in reply.choices):
        reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
