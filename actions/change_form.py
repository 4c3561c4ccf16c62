"""Changing how a meeting is held: the first is in person, later ones as the person chooses."""

from __future__ import annotations

from actions import book, move, which
from actions.appointments import committed
from actions.meeting_words import described
from actions.turn import Turn
from forloeb.booking.errors import Refused
from forloeb.booking.model import Appointment, Form, must_be_in_person


async def begin(turn: Turn) -> None:
    """Which meeting, and how is it to be held?"""
    turn.state["kind"] = "form"
    if turn.known.entity("moedeform"):
        turn.state["form"] = turn.known.entity("moedeform")
    meeting = await which.meeting(turn)
    if meeting is not None:
        await with_meeting(turn, meeting)


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """Refuse kindly what the rules do not allow, otherwise ask for the form or read back."""
    turn.state["appointment"] = meeting.id
    if must_be_in_person(meeting.kind, meeting.number):
        turn.reply.say("utter_form_foerste_moede")
        turn.reply.choice("utter_titel_flyt_samtale", "flyt_samtale")
        turn.reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
        turn.finish()
        return
    wanted = turn.state.get("form")
    if wanted == meeting.form.value:
        turn.reply.say("utter_form_er_allerede", **described(turn.known, meeting))
        turn.finish()
        return
    if not wanted:
        turn.reply.ask("utter_form_hvilken")
        for form in Form:
            if form is not meeting.form:
                turn.reply.choice(f"utter_knap_form_{form.value}", "valg", {"trin": f"form:{form.value}"})
        turn.wait("form")
        return
    turn.reply.ask("utter_form_laes_op", **described(turn.known, meeting, Form(wanted)))
    turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
    turn.wait("confirm")


async def form(turn: Turn) -> None:
    """The form was answered."""
    said = (turn.chosen or "").removeprefix("form:") or turn.known.entity("moedeform")
    if said in [f.value for f in Form]:
        turn.state["form"] = said
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    await with_meeting(turn, meeting)


async def confirm(turn: Turn) -> None:
    """Yes commits; no leaves it."""
    if turn.chosen == "yes" or turn.intent == "bekraeft":
        await commit(turn)
    elif turn.known.entity("moedeform") and turn.known.entity("moedeform") != turn.state.get("form"):
        await form(turn)
    else:
        turn.reply.say("utter_opgave_intet_gjort")
        turn.finish()


async def commit(turn: Turn) -> None:
    """Write it, then say it."""
    try:
        act = await turn.call(
            turn.service.change_form, turn.claimant_id, turn.state.get("appointment") or "",
            turn.state.get("form") or Form.IN_PERSON.value, turn.key("form"), turn.now,
        )  # fmt: skip
    except Refused as error:
        if error.code == "form_not_offered":
            await _offer_move(turn)
            return
        book.refused(turn, error)
        return
    committed(turn, act, "utter_form_faerdig")
    turn.finish()


async def _offer_move(turn: Turn) -> None:
    turn.reply.say("utter_form_ikke_muligt")
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    wanted = turn.state.get("form")
    turn.state.clear()
    turn.state["wish"] = {"form": wanted}
    await move.with_meeting(turn, meeting)
