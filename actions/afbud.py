"""Afbud: the person's own words and ground are stored; whether it is lawful is a person's act, never the assistant's."""

from __future__ import annotations

from actions import book, move, proposing, which
from actions.meeting_words import described
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.errors import Refused
from forloeb.booking.model import SUMMONED, Appointment, Cancelled, CaseKind, DeliveryState, Ground, Kind
from forloeb.obligations import Benefit

NAMED_IN_THE_SOURCE = (Ground.ILLNESS.value, Ground.INTERVIEW.value)
SURE_ENOUGH = 0.55


async def begin(turn: Turn) -> None:
    """Which meeting, why, and then by the ground."""
    turn.state.update({"kind": "afbud", "ground": turn.known.entity("afbudsgrund"), "sure": turn.sure})
    if turn.state["ground"]:
        turn.state["words"] = turn.text[:1000]
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if not ahead:
        await _no_meeting(turn)
        return
    meeting = await which.meeting(turn)
    if meeting is not None:
        await with_meeting(turn, meeting)


async def _no_meeting(turn: Turn) -> None:
    """We hold no meeting of theirs: a human gets the words, and the person is told to make contact themselves."""
    case = await turn.call(
        turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value,
        {"wants": "afbud", "words": turn.text[:1000]}, turn.key("afbud_unknown"), turn.now,
    )  # fmt: skip
    turn.reply.say("utter_afbud_ingen_aftale", kvittering=case.receipt or case.id)
    turn.finish()


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """The meeting is known: ask for the reason, or go on by the ground."""
    turn.state["appointment"] = meeting.id
    ground = turn.state.get("ground")
    if not ground:
        turn.reply.ask("utter_afbud_spoerg_grund", **described(turn.known, meeting))
        turn.wait("reason")
        return
    if ground in NAMED_IN_THE_SOURCE:
        if turn.state.get("sure", 0.0) < SURE_ENOUGH and not turn.chosen:
            turn.reply.ask("utter_afbud_laes_op", **described(turn.known, meeting))
            turn.reply.choice("utter_knap_ja_afbud", "valg", {"trin": "cancel"})
            turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
            turn.wait("sure")
            return
        await commit(turn)
        return
    await warn(turn, meeting)


async def reason(turn: Turn) -> None:
    """The reason in the person's own words; a change of mind leaves the meeting as it was."""
    if turn.intent == "afkraeft" and not turn.known.entity("afbudsgrund"):
        keep(turn)
        return
    turn.state["words"] = turn.text[:1000]
    turn.state["ground"] = turn.known.entity("afbudsgrund") or Ground.OTHER.value
    turn.state["sure"] = 1.0
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    await with_meeting(turn, meeting)


async def sure(turn: Turn) -> None:
    """Whether it really is an afbud."""
    if turn.chosen == "cancel" or turn.intent in ("bekraeft", "meld_afbud"):
        await commit(turn)
    elif turn.intent == "afkraeft" or turn.chosen == "keep":
        keep(turn)
    else:
        meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
        turn.state["sure"] = 0.0
        await with_meeting(turn, meeting)


async def warn(turn: Turn, meeting: Appointment) -> None:
    """The consequence first, an offer to move, and nothing recorded yet; an open ground goes to staff at once."""
    ground = turn.state["ground"]
    dagpenge = turn.known.benefit is Benefit.DAGPENGE
    values = described(turn.known, meeting)
    if ground == Ground.OTHER.value:
        facts = {"appointment": meeting.id, "wants": "afbud", "words": turn.state.get("words") or turn.text[:1000]}
        case = await turn.call(
            turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, turn.key("afbud_reason"), turn.now
        )
        turn.reply.say(f"utter_afbud_andet_{'dagpenge' if dagpenge else 'social'}", **values)
        turn.reply.say("utter_afbud_andet_sag", kvittering=case.receipt or case.id, **values)
    else:
        turn.reply.say(f"utter_afbud_privat_{'dagpenge' if dagpenge else 'social'}", **values)
    ask_instead(turn, meeting)


