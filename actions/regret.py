"""Whether the words regret an afbud that is recorded, or ask about it. The act is in rebook.py."""

from __future__ import annotations

import re

from actions.known import Known
from actions.meeting_words import described, matching, times_in
from actions.reply import Reply
from forloeb.booking.model import Cancellation, DeliveryState
from forloeb.danish.words import fold

REGRETS = re.compile(
    r"\b(?:fortryd\w*|fortrudt|ombestem\w*)\b"
    r"|\b(?:(?:mit |min )?(?:moede|moedet|tid|tiden|aftale|aftalen|samtale|samtalen)|afbuddet|det|den) tilbage\b"
    r"|\b(?:til |af )?(?:det|den) forkerte (?:moede|aftale|samtale)\b"
    r"|\b(?:traek\w*|tag\w*|slet\w*|annuller\w*) (?:\w+ ){0,3}afbud\w*|\bkommer (?:\w+ )?alligevel\b"
)
# "hov nej det var forkert", said when something has just been booked or moved
MISTAKEN = re.compile(
    r"\b(?:forkert|fejl|ved en fejl|ups|hov|ikke meningen|mente ikke|mente (?:det|den) and(?:et|en)|trykkede)\b"
)
# "jeg kan alligevel godt komme", "nu kan jeg godt komme på torsdag"; never "jeg kan alligevel ikke komme"
COMES = re.compile(
    r"\b(?:kan|ka) (?=.*\b(?:godt|alligevel)\b)(?:\w+ ){0,4}(?:komme|deltage|moede op|vaere med|naa det)\b"
)
DENIES = re.compile(
    r"\b(?:godt|alligevel|kan|ka) (?:\w+ )?(?:ikke|ikk|ik|it)\b|\b(?:ikke|ikk|ik|it) (?:\w+ ){0,2}(?:komme|alligevel)\b"
)

# "kan jeg ikke godt komme alligevel?" asks to
MAY_COME = re.compile(r"\b(?:kan|maa) jeg (?:saa )?ikke (?:\w+ ){0,2}(?:komme|deltage)\b.*\?")


def regrets(known: Known) -> bool:
    """Whether the message takes back what was done."""
    return REGRETS.search(fold(known.text)) is not None


def comes(known: Known) -> bool:
    """Whether the person says that they can come after all."""
    text = fold(known.text)
    return (COMES.search(text) is not None and DENIES.search(text) is None) or MAY_COME.search(text) is not None


def meant(known: Known) -> bool:
    """Whether an afbud was given that the message takes back ("fortryd afbuddet", "jeg kan alligevel godt komme")."""
    if known.afbud is None:
        return False
    if not (regrets(known) or comes(known)):
        return False
    # "jeg kan godt komme på fredag" picks a time, or is about a meeting that stands
    return not times_in(known) or bool(matching(known, known.cancelled, naming=True))


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


def nothing_given(known: Known, reply: Reply) -> None:
    """To who asks whether an afbud has arrived: the one there is, or that there is none, and how to give one."""
    if given(known, reply):
        return
    reply.say("utter_afbud_intet_registreret")
    reply.choice("utter_titel_meld_afbud", "meld_afbud")
    reply.choice("utter_titel_vis_aftaler", "vis_aftaler")


def shown(known: Known, reply: Reply) -> None:
    """The afbud given, and how sure it is, beside the meetings."""
    for meeting, given in known.without_new_time or ([known.afbud] if known.afbud else []):
        if not any(a.start == meeting.start for a in known.ahead):
            reply.say("utter_aftaler_afbud", **described(known, meeting), tilstand=_state(given))


def _state(given: Cancellation) -> str:
    confirmed = given.delivery is DeliveryState.ACKNOWLEDGED
    return "utter_tilstand_bekraeftet" if confirmed else "utter_tilstand_ikke_bekraeftet"
