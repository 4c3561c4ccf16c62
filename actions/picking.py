"""Taking the person's pick among the times proposed, or what they say instead: more, none, another wish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from actions import regret
from actions.asking import ask_when, settle
from actions.gaps import staff_choice
from actions.known import Known
from actions.meeting_words import CLOCK, by_ordinal, covers, matching, times_in
from actions.proposing import give_up, lists, lost, offered, propose, slot, stop
from actions.relative_wish import WEEKS_LATER, leaning_wish
from actions.turn import Turn
from actions.weekday_meant import in_context
from actions.wishing import from_json, on_the_way, wish_in
from forloeb.booking.model import Slot
from forloeb.booking.wishes import Wish
from forloeb.danish.words import fold
from forloeb.settings import ZONE

MORE = re.compile(
    r"\b(flere|andre (?:tider|dage|muligheder)|anden tid|andet tidspunkt|noget andet|mere|senere"
    r"|hvad ellers|har (?:i|du) ellers)\b"
)
NONE_FITS = re.compile(
    r"\b(ingen af (?:dem|de|tiderne)|ingen passer|passer (?:\w+ )?ikke|kan ikke nogen af|kan ingen af"
    r"|duer ikke|ikke nogen af|^(?:nej )?(?:ingen|nul)$)\b"
)
NOT_NOW = re.compile(
    r"\b(ikke (?:lige |en |tid |tid lige )*nu|nej tak|vent(?:er|e) med det"
    r"|ikke (?:en |nogen )?(?:ny|nye) tid(?:er)?(?! \w))\b"
)
WHICHEVER = re.compile(
    r"\b(lige meget|ligegyldigt|lige gyldigt|bare en af dem|uanset hvilken|du bestemmer|vaelg du"
    r"|alle (?:\w+ )?(?:passer|dur|duer|er (?:fine|ok|okay|gode)))\b"
)
EARLIER = re.compile(r"\b(?:endnu |noget |lidt )?(?:tidligere|hurtigere|foer)\b(?! (?:paa dagen|kl|den|jeg))")
YES = re.compile(r"\s*(?:ja|jo|jep|jeps|jaja)\b", re.IGNORECASE)
# A preference or a question says what to look for, even where only one of the times shown fits it.
PREFERS = re.compile(r"\b(helst|hellere|kun|foretraekker|er der|har (?:i|du)|findes der|andre|senere|tidligere)\b")


async def pick(turn: Turn) -> Slot | None:
    """The slot that the person picked, or None when something else was said (and dealt with: more, none, a wish)."""
    shown = await offered(turn)
    settle(turn, shown)
    if not turn.chosen:
        turn.known = in_context(turn.known, shown, from_json(turn.state.get("wish") or {}))
    chosen = turn.chosen or ""
    if chosen.startswith("slot:"):
        found = next((s for s in shown if s.id == chosen.removeprefix("slot:")), None)
        if found is None:
            await _again(turn, shown)
        return found
    text = fold(turn.text)
    if turn.stops or (not chosen and NOT_NOW.search(text)) or await _comes_after_all(turn):
        await stop(turn)
    elif not chosen and (leaning := await _leaning(turn, shown)):
        await propose(turn, leaning)
    elif chosen == "none" or (not chosen and NONE_FITS.search(text) and not by_ordinal(turn.text, shown)):
        await none_fits(turn)
    elif ask_when(turn, "choose", clash=True):
        return None
    elif not chosen and (named := named_slot(turn.known, shown)):
        return named
    elif (wish := wish_in(turn.known)) and not (len(shown) == 1 and _offers(shown[0], wish)):
        await propose(turn, wish)
    elif wish or (shown and WHICHEVER.search(text)):
        return shown[0]
    elif shown and EARLIER.search(text):
        await propose(turn, Wish(not_after=shown[0].start))
    elif chosen in ("more", "other") or MORE.search(text):
        await propose(turn, more=True)
    elif turn.no:
        await none_fits(turn)
    elif (turn.yes or YES.match(turn.text)) and len(shown) == 1:
        return shown[0]
    elif not ask_when(turn, "choose", clash=False):
        await _again(turn, shown)
    return None


async def _comes_after_all(turn: Turn) -> bool:
    """In a move: "jeg kan godt komme på torsdag alligevel", about the meeting as it stands."""
    if turn.chosen or not turn.state.get("moving") or not regret.comes(turn.known):
        return False
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    times = times_in(turn.known)
    comes = not times or any(covers(t, meeting.start) for t in times)
    if comes:
        turn.state.pop("afbud", None)
    return comes


async def _leaning(turn: Turn, shown: list[Slot]) -> Wish | None:
    """A wish that leans on the meeting to be moved, the time picked, or the last one shown."""
    base = None
    picked = turn.state.get("slot")
    if picked and turn.state.get("step") == "confirm" and times_in(turn.known):
        found = await slot(turn, picked)
        base = found.start if found else None
    elif turn.state.get("moving"):
        base = (await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])).start
    elif picked := turn.state.get("slot"):
        found = await slot(turn, picked)
        base = found.start if found else None
    elif shown:
        base = shown[-1].start
    if base is None:
        return None
    if turn.state.get("step") == "confirm" and (hour := _hour_alone(turn.known)):
        midnight = datetime.combine(base.astimezone(ZONE).date(), time(0), ZONE)
        return replace(hour, intervals=((midnight, midnight + timedelta(days=1)),))
    return leaning_wish(turn.known, base)


def _hour_alone(known: Known) -> Wish | None:
    """A clock and no day: at the reading-back it is the hour of the same day ("klokken 15")."""
    times = times_in(known)
    if not times or any(len(t["start"] or t["end"] or "") != CLOCK or t["excluded"] for t in times):
        return None
    return wish_in(known)


def _offers(one: Slot, wish: Wish) -> bool:
    """Whether the wish is only about the form, and the slot has it: the form is the answer to the one time shown."""
    return wish == Wish(form=wish.form) and wish.form in one.forms


def named_slot(known: Known, shown: Sequence[Slot]) -> Slot | None:
    """The one slot that the words name: "den onsdag", "kl. 10", "den første"; None when they wish or name several."""
    times = [t for t in times_in(known) if not t["excluded"]]
    if times and on_the_way(known.text):
        return None
    if not times:
        return by_ordinal(known.text, shown)
    bounds = any(t["kind"] in ("after", "before") for t in times)
    if bounds or PREFERS.search(fold(known.text)):
        return None
    fits = matching(known, shown)
    return fits[0] if len(fits) == 1 else None


def prefers(known: Known) -> bool:
    """Whether the message says which times are preferred: "helst om eftermiddagen", whatever else it speaks of."""
    return bool(wish_in(known) and PREFERS.search(fold(known.text)))


def says_when(known: Known) -> bool:
    """Whether the message speaks of times as an answer does, whatever its intent."""
    text = fold(known.text)
    return bool(
        wish_in(known)
        or WEEKS_LATER.search(text)
        or MORE.search(text)
        or NONE_FITS.search(text)
        or by_ordinal(known.text, (1, 2, 3))
    )


async def _again(turn: Turn, shown: list[Slot]) -> None:
    if not shown:
        await lost(turn, "utter_tid_optaget")
        return
    unclear = int(turn.state.get("unclear") or 0) + 1
    if (turn.yes or YES.match(turn.text)) and len(shown) > 1 and unclear == 1:
        turn.reply.ask("utter_tider_hvilken_af_dem")
        turn.reply.choices[:] = (turn.state.get("ask") or {}).get("choices") or []
        turn.wait("choose", "utter_tider_spoerg_igen", unclear=unclear)
        return
    if turn.chosen:
        turn.reply.say("utter_tider_gammel_knap")
    elif turn.intent not in ("book_samtale", "flyt_samtale"):  # asked for once more: the times are the answer
        turn.reply.say("utter_tider_hvilken")
    lists(turn, tuple(shown))
    if unclear > 1:
        staff_choice(turn.reply)
    turn.wait("choose", "utter_tider_spoerg_igen", unclear=unclear)


async def none_fits(turn: Turn) -> None:
    """Nothing shown fits: ask for a wish the first time, hand over to staff the second."""
    if turn.state.get("asked_wish"):
        await give_up(turn)
        return
    turn.reply.ask("utter_tider_oenske")
    _wish_choices(turn)
    turn.wait("wish", asked_wish=True)


async def wish_step(turn: Turn) -> None:
    """The person says when they can."""
    settle(turn)
    if not turn.chosen:
        turn.known = in_context(turn.known, await offered(turn), from_json(turn.state.get("wish") or {}))
    leaning = None if turn.chosen else await _leaning(turn, [])
    wish = leaning or wish_in(turn.known)
    if turn.chosen == "give_up" or (wish is None and turn.no and not turn.stops):
        await give_up(turn)
    elif turn.stops or await _comes_after_all(turn):
        await stop(turn)
    elif ask_when(turn, "wish", clash=wish is not None):
        return
    elif turn.chosen == "more" or (wish is None and MORE.search(fold(turn.text))):
        await propose(turn, more=True)
    elif wish is None:
        turn.reply.ask("utter_tider_oenske_igen")
        _wish_choices(turn)
        turn.wait("wish")
    else:
        await propose(turn, wish)


def _wish_choices(turn: Turn) -> None:
    turn.reply.choice("utter_knap_flere_tider", "valg", {"trin": "more"})
    turn.reply.choice("utter_knap_giv_op", "valg", {"trin": "give_up"})
