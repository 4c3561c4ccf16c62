"""An afbud that is regretted: it stands, staff hear of the regret, and its time is booked anew if it is still free."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import reading_back, regret
from actions.aiming import aim_for
from actions.gaps import staff_choice
from actions.meeting_words import described, matching
from actions.proposing import hold_minutes
from actions.standing import open_question
from actions.turn import Turn, send, turn_from
from forloeb import operation
from forloeb.booking.errors import NotFound, SlotTaken, SlotWithdrawn
from forloeb.booking.model import SUMMONED, Appointment, Cancellation, CaseKind, Slot, Status
from forloeb.db import reading

A_MOMENT = timedelta(minutes=1)


async def outside_a_task(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any]:
    """The same for an action that has no turn."""
    turn = await turn_from(tracker)
    await begin(turn)
    return send(turn, dispatcher)


def wanted(turn: Turn, begins: Collection[str]) -> bool:
    """Whether an afbud is taken back: outside tasks, or while its new time is being found.

    Args:
        turn: the turn.
        begins: the intents that begin a task; another answers for itself.
    """
    if turn.pressed or turn.known.registered is None:
        return False
    step = turn.state.get("step")
    if step and (not turn.state.get("cancellation") or turn.state.get("regret")):
        return False
    return (step is not None or turn.intent in begins) and regret.meant(turn.known)


async def begin(turn: Turn, instead_of: Appointment | None = None) -> None:
    """Tell staff, then offer the same time as a new booking (or as the move of one), or say who to call.

    Args:
        turn: the turn.
        instead_of: the meeting that the afbud was meant for; asked about afterwards.
    """
    meeting, given = await _which(turn)
    if instead_of is not None:
        turn.state["then"] = _afbud_to(instead_of, given)
    case = await _case(turn, meeting, given)
    values = described(turn.known, meeting)
    instead = await _instead(turn, given)
    slot = await _free_again(turn, meeting)
    if slot is None:
        turn.reply.say("utter_afbud_staar", **values)
        turn.reply.say("utter_afbud_fortryd_sag", kvittering=case)
        if instead_of is not None:
            turn.state["then"]["state"]["later"] = [given.id]
            turn.finish()
            return
        await _leave(turn, meeting, given, instead)
        return
    turn.reply.say("utter_afbud_fortryd_ledig", **values)
    turn.reply.say("utter_afbud_fortryd_sag", kvittering=case)
    if instead_of is not None:
        turn.reply.say("utter_afbud_bagefter", **described(turn.known, instead_of))
    offered: dict[str, Any] = {
        "slot": slot.id,
        "shown": [slot.id],
        "wish": {},
        "regret": True,
        "later": turn.state.get("later") or [],
        "then": turn.state.get("then"),
    }
    if instead is not None:
        turn.reply.say("utter_naeste_aftale", **described(turn.known, instead))
        aim = await aim_for(turn, instead)
        turn.state = {"kind": "flyt", "moving": True, "appointment": instead.id, "aim": aim, **offered}
    else:
        aim = await aim_for(turn, meeting)
        turn.state = {"kind": "book", "cancellation": given.id, "about": meeting.about, "aim": aim, **offered}
    turn.state["form"] = meeting.form.value
    await reading_back.read_back(turn)


def _afbud_to(meeting: Appointment, given: Cancellation) -> dict[str, Any]:
    """The afbud that was meant, with the reason that was given; it is asked about before it is taken."""
    state = {"appointment": meeting.id, "ground": given.ground.value, "words": given.words}
    return {"intent": "meld_afbud", "text": given.words, "entities": [], "state": state}


async def _which(turn: Turn) -> tuple[Appointment, Cancellation]:
    """The afbud meant: by the time named, else the one whose new time is being found, else the newest."""
    newest = turn.known.afbud
    if newest is None:
        raise NotFound
    given = {c.appointment_id: c for c in await turn.call(turn.service.cancellations, turn.claimant_id)}
    off = turn.known.cancelled
    named = matching(turn.known, off, naming=True)
    if len(named) == 1:
        return named[0], given[named[0].id]
    under_way = next((a for a in off if given[a.id].id == turn.state.get("cancellation")), None)
    return (under_way, given[under_way.id]) if under_way else newest


async def _case(turn: Turn, meeting: Appointment, given: Cancellation) -> str:
    """One case for each afbud that is regretted, however often it is said; its receipt."""
    told = {"wants": "afbud_regretted", "why": "afbuddet er fortrudt", "words": turn.text[:1000]}
    facts = {**told, "cancellation": given.id, "appointment": meeting.id}
    key = f"regret:{given.id}"
    case = await turn.call(turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, key, turn.now)
    return case.receipt or case.id


async def _instead(turn: Turn, given: Cancellation) -> Appointment | None:
    """The meeting agreed instead of the cancelled one, if it stands."""
    if given.new_appointment is None:
        return None
    new = await turn.call(turn.service.appointment, turn.claimant_id, given.new_appointment)
    return new if new.status is Status.BOOKED and new.start > turn.now else None


async def _free_again(turn: Turn, meeting: Appointment) -> Slot | None:
    """The slot at the meeting's own time, held for the person; None where nobody published it, or it has gone."""
    if meeting.kind in SUMMONED or await turn.call(operation.is_off, turn.service.engine, "booking"):
        return None

    def read() -> list[Slot]:
        with reading(turn.service.engine) as connection:
            return turn.service.slots.free(
                connection, meeting.holder, meeting.start, meeting.start + A_MOMENT,
                claimant_id=turn.claimant_id, now=turn.now, forms=[meeting.form], limit=10,
            )  # fmt: skip

    for slot in sorted(await turn.call(read), key=lambda slot: slot.caseworker != meeting.caseworker):
        until = turn.now + timedelta(minutes=hold_minutes(turn))
        try:
            await turn.call(turn.service.hold, slot.id, turn.claimant_id, until, turn.now)
        except (SlotTaken, SlotWithdrawn):
            continue
        return slot
    return None


async def _leave(turn: Turn, meeting: Appointment, given: Cancellation, instead: Appointment | None) -> None:
    """Nothing to book again: the new time that stands, or the question that was open, or the way to a new time."""
    if instead is not None:
        turn.reply.say("utter_naeste_aftale", **described(turn.known, instead))
    if turn.state.get("step") and turn.state.get("cancellation"):
        open_question(turn.state, turn.reply)
        return
    if instead is None and meeting.kind not in SUMMONED:
        turn.reply.choice("utter_titel_book_samtale", "book_samtale")
    staff_choice(turn.reply)
    turn.finish()
