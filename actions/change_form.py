"""Changing how a meeting is held: the first is in person, later ones as the person chooses."""

from __future__ import annotations

import re
from dataclasses import replace

from actions import book, move, proposing, which
from actions.appointments import committed
from actions.meeting_words import covers, described
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.errors import Refused
from forloeb.booking.model import Appointment, Form, must_be_in_person
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold

MOVES = re.compile(r"\b(?:flyt|ryk|udskyd|skub)\w*\b|\b(?:anden|ny) (?:tid|dag)\b")

# what the meeting is about, and not how it is held
ABOUT = re.compile(r"\bemne(?:t|r|rne)?\b")


async def begin(turn: Turn) -> None:
    """Which meeting, and how is it to be held?"""
    turn.state["kind"] = "form"
    turn.state["begins"] = True
    if turn.known.entity("moedeform"):
        turn.state["form"] = turn.known.entity("moedeform")
    meeting = await which.meeting(turn)
    if meeting is not None:
        await with_meeting(turn, meeting)


async def with_meeting(turn: Turn, meeting: Appointment) -> None:
    """Refuse kindly what the rules do not allow, otherwise ask for the form or read back."""
    turn.state["appointment"] = meeting.id
    if turn.state.get("begins") and ABOUT.search(fold(turn.text)) and not turn.known.entity("moedeform"):
        turn.reply.say("utter_emne_kan_ikke_aendres", **described(turn.known, meeting))
        turn.finish()
        return
    wanted = turn.state.get("form")
    if turn.state.pop("begins", False) and wanted and _moves_too(turn, meeting):
        turn.state = {"wanted_form": wanted}
        await move.with_meeting(turn, meeting)
        return
    if must_be_in_person(meeting.kind, meeting.number):
        turn.reply.say("utter_form_foerste_moede")
        turn.reply.say("utter_form_foerste_vej")
        turn.reply.choice("utter_titel_flyt_samtale", "flyt_samtale")
        turn.reply.choice("utter_knap_medarbejder", "tal_med_medarbejder")
        turn.finish()
    elif wanted == meeting.form.value:
        turn.reply.say("utter_form_er_allerede", **described(turn.known, meeting))
        turn.finish()
    elif not wanted:
        await _ask_form(turn, meeting)
    elif wanted not in await _forms(turn, meeting):
        await _offer_move(turn, meeting)
    else:
        turn.reply.ask("utter_form_laes_op", **{**described(turn.known, meeting), "form": f"utter_form_{wanted}"})
        turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
        turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
        turn.wait("confirm")


def _moves_too(turn: Turn, meeting: Appointment) -> bool:
    """Whether the same message asks for another time ("flyt det til fredag og gør det til telefon")."""
    said = wish_in(turn.known, without=lambda time: covers(time, meeting.start))
    return said is not None and replace(said, form=None) != Wish() and MOVES.search(fold(turn.text)) is not None


async def _forms(turn: Turn, meeting: Appointment) -> list[str]:
    """The forms that the meeting's time can have: all where the holder's own entry names no slot."""
    slot = await proposing.slot(turn, meeting.slot_id) if meeting.slot_id else None
    return [f.value for f in (slot.forms if slot else Form)]


async def _ask_form(turn: Turn, meeting: Appointment) -> None:
    others = [f for f in await _forms(turn, meeting) if f != meeting.form.value]
    if not others:
        turn.reply.say("utter_form_ikke_muligt")
        turn.finish()
        return
    turn.reply.ask("utter_form_hvilken", **described(turn.known, meeting))
    for form in others:
        turn.reply.choice(f"utter_knap_form_{form}", "valg", {"trin": f"form:{form}"})
    turn.wait("form")


async def form(turn: Turn) -> None:
    """The form was answered."""
    said = (turn.chosen or "").removeprefix("form:") or turn.known.entity("moedeform")
    if said in [f.value for f in Form]:
        turn.state["form"] = said
    elif turn.no or turn.stops:
        _leave(turn)
        return
    await with_meeting(turn, await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"]))


async def confirm(turn: Turn) -> None:
    """Yes commits; no leaves it; another form is a correction."""
    other = turn.known.entity("moedeform")
    if not turn.chosen and (MOVES.search(fold(turn.text)) or _another_time(turn)):
        meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
        turn.state = {"wanted_form": turn.state.get("form")}
        await move.with_meeting(turn, meeting)
    elif other and other != turn.state.get("form"):
        await form(turn)
    elif turn.yes:
        await commit(turn)
    elif turn.no or turn.stops:
        _leave(turn)
    else:
        turn.reply.say("utter_svar_ja_eller_nej")
        await with_meeting(turn, await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"]))


def _another_time(turn: Turn) -> bool:
    """An answer that names a day or an hour asks for another time."""
    said = wish_in(turn.known)
    return said is not None and replace(said, form=None) != Wish() and not turn.yes


def _leave(turn: Turn) -> None:
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
        await book.refused(turn, error)
    else:
        committed(turn, act, "utter_form_faerdig")
        turn.finish()


async def _offer_move(turn: Turn, meeting: Appointment) -> None:
    """The meeting's time cannot be held so: other times can."""
    turn.reply.say("utter_form_ikke_paa_den_tid")
    wanted = turn.state["form"]
    turn.state = {"wish": {"form": wanted}, "wanted_form": wanted}
    await move.with_meeting(turn, meeting)
