"""Booking a meeting: propose, pick, ask what it is about, read back, commit, confirm."""

from __future__ import annotations

import re

from actions import others, picking, proposing, reading_back, said_early
from actions.aiming import aim
from actions.appointments import committed
from actions.asking import ask_when
from actions.meeting_words import by_ordinal, described, place_of, times_in
from actions.subject import subject_in
from actions.turn import Turn
from actions.wishing import as_json, from_json, merged, wish_in
from forloeb.booking.errors import Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import SUMMONED, Act, Appointment, Form, Holder, Kind, Slot, Status
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

SUBJECTS = ("jobsoegning", "kompetencer", "branche", "cv", "andet")
FIRST_AT_JOBCENTER = 4
REFUSALS = {
    "first_meeting_in_person": "utter_form_foerste_moede",
    "form_not_offered": "utter_form_ikke_muligt",
    "summoned_not_booked": "utter_moede_indkaldes",
    "already_booked": "utter_book_findes",
    "appointment_past": "utter_moede_begyndt",
    "not_booked": "utter_moede_staar_ikke",
}
# "nej personligt" where the subject is asked for corrects the form just said
NO_BUT = re.compile(r"(?:nej|hov|vent|ups|naej|eller)\b")
# "tlf" where the subject is asked for
BARE_FORM = re.compile(
    r"(?:(?:helst|gerne|hellere|som|paa|over|via|per|pr\.?) ){0,2}"
    r"(?:tlf\.?|telefon(?:en|isk|moede)?|digitalt?|video(?:moede)?|online|personligt?|fysisk)"
    r"(?: (?:saa|tak|da))*[ .!]*$"
)
NEW_TIME = re.compile(r"\b(?:ny|anden|nyt|andet) (?:tid|tidspunkt|dato|dag|aftale|moede)\b")
BARE_NUMBER = re.compile(r"\W*[1-3]\W*$")
# "ved ik" is no subject
UNDECIDED = re.compile(
    r"(?:det )?(?:ved|aner)(?: jeg)?(?: det| sgu)? (?:ikke|ik|ikk)\b|(?:jeg )?(?:ved|aner) (?:det )?(?:ikke|ik|ikk)\b"
    r"|(?:har )?ingen (?:ide|anelse)"
)
LOST = {"collides": "utter_tid_sammenfald", "slot_past": "utter_tid_optaget"}


async def begin(turn: Turn) -> None:
    """Find out which meeting, then propose times."""
    turn.state["kind"] = "book"
    if summoned := _of_a_summons(turn):
        turn.reply.say("utter_naeste_ny_tid_af_dem", **described(turn.known, summoned))
        turn.finish()
        return
    if about := subject_in(turn.text):
        turn.state["about"] = about
    named = turn.known.entity("myndighed") or turn.state.get("holder")
    aimed = await aim(turn, Holder(named) if named and turn.known.benefit is Benefit.DAGPENGE else None)
    if aimed is None:
        turn.reply.ask("utter_spoerg_ydelse")
        turn.wait("benefit", holder=named)
        return
    turn.state["aim"] = aimed
    if others.a_caseworker(turn.known):
        turn.reply.say("utter_book_ikke_person", hvem_kontakt=place_of(turn.known, Holder(aimed["holder"])).contact())
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    same = [a for a in ahead if a.kind is Kind.JOB and a.holder.value == aimed["holder"]]
    if same:
        turn.reply.say("utter_book_har_allerede", **described(turn.known, same[0]))
    if not ask_when(turn, "wish", clash=True):
        await proposing.propose(turn, wish_in(turn.known))


def _of_a_summons(turn: Turn) -> Appointment | None:
    """The cancelled meeting that a new time is asked for, when its holder summons to it; None otherwise."""
    if turn.known.afbud is None or turn.known.entity("myndighed") or not NEW_TIME.search(fold(turn.text)):
        return None
    meeting, given = turn.known.afbud
    return meeting if meeting.kind in SUMMONED and given.new_appointment is None else None


async def choose(turn: Turn) -> None:
    """A time was picked, or something said about the times, or what the meeting is to be about."""
    slot = await said_early.pick(turn)
    if slot is not None:
        await picked(turn, slot)


