"""Holding, booking and moving. One conditional write decides who gets a slot; the loser hears it at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from forloeb.booking import acts, deliveries, people
from forloeb.booking.acts import Outcome, Request
from forloeb.booking.deliveries import Entry
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound, Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import (
    NUMBERED,
    SUMMONED,
    Act,
    Appointment,
    DeliveryKind,
    Form,
    Kind,
    Slot,
    Status,
    must_be_in_person,
    utc,
    word,
)
from forloeb.booking.notices import drop, stamp
from forloeb.booking.reminders import schedule
from forloeb.booking.tables import appointment, cancellation
from forloeb.booking.words import own_words
from forloeb.db import reading, writing

HIGHEST_NUMBER = 6


class Agreeing(Desk):
    """Times agreed with a claimant."""

    def hold(self, slot_id: str, claimant_id: str, until: datetime, now: datetime) -> None:
        """Keep a slot for the claimant until a moment; again to keep it longer.

        Raises:
            SlotTaken, SlotWithdrawn, NotFound.
        """
        with writing(self.engine) as connection:
            people.lock_claimant(connection, claimant_id)
            self._still_offered(connection, slot_id, now)
            if not self.slots.hold(connection, slot_id, claimant_id, until, now):
                raise SlotTaken

    def release(self, claimant_id: str, slot_id: str | None = None, *, keep: Sequence[str] = ()) -> None:
        """End the claimant's hold on a slot, or on all of theirs but `keep`."""
        with writing(self.engine) as connection:
            self.slots.release(connection, claimant_id, slot_id, keep)

    def book(
        self,
        claimant_id: str,
        slot_id: str,
        form: str,
        about: str,
        kind: str,
        number: int | None,
        key: str,
        now: datetime,
        *,
        after: str | None = None,
    ) -> Act:
        """Book a slot. An afbud without a new time, of the same holder and kind, is linked to what is booked here.

        Args:
            claimant_id: whose meeting; the one who acts.
            slot_id: a published slot.
            form: one that the slot offers.
            about: what the meeting is to be about, in the person's own words.
            kind: `jobrettet_samtale` or `anden`; the others are summoned.
            number: of the whole course, for `jobrettet_samtale`; None when not known.
            key: message id + act.
            now: the present moment.
            after: the afbud that this is the new time for, where several wait; else the newest that fits.

        Raises:
            SlotTaken, SlotWithdrawn, NotFound, Refused.
        """
        wanted_kind, wanted_form = word(Kind, kind), word(Form, form)
        _check_number(wanted_kind, number)
        if wanted_kind in SUMMONED:
            raise Refused("summoned_not_booked", "the holder summons to this meeting")
        if must_be_in_person(wanted_kind, number) and wanted_form is not Form.IN_PERSON:
            raise Refused("first_meeting_in_person", "the first meeting is held in person")
        request = Request(key, DeliveryKind.BOOKING.value, claimant_id, f"claimant:{claimant_id}", now)

        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            people.lock_claimant(connection, claimant_id)
            slot = self._still_offered(connection, slot_id, now)
            self._fits(connection, claimant_id, slot, wanted_form)
            _not_booked_already(connection, claimant_id, wanted_kind, number, now)
            identifier = acts.new_id("a")
            self._take(connection, slot, identifier, claimant_id, now)
            remind_day, remind_hour = schedule(slot.start, now)
            connection.execute(
                insert(appointment).values(
                    id=identifier,
                    claimant_id=claimant_id,
                    holder=slot.holder.value,
                    kind=wanted_kind.value,
                    number=number,
                    start=slot.start,
                    minutes=slot.minutes,
                    form=wanted_form.value,
                    status=Status.BOOKED.value,
                    about=own_words(about),
                    place=slot.place,
                    caseworker=slot.caseworker,
                    slot_id=slot.id,
                    sequence=0,
                    calendar_token=acts.new_token(),
                    created=now,
                    updated=now,
                    remind_day=remind_day,
                    remind_hour=remind_hour,
                )
            )
            made = deliveries.current(connection, identifier)
            replaces = link_to_afbud(connection, made, after)
            entry = Entry(
                DeliveryKind.BOOKING,
                receipt,
                claimant_id,
                now,
                made,
                meeting_at=made.start,
                more={"after_cancellation": replaces} if replaces else {},
            )
            _, near = deliveries.register(connection, entry, self.alarm)
            return identifier, {"call_now": near}

        return self._agreed(self._once(request, slot_id, work), claimant_id)

    def move(
        self, claimant_id: str, appointment_id: str, slot_id: str, key: str, now: datetime, form: str | None = None
    ) -> Act:
        """Move an appointment to another slot of the same holder; the old time is free in the same moment.

        Args:
            claimant_id: the one who acts.
            appointment_id: theirs.
            slot_id: the new time.
            key: message id + act.
            now: the present moment.
            form: the form at the new time; as before when None.

        Raises:
            SlotTaken, SlotWithdrawn, NotFound, Refused.
        """
        wanted_form = word(Form, form) if form is not None else None
        request = Request(key, DeliveryKind.MOVE.value, claimant_id, f"claimant:{claimant_id}", now)

        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            people.lock_claimant(connection, claimant_id)
            old = people.own_appointment(connection, claimant_id, appointment_id, lock=True)
            must_stand(old, now)
            if old.kind in SUMMONED:
                raise Refused("summoned_not_booked", "the holder summons to this meeting")
            slot = self._still_offered(connection, slot_id, now)
            if slot.holder is not old.holder:
                raise Refused("wrong_holder", "the slot is another holder's")
            if slot.id == old.slot_id:
                raise SlotTaken
            chosen = wanted_form or old.form
            if must_be_in_person(old.kind, old.number) and chosen is not Form.IN_PERSON:
                raise Refused("first_meeting_in_person", "the first meeting is held in person")
            self._fits(connection, claimant_id, slot, chosen, but=old.id)
            # the old slot first: an appointment has one slot at a time, and the table says so
            if old.slot_id:
                self.slots.give_back(connection, old.slot_id, old.id)
            self._take(connection, slot, old.id, claimant_id, now)
            remind_day, remind_hour = schedule(slot.start, now)
            connection.execute(
                update(appointment)
                .where(appointment.c.id == old.id)
                .values(
                    slot_id=slot.id,
                    start=slot.start,
                    minutes=slot.minutes,
                    form=chosen.value,
                    place=slot.place,
                    caseworker=slot.caseworker,
                    sequence=appointment.c.sequence + 1,
                    updated=now,
                    remind_day=remind_day,
                    remind_hour=remind_hour,
                )
            )
            drop(connection, old.id)
            new = deliveries.current(connection, old.id)
            replaced = before(old)
            entry = Entry(
                DeliveryKind.MOVE,
                receipt,
                claimant_id,
                now,
                new,
                meeting_at=min(old.start, new.start, key=utc),
                more={"replaced": replaced},
            )
            _, near = deliveries.register(connection, entry, self.alarm)
            return old.id, {"replaced": replaced, "call_now": near}

        return self._agreed(self._once(request, slot_id, work), claimant_id)

    def _once(self, request: Request, slot_id: str, work: acts.Work) -> Outcome:
        """Do it once; when the slot plainly is gone, say so without queueing for the write lock."""
        with reading(self.engine) as connection:
            slot = self.slots.get(connection, slot_id)
            if slot is not None and slot.booked:
                # in this order: who sees the slot taken by this very act sees the act as well
                if found := acts.done_before(connection, request):
                    return found
                raise SlotTaken
        return acts.once(self.engine, request, work)

    def _agreed(self, outcome: Outcome, claimant_id: str) -> Act:
        with reading(self.engine) as connection:
            stands = people.own_appointment(connection, claimant_id, outcome.ref or "")
        return act_of(outcome, stands)

    def _still_offered(self, connection: Connection, slot_id: str, now: datetime) -> Slot:
        slot = self.slots.get(connection, slot_id)
        if slot is None:
            raise NotFound
        if slot.withdrawn:
            raise SlotWithdrawn
        if utc(slot.start) <= utc(now):
            raise Refused("slot_past", "the slot has begun")
        return slot

    def _fits(
        self, connection: Connection, claimant_id: str, slot: Slot, form: Form, *, but: str | None = None
    ) -> None:
        if form not in slot.forms:
            raise Refused("form_not_offered", "the slot does not offer this form")
        if people.busy(connection, claimant_id, slot.start, slot.end, but=but):
            raise Refused("collides", "the claimant has another appointment then")

    def _take(self, connection: Connection, slot: Slot, appointment_id: str, claimant_id: str, now: datetime) -> None:
        if not self.slots.take(connection, slot.id, appointment_id, claimant_id, now):
            again = self.slots.get(connection, slot.id)
            if again is not None and again.withdrawn:
                raise SlotWithdrawn
            raise SlotTaken
        self.slots.release(connection, claimant_id)


