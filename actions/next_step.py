"""The next step ("hvad nu?") in what was just done or is under way, instead of all that can be asked about."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker

from actions import regret, services
from actions.appointments import delivery_key, show_own
from actions.known import Known
from actions.meeting_words import described, place_of
from actions.reply import Reply
from actions.standing import done_yet, open_question, standing
from forloeb.booking.errors import NotFound
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, DeliveryState, Holder, Status
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

RECENT = timedelta(hours=24)
ASKS = re.compile(
    r"(?:(?:ok|okay|og|men|ja|jamen|naa|saa|hm+|aah|tak|puha|uha) )*hvad? "
    r"(?:nu(?: saa)?|saa(?: nu)?|(?:goer|skal|kan|boer|maa) (?:jeg|man|vi)"
    r"(?: (?:nu|saa|her|bare|goere|mon|foerst|lige))*"
    r"|er (?:det )?naeste(?: skridt)?)[ .?!]*"
    r"|(?:ok |og |men )?(?:skal|boer|behoever) jeg (?:(?:ogsaa|saa|selv|stadig) )*(?:at )?"
    r"(?:ringe|kontakte|skrive|give besked)"
    r"(?: (?:til|dem|a-?kassen|jobcent\w+|nogen|selv|ogsaa|nu))*[ .?!]*"
)
HAPPENS = re.compile(r"(?:og |men |ok )?hvad? (?:sker|skal) der (?:ske )?(?:nu|saa)(?: saa| nu)?[ .?!]*")
DONE = re.compile(r"\b(?:booket|bestilt|flyttet|aflyst|registreret|hvornaar)\b")
LOST = frozenset({CaseKind.MISSED.value, CaseKind.PHONE_NOT_RUNG.value, CaseKind.VIDEO_FAILED.value})


def asks(text: str) -> bool:
    """Whether the message asks what to do now, or whether it is done, and nothing else."""
    plain = fold(text).replace(",", "").strip()
    return ASKS.fullmatch(plain) is not None or done_yet(text)


def in_task(known: Known, tracker: Tracker, reply: Reply) -> None:
    """The next step of the task under way: contact where money can depend on it, and the open question."""
    state = tracker.get_slot("opgave") or {}
    aim = state.get("aim") or {}
    if state.get("kind") == "afbud" and (meeting := _own(known, state.get("appointment"))):
        reply.say("utter_naeste_kontakt", **described(known, meeting))
    elif state.get("moving") and (meeting := _own(known, state.get("appointment"))):
        reply.say("utter_flyt_staar", **described(known, meeting))
    elif aim.get("holder") and (state.get("after") == "missed" or state.get("cancellation")):
        reply.say("utter_naeste_kontakt", hvem_kontakt=place_of(known, Holder(aim["holder"])).contact())
    if state.get("cancellation") and done_yet(known.text):
        regret.shown(known, reply)
    if not (state.get("moving") and reply.parts):
        standing(state, reply)
    open_question(state, reply)


def _own(known: Known, appointment_id: str | None) -> Appointment | None:
    return next((a for a in known.ahead if a.id == appointment_id), None)


async def told(known: Known, tracker: Tracker, reply: Reply, *, unknown: bool = False) -> bool:
    """Say the next step after what was done last; False when something else is asked, or there is nothing to say.

    Args:
        known: the message.
        tracker: Rasa's.
        reply: gets the sentences.
        unknown: the message has no answer of its own: "hvad sker der så?" is taken to ask for the next step too.
    """
    happens = unknown and HAPPENS.fullmatch(fold(known.text).strip()) is not None
    if known.registered is None or not (asks(known.text) or happens):
        return False
    matter = tracker.get_slot("sidste_sag") or {}
    if not matter or services.now() - datetime.fromisoformat(matter["at"]) > RECENT:
        if done_yet(known.text) or DONE.search(fold(known.text)):
            await show_own(known, reply)
        return not reply.empty()
    if matter["what"] == "sent":
        reply.say("utter_naeste_kontakt", hvem_kontakt=_contact(known, matter.get("holder")))
        reply.say("utter_naeste_medarbejder")
        return True
    meeting = await _meeting(known.registered.id, matter.get("appointment"))
    if matter["what"] == "missed":
        _after_missed(known, reply, meeting, matter)
    elif meeting is None:
        return False
    elif matter["what"] == "afbud":
        _after_afbud(known, reply, meeting)
    else:
        return _after_booking(known, reply, meeting)
    return True


def _contact(known: Known, holder: str | None) -> str:
    """Whoever holds the meeting; both where that is not known and both can."""
    if holder:
        return str(place_of(known, Holder(holder)).contact())
    return "utter_begge_myndigheder" if known.benefit is Benefit.DAGPENGE else str(known.values()["myndighed"])


async def _meeting(claimant_id: str, appointment_id: str | None) -> Appointment | None:
    if appointment_id is None:
        return None
    try:
        return await asyncio.to_thread(services.bookings().appointment, claimant_id, appointment_id)
    except NotFound:
        return None


def _after_missed(known: Known, reply: Reply, meeting: Appointment | None, matter: dict[str, Any]) -> None:
    holder = meeting.holder if meeting else Holder.JOBCENTER if known.social else Holder.AKASSE
    reply.say("utter_naeste_kontakt", hvem_kontakt=place_of(known, holder).contact())
    reply.say("utter_naeste_skriv_ned")
    if meeting is not None and matter.get("kind") in LOST and meeting.kind not in SUMMONED:
        _new_time(known, reply, meeting)


def _after_afbud(known: Known, reply: Reply, meeting: Appointment) -> None:
    values = described(known, meeting)
    given = known.afbud[1] if known.afbud and known.afbud[0].id == meeting.id else None
    sure = given is not None and given.delivery is DeliveryState.ACKNOWLEDGED
    state = "utter_tilstand_bekraeftet" if sure else "utter_tilstand_ikke_bekraeftet"
    reply.say("utter_aftaler_afbud", **values, tilstand=state)
    if not sure:
        reply.say("utter_naeste_kontakt", **values)
    if meeting.kind in SUMMONED:
        reply.say("utter_naeste_ny_tid_af_dem", **values)
    else:
        _new_time(known, reply, meeting)


def _new_time(known: Known, reply: Reply, lost: Appointment) -> None:
    new = next((a for a in known.ahead if a.holder is lost.holder and a.kind is lost.kind and a.id != lost.id), None)
    if new is not None:
        reply.say("utter_naeste_aftale", **described(known, new))
    else:
        reply.say("utter_naeste_find_tid", **described(known, lost))
        reply.choice("utter_titel_book_samtale", "book_samtale")


def _after_booking(known: Known, reply: Reply, meeting: Appointment) -> bool:
    if meeting.status is not Status.BOOKED or meeting.start <= services.now():
        return False
    reply.say("utter_naeste_booket", **described(known, meeting), tilstand=delivery_key(meeting))
    reply.say("utter_naeste_forbered")
    reply.choice("utter_titel_forbered_samtale", "forbered_samtale")
    reply.choice("utter_titel_vis_aftaler", "vis_aftaler")
    return True
