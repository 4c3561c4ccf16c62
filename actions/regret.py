"""An afbud that is regretted, or asked about, once it is recorded: it stands, and only a human can undo it."""

from __future__ import annotations

import re

from actions.known import Known
from actions.meeting_words import described
from actions.reply import Reply
from forloeb.booking.model import Cancellation, DeliveryState
from forloeb.danish.words import fold

REGRETS = re.compile(
    r"\b(?:fortryd\w*|fortrudt|ombestem\w*)\b"
    r"|\b(?:moedet|tiden|aftalen|samtalen|afbuddet|det|den) tilbage\b"
    r"|\btraek\w* (?:\w+ ){0,3}afbud\w*|\bkommer? alligevel\b|\balligevel (?:godt )?komme\b"
)

# "hov nej det var forkert", said when something has just been booked or moved
MISTAKEN = re.compile(
    r"\b(?:forkert|fejl|ved en fejl|ups|hov|ikke meningen|mente ikke|mente (?:det|den) and(?:et|en)|trykkede)\b"
)


def regrets(known: Known) -> bool:
    """Whether the message takes back what was done."""
    return REGRETS.search(fold(known.text)) is not None


def stands(known: Known, reply: Reply) -> bool:
    """To who regrets an afbud: it stands, and who to call now; False when that was not said."""
    if known.afbud is None or not regrets(known):
        return False
    reply.say("utter_afbud_staar", **described(known, known.afbud[0]))
    return True


def given(known: Known, reply: Reply) -> bool:
    """To who gives an afbud once more: it is registered already; False when none is."""
    if known.afbud is None:
        return False
    meeting, stored = known.afbud
    reply.say("utter_afbud_allerede", **described(known, meeting), tilstand=_state(stored))
    reply.say("utter_afbud_vurdering")
    return True


def nothing_changed(known: Known, reply: Reply) -> bool:
    """A regret or another form outside a task: nothing was changed by it; False when there is nothing to say."""
    if not known.ahead or not (regrets(known) or MISTAKEN.search(fold(known.text)) or known.entity("moedeform")):
        return False
    reply.say("utter_intet_aendret_nu")
    form = known.entity("moedeform")
    for intent in ("flyt_samtale", "skift_moedeform", "meld_afbud"):
        said = {"moedeform": form} if form and intent == "skift_moedeform" else None
        reply.choice(f"utter_titel_{intent}", intent, said)
    return True


def shown(known: Known, reply: Reply) -> None:
    """The afbud given, and how sure it is, beside the meetings."""
    if known.afbud is not None:
        meeting, given = known.afbud
        reply.say("utter_aftaler_afbud", **described(known, meeting), tilstand=_state(given))


def _state(given: Cancellation) -> str:
    confirmed = given.delivery is DeliveryState.ACKNOWLEDGED
    return "utter_tilstand_bekraeftet" if confirmed else "utter_tilstand_ikke_bekraeftet"
