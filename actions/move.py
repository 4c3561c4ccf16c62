"""Moving a meeting: which, other times, read back, commit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions import book, matter, picking, proposing, reading_back, two_tasks, which
from actions.afbud_instead import reason_in
from actions.aiming import aim_for
from actions.appointments import committed
from actions.asking import ask_when
from actions.known import Known
from actions.meeting_words import covers, described, matching, times_in
from actions.relative_wish import SAME_DAY, leaning_wish
from actions.turn import Turn
from actions.wishing import as_json, from_json, merged, wish_in
from forloeb.booking.errors import Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, Form, Slot
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold

FROM_TO = re.compile(r"\b(?:flyt|ryk|skub|udskyd)\w*\b(?P<old>.*?)\btil\b(?P<new>.*)$", re.IGNORECASE | re.DOTALL)


async def begin(turn: Turn) -> None:
    """Which meeting is to be moved?"""
    turn.state["kind"] = "flyt"
    meeting = _from(turn) or await which.meeting(turn)
    if meeting is not None:
        await with_meeting(turn, meeting)
    elif wish := wish_in(turn.known):
        turn.state["wish"] = as_json(wish)


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """Propose other times of the same holder; what the holder summons to is agreed with the holder."""
    values = described(turn.known, meeting)
    if meeting.kind in SUMMONED:
        facts = {"appointment": meeting.id, "wants": "move"}
        case = await turn.call(
            turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, turn.key("move_summoned"), turn.now
        )
        turn.slots["sidste_sag"] = matter.of("sent", turn.now, None, holder=meeting.holder.value)
        turn.reply.say("utter_flyt_indkaldt", **values, kvittering=case.receipt or case.id)
        turn.finish()
        return
    # the time that names the meeting is no wish
    asked = _to(turn.known, meeting)
    said = wish_in(asked, without=lambda time: covers(time, meeting.start))
    if leaning := leaning_wish(asked, meeting.start, without=lambda time: covers(time, meeting.start)):
        said = merged(said, leaning) if said else leaning
    before = Wish() if SAME_DAY.search(fold(turn.text)) else from_json(turn.state.get("wish") or {})
    form = turn.known.entity("moedeform") or turn.state.get("wanted_form")
    reason = reason_in(turn)
    turn.state = {
        "kind": "flyt",
        "moving": True,
        "appointment": meeting.id,
        "form": form or meeting.form.value,
        "aim": await aim_for(turn, meeting),
        "wish": as_json(merged(before, said) if said else before),
    }
    if reason:
        turn.state["afbud"] = reason
    # its own time is no other time
    itself = Wish(excluded=((meeting.start, meeting.start + timedelta(minutes=1)),))
    turn.state["wish"] = as_json(merged(from_json(turn.state["wish"]), itself))
    if meeting.start - turn.now <= timedelta(minutes=turn.service.settings.alarm_minutes):
        turn.reply.say("utter_ring_ogsaa", **values)
    turn.reply.say("utter_flyt_staar", **values)
    if reason and not reason["warned"]:
        turn.reply.say("utter_flyt_ellers_afbud")
    if not ask_when(turn, "wish", clash=True):
        await proposing.propose(turn)


def _from(turn: Turn) -> Appointment | None:
    """The one meeting named before the "til" of "flyt mødet på torsdag til tirsdag"."""
    found = FROM_TO.search(turn.text)
    if found is None or turn.pressed:
        return None
    old, new = two_tasks.narrowed(turn.known, found["old"]), two_tasks.narrowed(turn.known, found["new"])
    fits = matching(old, turn.known.ahead, naming=True) if times_in(old) and times_in(new) else []
    return fits[0] if len(fits) == 1 else None


def _to(known: Known, meeting: Appointment) -> Known:
    """What is said of the new time: in "ryk torsdag til fredag kl. 15" what follows "til"."""
    found = FROM_TO.search(known.text)
    if found is None or any(t["excluded"] for t in times_in(known)):
        return known
    old, new = two_tasks.narrowed(known, found["old"]), two_tasks.narrowed(known, found["new"])
    named = any(covers(t, meeting.start) for t in times_in(old)) and times_in(new)
    return replace(new, entities=(*new.entities, *_forms(known))) if named else known


def _forms(known: Known) -> list[dict[str, Any]]:
    return [e for e in known.entities if e["entity"] == "moedeform"]


async def choose(turn: Turn) -> None:
    """A time was picked: read it back."""
    slot = await picking.pick(turn)
    if slot is not None:
        await picked(turn, slot)


async def picked(turn: Turn, slot: Slot) -> None:
    """Read the new time back, in the form that was wished or stood before where the slot has it."""
    turn.state["slot"] = slot.id
    offered = [f.value for f in slot.forms]
    wished = turn.known.entity("moedeform") or (turn.state.get("wish") or {}).get("form")
    if wished in offered:
        turn.state["form"] = wished
    if turn.state["form"] not in offered:
        turn.state["form"] = Form.IN_PERSON.value if Form.IN_PERSON.value in offered else offered[0]
        turn.reply.say("utter_flyt_anden_form", form=f"utter_form_{turn.state['form']}")
    await reading_back.read_back(turn)


async def confirm(turn: Turn) -> None:
    """Yes commits; otherwise as in booking."""
    found = await reading_back.corrected(turn)
    if found is True:
        await commit(turn)
    elif found:
        await picked(turn, found)


async def commit(turn: Turn) -> None:
    """Write it, then say it; until then the old time stands."""
    state = turn.state
    try:
        act = await turn.call(
            turn.service.move, turn.claimant_id, state.get("appointment") or "", state.get("slot") or "",
            turn.key("move"), turn.now, state.get("form"),
        )  # fmt: skip
    except (SlotTaken, SlotWithdrawn):
        await proposing.lost(turn, "utter_tid_optaget_flyt")
    except Refused as error:
        await book.refused(turn, error)
    else:
        committed(turn, act, "utter_flyt_faerdig")
        if state.get("regret"):
            turn.reply.say("utter_afbud_igen_sig_det", **described(turn.known, act.appointment))
        turn.finish()
