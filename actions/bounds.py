"""Why no time is looked for as late, or early, as wished: the holder's deadline or the obligation's span."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from actions.meeting_words import place_of
from actions.turn import Turn
from forloeb.booking.model import Holder
from forloeb.booking.proposals import Searched
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold
from forloeb.obligations import Benefit
from forloeb.settings import ZONE
from forloeb.workdays import is_workday

AS_LATE = re.compile(r"\bsaa (?:sent|langt ude) som muligt\b|\bsenest muligt?e?\b|\bsidste mulige\b")


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


async def latest(turn: Turn) -> Wish | None:
    """For "så sent som muligt": the last week before the nearest bound; None when not wished, or none is known."""
    if turn.chosen or not AS_LATE.search(fold(turn.text)):
        return None
    aimed = turn.state["aim"]
    deadlines = await turn.call(turn.service.deadlines, turn.claimant_id)
    ahead = [d.book_by for d in deadlines if d.holder.value == aimed["holder"] and d.book_by >= turn.known.on]
    ends = [*ahead, *([date.fromisoformat(aimed["last"][:10])] if aimed["last"] else [])]
    if not ends:
        return None
    return Wish(not_before=datetime.combine(min(ends) - timedelta(days=6), time(0), ZONE))


def begins_later(turn: Turn, searched: Searched) -> None:
    """Say that the jobcenter's meetings come later, where that is why there is no time yet."""
    first = turn.state["aim"]["first"]
    if first and turn.known.benefit is Benefit.DAGPENGE:
        start = datetime.fromisoformat(searched.start).astimezone(ZONE).date()
        turn.reply.say("utter_tider_foer_jobcenter", dag=turn.known.day(start))
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
