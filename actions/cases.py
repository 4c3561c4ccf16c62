"""Handing something to staff: the case is committed before the person is told of it."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker

from actions import services
from actions.known import Known, message_metadata
from forloeb.booking.model import CaseKind


async def open_case(tracker: Tracker, known: Known, kind: CaseKind, **facts: Any) -> str:
    """Open a case for staff, once per message however often it is handed over.

    Returns:
        The receipt number for the person.
    """
    metadata = message_metadata(tracker)
    claimant_id = known.registered.id if known.registered else None
    details = {"conversation": tracker.sender_id, "channel": known.channel, "words": known.text[:1000], **facts}
    key = f"{metadata.get('message_id', tracker.sender_id)}:case:{kind.value}"
    case = await asyncio.to_thread(services.bookings().open_case, claimant_id, kind.value, details, key, services.now())
    return case.receipt or case.id
