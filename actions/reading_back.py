"""Reading a time back before anything is done, and what the answer to it means: shared by booking and moving."""

from __future__ import annotations

import re

from actions import picking, proposing
from actions.meeting_words import covers, described, times_in
from actions.subject import subject_in
from actions.turn import Turn
from actions.wishing import wish_in
from forloeb.booking.model import Form, Kind, Slot, must_be_in_person

YES = re.compile(r"\s*ja\b", re.IGNORECASE)

# "nej ikke cv, branche" at the reading-back
BARE_SUBJECT = re.compile(
    r"\s*(?:(?:nej|hov|vent|ups|jeg mente|mente|nå|men|ikke \w+|så|hellere|bare|om|skift af|mit|mine|min)[ ,]+)*"
    r"(?P<about>cv(?:'?et)?|jobs(?:ø|oe)gning\w*|kompetencer?|branche\w*|ans(?:ø|oe)gninger)"
    r"(?:,? (?:så|i ?stedet|tak))?\s*[.!]*$",
    re.IGNORECASE,
)


async def read_back(turn: Turn) -> None:
    """Weekday, date, time, place or form, before anything is done."""
    slot = await proposing.slot(turn, turn.state["slot"])
    if slot is None:
        await proposing.lost(turn, "utter_tid_optaget")
        return
    values = described(turn.known, slot, Form(turn.state["form"]))
    moving = turn.state.get("moving")
    about = turn.state.get("about")
    booking = "utter_book_laes_op" if about else "utter_book_laes_op_uden_emne"
    turn.reply.ask("utter_flyt_laes_op" if moving else booking, **values, om=about or "")
    turn.reply.choice("utter_knap_ja_flyt" if moving else "utter_knap_ja_book", "valg", {"trin": "yes"})
    turn.reply.choice("utter_knap_anden_tid", "valg", {"trin": "other"})
    turn.reply.choice("utter_knap_stop", "valg", {"trin": "stop"})
    turn.wait("confirm")


async def corrected(turn: Turn) -> Slot | bool | None:
    """What an answer to the reading-back means: True for a plain yes, a slot when it names another time.

    None when something else was said and dealt with.
    """
    # "ja, fortryd afbuddet" where the same time is read back says yes, though "fortryd" alone stops a task
    if turn.chosen == "yes" or (turn.state.get("regret") and YES.match(turn.text)):
        return True
    slot = await proposing.slot(turn, turn.state["slot"])
    form = turn.known.entity("moedeform")
    if turn.stops:
        await proposing.stop(turn)
        return None
    about = None if turn.state.get("moving") or turn.chosen else subject_in(turn.text)
    if about:
        turn.state["about"] = about
    if form and form != turn.state["form"] and slot is not None:
        await _other_form(turn, slot, form)
    elif about:
        await read_back(turn)
    elif _other_time(turn, slot):
        return await picking.pick(turn)
    elif turn.yes:
        return True
    elif slot is not None and not turn.no and any(covers(t, slot.start) for t in times_in(turn.known)):
        await read_back(turn)  # the time that is read back, said once more
    elif turn.chosen == "other" or turn.no:
        turn.reply.say("utter_flyt_staar_stadig" if turn.state.get("moving") else "utter_book_ikke_endnu")
        await proposing.propose(turn, more=True)
    else:
        turn.reply.say("utter_opgave_udenfor" if turn.text.rstrip().endswith("?") else "utter_svar_ja_eller_nej")
        await read_back(turn)
    return None


def _other_time(turn: Turn, slot: Slot | None) -> bool:
    """Whether the answer speaks of another time than the one read back ("ja, onsdag kl. 10" can be the same)."""
    if turn.chosen or not picking.says_when(turn.known):
        return False
    named = [t for t in times_in(turn.known) if not t["excluded"]]
    return slot is None or not named or not all(covers(t, slot.start) for t in named)


async def _other_form(turn: Turn, slot: Slot, form: str) -> None:
    forms = forms_of(turn, slot)
    if form in forms:
        turn.state["form"] = form
        await read_back(turn)
    elif forms == [turn.state["form"]] and turn.reply.parts:
        await read_back(turn)
    else:
        turn.reply.say("utter_form_ikke_paa_den_tid")
        await proposing.propose(turn, wish_in(turn.known))


def forms_of(turn: Turn, slot: Slot) -> list[str]:
    """The forms that the meeting can have at this time; a first meeting wished otherwise is explained."""
    aimed = turn.state["aim"]
    if not must_be_in_person(Kind(aimed["kind"]), aimed["number"]):
        return [f.value for f in slot.forms]
    if turn.known.entity("moedeform") in (Form.PHONE.value, Form.DIGITAL.value):
        turn.reply.say("utter_form_foerste_moede")
    return [Form.IN_PERSON.value]
