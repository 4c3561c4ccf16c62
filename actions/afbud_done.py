"""After an afbud is committed: the receipt, how sure it is, and a new time."""

from __future__ import annotations

from actions import matter, proposing
from actions.aiming import aim_for
from actions.meeting_words import described
from actions.turn import Turn
from actions.wishing import as_json, from_json, merged, not_that_day
from forloeb.booking.model import SUMMONED, Appointment, Cancelled, DeliveryState, Ground
from forloeb.obligations import Benefit


async def done(turn: Turn, cancelled: Cancelled) -> None:
    """The receipt and a new time."""
    receipt(turn, cancelled)
    await new_time(turn, cancelled.appointment, cancelled.cancellation.id)


def receipt(turn: Turn, cancelled: Cancelled) -> None:
    """What to do now when the meeting is near, the receipt, and how sure it is."""
    meeting, taken = cancelled.appointment, cancelled.cancellation
    turn.slots["sidste_sag"] = matter.of("afbud", turn.now, meeting)
    values = described(turn.known, meeting)
    if cancelled.call_now:
        turn.reply.say("utter_ring_ogsaa", hvem_kontakt=values["hvem_kontakt"])
    turn.reply.say("utter_afbud_faerdig", **values, kvittering=cancelled.receipt)
    if taken.delivery is DeliveryState.ACKNOWLEDGED:
        turn.reply.say("utter_modtaget_af", navn=taken.acknowledged_by or values["hvem"])
    elif cancelled.call_now:
        turn.reply.say("utter_ikke_bekraeftet", hvem=values["hvem"])
    else:
        turn.reply.say("utter_afbud_ikke_bekraeftet", **values)
    turn.reply.say("utter_afbud_vurdering")
    if taken.ground is Ground.ILLNESS:
        turn.reply.say("utter_afbud_god_bedring")


async def new_time(turn: Turn, meeting: Appointment, cancellation_id: str) -> None:
    """New times for a cancelled meeting; what the holder summons to is agreed with the holder, and staff know."""
    if meeting.kind in SUMMONED:
        await turn.call(turn.service.no_new_time, turn.claimant_id, cancellation_id, "summoned", turn.now)
        turn.reply.say("utter_afbud_ny_tid_indkaldes", **described(turn.known, meeting))
        turn.finish()
        return
    if turn.known.benefit is Benefit.DAGPENGE:
        turn.reply.say("utter_afbud_ny_tid_med_det_samme")
    away = from_json(turn.state.get("away") or {})
    wished = from_json(turn.state.get("rather") or {})
    turn.state = {
        "kind": "book",
        "cancellation": cancellation_id,
        "aim": await aim_for(turn, meeting),
        "wish": as_json(merged(merged(not_that_day(meeting), away), wished)),
        **{name: turn.state[name] for name in ("later", "away") if turn.state.get(name)},
    }
    if meeting.about:
        turn.state["about"] = meeting.about
    if not await proposing.propose(turn) and turn.over:
        await turn.call(turn.service.no_new_time, turn.claimant_id, cancellation_id, "none_fits", turn.now)
