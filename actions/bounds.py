"""Why no time is looked for as late, or early, as wished: the holder's deadline or the obligation's span."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from actions.meeting_words import place_of
from actions.turn import Turn
from forloeb.booking.model import Holder
from forloeb.booking.proposals import Searched
from forloeb.booking.wishes import Wish
from forloeb.obligations import Benefit
from forloeb.settings import ZONE
from forloeb.workdays import is_workday


def explain(turn: Turn, wish: Wish, searched: Searched) -> None:
    """Say which bound keeps the search from the days wished for; nothing where they lie within it, or none are."""
    aimed = turn.state["aim"]
    holder = Holder(aimed["holder"])
    contact = place_of(turn.known, holder).contact()
    start, end = datetime.fromisoformat(searched.start), datetime.fromisoformat(searched.end)
    last = end.astimezone(ZONE).date() - timedelta(days=1)
    if _too_late(wish, end):
        if searched.deadline and date.fromisoformat(searched.deadline) == last:
            turn.reply.say(f"utter_tider_frist_{holder.value}", dag=turn.known.day(last), hvem_kontakt=contact)
        elif aimed["last"] and turn.known.benefit is not None:
            turn.reply.say(_span_key(turn, holder), dag=turn.known.day(last), hvem_kontakt=contact)
            turn.reply.note("utter_vejledende")
    elif aimed["first"] and _too_early(wish, start) and turn.known.benefit is Benefit.DAGPENGE:
        turn.reply.say("utter_tider_foer_jobcenter", dag=turn.known.day(start.astimezone(ZONE).date()))
        turn.reply.note("utter_vejledende")


def _span_key(turn: Turn, holder: Holder) -> str:
    if turn.known.benefit is Benefit.DAGPENGE:
        return f"utter_tider_span_{holder.value}"
    return "utter_tider_span_foerste" if turn.state["aim"]["number"] == 1 else "utter_tider_span_social"


def _too_late(wish: Wish, end: datetime) -> bool:
    """Whether no working day of what is wished lies before the end of the search."""
    starts: list[datetime | None] = [first for first, _ in wish.intervals]
    starts = starts or [wish.not_before]
    return all(first is not None and _next_workday(first) >= end for first in starts)


def _next_workday(moment: datetime) -> datetime:
    while not is_workday(moment.astimezone(ZONE).date()):
        moment = datetime.combine(moment.astimezone(ZONE).date() + timedelta(days=1), time(0), ZONE)
    return moment


def _too_early(wish: Wish, start: datetime) -> bool:
    if wish.intervals:
        return all(last <= start for _, last in wish.intervals)
    return wish.not_after is not None and wish.not_after <= start
