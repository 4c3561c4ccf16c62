"""Proposing times, and what is said when there are none: shared by booking, moving and the new time after an afbud."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from actions import afbud_instead, bounds, matter
from actions.meeting_words import described, place_of
from actions.turn import Turn
from actions.wishing import as_json, from_json, merged
from forloeb.booking.model import CaseKind, Form, Holder, Kind, Slot, must_be_in_person
from forloeb.booking.proposals import Proposals, Reason
from forloeb.booking.wishes import Wish
from forloeb.db import reading

SHOWN_AT_MOST = 60


async def propose(turn: Turn, wish: Wish | None = None, *, more: bool = False) -> bool:
    """Propose times for the task's aim and wait at `choose`; False when there were none: said, and staff know.

    The state holds aim, wish, shown slots and, for a move, the appointment.
    """
    state = turn.state
    if late := await bounds.latest(turn):
        wish = merged(wish or Wish(), late)
    wished = _allowed(turn, merged(from_json(state.get("wish") or {}), wish or Wish()))
    state["wish"] = as_json(wished)
    shown = list(state.get("shown") or []) if more else []
    found = await _search(turn, wished, shown)
    if not found.slots and more:
        turn.reply.say("utter_tider_ikke_flere")
        shown = []
        found = await _search(turn, wished, shown)
    if not found.slots:
        await _none(turn, found)
        return False
    state.pop("why", None)
    if not found.exact:
        if not more:
            said = len(turn.reply.parts)
            bounds.explain(turn, wished, found.searched)
            state["why"] = [list(part) for part in turn.reply.parts[said:]]
        turn.reply.say("utter_tider_naermeste_flere" if more else "utter_tider_naermeste")
    lists(turn, found.slots)
    offered = [s.id for s in found.slots]
    again = "utter_tider_spoerg_igen" if len(offered) > 1 else "utter_tider_spoerg_en_igen"
    turn.wait("choose", again, unclear=0, offered=offered, shown=[*shown, *offered][-SHOWN_AT_MOST:])
    if len(found.slots) == 1:  # asked again without the list, it names the time
        turn.state["ask"]["parts"] = [[again, {**turn.reply.values, **described(turn.known, found.slots[0])}]]
    return True


def _allowed(turn: Turn, wish: Wish) -> Wish:
    """The wish, without a form that the first meeting cannot have: that is said at once."""
    aimed = turn.state["aim"]
    if wish.form in (None, Form.IN_PERSON) or not must_be_in_person(Kind(aimed["kind"]), aimed["number"]):
        return wish
    turn.reply.say("utter_form_foerste_moede")
    return replace(wish, form=None)


async def _search(turn: Turn, wish: Wish, shown: list[str]) -> Proposals:
    aimed = turn.state["aim"]
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
        hold_until=turn.now + timedelta(minutes=hold_minutes(turn)),
    )


def hold_minutes(turn: Turn) -> int:
    """How long a proposed time is held on the person's channel."""
    settings = turn.service.settings
    return settings.hold_minutes_sms if turn.known.channel == "sms" else settings.hold_minutes


def lists(turn: Turn, slots: tuple[Slot, ...]) -> None:
    """The proposals as numbered lines with a button each; the place only where they differ in it."""
    turn.reply.say("utter_tider_hos", hvem=place_of(turn.known, slots[0].holder).name)
    apart = len({slot.place for slot in slots}) > 1
    for number, slot in enumerate(slots, start=1):
        values = described(turn.known, slot)
        hvor = values["hvor"] if apart else ""
        turn.reply.say("utter_tider_linje", nummer=str(number), tid=values["tid"], hvor=hvor)
        turn.reply.choice("utter_knap_tid", "valg", {"trin": f"slot:{slot.id}"}, tid=values["tid"])
    question = "utter_tider_spoerg" if len(slots) > 1 else "utter_tider_spoerg_en"
    turn.reply.ask(question, minutter=str(hold_minutes(turn)))
    turn.reply.choice("utter_knap_flere_tider", "valg", {"trin": "more"})
    turn.reply.choice("utter_knap_ingen_passer", "valg", {"trin": "none"})


