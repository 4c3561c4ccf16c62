"""Gathers what is known at a message: registered with us, remembered from before, and said now."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from rasa_sdk import Tracker

from actions import services
from actions.known import SLOTS, Known, message_metadata
from actions.said_benefit import with_benefit, with_claim
from actions.said_days import with_days
from forloeb import obligations
from forloeb.booking import model as booking
from forloeb.obligations import Anchor, Benefit


async def known_from(tracker: Tracker, *, as_registered: bool = False) -> Known:
    """Gather what is known at this message.

    Args:
        tracker: Rasa's.
        as_registered: what is to be done follows the registered benefit, whatever the person said before.
    """
    message = tracker.latest_message or {}
    metadata = message_metadata(tracker)
    claimant_id = metadata.get("claimant_id")
    registered = await asyncio.to_thread(services.bookings().claimant, claimant_id) if claimant_id else None
    stored = await asyncio.to_thread(_stored, registered.id) if registered else {}
    known = Known(
        claimant=_remembered(tracker, registered, as_registered=as_registered),
        registered=registered,
        on=services.today(),
        channel=metadata.get("channel", "web"),
        text=message.get("text") or "",
        entities=tuple(message.get("entities") or ()),
        **stored,
    )
    found = with_days(with_benefit(known, message, tracker), message, tracker)
    return found if as_registered else with_claim(found)


def _stored(claimant_id: str) -> dict[str, Any]:
    now, service = services.now(), services.bookings()
    appointments = service.appointments(claimant_id)
    held = [a for a in appointments if a.status is booking.Status.HELD and a.kind in booking.NUMBERED]
    cancelled = {a.id: a for a in appointments if a.status is booking.Status.CANCELLED and a.start > now}
    given = [c for c in service.cancellations(claimant_id) if c.appointment_id in cancelled] if cancelled else []
    newest = max(given, key=lambda c: c.at, default=None)
    return {
        "record": obligations.Record(
            held=tuple(obligations.Holder(a.holder.value) for a in held),
            summoned=any(a.kind is booking.Kind.CV for a in appointments),
        ),
        "ahead": tuple(a for a in appointments if a.status is booking.Status.BOOKED and a.start > now),
        "afbud": (cancelled[newest.appointment_id], newest) if newest else None,
        "cancelled": tuple(cancelled[c.appointment_id] for c in given),
        "without_new_time": tuple((cancelled[c.appointment_id], c) for c in given if c.new_appointment is None),
    }


def _remembered(tracker: Tracker, registered: booking.Claimant | None, *, as_registered: bool) -> obligations.Claimant:
    def day(anchor: Anchor) -> date | None:
        own = getattr(registered, anchor.value) if registered else None
        said = tracker.get_slot(SLOTS[anchor])
        return own or (date.fromisoformat(said) if said else None)

    own_benefit = registered.benefit if registered else None
    said = tracker.get_slot("ydelse")
    benefit = own_benefit or said if as_registered else said or own_benefit
    return obligations.Claimant(
        Benefit(benefit) if benefit else None,
        day(Anchor.UNEMPLOYED_FROM), day(Anchor.REGISTERED), day(Anchor.FIRST_CONTACT),
    )  # fmt: skip
