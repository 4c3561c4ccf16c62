"""A meeting that was missed: calm, what to do now first, the moment noted and delivered, new times at once."""

from __future__ import annotations

from datetime import timedelta

from actions import proposing
from actions.meeting_words import described, matching, place_of
from actions.turn import Turn
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, Holder, Status
from forloeb.obligations import Benefit

CONTACTS = {
    "forkert_registreret": CaseKind.WRONGLY_RECORDED,
    "saa_ikke_indkaldelsen": CaseKind.NEVER_SAW_SUMMONS,
    "ingen_ringede": CaseKind.PHONE_NOT_RUNG,
    "video_fejl": CaseKind.VIDEO_FAILED,
    "for_sent": CaseKind.LATE,
}
RECENT = timedelta(days=30)


async def begin(turn: Turn) -> None:
    """Note the contact with its time (the moment can decide money), then say it."""
    subject = turn.known.entity("emne")
    kind = CONTACTS.get(subject or "", CaseKind.MISSED)
    meeting = await _meeting(turn, kind)
    contact = await turn.call(
        turn.service.missed, turn.claimant_id, meeting.id if meeting else None, turn.text or kind.value,
        turn.key("missed"), turn.now, kind.value,
    )  # fmt: skip
    holder = meeting.holder if meeting else (Holder.JOBCENTER if turn.known.social else Holder.AKASSE)
    where = place_of(turn.known, holder)
    clock = f"{turn.now:%H.%M}"
    turn.reply.say("utter_misset_kontakt_nu", hvem_kontakt=where.contact())
    if kind is CaseKind.MISSED:
        turn.reply.say("utter_misset_noteret", klokken=clock, kvittering=contact.receipt)
        if turn.known.benefit is Benefit.DAGPENGE:
            turn.reply.say("utter_misset_regel_dagpenge", **(_day(turn, meeting)))
        else:
            turn.reply.say("utter_misset_regel_social")
    else:
        turn.reply.say(f"utter_misset_{kind.value}", klokken=clock, kvittering=contact.receipt)
    if meeting is None or meeting.kind in SUMMONED or kind is CaseKind.LATE:
        turn.finish()
        return
    await _new_time(turn, meeting)


async def _new_time(turn: Turn, meeting: Appointment) -> None:
    aimed = await proposing.aim(turn, meeting.holder)
    turn.state = {
        "kind": "book",
        "aim": {"holder": meeting.holder.value, "kind": meeting.kind.value, "number": meeting.number,
                "first": aimed["first"] if aimed else None, "last": aimed["last"] if aimed else None},
    }  # fmt: skip
    turn.reply.say("utter_misset_ny_tid")
    if not await proposing.propose(turn):
        turn.finish()


async def _meeting(turn: Turn, kind: CaseKind) -> Appointment | None:
    """The latest meeting whose time has come and that was not held; for lateness also the next one today."""
    every = await turn.call(turn.service.appointments, turn.claimant_id)
    ahead = timedelta(hours=12) if kind is CaseKind.LATE else timedelta(0)
    near = [
        a for a in every
        if a.status in (Status.BOOKED, Status.MISSED) and turn.now - RECENT <= a.start <= turn.now + ahead
    ]  # fmt: skip
    fits = matching(turn.known, near, "past")
    pool = fits or near
    return max(pool, key=lambda a: a.start) if pool else None


def _day(turn: Turn, meeting: Appointment | None) -> dict[str, str]:
    if meeting is None:
        return {"moededag": "utter_misset_moedets_dag"}
    return {"moededag": described(turn.known, meeting)["tid"]}
