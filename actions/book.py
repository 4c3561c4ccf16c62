"""Booking a meeting: propose, pick, ask what it is about, read back, commit, confirm."""

from __future__ import annotations

from typing import Any

from actions import proposing
from actions.appointments import committed
from actions.asking import ask_benefit
from actions.meeting_words import described, place_of
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.errors import Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import Act, Form, Holder, Kind, Slot, must_be_in_person
from forloeb.obligations import Benefit

SUBJECTS = ("jobsoegning", "kompetencer", "branche", "cv", "andet")
FIRST_AT_JOBCENTER = 4


async def begin(turn: Turn) -> None:
    """Find out which meeting, then propose times."""
    named = turn.known.entity("myndighed")
    holder = Holder(named) if named and turn.known.benefit is Benefit.DAGPENGE else None
    aimed = await proposing.aim(turn, holder)
    if aimed is None:
        ask_benefit(turn.known, turn.reply, "vis_forloeb")
        turn.finish()
        return
    turn.state.update({"kind": "book", "aim": aimed})
    await start_proposing(turn)


async def start_proposing(turn: Turn) -> None:
    """Propose for the aim in the state; a first meeting wished otherwise than in person is explained."""
    if not await proposing.propose(turn, wish_in(turn.known)):
        turn.finish()


async def choose(turn: Turn) -> None:
    """A time was picked, or something said about the times."""
    slot = await proposing.pick(turn)
    if slot is not None:
        await picked(turn, slot)
    elif not turn.state.get("step"):
        turn.finish()


async def picked(turn: Turn, slot: Slot) -> None:
    """Go on with a slot: form if there is a choice, subject, read back."""
    turn.state["slot"] = slot.id
    aimed = turn.state["aim"]
    wished = (turn.state.get("wish") or {}).get("form") or turn.known.entity("moedeform")
    forms = [f.value for f in slot.forms]
    if must_be_in_person(Kind(aimed["kind"]), aimed["number"]):
        if turn.known.entity("moedeform") in ("telefon", "digital"):
            turn.reply.say("utter_form_foerste_moede")
        forms = [Form.IN_PERSON.value]
    if wished in forms:
        forms = [wished]
    if len(forms) == 1:
        turn.state["form"] = forms[0]
        ask_subject(turn)
        return
    turn.reply.ask("utter_book_spoerg_form")
    for form in forms:
        turn.reply.choice(f"utter_knap_form_{form}", "valg", {"trin": f"form:{form}"})
    turn.wait("form", forms=forms)


async def form(turn: Turn) -> None:
    """The form was answered."""
    said = (turn.chosen or "").removeprefix("form:") or turn.known.entity("moedeform")
    if said not in turn.state.get("forms", []):
        turn.reply.ask("utter_book_spoerg_form")
        for each in turn.state.get("forms", []):
            turn.reply.choice(f"utter_knap_form_{each}", "valg", {"trin": f"form:{each}"})
        turn.wait("form")
        return
    turn.state["form"] = said
    ask_subject(turn)


def ask_subject(turn: Turn) -> None:
    """Ask what the meeting is to be about (booking.jobcenter)."""
    turn.reply.ask("utter_book_spoerg_emne")
    for subject in SUBJECTS:
        turn.reply.choice(f"utter_emne_{subject}", "valg", {"trin": f"subject:{subject}"})
    turn.wait("subject")


async def subject(turn: Turn) -> None:
    """The subject was answered, in the person's words or by a button; then everything is read back."""
    chosen = (turn.chosen or "").removeprefix("subject:")
    turn.state["about"] = turn.text.strip()[:300] or chosen
    await read_back(turn)


async def read_back(turn: Turn) -> None:
    """Weekday, date, time, place or form, before anything is done."""
    slot = await turn.call(proposing._slot, turn, turn.state["slot"])
    if slot is None:
        await proposing.propose(turn)
        return
    values = described(turn.known, slot, Form(turn.state["form"]))
    key = "utter_flyt_laes_op" if turn.state.get("moving") else "utter_book_laes_op"
    turn.reply.ask(key, **values, om=turn.state.get("about") or "")
    turn.reply.choice("utter_knap_ja_book", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_anden_tid", "valg", {"trin": "other"})
    turn.wait("confirm")


async def confirm(turn: Turn) -> None:
    """Yes commits; no goes back to the times; another time in the answer is a correction."""
    if turn.chosen == "yes" or turn.intent == "bekraeft":
        await commit(turn)
        return
    wish = wish_in(turn.known)
    if wish:
        slot = await proposing.pick(turn)
        if slot is not None:
            await picked(turn, slot)
        return
    if turn.chosen == "other" or turn.intent == "afkraeft":
        await proposing.propose(turn, more=True)
        return
    await read_back(turn)


async def commit(turn: Turn) -> None:
    """Write it, then say it."""
    state = turn.state
    aimed = state.get("aim") or {}
    try:
        act = await turn.call(
            turn.service.book, turn.claimant_id, state.get("slot") or "", state.get("form") or "personligt",
            state.get("about") or "", aimed.get("kind") or Kind.JOB.value, aimed.get("number"), turn.key("book"), turn.now,
        )  # fmt: skip
    except (SlotTaken, SlotWithdrawn) as error:
        await proposing.still_there(turn, error)
        return
    except Refused as error:
        refused(turn, error)
        return
    await done(turn, act)


async def done(turn: Turn, act: Act) -> None:
    """Tell of the booking, and ask about the a-kasse at the first jobcenter meeting after the handover."""
    committed(turn, act, "utter_book_faerdig")
    made = act.appointment
    ask = made.holder is Holder.JOBCENTER and turn.known.benefit is Benefit.DAGPENGE and made.akasse_wanted is None
    if ask and (made.number in (None, FIRST_AT_JOBCENTER)) and not await _met_jobcenter(turn, made.id):
        turn.reply.ask("utter_book_spoerg_akasse")
        turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
        turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
        turn.wait("akasse", appointment=made.id)
    else:
        turn.finish()


async def _met_jobcenter(turn: Turn, but: str) -> bool:
    every = await turn.call(turn.service.appointments, turn.claimant_id)
    return any(a.holder is Holder.JOBCENTER and a.id != but and a.status.value in ("booked", "held") for a in every)


async def akasse(turn: Turn) -> None:
    """Whether the a-kasse is to come along (akasse.join): recorded, then said."""
    if turn.chosen == "yes" or turn.intent == "bekraeft":
        await turn.call(
            turn.service.wish_akasse, turn.claimant_id, turn.state["appointment"], True, turn.key("akasse"), turn.now
        )
        turn.reply.say("utter_book_akasse_med", akasse=place_of(turn.known, Holder.AKASSE).contact())
    else:
        turn.reply.say("utter_book_akasse_ikke_med")
    turn.finish()


def refused(turn: Turn, error: Refused) -> None:
    """A rule stood in the way: say which, and what to do."""
    known: dict[str, Any] = {
        "first_meeting_in_person": "utter_form_foerste_moede",
        "form_not_offered": "utter_form_ikke_muligt",
        "summoned_not_booked": "utter_moede_indkaldes",
        "collides": "utter_tid_sammenfald",
        "already_booked": "utter_book_findes",
        "appointment_past": "utter_moede_begyndt",
        "not_booked": "utter_moede_staar_ikke",
        "slot_past": "utter_tid_optaget",
    }
    turn.reply.say(known.get(error.code, "utter_opgave_gik_ikke"))
    turn.finish()
