"""Which meeting a task is about: inferred when there is one, found in the words, or asked."""

from __future__ import annotations

from actions.meeting_words import by_ordinal, described, kind_title, matching, times_in
from actions.turn import Turn
from forloeb.booking.model import Appointment


async def meeting(turn: Turn) -> Appointment | None:
    """The meeting meant; None when it had to be asked (the task waits at `which`) or there is none (said)."""
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if not ahead:
        turn.reply.say("utter_ingen_aftaler")
        turn.finish()
        return None
    fits = matching(turn.known, ahead)
    if len(fits) == 1:
        return fits[0]  # type: ignore[no-any-return]
    if len(ahead) == 1 and not (fits or named_other_day(turn)):
        return ahead[0]
    if len(ahead) == 1:
        ask_sure(turn, ahead[0])
        return None
    ask(turn, tuple(fits) or ahead)
    return None


def named_other_day(turn: Turn) -> bool:
    """Whether the message names a time or holder that fits none of the meetings; a new time in a move is no such."""
    if turn.state.get("kind") in ("flyt", "form"):
        return False
    return bool([t for t in times_in(turn.known) if not t["excluded"]])


def ask(turn: Turn, meetings: tuple[Appointment, ...]) -> None:
    """Ask which one."""
    turn.reply.ask("utter_hvilken_aftale")
    for each in meetings[:6]:
        values = described(turn.known, each)
        turn.reply.ask("utter_hvilken_linje", **values, slags=kind_title(each))
        turn.reply.choice("utter_knap_tid", "valg", {"trin": f"meeting:{each.id}"}, tid=values["tid"])
    turn.wait("which", meetings=[m.id for m in meetings[:6]])


def ask_sure(turn: Turn, only: Appointment) -> None:
    """The words name another day than the one meeting there is."""
    turn.reply.ask("utter_hvilken_sikker", **described(turn.known, only))
    turn.reply.choice("utter_knap_ja", "valg", {"trin": f"meeting:{only.id}"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "keep"})
    turn.wait("which", meetings=[only.id])


async def answered(turn: Turn) -> Appointment | None:
    """The meeting named in the answer; None when it was not one (asked again, or given up)."""
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    offered = [m for m in ahead if m.id in (turn.state.get("meetings") or [])]
    chosen = turn.chosen or ""
    if chosen.startswith("meeting:"):
        picked = next((m for m in offered if m.id == chosen.removeprefix("meeting:")), None)
        if picked is not None:
            return picked
    if chosen == "keep" or turn.intent == "afkraeft":
        turn.reply.say("utter_opgave_intet_gjort")
        turn.finish()
        return None
    if len(offered) == 1 and turn.intent == "bekraeft":
        return offered[0]
    fits = matching(turn.known, offered)
    if len(fits) == 1:
        return fits[0]  # type: ignore[no-any-return]
    if (ordinal := by_ordinal(turn.text, offered)) is not None and not fits:
        return ordinal  # type: ignore[no-any-return]
    if offered:
        ask(turn, tuple(offered))
    else:
        turn.reply.say("utter_ingen_aftaler")
        turn.finish()
    return None
