"""From rows to what the model knows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from forloeb.booking import model, tables
from forloeb.booking.model import DECISIVE, DeliveryState
from forloeb.booking.tables import delivery
from forloeb.settings import ZONE


def appointment_where(connection: Connection, *conditions: Any, lock: bool = False) -> tuple[model.Appointment, ...]:
    """Appointments, soonest first, each with the state of its newest decisive delivery."""
    table = tables.appointment
    newest = (
        select(func.max(delivery.c.id))
        .where(delivery.c.appointment_id == table.c.id, delivery.c.kind.in_([kind.value for kind in DECISIVE]))
        .correlate(table)
        .scalar_subquery()
    )
    query = (
        select(table, delivery.c.state, delivery.c.acknowledged_by)
        .select_from(table.outerjoin(delivery, delivery.c.id == newest))
        .where(*conditions)
        .order_by(table.c.start, table.c.id)
    )
    if lock:
        query = query.with_for_update(of=table)
    return tuple(_appointment(row) for row in connection.execute(query))


def _appointment(row: Row) -> model.Appointment:
    return model.Appointment(
        id=row.id,
        claimant_id=row.claimant_id,
        holder=model.Holder(row.holder),
        kind=model.Kind(row.kind),
        number=row.number,
        start=row.start.astimezone(ZONE),
        minutes=row.minutes,
        form=model.Form(row.form),
        status=model.Status(row.status),
        about=row.about,
        notes=row.notes,
        place=row.place,
        caseworker=row.caseworker,
        slot_id=row.slot_id,
        akasse_wanted=row.akasse_wanted,
        sequence=row.sequence,
        calendar_token=row.calendar_token,
        created=row.created.astimezone(ZONE),
        updated=row.updated.astimezone(ZONE),
        # what a holder entered itself, it knows
        delivery=DeliveryState(row.state) if row.state else DeliveryState.ACKNOWLEDGED,
        acknowledged_by=row.acknowledged_by,
    )


def slot(row: Row) -> model.Slot:
    """A slot from its row."""
    return model.Slot(
        id=row.id,
        holder=model.Holder(row.holder),
        caseworker=row.caseworker,
        start=row.start.astimezone(ZONE),
        minutes=row.minutes,
        forms=tuple(model.Form(form) for form in row.forms.split(",")),
        place=row.place,
        withdrawn=row.withdrawn is not None,
        booked=row.booked_by is not None,
        held_by=row.held_by,
        held_until=row.held_until.astimezone(ZONE) if row.held_until else None,
    )


def claimant(row: Row) -> model.Claimant:
    """A claimant from its row."""
    return model.Claimant(
        id=row.id,
        name=row.name,
        benefit=row.benefit,
        unemployed_from=row.unemployed_from,
        registered=row.registered,
        first_contact=row.first_contact,
        phone=row.phone,
        a_kasse=row.a_kasse,
        municipality=row.municipality,
    )


def cancellation_where(connection: Connection, *conditions: Any) -> tuple[model.Cancellation, ...]:
    """Cancellations, oldest first, each with the state of its delivery."""
    table = tables.cancellation
    query = (
        select(table, delivery.c.state, delivery.c.acknowledged_by)
        .select_from(table.join(delivery, delivery.c.cancellation_id == table.c.id))
        .where(*conditions)
        .order_by(table.c.at, table.c.id)
    )
    return tuple(
        model.Cancellation(
            id=row.id,
            receipt=row.receipt,
            appointment_id=row.appointment_id,
            claimant_id=row.claimant_id,
            words=row.words,
            ground=model.Ground(row.ground),
            warned=row.warned,
            assessed=model.Verdict(row.assessed) if row.assessed else None,
            assessed_by=row.assessed_by,
            new_appointment=row.new_appointment,
            at=row.at.astimezone(ZONE),
            delivery=DeliveryState(row.state),
            acknowledged_by=row.acknowledged_by,
        )
        for row in connection.execute(query)
    )


def contact_where(connection: Connection, *conditions: Any) -> tuple[model.Contact, ...]:
    """Contacts, oldest first, each with the state of its delivery and the case that was opened for it."""
    table, case = tables.contact, tables.staff_case
    query = (
        select(table, delivery.c.state, delivery.c.acknowledged_by, case.c.id.label("case_id"))
        .select_from(
            table.join(delivery, delivery.c.contact_id == table.c.id).outerjoin(
                case, case.c.delivery_id == delivery.c.id
            )
        )
        .where(*conditions)
        .order_by(table.c.at, table.c.id)
    )
    return tuple(
        model.Contact(
            id=row.id,
            claimant_id=row.claimant_id,
            appointment_id=row.appointment_id,
            at=row.at.astimezone(ZONE),
            about=row.about,
            words=row.words,
            receipt=row.receipt,
            case_id=row.case_id,
            delivery=DeliveryState(row.state),
            acknowledged_by=row.acknowledged_by,
        )
        for row in connection.execute(query)
    )


def case_where(connection: Connection, *conditions: Any, limit: int | None = None) -> tuple[model.Case, ...]:
    """Cases, oldest first, each with the state of the delivery that it stands for."""
    table = tables.staff_case
    query = (
        select(table, delivery.c.state.label("delivery_state"))
        .select_from(table.outerjoin(delivery, delivery.c.id == table.c.delivery_id))
        .where(*conditions)
        .order_by(table.c.at, table.c.id)
        .limit(limit)
    )
    return tuple(
        model.Case(
            id=row.id,
            claimant_id=row.claimant_id,
            kind=model.CaseKind(row.kind),
            state=model.CaseState(row.state),
            facts=row.facts,
            at=row.at.astimezone(ZONE),
            receipt=row.receipt,
            acknowledged_by=row.acknowledged_by,
            acknowledged_at=row.acknowledged_at.astimezone(ZONE) if row.acknowledged_at else None,
            delivery_id=row.delivery_id,
            delivery=DeliveryState(row.delivery_state) if row.delivery_state else None,
        )
        for row in connection.execute(query)
    )
