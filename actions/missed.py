"""A meeting that was missed: calm, what to do now first, the moment noted and delivered, new times at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions import matter, proposing, regret
from actions.afbud_words import HAPPENED
from actions.aiming import aim_for
from actions.meeting_words import matching, place_of
from actions.missed_words import BEHIND, NOT_RUNG, RANG, RECORDED, WAS_THERE, late
from actions.standing import done_yet, open_question
from actions.turn import Turn
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, Holder, Status
from forloeb.danish.words import fold
from forloeb.obligations import Benefit
from forloeb.settings import ZONE

CONTACTS = {
    "forkert_registreret": CaseKind.WRONGLY_RECORDED,
    "saa_ikke_indkaldelsen": CaseKind.NEVER_SAW_SUMMONS,
    "ingen_ringede": CaseKind.PHONE_NOT_RUNG,
    "video_fejl": CaseKind.VIDEO_FAILED,
    "for_sent": CaseKind.LATE,
}
RECENT = timedelta(days=30)
JUST_NOW = timedelta(minutes=30)
SURE = 0.5
# How long before its time a meeting can already be the one that goes wrong.
BEFORE = {
    CaseKind.LATE: timedelta(hours=12),
    CaseKind.VIDEO_FAILED: timedelta(hours=1),
    CaseKind.PHONE_NOT_RUNG: timedelta(minutes=15),
}


async def begin(turn: Turn) -> None:
    """Note the contact with its time (the moment can decide money), say what to do now, propose new times."""
    kind = CONTACTS.get(turn.known.entity("emne") or "", CaseKind.MISSED)
    if kind is CaseKind.MISSED and late(turn):
        kind = CaseKind.LATE
    if kind is CaseKind.MISSED and NOT_RUNG.search(fold(turn.text)):
        kind = CaseKind.PHONE_NOT_RUNG
    if kind is CaseKind.MISSED and RANG.match(fold(turn.text)):
        turn.reply.say("utter_misset_ringede")
        turn.finish()
        return
    was_there = kind is CaseKind.MISSED and WAS_THERE.search(fold(turn.text)) is not None
    if was_there:
        kind = CaseKind.WRONGLY_RECORDED
    meeting = await _meeting(turn, kind)
    if was_there and not RECORDED.search(fold(turn.text)) and (meeting is None or meeting.status is not Status.MISSED):
        turn.reply.say("utter_misset_var_der")
        turn.reply.choice("utter_titel_misset_samtale", "misset_samtale")
        turn.finish()
        return
    if kind is CaseKind.MISSED and meeting is None and not turn.pressed:
        if done_yet(turn.text.rstrip("?! ").split(".")[-1]):
            regret.nothing_given(turn.known, turn.reply)
            turn.finish()
            return
        if turn.sure < SURE or (turn.known.ahead and not BEHIND.search(fold(turn.text))):
            _ask_whether(turn)
            return
    if _told_just_now(turn, meeting, kind):
        await _note_more(turn, meeting, kind)
        turn.finish()
        return
    await noted(turn, meeting, kind)


async def noted(turn: Turn, meeting: Appointment | None, kind: CaseKind) -> None:
    """Note it, and look for a new time where one is needed."""
    await note(turn, meeting, kind)
    if meeting is not None and _needs_new_time(turn, meeting, kind):
        turn.state = {"kind": "book", "after": "missed", "aim": await aim_for(turn, meeting)}
        turn.reply.say("utter_misset_ny_tid")
        await proposing.propose(turn)
    else:
        turn.finish()


async def more(turn: Turn) -> None:
    """More is told of the meeting that was missed while its new time is looked for: noted, and the question goes on."""
    await _note_more(turn, await _meeting(turn, CaseKind.MISSED), CaseKind.MISSED)
    open_question(turn.state, turn.reply)


async def _note_more(turn: Turn, meeting: Appointment | None, kind: CaseKind) -> None:
    contact = await turn.call(
        turn.service.missed, turn.claimant_id, meeting.id if meeting else None, turn.text,
        turn.key("missed"), turn.now, kind.value,
    )  # fmt: skip
    turn.slots["sidste_sag"] = matter.of("missed", turn.now, meeting, kind=kind.value)
    holder = meeting.holder if meeting else (Holder.JOBCENTER if turn.known.social else Holder.AKASSE)
    turn.reply.say("utter_misset_ogsaa_noteret", kvittering=contact.receipt)
    turn.reply.say("utter_naeste_kontakt", hvem_kontakt=place_of(turn.known, holder).contact())


def _told_just_now(turn: Turn, meeting: Appointment | None, kind: CaseKind) -> bool:
    """Whether the same was noted a moment ago: it needs no second telling of what it means."""
    last = turn.last
    same = last.get("what") == "missed" and last.get("kind") == kind.value
    same = same and last.get("appointment") == (meeting.id if meeting else None)
    return same and turn.now - datetime.fromisoformat(last["at"]) < JUST_NOW


def tells_more(turn: Turn) -> bool:
    """Whether a message in the search for a new time only tells more of the meeting that was missed."""
    if turn.pressed or turn.state.get("after") != "missed" or says_otherwise(turn):
        return False
    happened = turn.intent == "misset_samtale" or (turn.intent == "meld_afbud" and HAPPENED.search(fold(turn.text)))
    return bool(happened) and not matching(turn.known, turn.known.ahead, naming=True)


def _ask_whether(turn: Turn) -> None:
    """Unsure, and no such meeting is known: nothing is noted before the person says so."""
    turn.reply.say("utter_misset_er_det")
    turn.reply.choice("utter_titel_misset_samtale", "misset_samtale")
    turn.reply.choice("utter_titel_vis_aftaler", "vis_aftaler")
    turn.reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
    turn.finish()


async def note(turn: Turn, meeting: Appointment | None, kind: CaseKind) -> None:
    """Commit the contact, then say what to do now, the receipt, and what is known of the consequence."""
    words = turn.state.get("words") or turn.text or kind.value  # an afbud that came too late has its reason
    contact = await turn.call(
        turn.service.missed, turn.claimant_id, meeting.id if meeting else None, words,
        turn.key("missed"), turn.now, kind.value,
    )  # fmt: skip
    turn.slots["sidste_sag"] = matter.of("missed", turn.now, meeting, kind=kind.value)
    holder = meeting.holder if meeting else (Holder.JOBCENTER if turn.known.social else Holder.AKASSE)
    values = {"klokken": f"{contact.at.astimezone(ZONE):%H.%M}", "kvittering": contact.receipt}
    key = "utter_misset_ring_nu" if _not_over(turn, meeting) else "utter_misset_kontakt_nu"
    turn.reply.say(key, hvem_kontakt=place_of(turn.known, holder).contact())
    if kind is not CaseKind.MISSED:
        turn.reply.say(f"utter_misset_{kind.value}", **values)
        return
    turn.reply.say("utter_misset_noteret", **values)
    if turn.known.benefit is not Benefit.DAGPENGE:
        turn.reply.say("utter_misset_regel_social")
    elif meeting is not None:
        turn.reply.say("utter_misset_regel_dagpenge", moededag=turn.known.day(meeting.start.astimezone(ZONE).date()))
    else:
        turn.reply.say("utter_misset_regel_dagpenge", moededag="utter_misset_moedets_dag")


def _not_over(turn: Turn, meeting: Appointment | None) -> bool:
    return meeting is not None and meeting.status is Status.BOOKED and turn.now < meeting.end


def _needs_new_time(turn: Turn, meeting: Appointment, kind: CaseKind) -> bool:
    """A new time helps where the meeting is lost; not where it can still be held, was held, or is summoned to."""
    if meeting.kind in SUMMONED or kind in (CaseKind.LATE, CaseKind.WRONGLY_RECORDED):
        return False
    return kind is CaseKind.MISSED or not _not_over(turn, meeting)


async def lately(turn: Turn) -> bool:
    """Whether a meeting of theirs lies just behind that was not held."""
    return await _meeting(turn, CaseKind.MISSED) is not None


def says_otherwise(turn: Turn) -> bool:
    """Whether a message about a missed meeting says what went wrong: "jeg var der jo"."""
    return turn.known.entity("emne") in CONTACTS or WAS_THERE.search(fold(turn.text)) is not None


async def _meeting(turn: Turn, kind: CaseKind) -> Appointment | None:
    """The latest meeting whose time has come and that was not held; where it is going wrong now, also the next one."""
    every = await turn.call(turn.service.appointments, turn.claimant_id)
    ahead = BEFORE.get(kind, timedelta(0))
    near = [
        a for a in every
        if a.status in (Status.BOOKED, Status.MISSED) and turn.now - RECENT <= a.start <= turn.now + ahead
    ]  # fmt: skip
    pool = matching(turn.known, near, "past", naming=True) or near
    return max(pool, key=lambda a: a.start) if pool else None
