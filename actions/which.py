"""Which meeting a task is about: inferred when there is one, found in the words, or asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from actions.known import Known
from actions.meeting_words import CLOCK, by_ordinal, described, kind_title, matching, times_in
from actions.turn import Turn
from forloeb.booking.model import Appointment, Form, Holder, Kind, Status
from forloeb.danish.words import fold

ASKED_AT_MOST = 6
JUST_BEGUN = timedelta(hours=3)
# A kind named in the words; asked only among the person's own meetings.
KINDS = {"cv": Kind.CV, "raadighed": Kind.AVAILABILITY}
MORNING = "06:00"
FORMS = {
    "telefon": Form.PHONE, "digital": Form.DIGITAL, "video": Form.DIGITAL, "fysisk": Form.IN_PERSON,
    "personlig": Form.IN_PERSON,
}  # fmt: skip
NAMING = ("afbud",)
BOTH = re.compile(r"\b(begge|alle|allesammen)\b")


async def meeting(turn: Turn) -> Appointment | None:
    """The meeting meant; None when it had to be asked (the task waits at `which`) or there is none (said)."""
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    if not ahead:
        if await begun(turn):
            turn.reply.say("utter_moede_begyndt")
            turn.reply.choice("utter_titel_misset_samtale", "misset_samtale")
        else:
            turn.reply.say("utter_ingen_aftaler")
        turn.finish()
        return None
    fits = meant(turn, ahead)
    if len(fits) == 1:
        return fits[0]
    other = not fits and names_a_time(turn)
    other = other or names_another_holder(turn, ahead)
    if len(ahead) == 1 and not other:
        return ahead[0]
    if len(ahead) == 1:
        ask_sure(turn, ahead[0])
        return None
    if other:
        turn.reply.say("utter_hvilken_ikke_da" if names_a_time(turn) else "utter_hvilken_ikke_hos")
    ask(turn, tuple(fits) or ahead)
    return None


async def begun(turn: Turn) -> Appointment | None:
    """The meeting that has begun and is, or just was, going on."""
    every = await turn.call(turn.service.appointments, turn.claimant_id)
    going = [a for a in every if a.status is Status.BOOKED and a.start <= turn.now < max(a.end, a.start + JUST_BEGUN)]
    return max(going, key=lambda a: a.start) if going else None


def meant(turn: Turn, meetings: tuple[Appointment, ...]) -> list[Appointment]:
    """The meetings that fit what the message names: kind, time, holder."""
    naming = turn.state.get("kind") in NAMING
    if turn.chosen is not None:
        return matching(turn.known, meetings, naming=naming)
    return named_in(turn.known, meetings, naming=naming)


def named_in(known: Known, meetings: tuple[Appointment, ...], *, naming: bool) -> list[Appointment]:
    """The meetings that the words name by their kind, time or holder; `naming` as in `matching`."""
    text = fold(known.text)
    kinds = {kind for word, kind in KINDS.items() if word in text}
    forms = {form for word, form in FORMS.items() if re.search(rf"\b{word}\w* ?(?:moede|samtale|aftale)", text)}
    of_kind = [m for m in meetings if m.kind in kinds] or [m for m in meetings if m.form in forms]
    return of_kind or matching(known, meetings, naming=naming)


def names_a_time(turn: Turn) -> bool:
    """Whether the message names a time that could be a meeting's; in a move or change of form it can be the new one."""
    times = [t for t in times_in(turn.known) if not _at_night(t)]
    return turn.state.get("kind") in NAMING and bool(times)


def _at_night(time: dict[str, Any]) -> bool:
    """No meeting is held then: "jeg har kastet op hele natten" tells why, not which."""
    return len(time["end"] or "") == CLOCK and time["end"] <= MORNING


def names_another_holder(turn: Turn, meetings: tuple[Appointment, ...]) -> bool:
    """Whether the message names a holder that holds none of these meetings: another's is not touched."""
    named = turn.known.entity("myndighed")
    return named in [h.value for h in Holder] and all(m.holder.value != named for m in meetings)


def ask(turn: Turn, meetings: tuple[Appointment, ...]) -> None:
    """Ask which one."""
    turn.reply.ask("utter_hvilken_aftale")
    for each in meetings[:ASKED_AT_MOST]:
        values = described(turn.known, each)
        turn.reply.ask("utter_hvilken_linje", **values, slags=kind_title(each))
        turn.reply.choice("utter_knap_tid", "valg", {"trin": f"meeting:{each.id}"}, tid=values["tid"])
    turn.reply.choice("utter_knap_ingen_af_dem", "valg", {"trin": "none"})
    turn.wait("which", meetings=[m.id for m in meetings[:ASKED_AT_MOST]])


def ask_sure(turn: Turn, only: Appointment) -> None:
    """The words name another day than the one meeting there is."""
    turn.reply.ask("utter_hvilken_sikker", **described(turn.known, only))
    turn.reply.choice("utter_knap_ja", "valg", {"trin": f"meeting:{only.id}"})
    turn.reply.choice("utter_knap_nej", "valg", {"trin": "none"})
    turn.wait("which", meetings=[only.id])


async def both(turn: Turn) -> tuple[Appointment, ...]:
    """The meetings asked about when the answer means all of them; () otherwise."""
    if turn.chosen or not BOTH.search(fold(turn.text)):
        return ()
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    return tuple(m for m in ahead if m.id in (turn.state.get("meetings") or []))


async def answered(turn: Turn) -> Appointment | None:
    """The meeting named in the answer; None when it was not one of them (given up) or not understood (asked again)."""
    ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
    offered = [m for m in ahead if m.id in (turn.state.get("meetings") or [])]
    chosen = turn.chosen or ""
    picked = next((m for m in offered if chosen == f"meeting:{m.id}"), None)
    if picked is None and len(offered) == 1 and turn.yes:
        picked = offered[0]
    fits = meant(turn, tuple(offered))
    if picked is None and len(fits) == 1:
        picked = fits[0]
    if picked is None and not fits:
        picked = by_ordinal(turn.text, offered)
    if picked is not None:
        return picked
    if chosen == "none" or turn.no or turn.stops or not offered:
        turn.finish()
    elif len(offered) == 1:
        ask_sure(turn, offered[0])
    else:
        days = [t for t in times_in(turn.known) if len(t["start"] or "") > CLOCK]
        if days and not fits and not turn.chosen and turn.state.get("kind") != "flyt":
            turn.reply.say("utter_hvilken_ikke_da")
        if BOTH.search(fold(turn.text)):
            turn.reply.say("utter_hvilken_en_ad_gangen")
        ask(turn, tuple(offered))
    return None
