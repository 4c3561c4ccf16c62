"""Moving a meeting: which, other times, read back, commit."""

from __future__ import annotations

from actions import book, proposing, which
from actions.appointments import committed
from actions.meeting_words import described
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.errors import Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import SUMMONED, Appointment, CaseKind, Form


async def begin(turn: Turn) -> None:
    """Which meeting is to be moved?"""
    turn.state["kind"] = "flyt"
    meeting = await which.meeting(turn)
    if meeting is not None:
        await with_meeting(turn, meeting)


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """Propose other times of the same holder; what the holder summons to is agreed with the holder."""
    values = described(turn.known, meeting)
    if meeting.kind in SUMMONED:
        facts = {"appointment": meeting.id, "wants": "move"}
        case = await turn.call(
            turn.service.open_case, turn.claimant_id, CaseKind.OTHER.value, facts, turn.key("move_summoned"), turn.now
        )
        turn.reply.say("utter_flyt_indkaldt", **values, kvittering=case.receipt or case.id)
        turn.finish()
        return
    turn.state.update(
        {
            "kind": "flyt",
            "moving": True,
            "appointment": meeting.id,
            "form": meeting.form.value,
            "aim": {"holder": meeting.holder.value, "kind": meeting.kind.value, "number": meeting.number,
                    "first": None, "last": None},
        }
    )  # fmt: skip
    turn.reply.say("utter_flyt_staar", **values)
    wish = wish_in(turn.known) if turn.state.pop("use_wish", True) else None
    if not await proposing.propose(turn, wish):
        turn.finish()


async def choose(turn: Turn) -> None:
    """A time was picked: read it back."""
    slot = await proposing.pick(turn)
    if slot is None:
        if not turn.state.get("step"):
            turn.finish()
        return
    turn.state["slot"] = slot.id
    wished = turn.known.entity("moedeform")
    offered = [f.value for f in slot.forms]
    if wished in offered:
        turn.state["form"] = wished
    if turn.state["form"] not in offered:
        turn.state["form"] = Form.IN_PERSON.value if Form.IN_PERSON.value in offered else offered[0]
        turn.reply.say("utter_flyt_anden_form", form=f"utter_form_{turn.state['form']}")
    await book.read_back(turn)


async def confirm(turn: Turn) -> None:
    """Yes commits; otherwise as in booking."""
    if turn.chosen == "yes" or turn.intent == "bekraeft":
        await commit(turn)
        return
    if wish_in(turn.known):
        await choose(turn)
    elif turn.chosen == "other" or turn.intent == "afkraeft":
        await proposing.propose(turn, more=True)
    else:
        await book.read_back(turn)


async def commit(turn: Turn) -> None:
    """Write it, then say it; until then the old time stands."""
    state = turn.state
    try:
        act = await turn.call(
            turn.service.move, turn.claimant_id, state.get("appointment") or "", state.get("slot") or "",
            turn.key("move"), turn.now, state.get("form"),
        )  # fmt: skip
    except (SlotTaken, SlotWithdrawn) as error:
        await proposing.still_there(turn, error)
        return
    except Refused as error:
        book.refused(turn, error)
        return
    committed(turn, act, "utter_flyt_faerdig")
    turn.finish()
