"""Proposing times and taking the person's pick: shared by booking, moving and the new time after an afbud."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from actions.course import course
from actions.meeting_words import by_ordinal, described, matching, place_of
from actions.turn import Turn
from actions.wishing import as_json, from_json, merged, wish_in
from forloeb.booking.errors import SlotTaken, SlotWithdrawn
from forloeb.booking.model import CaseKind, Form, Holder, Kind, Slot, Status, must_be_in_person
from forloeb.booking.proposals import Proposals, Reason
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold
from forloeb.obligations import Benefit, Step

MORE = re.compile(r"\b(flere|andre tider|noget andet|andre muligheder|vis mere)\b")
NONE_FITS = re.compile(r"\b(ingen af dem|ingen passer|ingen af tiderne|passer ikke|kan ikke nogen af|duer ikke|ingen af de)\b")
SHOWN_AT_MOST = 60


async def aim(turn: Turn, holder: Holder | None = None) -> dict[str, Any] | None:
    """Which meeting a person books next: holder, kind, number and window; None when the benefit decides and is unknown."""
    claimant = turn.known.claimant
    if holder is None and claimant.benefit is None:
        return None
    computed = course(turn.known, turn.reply) if claimant.benefit else None
    handover = computed.of(Step.HANDOVER) if computed else None
    if holder is None:
        holder = Holder.JOBCENTER if turn.known.social else await _holder_now(turn, handover.ends if handover else None)
    stands = await turn.call(turn.service.appointments, turn.claimant_id)
    counted = [a for a in stands if a.status in (Status.BOOKED, Status.HELD) and a.kind in (Kind.CV, Kind.JOB)]
    number = min(max([len(counted), *(a.number or 0 for a in counted)]) + 1, 6) if len(counted) < 6 else None
    first, last = _window(turn, holder, number, computed)
    return {
        "holder": holder.value, "kind": Kind.JOB.value, "number": number,
        "first": first.isoformat() if first else None, "last": last.isoformat() if last else None,
    }  # fmt: skip


async def _holder_now(turn: Turn, handover: date | None) -> Holder:
    deadlines = await turn.call(turn.service.deadlines, turn.claimant_id)
    ahead = [d for d in deadlines if d.book_by >= turn.known.on]
    if ahead:
        return ahead[0].holder
    return Holder.JOBCENTER if handover and turn.known.on >= handover else Holder.AKASSE


def _window(turn: Turn, holder: Holder, number: int | None, computed: Any) -> tuple[date | None, date | None]:
    """The obligation's span as far as it lies ahead; open where it has passed or is not known."""
    if computed is None:
        return None, None
    on = turn.known.on
    if turn.known.benefit is Benefit.DAGPENGE:
        line = computed.of(Step.MEETINGS, _core_holder(holder))
        begins = line.begins if line and holder is Holder.JOBCENTER and line.begins and line.begins > on else None
        last = line.ends - timedelta(days=1) if line and line.ends else None
    else:
        line = computed.of(Step.FIRST_MEETING if number == 1 else Step.MEETINGS)
        begins = None
        last = line.ends if line else None
    return begins, last if last and last >= on else None


def _core_holder(holder: Holder) -> Any:
    from forloeb.obligations import Holder as CoreHolder

    return CoreHolder(holder.value)


async def propose(turn: Turn, wish: Wish | None = None, *, more: bool = False) -> bool:
    """Propose times for the task's aim and wait at `choose`; False when there were none (said, and staff know).

    The state holds aim, wish, shown slots and, for a move, the appointment.
    """
    state = turn.state
    kept = from_json(state.get("wish") or {})
    wished = merged(kept, wish) if wish else kept
    shown = list(state.get("shown") or []) if more else []
    found = await _search(turn, wished, shown)
    if not found.slots and more:
        turn.reply.say("utter_tider_ikke_flere")
        found = await _search(turn, wished, [])
    if not found.slots:
        await _none(turn, found)
        return False
    if not found.exact:
        turn.reply.say("utter_tider_naermeste")
        if must_be_in_person(Kind(state["aim"]["kind"]), state["aim"]["number"]) and wished.form not in (None, Form.IN_PERSON):
            turn.reply.say("utter_form_foerste_moede")
    lists(turn, found.slots)
    turn.wait(
        "choose",
        wish=as_json(wished),
        offered=[s.id for s in found.slots],
        shown=[*shown, *(s.id for s in found.slots)][-SHOWN_AT_MOST:],
    )
    return True


async def _search(turn: Turn, wish: Wish, shown: list[str]) -> Proposals:
    aimed = turn.state["aim"]
    minutes = services_hold_minutes(turn)
    return await turn.call(
        turn.service.propose,
        turn.claimant_id,
        aimed["holder"],
        aimed["kind"],
        aimed["number"],
        wish,
        turn.now,
        window=(_day(aimed["first"]), _day(aimed["last"])),
        exclude=shown,
        moving=turn.state.get("appointment") if turn.state.get("moving") else None,
        hold_until=turn.now + timedelta(minutes=minutes),
    )


def services_hold_minutes(turn: Turn) -> int:
    """How long a proposed time is held on the person's channel."""
    settings = turn.service.settings
    return settings.hold_minutes_sms if turn.known.channel == "sms" else settings.hold_minutes


