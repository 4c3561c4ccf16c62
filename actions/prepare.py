"""Preparing together: the four questions of the source, one at a time; the notes follow the meeting if wished."""

from __future__ import annotations

import re
from typing import Any

from actions.meeting_words import described
from actions.turn import Turn
from forloeb.booking.errors import Refused
from forloeb.booking.model import Appointment
from forloeb.danish.words import fold

QUESTIONS = ("droemmejob", "acceptabelt", "noedvendigt", "foerste_skridt")
SKIP = re.compile(
    r"spring(?:er)? over|naeste(?: spoergsmaal)?|pas|ingen ide"
    r"|(?:det )?(?:jeg )?(?:ved|aner) (?:jeg )?(?:det )?ikke(?: rigtigt)?"
)


async def begin(turn: Turn) -> None:
    """The first question."""
    turn.state.update({"kind": "forbered", "answers": []})
    turn.reply.say("utter_forbered_start")
    _ask(turn, 0)


async def question(turn: Turn) -> None:
    """One answer, then the next question or the summary."""
    answers = list(turn.state.get("answers") or [])
    skips = turn.chosen == "skip" or SKIP.fullmatch(fold(turn.text).strip(" .!")) is not None
    if not skips and (turn.stops or (turn.no and not turn.known.entities)):
        turn.reply.say("utter_forbered_stop")
        turn.finish()
        return
    answers.append("" if skips else turn.text.strip()[:400])
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
    if not any(turn.state["answers"]):
        turn.reply.say("utter_forbered_tomt")
        turn.finish()
        return
    turn.reply.say("utter_forbered_overblik")
    for name, said in zip(QUESTIONS, turn.state["answers"], strict=True):
        if said:
            turn.reply.say("utter_forbered_linje", hvad=f"utter_forbered_navn_{name}", svar=said)
    ahead: tuple[Appointment, ...] = ()
    if turn.known.registered is not None:
        ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if not ahead:
        turn.reply.say("utter_forbered_gem_selv")
        turn.finish()
        return
    turn.state["appointment"] = ahead[0].id
    _ask_attach(turn, described(turn.known, ahead[0]))


def _ask_attach(turn: Turn, meeting: dict[str, Any]) -> None:
    turn.reply.ask("utter_forbered_vedhaeft", **meeting)
    turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
    turn.wait("attach")


async def attach(turn: Turn) -> None:
    """Send the notes with the meeting, or not."""
    if turn.yes:
        await commit(turn)
    elif turn.no or turn.stops:
        turn.reply.say("utter_forbered_ikke_sendt")
        turn.finish()
    else:
        turn.reply.say("utter_svar_ja_eller_nej")
        meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
        _ask_attach(turn, described(turn.known, meeting))


async def commit(turn: Turn) -> None:
    """Write the notes, then say it."""
    notes = "\n".join(f"{n}: {a}" for n, a in zip(QUESTIONS, turn.state.get("answers") or [], strict=False) if a)
    try:
        act = await turn.call(
            turn.service.attach_notes, turn.claimant_id, turn.state.get("appointment") or "", notes,
            turn.key("notes"), turn.now,
        )  # fmt: skip
    except Refused:
        turn.reply.say("utter_moede_staar_ikke")
    else:
        turn.reply.say("utter_forbered_sendt", **described(turn.known, act.appointment), kvittering=act.receipt)
    turn.finish()
