"""What the receiver is to be told: committed with the act itself, so that one is never without the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.booking.acts import new_id, trail
from forloeb.booking.model import (
    DECISIVE,
    Appointment,
    CaseKind,
    CaseState,
    DeliveryKind,
    DeliveryState,
    NoticeKind,
    utc,
)
from forloeb.booking.notices import facts, stamp, tell
from forloeb.booking.rows import appointment_where
from forloeb.booking.tables import appointment as appointments
from forloeb.booking.tables import delivery, staff_case
from forloeb.booking.words import name_of

RECEIVED = {
    DeliveryKind.BOOKING: NoticeKind.BOOKING_RECEIVED,
    DeliveryKind.MOVE: NoticeKind.MOVE_RECEIVED,
    DeliveryKind.FORM: NoticeKind.FORM_RECEIVED,
    DeliveryKind.AFBUD: NoticeKind.AFBUD_RECEIVED,
    DeliveryKind.MISSED: NoticeKind.MESSAGE_RECEIVED,
    DeliveryKind.CASE: NoticeKind.MESSAGE_RECEIVED,
}


@dataclass(frozen=True)
class Entry:
    """One thing to deliver.

    Attributes:
        meeting_at: the meeting that staff must know of in time; when it is near, they are alarmed.
        more: what the payload holds besides the appointment.
    """

    kind: DeliveryKind
    receipt: str
    claimant_id: str | None
    now: datetime
    appointment: Appointment | None = None
    cancellation_id: str | None = None
    contact_id: str | None = None
    meeting_at: datetime | None = None
    more: dict[str, Any] = field(default_factory=dict)


def register(connection: Connection, entry: Entry, alarm: timedelta) -> tuple[int, bool]:
    """Enter a delivery; its id, and whether the meeting is so near that staff were alarmed at once."""
    payload: dict[str, Any] = {
        "receipt": entry.receipt,
        "kind": entry.kind.value,
        "at": stamp(entry.now),
        "claimant": entry.claimant_id,
        **entry.more,
    }
    if entry.appointment:
        payload["appointment"] = {**facts(entry.appointment), "about": entry.appointment.about}
    made = connection.execute(
        insert(delivery).values(
            kind=entry.kind.value,
            receipt=entry.receipt,
            claimant_id=entry.claimant_id,
            appointment_id=entry.appointment.id if entry.appointment else None,
            cancellation_id=entry.cancellation_id,
            contact_id=entry.contact_id,
            payload=payload,
            meeting_at=entry.meeting_at,
            state=DeliveryState.REGISTERED.value,
            created=entry.now,
        )
    )
    identifier = made.inserted_primary_key[0]
    near = entry.meeting_at is not None and utc(entry.now) >= utc(entry.meeting_at) - alarm
    if near:
        row = connection.execute(select(delivery).where(delivery.c.id == identifier)).one()
        raise_alarm(connection, row, entry.now)
    return identifier, near


def open_case(
    connection: Connection,
    kind: CaseKind,
    claimant_id: str | None,
    facts_: dict[str, Any],
    now: datetime,
    *,
    receipt: str | None = None,
    delivery_id: int | None = None,
) -> str:
    """Put a case in the staff queue; its id."""
    identifier = new_id("s")
    connection.execute(
        insert(staff_case).values(
            id=identifier,
            claimant_id=claimant_id,
            kind=kind.value,
            state=CaseState.OPEN.value,
            facts=facts_,
            at=now,
            receipt=receipt,
            delivery_id=delivery_id,
        )
    )
    return identifier


def raise_alarm(connection: Connection, row: Row, now: datetime) -> bool:
    """Tell staff and the person, once, that a meeting is near and nobody has confirmed the news about it."""
    first = connection.execute(
        update(delivery)
        .where(delivery.c.id == row.id, delivery.c.alarmed_at.is_(None), delivery.c.acknowledged_at.is_(None))
        .values(alarmed_at=now)
    ).rowcount
    if not first:
        return False
    about = {"delivery": row.id, "kind": row.kind, "receipt": row.receipt, "meeting_at": stamp(row.meeting_at)}
    case_id = open_case(connection, CaseKind.ALARM, row.claimant_id, {**about, **_meeting(row)}, now)
    trail(connection, "system", "alarm", case_id, row.claimant_id, now)
    if row.claimant_id:
        values = {**about, **_meeting(row), "about": row.kind}
        tell(connection, NoticeKind.CALL, row.claimant_id, now, values, appointment_id=row.appointment_id)
    return True


def acknowledged(
    connection: Connection, row: Row, by: str | None, now: datetime, receiver_receipt: str | None = None
) -> bool:
    """A named person, or the receiver's own receipt, says that they have it: the claimant is told. Once."""
    values: dict[str, Any] = {
        "state": DeliveryState.ACKNOWLEDGED.value,
        "acknowledged_by": name_of(by) if by else None,
        "acknowledged_at": now,
    }
    if receiver_receipt:
        values["receiver_receipt"] = receiver_receipt
    first = connection.execute(
        update(delivery).where(delivery.c.id == row.id, delivery.c.acknowledged_at.is_(None)).values(**values)
    ).rowcount
    if not first:
        return False
    kind = RECEIVED.get(DeliveryKind(row.kind))
    if kind and row.claimant_id:
        news = {
            "by": values["acknowledged_by"],
            "receipt": row.receipt,
            "receiver_receipt": receiver_receipt,
            **_meeting(row),
        }
        tell(connection, kind, row.claimant_id, now, news, appointment_id=row.appointment_id)
    return True


def superseded(connection: Connection, row: Row) -> bool:
    """Whether a later decisive act on the same appointment has overtaken this one."""
    later = select(delivery.c.id).where(
        delivery.c.appointment_id == row.appointment_id,
        delivery.c.id > row.id,
        delivery.c.kind.in_([kind.value for kind in DECISIVE]),
    )
    return row.appointment_id is not None and connection.execute(later.limit(1)).first() is not None


def current(connection: Connection, appointment_id: str) -> Appointment:
    """An appointment inside the transaction that changes it."""
    return appointment_where(connection, appointments.c.id == appointment_id)[0]


def _meeting(row: Row) -> dict[str, Any]:
    return {
        name: row.payload["appointment"][name]
        for name in ("holder", "kind", "number", "start", "minutes", "form", "place")
        if row.payload.get("appointment")
    } | ({"appointment": row.appointment_id} if row.appointment_id else {})
