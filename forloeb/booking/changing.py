"""Changing how a meeting is held, who joins it and what is brought to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from forloeb.booking import acts, deliveries, people
from forloeb.booking.acts import Outcome, Request
from forloeb.booking.agreeing import act_of, before, must_stand
from forloeb.booking.deliveries import Entry
from forloeb.booking.desk import Desk
from forloeb.booking.errors import Refused
from forloeb.booking.model import Act, Appointment, DeliveryKind, Form, Holder, must_be_in_person, word
from forloeb.booking.tables import appointment
from forloeb.booking.words import own_words
from forloeb.db import reading


class Changing(Desk):
    """Changes that leave the time as it is."""

    def change_form(self, claimant_id: str, appointment_id: str, form: str, key: str, now: datetime) -> Act:
        """Change how the meeting is held.

        Raises:
            NotFound: not the claimant's.
            Refused: `first_meeting_in_person`, `form_not_offered` (the slot lacks it), `not_booked`,
                `appointment_past`, `bad_value`.
        """
        wanted = word(Form, form)

        def change(connection: Connection, old: Appointment) -> dict[str, Any]:
            if must_be_in_person(old.kind, old.number) and wanted is not Form.IN_PERSON:
                raise Refused("first_meeting_in_person", "the first meeting is held in person")
            slot = self.slots.get(connection, old.slot_id) if old.slot_id else None
            if slot is not None and wanted not in slot.forms:
                raise Refused("form_not_offered", "the slot does not offer this form")
            return {"form": wanted.value}

        return self._change(DeliveryKind.FORM, claimant_id, appointment_id, key, now, change)

    def wish_akasse(self, claimant_id: str, appointment_id: str, wanted: bool, key: str, now: datetime) -> Act:
        """Record whether the claimant wants the a-kasse to join a meeting at the jobcenter.

        Raises:
            NotFound: not the claimant's.
            Refused: `wrong_holder` (the a-kasse's own meeting), `not_booked`, `appointment_past`.
        """

        def change(_connection: Connection, old: Appointment) -> dict[str, Any]:
            if old.holder is not Holder.JOBCENTER:
                raise Refused("wrong_holder", "the a-kasse can join the jobcenter's meetings only")
            return {"akasse_wanted": wanted}

        return self._change(DeliveryKind.AKASSE_WISH, claimant_id, appointment_id, key, now, change)

    def attach_notes(self, claimant_id: str, appointment_id: str, notes: str, key: str, now: datetime) -> Act:
        """Attach what the claimant has prepared; replaces earlier notes.

        Raises:
            NotFound: not the claimant's.
            Refused: `not_booked`, `appointment_past`.
        """
        return self._change(
            DeliveryKind.NOTES, claimant_id, appointment_id, key, now, lambda _c, _old: {"notes": own_words(notes)}
        )

    def _change(
        self,
        kind: DeliveryKind,
        claimant_id: str,
        appointment_id: str,
        key: str,
        now: datetime,
        change: Any,
    ) -> Act:
        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            old = people.own_appointment(connection, claimant_id, appointment_id, lock=True)
            must_stand(old, now)
            values = change(connection, old)
            connection.execute(update(appointment).where(appointment.c.id == old.id).values(**values, updated=now))
            new = deliveries.current(connection, old.id)
            result: dict[str, Any] = {"replaced": before(old)} if kind is DeliveryKind.FORM else {}
            entry = Entry(
                kind,
                receipt,
                claimant_id,
                now,
                new,
                meeting_at=new.start if kind is DeliveryKind.FORM else None,
                more={**result, "changed": values},
            )
            _, near = deliveries.register(connection, entry, self.alarm)
            return old.id, {**result, "call_now": near}

        request = Request(key, kind.value, claimant_id, f"claimant:{claimant_id}", now)
        outcome: Outcome = acts.once(self.engine, request, work)
        with reading(self.engine) as connection:
            return act_of(outcome, people.own_appointment(connection, claimant_id, appointment_id))
