"""Afbud to several meetings in one message: asked about once, then each one written with a receipt of its own."""

from __future__ import annotations

import re

from actions import afbud, book, which
from actions.meeting_words import described, matching
from actions.turn import Turn
from forloeb.booking.errors import Refused
from forloeb.booking.model import SUMMONED, Appointment, Cancelled, Ground
from forloeb.danish.words import fold

ALL = re.compile(
    r"\b(begge(?: to)?|alle(?:sammen)?|samtlige|(?:nogen|ingen|nogle) af (?:dem|moederne|samtalerne|aftalerne|delene)"
    r"|(?:hverken|baade) (?:\w+ ){1,4}(?:eller|og))\b"
)
# Times alone mean several only where they hold several: "jeg er syg hele ugen".
WHOLE = re.compile(r"\b(hele (?:den her |denne |naeste )?(?:ugen|uge|maaneden)|resten af (?:ugen|maaneden))\b")


def meant(turn: Turn, ahead: tuple[Appointment, ...]) -> tuple[Appointment, ...]:
    """The meetings that a message cancels together; () when it means one, or does not say."""
    text = fold(turn.text)
    fits = tuple(matching(turn.known, ahead, naming=True))
    if ALL.search(text):
        return fits if len(fits) > 1 else ahead if len(ahead) > 1 else ()
    return fits if WHOLE.search(text) and len(fits) > 1 else ()


def ask(turn: Turn, meetings: tuple[Appointment, ...]) -> None:
    """List them and ask before anything is done; without a ground, ask for that first."""
    turn.state["all"] = [m.id for m in meetings]
    grounded = turn.state.get("ground") in afbud.NAMED_IN_THE_SOURCE
    turn.reply.ask("utter_afbud_alle" if grounded else "utter_afbud_alle_grund")
    for each in meetings:
        turn.reply.ask("utter_hvilken_linje", **described(turn.known, each), slags=which.kind_title(each))
    if grounded:
        turn.reply.choice("utter_knap_ja_alle", "valg", {"trin": "cancel"})
        turn.reply.choice("utter_knap_kun_en", "valg", {"trin": "one"})
    turn.reply.choice("utter_knap_behold_alle", "valg", {"trin": "keep"})
    turn.wait("all" if grounded else "reason")


async def reasoned(turn: Turn) -> None:
    """The ground is known now: a named one goes on for all of them, any other is looked at meeting by meeting."""
    meetings = await _meetings(turn)
    if turn.state["ground"] in afbud.NAMED_IN_THE_SOURCE:
        ask(turn, meetings)
    else:
        _one(turn, meetings)


async def answered(turn: Turn) -> None:
    """Whether all are to be cancelled."""
    meetings = await _meetings(turn)
    fits = which.meant(turn, meetings) if not turn.chosen else []
    if turn.chosen == "keep" or turn.no or turn.stops:
        turn.reply.say("utter_afbud_behold_alle")
        turn.finish()
    elif len(fits) == 1:
        del turn.state["all"]
        turn.state["sure"] = 1.0
        await afbud.with_meeting(turn, fits[0])
    elif turn.chosen == "one":
        _one(turn, meetings)
    elif turn.chosen == "cancel" or turn.yes or turn.intent == "meld_afbud" or ALL.search(fold(turn.text)):
        await commit(turn)
    else:
        turn.reply.say("utter_svar_ja_eller_nej")
        ask(turn, meetings)


def _one(turn: Turn, meetings: tuple[Appointment, ...]) -> None:
    turn.state.pop("all", None)
    turn.state["sure"] = 1.0
    turn.reply.say("utter_hvilken_en_ad_gangen")
    which.ask(turn, meetings)


async def _meetings(turn: Turn) -> tuple[Appointment, ...]:
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    return tuple(m for m in ahead if m.id in turn.state["all"])


async def commit(turn: Turn) -> None:
    """Write each afbud, then say all of it; new times are proposed for the first, staff know of the others."""
    state, made = turn.state, []
    try:
        for number, meeting in enumerate(state["all"]):
            made.append(await turn.call(
                turn.service.cancel, turn.claimant_id, meeting, afbud.words_of(turn),
                state.get("ground") or Ground.OTHER.value, turn.key(f"afbud_{number}" if number else "afbud"), turn.now,
                warned=False,
            ))  # fmt: skip
    except Refused as error:
        await book.refused(turn, error)
    if made:
        for each in made:
            afbud.receipt(turn, each)
        await _new_times(turn, made)


async def _new_times(turn: Turn, made: list[Cancelled]) -> None:
    first = next((m for m in made if m.appointment.kind not in SUMMONED), made[0])
    for each in made:
        if each is not first:
            await turn.call(turn.service.no_new_time, turn.claimant_id, each.cancellation.id, "several", turn.now)
            turn.reply.say("utter_afbud_ny_tid_ogsaa", **described(turn.known, each.appointment))
    await afbud.new_time(turn, first.appointment, first.cancellation.id)
