"""What must hold of the booking store at every moment, whoever was killed and whatever was tried."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb.booking import tables as t
from forloeb.booking.model import JUDGED, DeliveryKind
from forloeb.db import reading

DELIVERED_KINDS = {kind.value for kind in DeliveryKind}


def check(engine: Engine) -> None:
    with reading(engine) as connection:
        slots = connection.execute(select(t.slot)).all()
        appointments = {row.id: row for row in connection.execute(select(t.appointment))}
        acts = connection.execute(select(t.act)).all()
        deliveries = connection.execute(select(t.delivery)).all()
        cancellations = connection.execute(select(t.cancellation)).all()
        contacts = connection.execute(select(t.contact)).all()
        cases = connection.execute(select(t.staff_case)).all()
        trail = connection.execute(select(t.audit)).all()

    owners = {row.id: row.booked_by for row in slots if row.booked_by}
    assert len(set(owners.values())) == len(owners), "an appointment has one slot at most"
    for slot_id, owner in owners.items():
        assert appointments[owner].slot_id == slot_id and appointments[owner].status != "cancelled"
    for row in appointments.values():
        assert row.slot_id is None or owners.get(row.slot_id) == row.id, "an appointment's slot is its own"
        if row.status != "booked":
            assert row.remind_day is None and row.remind_hour is None
    for row in slots:
        assert not (row.booked_by and row.held_by) and not (row.booked_by and row.withdrawn)

    by_receipt = defaultdict(list)
    for row in deliveries:
        by_receipt[row.receipt].append(row)
    for row in acts:
        assert row.ref is not None and row.result is not None, "an act is whole or not there"
        assert len(by_receipt.pop(row.receipt, [])) == (1 if row.kind in DELIVERED_KINDS else 0)
        assert [(each.what, each.ref) for each in trail].count((row.kind, row.ref)) >= 1
    assert not by_receipt, "no delivery without its act"

    about_afbud = {row.cancellation_id: row for row in deliveries if row.cancellation_id}
    judgements = {row.delivery_id for row in cases if row.kind == "judgement"}
    assert set(about_afbud) == {row.id for row in cancellations}
    per_appointment = defaultdict(int)
    for row in cancellations:
        per_appointment[row.appointment_id] += 1
        assert appointments[row.appointment_id].status == "cancelled"
        assert (about_afbud[row.id].id in judgements) == (row.ground in {ground.value for ground in JUDGED})
        assert row.new_appointment is None or row.new_appointment in appointments
    assert set(per_appointment.values()) <= {1}, "one afbud for one appointment"
    assert {row.contact_id for row in deliveries if row.contact_id} == {row.id for row in contacts}

    mine = defaultdict(list)
    for row in appointments.values():
        if row.status == "booked":
            mine[row.claimant_id].append((row.start, row.start + timedelta(minutes=row.minutes)))
    for spans in mine.values():
        spans.sort()
        for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
            assert end <= start, "nobody is to be in two places"

    for row in deliveries:
        assert (row.delivered_at is not None) <= (row.state != "registered")
        assert (row.acknowledged_at is not None) == (row.state == "acknowledged")