def must_stand(found: Appointment, now: datetime) -> None:
    """Raise Refused unless the appointment is booked and lies ahead."""
    if found.status is not Status.BOOKED:
        raise Refused("not_booked", "the appointment does not stand")
    if utc(found.start) <= utc(now):
        raise Refused("appointment_past", "the appointment has begun")


def act_of(outcome: Outcome, stands: Appointment) -> Act:
    """The result of an act on an appointment."""
    return Act(
        receipt=outcome.receipt,
        appointment=stands,
        replaced=outcome.result.get("replaced"),
        replayed=outcome.replayed,
        call_now=bool(outcome.result.get("call_now")),
    )


def before(old: Appointment) -> dict[str, Any]:
    """When, where and how an appointment was to be before a change."""
    return {"start": stamp(old.start), "minutes": old.minutes, "form": old.form.value, "place": old.place}


def link_to_afbud(connection: Connection, made: Appointment, after: str | None = None) -> str | None:
    """Say of an afbud that had no new time yet, of the same holder and kind, that this is its new time.

    `after` is linked where it fits so; else the newest that does.
    """
    afbud: str | None = connection.execute(
        select(cancellation.c.id)
        .select_from(cancellation.join(appointment, appointment.c.id == cancellation.c.appointment_id))
        .where(
            cancellation.c.claimant_id == made.claimant_id,
            cancellation.c.new_appointment.is_(None),
            appointment.c.id != made.id,
            appointment.c.holder == made.holder.value,
            appointment.c.kind == made.kind.value,
            (appointment.c.number == made.number) if made.number is not None else True,
        )
        .order_by((cancellation.c.id == (after or "")).desc(), cancellation.c.at.desc())
        .limit(1)
    ).scalar_one_or_none()
    if afbud is not None:
        connection.execute(update(cancellation).where(cancellation.c.id == afbud).values(new_appointment=made.id))
    return afbud


def _check_number(kind: Kind, number: int | None) -> None:
    if number is None:
        return
    if kind not in NUMBERED or not 1 <= number <= HIGHEST_NUMBER:
        raise Refused("wrong_number", "1 to 6, for the meetings that are counted")


def _not_booked_already(
    connection: Connection, claimant_id: str, kind: Kind, number: int | None, now: datetime
) -> None:
    if number is None:
        return
    stands = connection.execute(
        select(appointment.c.id)
        .where(
            appointment.c.claimant_id == claimant_id,
            appointment.c.kind == kind.value,
            appointment.c.number == number,
            appointment.c.status == Status.BOOKED.value,
            appointment.c.start > now,
        )
        .limit(1)
    ).first()
    if stands is not None:
        raise Refused("already_booked", "the claimant has this meeting booked: move it instead")
