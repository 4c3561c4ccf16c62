"""Questions about booking: where, by when, no free time, and where a summons is seen. The acts are in book.py."""

from __future__ import annotations

from datetime import date

from actions import services
from actions.asking import ask_benefit
from actions.known import Known
from actions.reply import Reply
from forloeb.obligations import Benefit


def hvor_booker_jeg(known: Known, reply: Reply) -> None:
    """Where one books, and which meetings one does not book."""
    _by_benefit(known, reply, "hvor_booker", "hvor_booker_jeg")


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
    """Where a summons is seen."""
    _by_benefit(known, reply, "indkaldelse", "indkaldelse")


def _by_benefit(known: Known, reply: Reply, stem: str, intent: str) -> None:
    if known.benefit is Benefit.DAGPENGE:
        reply.say(f"utter_{stem}_dagpenge")
    elif known.social:
        reply.say(f"utter_{stem}_social")
    else:
        reply.say(f"utter_{stem}_ukendt")
        ask_benefit(known, reply, intent)