def lists(turn: Turn, slots: tuple[Slot, ...]) -> None:
    """The proposals as numbered lines with a button each."""
    turn.reply.say("utter_tider_hos", hvem=place_of(turn.known, slots[0].holder).name)
    for number, slot in enumerate(slots, start=1):
        values = described(turn.known, slot)
        turn.reply.say("utter_tider_linje", nummer=str(number), tid=values["tid"], sted=values["sted"])
        turn.reply.choice("utter_knap_tid", "valg", {"trin": f"slot:{slot.id}"}, tid=values["tid"])
    turn.reply.ask("utter_tider_spoerg", minutter=str(services_hold_minutes(turn)))
    turn.reply.choice("utter_knap_flere_tider", "valg", {"trin": "more"})
    turn.reply.choice("utter_knap_ingen_passer", "valg", {"trin": "none"})


async def _none(turn: Turn, found: Proposals) -> None:
    aimed = turn.state["aim"]
    holder = place_of(turn.known, Holder(aimed["holder"]))
    facts = {"search": found.searched.id, "reason": found.reason.value if found.reason else None, "holder": aimed["holder"],
             "deadline": found.searched.deadline, "start": found.searched.start, "end": found.searched.end}  # fmt: skip
    case = await turn.call(
        turn.service.open_case, turn.claimant_id, CaseKind.NO_FREE_TIME.value, facts, turn.key("no_free_time"), turn.now
    )
    turn.reply.say("utter_tider_ingen_med_frist" if found.searched.deadline else "utter_tider_ingen",
                   hvem_kontakt=holder.contact(), kvittering=case.receipt or case.id,
                   frist=turn.known.day(_day(found.searched.deadline) or turn.known.on))  # fmt: skip
    if found.reason is Reason.WISH:
        turn.reply.say("utter_tider_ingen_med_oenske")


async def pick(turn: Turn) -> Slot | None:
    """The slot that the person picked, or None when something else was said (and dealt with: more, none, a wish)."""
    offered = [s for i in turn.state.get("offered") or [] if (s := await turn.call(_slot, turn, i))]
    chosen = turn.chosen or ""
    if chosen.startswith("slot:"):
        return next((s for s in offered if s.id == chosen.removeprefix("slot:")), None) or await _gone(turn)
    text = fold(turn.text)
    if chosen == "none" or NONE_FITS.search(text) or turn.intent == "afkraeft":
        await none_fits(turn)
        return None
    if chosen == "more" or MORE.search(text):
        await propose(turn, more=True)
        return None
    fits = matching(turn.known, offered)
    if len(fits) == 1:
        return fits[0]  # type: ignore[no-any-return]
    if not fits and (ordinal := by_ordinal(turn.text, offered)):
        return ordinal  # type: ignore[no-any-return]
    if turn.intent == "bekraeft" and len(offered) == 1:
        return offered[0]
    wish = wish_in(turn.known)
    if wish:
        await propose(turn, wish)
    else:
        turn.reply.say("utter_tider_hvilken")
        lists(turn, tuple(offered))
        turn.wait("choose")
    return None


async def _gone(turn: Turn) -> Slot | None:
    turn.reply.say("utter_tid_optaget")
    await propose(turn)
    return None


async def none_fits(turn: Turn) -> None:
    """Nothing shown fits: ask for a wish the first time, hand over to staff the second."""
    if not turn.state.get("asked_wish"):
        turn.reply.ask("utter_tider_oenske")
        turn.reply.choice("utter_knap_giv_op", "valg", {"trin": "give_up"})
        turn.wait("wish", asked_wish=True)
        return
    await give_up(turn)


async def wish_step(turn: Turn) -> None:
    """The person says when they can."""
    wish = wish_in(turn.known)
    if turn.chosen == "give_up" or (wish is None and turn.intent == "afkraeft"):
        await give_up(turn)
    elif wish is None:
        turn.reply.ask("utter_tider_oenske_igen")
        turn.reply.choice("utter_knap_giv_op", "valg", {"trin": "give_up"})
        turn.wait("wish")
    else:
        await propose(turn, wish)


async def give_up(turn: Turn) -> None:
    """No time agreed: staff are told, and the person is told to contact the holder too."""
    holder = place_of(turn.known, Holder(turn.state["aim"]["holder"]))
    await turn.call(turn.service.release, turn.claimant_id)
    if turn.state.get("cancellation"):
        await turn.call(turn.service.no_new_time, turn.claimant_id, turn.state["cancellation"], "none_fits", turn.now)
        turn.reply.say("utter_afbud_uden_ny_tid", hvem_kontakt=holder.contact())
    else:
        facts = {"reason": "none_fits", "holder": turn.state["aim"]["holder"], "appointment": turn.state.get("appointment")}
        case = await turn.call(
            turn.service.open_case, turn.claimant_id, CaseKind.NO_FREE_TIME.value, facts, turn.key("no_free_time"), turn.now
        )
        key = "utter_tider_opgivet_flyt" if turn.state.get("moving") else "utter_tider_opgivet"
        turn.reply.say(key, hvem_kontakt=holder.contact(), kvittering=case.receipt or case.id)
    turn.finish()


async def still_there(turn: Turn, error: SlotTaken | SlotWithdrawn) -> None:
    """The time was lost between the proposal and the commit: say so and propose others."""
    turn.reply.say("utter_tid_optaget")
    await propose(turn)


def _slot(turn: Turn, slot_id: str) -> Slot | None:
    from forloeb.db import reading

    with reading(turn.service.engine) as connection:
        return turn.service.slots.get(connection, slot_id)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
