"""Questions about booking: where, by when, no free time, and where a summons is seen. The acts are in book.py."""

from __future__ import annotations

import re
from datetime import date

from actions import meetings, services, yes_no
from actions.asking import ask_benefit
from actions.course import course
from actions.gaps import staff_choice
from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold
from forloeb.obligations import Benefit, Step

# "hvis a-kassen aldrig indkalder mig"
MISSING = re.compile(
    r"\b(?:aldrig|ikke|ik|ingen) (?:\w+ ){0,2}(?:kommet|kommer|faaet|faar|hoert|indkald\w*|modtaget|dukket)"
)
# what the sources leave open outside dagpenge
NOT_IN_THE_SOURCES = frozenset({"booking_frist", "ingen_ledig_tid", "indkaldelse"})


def hvor_booker_jeg(known: Known, reply: Reply) -> None:
    """Where one books, and which meetings one does not book."""
    if known.benefit is Benefit.DAGPENGE and yes_no.asks(known.text):
        reply.say("utter_booker_selv")
    reply.values["svar"] = yes_no.yes(known.text)
    _by_benefit(known, reply, "hvor_booker", "hvor_booker_jeg")
    reply.values["svar"] = yes_no.NEITHER


def booking_frist(known: Known, reply: Reply) -> None:
    """The deadline that the holder has set for this person where we have it, otherwise where it stands."""
    deadlines = services.bookings().deadlines(known.registered.id) if known.registered else ()
    for deadline in deadlines:
        place = services.installation()
        owner = (
            place.akasse(known.registered.a_kasse if known.registered else None)
            if deadline.holder.value == "akasse"
            else place.jobcenter(known.registered.municipality if known.registered else None)
        ).contact()
        reply.say(_deadline_key(deadline.book_by, deadline.holder.value, known.on), myndighed=owner,
                  book_senest=known.day(deadline.book_by))  # fmt: skip
    if not deadlines:
        _by_benefit(known, reply, "booking_frist", "booking_frist")


def _deadline_key(book_by: date, holder: str, on: date) -> str:
    if book_by < on:
        return "utter_booking_frist_passeret"
    return "utter_booking_frist_dato" if holder == "akasse" else "utter_booking_frist_dato_jobcenter"


def ingen_ledig_tid(known: Known, reply: Reply) -> None:
    """No free time: contact the holder before the deadline."""
    _by_benefit(known, reply, "ingen_ledig_tid", "ingen_ledig_tid")
    reply.offer("utter_ingen_ledig_tid_tilbud")


def indkaldelse(known: Known, reply: Reply) -> None:
    """Where a summons is seen; asked when, by when it comes."""
    if MISSING.search(fold(known.text)):
        indkaldelse_mangler(known, reply)
        return
    if re.search(r"\bhvornaar\b|^naar\b", fold(known.text)) and not known.record.held:
        meetings.foerste_samtale(known, reply)
        return
    _by_benefit(known, reply, "indkaldelse", "indkaldelse")


def indkaldelse_mangler(known: Known, reply: Reply) -> None:
    """No summons has come: whom to ask."""
    if known.benefit is Benefit.DAGPENGE:
        line = computed.of(Step.SUMMONS) if (computed := course(known, reply)) else None
        if line is not None and line.ends is not None:
            reply.say("utter_indkaldelse_mangler_dato", indkaldt_senest=known.day(line.ends))
        else:
            reply.say("utter_indkaldelse_mangler_dagpenge")
    else:
        reply.say("utter_indkaldelse_mangler_social" if known.social else "utter_indkaldelse_mangler_ukendt")
    staff_choice(reply)


def _by_benefit(known: Known, reply: Reply, stem: str, intent: str) -> None:
    if known.benefit is Benefit.DAGPENGE:
        reply.say(f"utter_{stem}_dagpenge")
    elif known.social:
        reply.say(f"utter_{stem}_social")
        if stem in NOT_IN_THE_SOURCES:
            staff_choice(reply)
    else:
        reply.say(f"utter_{stem}_ukendt")
        ask_benefit(known, reply, intent)