async def _none(turn: Turn, found: Proposals) -> None:
    """No free time at all is a case for staff; none that meets the wish is a question."""
    aimed, searched = turn.state["aim"], found.searched
    if found.reason is Reason.WISH and not turn.state.get("asked_wish"):
        turn.reply.ask("utter_tider_ingen_med_oenske")
        turn.reply.choice("utter_knap_giv_op", "valg", {"trin": "give_up"})
        # what was ruled out ruled everything out: the next answer begins afresh
        turn.wait("wish", asked_wish=True, wish={}, search=searched.id)
        return
    if found.reason is Reason.WISH:
        turn.state["search"] = searched.id
        await give_up(turn)
        return
    await turn.call(turn.service.release, turn.claimant_id)
    facts = {"search": searched.id, "reason": found.reason.value if found.reason else None, "holder": aimed["holder"],
             "deadline": searched.deadline, "start": searched.start, "end": searched.end}  # fmt: skip
    case = await turn.call(
        turn.service.open_case, turn.claimant_id, CaseKind.NO_FREE_TIME.value, facts, turn.key("no_free_time"), turn.now
    )
    bounds.begins_later(turn, searched)
    if not turn.state.get("cancellation"):
        turn.slots["sidste_sag"] = matter.of("sent", turn.now, None, holder=aimed["holder"])
    without = "utter_tider_ingen_efter_afbud" if turn.state.get("cancellation") else "utter_tider_ingen"
    turn.reply.say(
        "utter_tider_ingen_med_frist" if searched.deadline else without,
        hvem_kontakt=place_of(turn.known, Holder(aimed["holder"])).contact(),
        kvittering=case.receipt or case.id,
        frist=turn.known.day(_day(searched.deadline) or turn.known.on),
    )
    turn.finish()


async def give_up(turn: Turn) -> None:
    """No time agreed: staff are told, and the person is told to contact the holder too, before the deadline if any."""
    state = turn.state
    holder = Holder(state["aim"]["holder"])
    contact = place_of(turn.known, holder).contact()
    await turn.call(turn.service.release, turn.claimant_id)
    if state.get("cancellation"):
        await turn.call(turn.service.no_new_time, turn.claimant_id, state["cancellation"], "none_fits", turn.now)
        turn.reply.say("utter_afbud_uden_ny_tid", hvem_kontakt=contact)
        turn.finish()
        return
    facts = {"reason": "none_fits", "holder": holder.value, "appointment": state.get("appointment"),
             "search": state.get("search"), "wish": state.get("wish") or {}}  # fmt: skip
    case = await turn.call(
        turn.service.open_case, turn.claimant_id, CaseKind.NO_FREE_TIME.value, facts, turn.key("no_free_time"), turn.now
    )
    turn.slots["sidste_sag"] = matter.of("sent", turn.now, None, holder=holder.value)
    deadlines = await turn.call(turn.service.deadlines, turn.claimant_id)
    ahead = [d.book_by for d in deadlines if d.holder is holder and d.book_by >= turn.known.on]
    values = {"hvem_kontakt": contact, "kvittering": case.receipt or case.id}
    if state.get("moving"):
        turn.reply.say("utter_tider_opgivet_flyt", **values)
        if await afbud_instead.ask(turn):
            return
    elif ahead:
        turn.reply.say("utter_tider_opgivet_frist", frist=turn.known.day(min(ahead)), **values)
    else:
        turn.reply.say("utter_tider_opgivet", **values)
    turn.finish()


async def stop(turn: Turn) -> None:
    """The person wants no time now: nothing is done, what was held is free; an afbud stands without a new time."""
    if turn.state.get("cancellation"):
        await give_up(turn)
        return
    await turn.call(turn.service.release, turn.claimant_id)
    turn.reply.say("utter_flyt_staar_stadig" if turn.state.get("moving") else "utter_book_intet")
    if not await afbud_instead.ask(turn):
        turn.finish()


async def lost(turn: Turn, why: str) -> None:
    """The time was lost between the proposal and the commit: say so and propose others."""
    turn.reply.say(why)
    await propose(turn)


async def offered(turn: Turn) -> list[Slot]:
    """The slots proposed last."""
    return [s for i in turn.state.get("offered") or [] if (s := await slot(turn, i))]


async def slot(turn: Turn, slot_id: str) -> Slot | None:
    """One slot, free or not."""

    def read() -> Slot | None:
        with reading(turn.service.engine) as connection:
            return turn.service.slots.get(connection, slot_id)

    return await turn.call(read)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
