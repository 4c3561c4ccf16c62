"""Afbud to several meetings in one message: asked about once, each written, and new times found one after the other."""

from __future__ import annotations

import re
from typing import Any

from actions import afbud, afbud_done, book, which
from actions.afbud_reason import ground_choices
from actions.meeting_words import described, matching
from actions.turn import Turn
from forloeb.booking.errors import Refused
from forloeb.booking.model import SUMMONED, Appointment, Cancelled, Ground
from forloeb.danish.words import fold

ALL = re.compile(
    r"\b(begge(?: to)?|alle(?:sammen)?|samtlige|(?:nogen|ingen|nogle) af (?:dem|moederne|samtalerne|aftalerne|delene)"
    r"|(?<!af )(?:mine|de|to|tre) (?:\w+ )?(?:moeder|moederne|samtaler|samtalerne|aftaler|aftalerne|tider)"
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
    if turn.state.get("ground") not in (None, *afbud.NAMED_IN_THE_SOURCE):
        _one(turn, meetings)
        return
    grounded = turn.state.get("ground") in afbud.NAMED_IN_THE_SOURCE
    turn.reply.ask("utter_afbud_alle" if grounded else "utter_afbud_alle_grund")
    for each in meetings:
        turn.reply.ask("utter_hvilken_linje", **described(turn.known, each), slags=which.kind_title(each))
    if grounded:
        turn.reply.choice("utter_knap_ja_alle", "valg", {"trin": "cancel"})
        turn.reply.choice("utter_knap_kun_en", "valg", {"trin": "one"})
    else:
        ground_choices(turn)
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
    """Write each afbud, then say all of it; new times are proposed for the first, and for the others after it."""
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
            afbud_done.receipt(turn, each)
        await _new_times(turn, made)


async def _new_times(turn: Turn, made: list[Cancelled]) -> None:
    """What holders summon to is agreed with them; of the others the first is asked about now."""
    ordered = sorted(made, key=lambda each: each.appointment.kind not in SUMMONED)
    open_ones = [each for each in ordered if each.appointment.kind not in SUMMONED]
    for each in ordered:
        if each.appointment.kind in SUMMONED:
            turn.reply.say("utter_afbud_mangler_ny_tid", **described(turn.known, each.appointment))
            await afbud_done.new_time(turn, each.appointment, each.cancellation.id)
    if open_ones:
        first, *rest = open_ones
        turn.over = False
        turn.state["later"] = [each.cancellation.id for each in rest]
        if rest:
            turn.reply.say("utter_afbud_en_tid_ad_gangen", **described(turn.known, first.appointment))
        await afbud_done.new_time(turn, first.appointment, first.cancellation.id)


async def go_on(turn: Turn, before: list[str]) -> None:
    """After a step: the next cancelled meeting gets its times when the one before is settled.

    What is waiting is known only to the conversation. If the person leaves it, staff hear of each afbud after a day
    (`afbud_left_without_time`); if they begin something else, staff hear at once.

    Args:
        turn: the turn, its step taken.
        before: the afbud that waited for their new time before the step.
    """
    if not turn.over:
        if before and "later" not in turn.state:
            await _tell_staff(turn, before)
        return
    waiting = list(turn.state.get("later") or before)
    while waiting and turn.over:
        cancellation = await _still_open(turn, waiting.pop(0))
        if cancellation is None:
            continue
        meeting = await turn.call(turn.service.appointment, turn.claimant_id, cancellation.appointment_id)
        turn.over = False
        turn.reply.say("utter_afbud_naeste_ny_tid", **described(turn.known, meeting))
        turn.state = {"later": waiting, "away": turn.state.get("away") or {}}
        await afbud_done.new_time(turn, meeting, cancellation.id)


async def _still_open(turn: Turn, cancellation_id: str) -> Any:
    """The afbud, unless it has had a new time since."""
    given = await turn.call(turn.service.cancellations, turn.claimant_id)
    return next((c for c in given if c.id == cancellation_id and c.new_appointment is None), None)


async def _tell_staff(turn: Turn, cancellations: list[str]) -> None:
    for each in cancellations:
        await turn.call(turn.service.no_new_time, turn.claimant_id, each, "several", turn.now)
