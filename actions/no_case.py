"""What sounds like a wish for a human and is none: answered, and no case opened unasked."""

from __future__ import annotations

import re

from actions.known import Known
from actions.reply import Reply
from forloeb.booking.model import Holder
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

HUMAN = re.compile(
    r"medarbejder|menneske|person(?!nummer)|raadgiver|sagsbehandler|vejleder|nogen|ring (?:til )?mig|kontakt mig|chef"
)
CPR = re.compile(r"\bcpr\b|\bcpr-?(?:nr|nummer)\w*|\bpersonnummer\w*")
# "jeg har ringet til dem": done. "jeg har ringet, men ingen svarer" asks for help, and is none of this.
CONTACTED = re.compile(
    r"(?:(?:ja|nu|ok|okay|men|saa|naa|jo) )*(?:(?:jeg|vi) )?har (?:(?:nu|lige|allerede|ogsaa|selv|faktisk) )*"
    r"(?:ringet|kontaktet|talt med|snakket med|mailet|skrevet til|givet besked|givet dem besked|sagt det|fortalt det)"
    r"(?: (?:til|ind))?(?: (?:dem|hende|ham|(?:min )?a-?kassen?|jobcenter\w*|kommunen|der))?"
    r"(?: (?:nu|i dag|i gaar|lige|allerede|om det|og sagt det|igen|selv))*[ .!]*"
)


# "hvornår har a-kassen åbent": told where the installation knows it
OPENS = re.compile(r"\b(?:hvornaar|hvad tid|naar)\b.*\b(?:aabent?|aabner|lukker)\b|\baabningstid\w*")
# "hvem skal jeg ringe til?": the number is the answer
WHOM = re.compile(
    r"(?:(?:og|men|ok|saa|hej) )*hvem (?:er det (?:saa )?)?(?:skal|ska|kan|ka|boer|maa) (?:jeg|man)(?: (?:saa|nu|her))?"
    r" (?:ringe|kontakte|skrive|henvende mig|give besked|sige det|spoerge)"
    r"(?: (?:til|det|om|hos|saa|nu|besked))*[ .?!]*"
    r"|(?:(?:og|men|ok|saa|hej) )*hvem (?:kontakter|ringer|skriver|spoerger) (?:jeg|man)(?: (?:til|saa|nu|hos))*[ .?!]*"
)

RING_TOO = re.compile(
    r"(?:(?:og|men|ok|saa) )*(?:skal|ska|boer|behoever) (?:jeg|man) (?:(?:ogsaa|selv|saa|stadig|ikke) )*"
    r"(?:ringe|kontakte dem|skrive til dem)(?: (?:til|dem|ogsaa|selv|saa|der|ind))*[ .?!]*"
)

# "jeg har ringet men de tager den ikke"
IN_VAIN = re.compile(
    r"\b(?:har|proever|proevet|forsoeg\w*|kan ikke) (?:\w+ ){0,4}(?:ring\w*|kontakt\w*|skrevet|fat i|igennem)\b.*"
    r"\b(?:(?:tager?|svarer?) (?:(?:den|telefonen|mig|bare) )*(?:ikke|ik|aldrig)|ikke svar\w*|ingen (?:svarer|tager)"
    r"|optaget|telefonkoe|i koe|ikke igennem|ikke faa fat|lukket)\b"
    r"|\bkan ikke (?:\w+ ){0,2}(?:faa fat i dem|komme igennem)\b"
)

# "hvad er a-kassens nummer?"
NUMBER = re.compile(
    r"\b(?:hvad|hvilket|har du|kan jeg faa|maa jeg faa|giv mig)\b(?!.*\bmit\b).*"
    r"\b(?:telefon|tlf)?(?:nummer|nummeret|nr)\b"
)

# "de gav mig en tid på mandag", "jeg har fået en ny tid af dem"
GOT_TIME = re.compile(
    r"\b(?:de|hun|han|a-?kassen|jobcent\w+|vi|jeg) (?:har )?(?:gav|givet|fik|faaet|aftalt\w*)"
    r" (?:mig )?(?:\w+ ){0,2}tid\b"
)

# A wish about one's data, which is a case.
DATA = re.compile(r"\b(?:slet|fjern|data|oplysning|indsigt|gemt|gemmer|gdpr)\w*")

# "[cpr fjernet]": what the gateway puts in a number's place (forloeb/gateway/texts.yml)
REMOVED = re.compile(r"\[[^\]]*\]")


def only_cpr(text: str) -> bool:
    """Whether a message speaks of a CPR number and wishes nothing about one's data."""
    said = REMOVED.sub("", fold(text))
    return CPR.search(fold(text)) is not None and DATA.search(said) is None


def answered(known: Known, reply: Reply) -> bool:
    """Say what fits: that CPR numbers are not kept, whom to ring, or what to do after the person's own contact.

    False when the message is something else, or asks for a human.
    """
    text = fold(known.text).replace(",", "").strip()
    if HUMAN.search(text):
        return False
    if CPR.search(text):
        reply.say("utter_cpr")
    elif NUMBER.search(text):
        named = {"akasse": known.akasse, "jobcenter": known.jobcenter}.get(str(known.entity("myndighed")))
        reply.say("utter_kontakt_er", hvem_kontakt=named.contact() if named else known.values()["myndighed"])
    elif CONTACTED.fullmatch(text):
        reply.say("utter_har_kontaktet")
    elif OPENS.search(text):
        _hours(known, reply)
    elif WHOM.fullmatch(text) or RING_TOO.fullmatch(text):
        if RING_TOO.fullmatch(text):
            reply.say("utter_ring_selv")
        both = known.benefit is Benefit.DAGPENGE
        reply.say("utter_hvem_kontakt", hvem_kontakt="utter_begge_myndigheder" if both else known.values()["myndighed"])
    else:
        return False
    return True


def _hours(known: Known, reply: Reply) -> None:
    named = known.entity("myndighed")
    if named is None and re.search(r"\b(?:har|er) i\b", fold(known.text)):
        reply.say("utter_medarbejder_ring")
        return
    own = Holder.AKASSE.value if known.benefit is Benefit.DAGPENGE else Holder.JOBCENTER.value
    place = known.akasse if (named or own) == Holder.AKASSE.value else known.jobcenter
    if place.hours:
        reply.say("utter_sted_aabent", sted=place.name, sted_tider=place.hours_text())
    else:
        reply.say("utter_aabningstid_ukendt", sted=place.contact())


def in_vain(known: Known, reply: Reply) -> bool:
    """To who cannot get through, in the middle of a task: what to do then; False when the message is something else."""
    if IN_VAIN.search(fold(known.text).replace(",", "")) is None:
        return False
    reply.say("utter_har_ringet_forgaeves")
    return True


def got_a_time(known: Known, reply: Reply) -> bool:
    """To who has agreed a time with the holder: nothing is looked for; False when the message is something else."""
    text = fold(known.text)
    if GOT_TIME.search(text) is None or "?" in text:
        return False
    reply.say("utter_fik_tid")
    return True