async def picked(turn: Turn, slot: Slot) -> None:
    """Go on with a slot: form if there is a choice, subject, read back; what is known already is not asked again."""
    turn.state["slot"] = slot.id
    forms = reading_back.forms_of(turn, slot)
    wished = turn.known.entity("moedeform") or turn.state.get("form") or (turn.state.get("wish") or {}).get("form")
    if wished in forms or len(forms) == 1:
        await _with_form(turn, wished if wished in forms else forms[0])
    else:
        _ask_form(turn, slot, forms)


def _ask_form(turn: Turn, slot: Slot, forms: list[str], *, other: bool = False) -> None:
    turn.reply.ask("utter_book_spoerg_form", tid=described(turn.known, slot)["tid"])
    for form in forms:
        turn.reply.choice(f"utter_knap_form_{form}", "valg", {"trin": f"form:{form}"})
    if other:
        turn.reply.choice("utter_knap_anden_tid", "valg", {"trin": "other"})
    turn.wait("form")


async def form(turn: Turn) -> None:
    """The form was answered."""
    slot = await proposing.slot(turn, turn.state["slot"])
    if slot is None:
        await proposing.lost(turn, "utter_tid_optaget")
        return
    said = (turn.chosen or "").removeprefix("form:") or turn.known.entity("moedeform")
    forms = reading_back.forms_of(turn, slot)
    if not turn.chosen and BARE_NUMBER.match(turn.text) and (number := by_ordinal(turn.text, forms)):
        said = number  # the forms are what was listed last
    elif not turn.chosen and picking.WHICHEVER.search(fold(turn.text)):
        said = forms[0]  # read back before anything is done
    about = said_early.about(turn)
    if said in forms:
        await _with_form(turn, said)
    elif said in [f.value for f in Form] and wish_in(turn.known) == Wish(form=Form(said)) and not turn.stops:
        turn.state["wish"] = as_json(merged(from_json(turn.state.get("wish") or {}), Wish(form=Form(said))))
        turn.reply.say("utter_book_form_ikke_der")
        _ask_form(turn, slot, forms, other=True)
    elif turn.stops or turn.chosen or picking.says_when(turn.known):
        await choose(turn)
    else:
        if about:
            said_early.noted(turn, about)
        else:
            turn.reply.say("utter_book_form_vaelg")
        _ask_form(turn, slot, forms)


async def _with_form(turn: Turn, form: str) -> None:
    turn.state["form"] = form
    if turn.state.get("about"):
        await reading_back.read_back(turn)
        return
    _ask_subject(turn, await proposing.slot(turn, turn.state["slot"]))


def _ask_subject(turn: Turn, slot: Slot | None) -> None:
    turn.reply.ask("utter_book_spoerg_emne", tid=described(turn.known, slot)["tid"] if slot else "")
    for subject in SUBJECTS:
        turn.reply.choice(f"utter_emne_{subject}", "valg", {"trin": f"subject:{subject}"})
    turn.wait("subject")


async def subject(turn: Turn) -> None:
    """The subject was answered, in the person's words or by a button; then everything is read back."""
    corrects = turn.no and any(not t["excluded"] for t in times_in(turn.known))
    if turn.stops or corrects or (turn.chosen and not turn.chosen.startswith("subject:")):
        await choose(turn)
        return
    form = turn.known.entity("moedeform")
    slot = await proposing.slot(turn, turn.state["slot"])
    if form and slot and NO_BUT.match(fold(turn.text)) and form in reading_back.forms_of(turn, slot):
        await _with_form(turn, form)
        return
    if turn.yes:
        await _with_form(turn, turn.state["form"])
        return
    if form and slot and BARE_FORM.match(fold(turn.text).strip()):
        await _form_said(turn, slot, form)
        return
    if not turn.chosen and (UNDECIDED.match(fold(turn.text)) or turn.text.strip(" .!").isdigit()):
        turn.reply.say("utter_book_emne_eksempel")
        _ask_subject(turn, slot)
        return
    about = None if turn.chosen else subject_in(turn.text)
    if about and form and slot and form != turn.state["form"]:
        if form in reading_back.forms_of(turn, slot):
            turn.state["form"] = form
        elif not turn.reply.parts:
            turn.reply.say("utter_book_form_ikke_der")
    turn.state["about"] = about or turn.text.strip()[:300] or (turn.chosen or "").removeprefix("subject:")
    await reading_back.read_back(turn)


