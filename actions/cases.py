"""Handing something to staff: the case is committed before the person is told of it."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker

from actions import services
from actions.known import Known, message_metadata
from actions.reply import Reply
from forloeb.booking.model import CaseKind
from forloeb.danish import format as danish
from forloeb.obligations import Benefit


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


async def hand_over(known: Known, reply: Reply, tracker: Tracker, **facts: Any) -> None:
    """Commit the case with `facts`, then say that it waits, and when somebody is there."""
    case = await open_case(tracker, known, CaseKind.WANTS_HUMAN, **facts)
    now, here = services.now(), services.installation()
    reply.say("utter_medarbejder_sag", kvittering=case)
    opens = here.next_opening(now)
    if here.is_open(now):
        reply.say("utter_medarbejder_aaben")
    elif opens:
        reply.say("utter_medarbejder_lukket", aabner=danish.moment(opens, known.on))
    reply.say("utter_medarbejder_ring")
    reply.say("utter_medarbejder_ikke_kontakt")
    own = known.akasse if known.benefit is Benefit.DAGPENGE else known.jobcenter
    if known.benefit and own.hours:
        reply.say("utter_sted_aabent", sted=own.name, sted_tider=own.hours_text())
