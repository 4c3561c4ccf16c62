"""The holder's side: what a holder moves, cancels, publishes, withdraws, marks and summons to; the person is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from forloeb.booking import acts, deliveries, people, rows
from forloeb.booking.acts import Request
from forloeb.booking.agreeing import link_to_afbud
from forloeb.booking.cancelling import call_off
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.model import (
    SUMMONED,
    Appointment,
    Form,
    Holder,
    Kind,
    NoticeKind,
    Slot,
    Status,
    utc,
    word,
)
from forloeb.booking.notices import drop, stamp, tell, tell_about
from forloeb.booking.reminders import schedule
from forloeb.booking.tables import appointment, caseworker, slot
from forloeb.db import reading

_SHOWN = frozenset({"minutes", "form", "place"})


@dataclass(frozen=True)
class Changed:
    """What a holder's act led to."""

    receipt: str
    appointment: Appointment
    replayed: bool


class HolderSide(Desk):
    """What a holder does. `key` is the holder's own id of the request; acts once."""

    def summon(
        self,
        claimant_id: str,
        holder: str,
        kind: str,
        start: datetime,
        minutes: int,
        form: str,
        key: str,
        now: datetime,
        *,
        number: int | None = None,
        place: str | None = None,
        caseworker: str | None = None,
    ) -> Changed:
        """Enter an appointment that the holder has set.

        Raises:
            NotFound: no such claimant.
        """
        values = {
            "claimant_id": claimant_id,
            "holder": word(Holder, holder).value,
            "kind": word(Kind, kind).value,
            "number": number,
            "start": start,
            "minutes": minutes,
            "form": word(Form, form).value,
            "status": Status.BOOKED.value,
            "place": place,
            "caseworker": caseworker,
        }

        def work(connection: Connection, _receipt: str) -> tuple[str, dict[str, Any]]:
            people.lock_claimant(connection, claimant_id)
            return add_appointment(connection, acts.new_id("a"), values, now, told=True), {}

        return self._act("summon", holder, key, now, work)

    def holder_move(
        self,
        appointment_id: str,
        holder: str,
        start: datetime,
        key: str,
        now: datetime,
        *,
        minutes: int | None = None,
        form: str | None = None,
        place: str | None = None,
    ) -> Changed:
        """The holder has moved an appointment, or changed its length, form or place.

        Raises:
            NotFound: not this holder's.
            Refused: `not_booked`.
        """
        changes = {"start": start, "minutes": minutes, "form": word(Form, form).value if form else None, "place": place}
        return self._change("holder_move", appointment_id, holder, key, now, changes)

    def holder_cancel(self, appointment_id: str, holder: str, key: str, now: datetime) -> Changed:
        """The holder has called an appointment off. Errors as in `holder_move`."""
        return self._change("holder_cancel", appointment_id, holder, key, now, {"status": Status.CANCELLED.value})

    def mark(self, appointment_id: str, holder: str, status: str, key: str, now: datetime) -> Changed:
        """The holder says that a meeting was `held` or `missed`; either can be put right by the other later.

        Raises:
            NotFound: not this holder's.
            Refused: `not_booked` (cancelled), `bad_value`.
        """
        found = word(Status, status)
        if found not in (Status.HELD, Status.MISSED):
            raise Refused("bad_value", "held or missed")
        return self._change(f"mark_{found}", appointment_id, holder, key, now, {"status": found.value})

    def publish_slots(self, slots: Sequence[dict[str, Any]], holder: str, key: str, now: datetime) -> tuple[str, ...]:
        """Publish times, or publish withdrawn ones again; the ids.

        Args:
            slots: `id`, `start`, `minutes`, `forms`, and maybe `caseworker` and `place`.

        Raises:
            Refused: `slot_taken_already`: one of them is booked and would change its time.
        """
        owner = word(Holder, holder)

        def work(connection: Connection, _receipt: str) -> tuple[str, dict[str, Any]]:
            for each in slots:
                publish(connection, owner, each)
            return "", {"slots": [each["id"] for each in slots]}

        outcome = acts.once(self.engine, Request(key, "publish_slots", None, f"holder:{owner}", now), work)
        return tuple(outcome.result["slots"])

    def withdraw_slots(self, slot_ids: Sequence[str], holder: str, key: str, now: datetime) -> tuple[str, ...]:
        """Take published times back; holds on them end. The ids that were withdrawn: booked ones are not.

        Raises:
            NotFound: one of them is not this holder's; nothing is withdrawn.
        """
        owner = word(Holder, holder)

        def work(connection: Connection, _receipt: str) -> tuple[str, dict[str, Any]]:
            gone = []
            for identifier in slot_ids:
                found = self.slots.get(connection, identifier)
                if found is None or found.holder is not owner:
                    raise NotFound
                if withdraw(connection, found, now):
                    gone.append(identifier)
            return "", {"slots": gone}

        outcome = acts.once(self.engine, Request(key, "withdraw_slots", None, f"holder:{owner}", now), work)
        return tuple(outcome.result["slots"])

    def _change(
        self, what: str, appointment_id: str, holder: str, key: str, now: datetime, changes: dict[str, Any]
    ) -> Changed:
        def work(connection: Connection, _receipt: str) -> tuple[str, dict[str, Any]]:
            found = rows.appointment_where(
                connection, appointment.c.id == appointment_id, appointment.c.holder == holder, lock=True
            )
            if not found:
                raise NotFound
            marked = changes.get("status") in (Status.HELD.value, Status.MISSED.value)
            if found[0].status is Status.CANCELLED or (not marked and found[0].status is not Status.BOOKED):
                raise Refused("not_booked", "the appointment does not stand")
            given = {name: value for name, value in changes.items() if value is not None}
            change_appointment(connection, found[0], given, now, told=True)
            return appointment_id, {}

        return self._act(what, holder, key, now, work)

    def _act(self, what: str, holder: str, key: str, now: datetime, work: acts.Work) -> Changed:
        owner = word(Holder, holder)
        outcome = acts.once(self.engine, Request(key, what, None, f"holder:{owner}", now), work)
        with reading(self.engine) as connection:
            return Changed(outcome.receipt, deliveries.current(connection, outcome.ref or ""), outcome.replayed)