async def _form_said(turn: Turn, slot: Slot, form: str) -> None:
    """A form and nothing else is no subject: taken where the time has it, else said, and the subject asked again."""
    if form in reading_back.forms_of(turn, slot):
        await _with_form(turn, form)
        return
    if not turn.reply.parts:
        turn.reply.say("utter_book_form_ikke_der")
    _ask_subject(turn, slot)


async def confirm(turn: Turn) -> None:
    """Yes commits; no goes back to the times; another time in the answer is a correction."""
    found = await reading_back.corrected(turn)
    if found is True:
        await commit(turn)
    elif found:
        await picked(turn, found)


async def commit(turn: Turn) -> None:
    """Write it, then say it."""
    state = turn.state
    aimed = state.get("aim") or {}
    try:
        act = await turn.call(
            turn.service.book, turn.claimant_id, state.get("slot") or "", state.get("form") or "personligt",
            state.get("about") or "", aimed.get("kind") or Kind.JOB.value, aimed.get("number"),
            turn.key("book"), turn.now, after=state.get("cancellation"),
        )  # fmt: skip
    except (SlotTaken, SlotWithdrawn):
        await proposing.lost(turn, "utter_tid_optaget")
    except Refused as error:
        await refused(turn, error)
    else:
        await done(turn, act)


async def done(turn: Turn, act: Act) -> None:
    """Tell of the booking, and ask about the a-kasse at the first jobcenter meeting after the handover."""
    committed(turn, act, "utter_book_faerdig")
    made = act.appointment
    if turn.state.get("regret"):
        turn.reply.say("utter_afbud_igen_sig_det", **described(turn.known, made))
    ask = made.holder is Holder.JOBCENTER and turn.known.benefit is Benefit.DAGPENGE and made.akasse_wanted is None
    if ask and made.number in (None, FIRST_AT_JOBCENTER) and not await _met_jobcenter(turn, made.id):
        _ask_akasse(turn, made.id)
    else:
        turn.finish()


def _ask_akasse(turn: Turn, appointment_id: str) -> None:
    turn.reply.ask("utter_book_spoerg_akasse")
    turn.reply.choice("utter_knap_ja", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "no"})
    turn.wait("akasse", appointment=appointment_id)


async def _met_jobcenter(turn: Turn, but: str) -> bool:
    every = await turn.call(turn.service.appointments, turn.claimant_id)
    return any(a.holder is Holder.JOBCENTER and a.id != but and a.status in (Status.BOOKED, Status.HELD) for a in every)


async def akasse(turn: Turn) -> None:
    """Whether the a-kasse is to come along (akasse.join): recorded, then said."""
    if turn.yes or (turn.known.entity("myndighed") == Holder.AKASSE.value and not turn.no):
        await turn.call(
            turn.service.wish_akasse, turn.claimant_id, turn.state["appointment"], True, turn.key("akasse"), turn.now
        )
        turn.reply.say("utter_book_akasse_med", akasse=place_of(turn.known, Holder.AKASSE).contact())
        turn.finish()
    elif turn.no or turn.stops:
        turn.reply.say("utter_book_akasse_ikke_med")
        turn.finish()
    else:
        turn.reply.say("utter_svar_ja_eller_nej")
        _ask_akasse(turn, turn.state["appointment"])


async def refused(turn: Turn, error: Refused) -> None:
    """A rule stood in the way: say which, and what to do."""
    if error.code in LOST and turn.state.get("aim"):
        await proposing.lost(turn, LOST[error.code])
        return
    turn.reply.say(REFUSALS.get(error.code, "utter_opgave_gik_ikke"))
    if error.code == "already_booked":
        turn.reply.choice("utter_titel_flyt_samtale", "flyt_samtale")
    turn.finish()
