"""Preparing together: the four questions of the source, one at a time; the notes follow the meeting if wished."""

from __future__ import annotations

from actions.meeting_words import described
from actions.turn import Turn
from forloeb.booking.errors import Refused

QUESTIONS = ("droemmejob", "acceptabelt", "noedvendigt", "foerste_skridt")


async def begin(turn: Turn) -> None:
    """The first question."""
    turn.state.update({"kind": "forbered", "answers": []})
    turn.reply.say("utter_forbered_start")
    _ask(turn, 0)


async def question(turn: Turn) -> None:
    """One answer, then the next question or the summary."""
    answers = list(turn.state.get("answers") or [])
    if turn.chosen == "stop":
        turn.reply.say("utter_forbered_stop")
        turn.finish()
        return
    answers.append("" if turn.chosen == "skip" else turn.text.strip()[:400])
    turn.state["answers"] = answers
    if len(answers) < len(QUESTIONS):
        _ask(turn, len(answers))
        return
    await _summary(turn)


def _ask(turn: Turn, number: int) -> None:
    turn.reply.ask(f"utter_forbered_{QUESTIONS[number]}")
    turn.reply.choice("utter_knap_spring_over", "valg", {"trin": "skip"})
    turn.reply.choice("utter_knap_stop", "valg", {"trin": "stop"})
    turn.wait("question")


async def _summary(turn: Turn) -> None:
    turn.reply.say("utter_forbered_overblik")
    for name, said in zip(QUESTIONS, turn.state["answers"], strict=True):
        if said:
            turn.reply.say("utter_forbered_linje", hvad=f"utter_forbered_navn_{name}", svar=said)
    ahead = ()
    if turn.known.registered is not None and any(turn.state["answers"]):
        ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if not ahead:
        turn.reply.say("utter_forbered_gem_selv")
        turn.finish()
        return
    turn.reply.ask("utter_forbered_vedhaeft", **described(turn.known, ahead[0]))
    turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
    turn.wait("attach", appointment=ahead[0].id)


async def attach(turn: Turn) -> None:
    """Send the notes with the meeting, or not."""
    if turn.chosen == "yes" or turn.intent == "bekraeft":
        await commit(turn)
        return
    turn.reply.say("utter_forbered_ikke_sendt")
    turn.finish()


async def commit(turn: Turn) -> None:
    """Write the notes, then say it."""
    notes = "\n".join(f"{n}: {a}" for n, a in zip(QUESTIONS, turn.state.get("answers") or [], strict=False) if a)
    try:
        act = await turn.call(
            turn.service.attach_notes, turn.claimant_id, turn.state.get("appointment") or "", notes, turn.key("notes"), turn.now
        )
    except Refused:
        turn.reply.say("utter_moede_staar_ikke")
    else:
        turn.reply.say("utter_forbered_sendt", **described(turn.known, act.appointment), kvittering=act.receipt)
    turn.finish()
