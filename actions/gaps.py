"""What the sources do not say: the honest gap and the way to a human (design, section 1, point 9)."""

from __future__ import annotations

from actions.known import Known
from actions.reply import Reply

GAPS = (
    "sygemelding", "sygedagpenge", "ferie", "beloeb", "klage", "bisidder", "tolk", "tilmelding", "afgoerelse_venter",
    "cv_frist_overskredet", "booking_frist_overskredet", "forkert_registreret", "saa_ikke_indkaldelsen",
    "ingen_ringede", "for_sent", "video_fejl", "sorg", "ledig_igen",
)  # fmt: skip


LANGUAGES = ("en", "de", "pl", "uk", "ru", "ar", "tr", "ro", "so", "fa", "fr", "es")
COMMON = "en"  # for a language that has no answer of its own
DANISH = "da"


def language_key(language: str) -> str:
    """The response that says, in this language, which one we speak."""
    return f"utter_sprog_{language if language in LANGUAGES else COMMON}"


def gap_of(known: Known) -> str | None:
    """The uncovered subject that this message is about, or None."""
    subject = known.entity("emne")
    return subject if subject in GAPS else None


def mention(known: Known, reply: Reply) -> None:
    """Add the gap to an answer about something else in the same message."""
    if (subject := gap_of(known)) and subject != "sorg":  # it is no subject to answer about: the afbud says it
        reply.say(f"utter_hul_{subject}")
        staff_choice(reply)


def staff_choice(reply: Reply) -> None:
    """The button that leads to a human, once."""
    if not any(choice["payload"] == "/tal_med_medarbejder" for choice in reply.choices):
        reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