def add_appointment(
    connection: Connection,
    identifier: str,
    values: dict[str, Any],
    now: datetime,
    *,
    told: bool,
    loaded: dict[str, Any] | None = None,
) -> str:
    """Write an appointment that the holder has set; its id."""
    stands = values["status"] == Status.BOOKED.value
    remind_day, remind_hour = schedule(values["start"], now) if stands else (None, None)
    connection.execute(
        insert(appointment).values(
            id=identifier,
            **values,
            sequence=0,
            calendar_token=acts.new_token(),
            created=now,
            updated=now,
            remind_day=remind_day,
            remind_hour=remind_hour,
            loaded=loaded,
        )
    )
    if stands and utc(values["start"]) > utc(now):
        made = deliveries.current(connection, identifier)
        link_to_afbud(connection, made)
        if told:
            kind = NoticeKind.SUMMONED if made.kind in SUMMONED else NoticeKind.NEW_APPOINTMENT
            tell_about(connection, kind, made, now)
    return identifier


def change_appointment(
    connection: Connection, old: Appointment, changes: dict[str, Any], now: datetime, *, told: bool
) -> None:
    """Write what a holder has changed, and tell the person what it means for them."""
    differing = {name: value for name, value in changes.items() if _differs(old, name, value)}
    status = Status(differing.pop("status", old.status))
    if not differing and status is old.status:
        return
    moved = "start" in differing
    if differing:
        drop(connection, old.id)
        values = dict(differing)
        if moved:
            values["sequence"] = appointment.c.sequence + 1
        connection.execute(update(appointment).where(appointment.c.id == old.id).values(**values, updated=now))
    if moved or status is Status.CANCELLED:
        _take_slot_away(connection, old, now)
    _set_status(connection, old, status, now)
    if told:
        _tell_change(connection, old, frozenset(differing), status, now)