def ask_instead(turn: Turn, meeting: Appointment) -> None:
    """Move, cancel all the same, or keep."""
    turn.reply.ask("utter_afbud_flyt_i_stedet", **described(turn.known, meeting))
    turn.reply.choice("utter_knap_flyt_i_stedet", "valg", {"trin": "move"})
    turn.reply.choice("utter_knap_afbud_alligevel", "valg", {"trin": "cancel"})
    turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
    turn.wait("insist")


async def insist(turn: Turn) -> None:
    """After the warning: move (yes), cancel all the same (said in so many words), keep, or another reason."""
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    new_ground = turn.known.entity("afbudsgrund")
    if turn.chosen == "move" or turn.intent in ("bekraeft", "flyt_samtale", "book_samtale") or wish_in(turn.known):
        await move.with_meeting(turn, meeting)
    elif turn.chosen == "cancel" or (turn.intent == "meld_afbud" and new_ground in (None, turn.state["ground"])):
        await commit(turn, warned=True)
    elif turn.chosen == "keep":
        keep(turn)
    elif new_ground and new_ground != turn.state["ground"]:
        turn.state.update({"ground": new_ground, "words": turn.text[:1000]})
        await with_meeting(turn, meeting)
    else:
        turn.reply.say("utter_afbud_intet_endnu")
        ask_instead(turn, meeting)


def keep(turn: Turn) -> None:
    """Nothing is done; the meeting stands."""
    turn.reply.say("utter_afbud_behold")
    turn.finish()


async def commit(turn: Turn, *, warned: bool = False) -> None:
    """Write the afbud, then say it, and propose new times in the same reply."""
    state = turn.state
    try:
        cancelled = await turn.call(
            turn.service.cancel, turn.claimant_id, state.get("appointment") or "", state.get("words") or turn.text,
            state.get("ground") or Ground.OTHER.value, turn.key("afbud"), turn.now, warned=warned,
        )  # fmt: skip
    except Refused as error:
        if error.code == "appointment_past":
            turn.reply.say("utter_afbud_for_sent")
            turn.reply.choice("utter_titel_misset_samtale", "misset_samtale")
            turn.finish()
            return
        book.refused(turn, error)
        return
    await done(turn, cancelled)


async def done(turn: Turn, cancelled: Cancelled) -> None:
    """Receipt, how sure it is, what to do now, and a new time."""
    meeting = cancelled.appointment
    values = described(turn.known, meeting)
    turn.reply.say("utter_afbud_faerdig", **values, kvittering=cancelled.receipt)
    if cancelled.cancellation.delivery is DeliveryState.ACKNOWLEDGED:
        turn.reply.say("utter_modtaget_af", navn=cancelled.cancellation.acknowledged_by or values["hvem"])
    else:
        turn.reply.say("utter_registreret_ikke_bekraeftet", hvem=values["hvem"])
    if cancelled.call_now:
        turn.reply.say("utter_ring_ogsaa", hvem_kontakt=values["hvem_kontakt"])
    else:
        turn.reply.say("utter_afbud_kontakt_ogsaa", hvem_kontakt=values["hvem_kontakt"])
    turn.reply.say("utter_afbud_vurdering", hvem=values["hvem"])
    if turn.known.benefit is Benefit.DAGPENGE:
        turn.reply.say("utter_afbud_ny_tid_med_det_samme")
    await new_time(turn, meeting, cancelled.cancellation.id)


async def new_time(turn: Turn, meeting: Appointment, cancellation_id: str) -> None:
    """New times for a cancelled meeting; what the holder summons to is agreed with the holder, and staff know."""
    if meeting.kind in SUMMONED:
        await turn.call(turn.service.no_new_time, turn.claimant_id, cancellation_id, "summoned", turn.now)
        turn.reply.say("utter_afbud_ny_tid_indkaldes", **described(turn.known, meeting))
        turn.finish()
        return
    aimed = await proposing.aim(turn, meeting.holder)
    window = (aimed["first"], aimed["last"]) if aimed and meeting.kind is Kind.JOB else (None, None)
    turn.state = {
        "kind": "book",
        "cancellation": cancellation_id,
        "aim": {"holder": meeting.holder.value, "kind": meeting.kind.value, "number": meeting.number,
                "first": window[0], "last": window[1]},
    }  # fmt: skip
    if not await proposing.propose(turn):
        await turn.call(turn.service.no_new_time, turn.claimant_id, cancellation_id, "none_fits", turn.now)
        turn.finish()
