"""Claimants, what they have ahead, and the one door that keeps a claimant to their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from forloeb.booking import model, rows, tables
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound
from forloeb.booking.model import Holder, Status, overlaps, utc
from forloeb.db import reading

LONGEST = timedelta(hours=8)  # no meeting is longer; the loader says so


class People(Desk):
    """Reading what a claimant may see: their own."""

    def claimant(self, claimant_id: str) -> model.Claimant | None:
        """The claimant, or None."""
        with reading(self.engine) as connection:
            row = connection.execute(select(tables.claimant).where(tables.claimant.c.id == claimant_id)).one_or_none()
        return rows.claimant(row) if row else None

    def claimants_by_phone(self, phone: str) -> tuple[model.Claimant, ...]:
        """Everybody with this number (`+45…`): more than one when people share a telephone."""
        with reading(self.engine) as connection:
            found = connection.execute(
                select(tables.claimant).where(tables.claimant.c.phone == phone).order_by(tables.claimant.c.id)
            ).all()
        return tuple(rows.claimant(row) for row in found)

    def appointments(
        self, claimant_id: str, now: datetime | None = None, *, booked_only: bool = False
    ) -> tuple[model.Appointment, ...]:
        """The claimant's appointments, soonest first.

        Args:
            claimant_id: whose.
            now: only those that are not over at this moment; all when None.
            booked_only: only those that stand.
        """
        table = tables.appointment
        conditions: list[Any] = [table.c.claimant_id == claimant_id]
        if booked_only:
            conditions.append(table.c.status == Status.BOOKED.value)
        if now is not None:
            conditions.append(table.c.start > utc(now) - LONGEST)
        with reading(self.engine) as connection:
            found = rows.appointment_where(connection, *conditions)
        return tuple(each for each in found if now is None or utc(each.end) > utc(now))

    def appointment(self, claimant_id: str, appointment_id: str) -> model.Appointment:
        """One of the claimant's appointments.

        Raises:
            NotFound: there is none, or it is another's.
        """
        with reading(self.engine) as connection:
            return own_appointment(connection, claimant_id, appointment_id)

    def appointment_by_token(self, token: str) -> model.Appointment | None:
        """The appointment whose calendar link this is; the token is the right to see it."""
        with reading(self.engine) as connection:
            found = rows.appointment_where(connection, tables.appointment.c.calendar_token == token)
        return found[0] if found else None

    def cancellations(self, claimant_id: str) -> tuple[model.Cancellation, ...]:
        """The claimant's afbud, oldest first."""
        with reading(self.engine) as connection:
            return rows.cancellation_where(connection, tables.cancellation.c.claimant_id == claimant_id)

    def contacts(self, claimant_id: str) -> tuple[model.Contact, ...]:
        """What the claimant has told us and when, oldest first."""
        with reading(self.engine) as connection:
            return rows.contact_where(connection, tables.contact.c.claimant_id == claimant_id)

    def deadlines(self, claimant_id: str) -> tuple[model.Deadline, ...]:
        """The claimant's booking deadlines, soonest first, those gone by too."""
        table = tables.booking_deadline
        with reading(self.engine) as connection:
            found = connection.execute(
                select(table).where(table.c.claimant_id == claimant_id).order_by(table.c.book_by, table.c.id)
            ).all()
        return tuple(model.Deadline(row.id, row.claimant_id, Holder(row.holder), row.book_by) for row in found)


def own_appointment(
    connection: Connection, claimant_id: str, appointment_id: str, *, lock: bool = False
) -> model.Appointment:
    """The claimant's appointment.

    Raises:
        NotFound: there is none, or it is another's.
    """
    table = tables.appointment
    found = rows.appointment_where(
        connection, table.c.id == appointment_id, table.c.claimant_id == claimant_id, lock=lock
    )
    if not found:
        raise NotFound
    return found[0]


def must_exist(connection: Connection, claimant_id: str) -> None:
    """Raise NotFound unless there is such a claimant."""
    table = tables.claimant
    if connection.execute(select(table.c.id).where(table.c.id == claimant_id)).first() is None:
        raise NotFound


def lock_claimant(connection: Connection, claimant_id: str) -> None:
    """Let one act at a time touch a claimant's appointments.

    Raises:
        NotFound: there is no such claimant.
    """
    table = tables.claimant
    if connection.execute(select(table.c.id).where(table.c.id == claimant_id).with_for_update()).first() is None:
        raise NotFound


def busy(
    connection: Connection, claimant_id: str, start: datetime, end: datetime, *, but: str | None = None
) -> list[tuple[datetime, datetime]]:
    """When the claimant has other appointments that stand, within [start, end), in UTC."""
    table = tables.appointment
    found = connection.execute(
        select(table.c.start, table.c.minutes).where(
            table.c.claimant_id == claimant_id,
            table.c.status == Status.BOOKED.value,
            table.c.start > utc(start) - LONGEST,
            table.c.start < utc(end),
            table.c.id != (but or ""),
        )
    )
    spans = [(row.start, row.start + timedelta(minutes=row.minutes)) for row in found]
    return [span for span in spans if overlaps(*span, utc(start), utc(end))]


def next_deadline(connection: Connection, claimant_id: str, holder: Holder, today: date) -> date | None:
    """The nearest booking deadline of a holder's that has not gone by."""
    table = tables.booking_deadline
    found: date | None = connection.execute(
        select(table.c.book_by)
        .where(table.c.claimant_id == claimant_id, table.c.holder == holder.value, table.c.book_by >= today)
        .order_by(table.c.book_by)
        .limit(1)
    ).scalar_one_or_none()
    return found