def publish(connection: Connection, holder: Holder, values: dict[str, Any]) -> None:
    """Write a slot, or offer a withdrawn one again.

    Raises:
        Refused: `slot_taken_already`, when it is booked and would change its time; `wrong_holder`.
    """
    columns = {
        "holder": holder.value,
        "caseworker": values.get("caseworker"),
        "start": values["start"],
        "minutes": values["minutes"],
        "forms": ",".join(values["forms"]),
        "place": values.get("place"),
    }
    know_caseworker(connection, holder.value, values.get("caseworker"))
    old = connection.execute(select(slot).where(slot.c.id == values["id"]).with_for_update()).one_or_none()
    if old is None:
        connection.execute(insert(slot).values(id=values["id"], **columns))
        return
    if old.holder != holder.value:
        raise Refused("wrong_holder", "the slot is another holder's")
    if old.booked_by is not None and utc(values["start"]) != old.start:
        raise Refused("slot_taken_already", "the slot is booked: move the appointment instead")
    connection.execute(update(slot).where(slot.c.id == values["id"]).values(**columns, withdrawn=None))


def withdraw(connection: Connection, found: Slot, now: datetime) -> bool:
    """Take a slot back unless it is booked; whoever held it is told."""
    gone = connection.execute(
        update(slot)
        .where(slot.c.id == found.id, slot.c.booked_by.is_(None), slot.c.withdrawn.is_(None))
        .values(withdrawn=now, held_by=None, held_until=None)
    ).rowcount
    if gone and found.held_by and found.held_until and utc(found.held_until) > utc(now):
        about = {"slot": found.id, "holder": found.holder.value, "start": stamp(found.start), "minutes": found.minutes}
        tell(connection, NoticeKind.SLOT_GONE, found.held_by, now, about, not_after=found.start)
    return bool(gone)


def know_caseworker(connection: Connection, holder: str, name: str | None) -> None:
    """Enter a caseworker that has not been seen before."""
    known = (caseworker.c.holder == holder, caseworker.c.id == name)
    if name and connection.execute(select(caseworker.c.id).where(*known)).first() is None:
        connection.execute(insert(caseworker).values(holder=holder, id=name))


def _differs(old: Appointment, name: str, value: Any) -> bool:
    if name == "start":
        return utc(value) != utc(old.start)
    return bool(value != getattr(old, name))


def _take_slot_away(connection: Connection, old: Appointment, now: datetime) -> None:
    """The published time that the holder took the meeting away from is not free: the holder is not there then."""
    if old.slot_id is None:
        return
    connection.execute(
        update(slot).where(slot.c.id == old.slot_id, slot.c.booked_by == old.id).values(booked_by=None, withdrawn=now)
    )
    connection.execute(update(appointment).where(appointment.c.id == old.id).values(slot_id=None))


def _set_status(connection: Connection, old: Appointment, status: Status, now: datetime) -> None:
    if status is Status.CANCELLED:
        if old.status is not Status.CANCELLED:
            call_off(connection, old, now)
        return
    values: dict[str, Any] = {"status": status.value, "updated": now, "remind_day": None, "remind_hour": None}
    if status is Status.BOOKED:
        start = deliveries.current(connection, old.id).start
        if utc(start) == utc(old.start) and old.status is Status.BOOKED:
            return  # its reminders stand as they are
        values["remind_day"], values["remind_hour"] = schedule(start, now)
    connection.execute(update(appointment).where(appointment.c.id == old.id).values(**values))


def _tell_change(
    connection: Connection, old: Appointment, changed: frozenset[str], status: Status, now: datetime
) -> None:
    new = deliveries.current(connection, old.id)
    before = {"start": stamp(old.start), "form": old.form.value, "place": old.place, "minutes": old.minutes}
    if status is not old.status:
        kind = {
            Status.CANCELLED: NoticeKind.CANCELLED,
            Status.HELD: NoticeKind.HELD,
            Status.MISSED: NoticeKind.MISSED,
            Status.BOOKED: NoticeKind.NEW_APPOINTMENT,
        }[status]
        tell_about(connection, kind, new, now, replaced=before)
    elif status is Status.BOOKED and "start" in changed:
        tell_about(connection, NoticeKind.MOVED, new, now, replaced=before)
    elif status is Status.BOOKED and changed & _SHOWN:
        tell_about(connection, NoticeKind.CHANGED, new, now, replaced=before)
