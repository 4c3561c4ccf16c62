"""What reaches staff: missed meetings, cases, acknowledgements and alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from forloeb.booking import acts, deliveries, people, rows
from forloeb.booking.acts import Request
from forloeb.booking.deliveries import Entry
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound
from forloeb.booking.model import Case, CaseKind, CaseState, Contact, DeliveryKind, utc, word
from forloeb.booking.notices import facts
from forloeb.booking.tables import contact, delivery, staff_case
from forloeb.booking.words import name_of, own_words, without_cpr
from forloeb.db import reading, writing


class Staff(Desk):
    """Cases for staff."""

    def missed(
        self, claimant_id: str, appointment_id: str | None, words: str, key: str, now: datetime, about: str = "missed"
    ) -> Contact:
        """Note that the person told us of a missed meeting, and when; staff get it as a case.

        Args:
            claimant_id: the one who acts.
            appointment_id: theirs; None when they do not know which.
            words: the person's own.
            key: message id + act.
            now: the moment that counts.
            about: `missed`, or another kind of case that is a contact too (`wrongly_recorded`, `late`, …).

        Raises:
            NotFound: not the claimant's.
        """
        kind = word(CaseKind, about)

        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            people.lock_claimant(connection, claimant_id)
            which = people.own_appointment(connection, claimant_id, appointment_id) if appointment_id else None
            identifier, said = acts.new_id("k"), own_words(words)
            connection.execute(
                insert(contact).values(
                    id=identifier,
                    receipt=receipt,
                    claimant_id=claimant_id,
                    appointment_id=appointment_id,
                    at=now,
                    about=kind.value,
                    words=said,
                )
            )
            told = {"contact": identifier, "about": kind.value, "words": said}
            entry = Entry(DeliveryKind.MISSED, receipt, claimant_id, now, which, contact_id=identifier, more=told)
            delivery_id, _ = deliveries.register(connection, entry, self.alarm)
            case_id = deliveries.open_case(
                connection,
                kind,
                claimant_id,
                {**told, **(facts(which) if which else {})},
                now,
                receipt=receipt,
                delivery_id=delivery_id,
            )
            return identifier, {"case": case_id}

        outcome = acts.once(
            self.engine, Request(key, DeliveryKind.MISSED.value, claimant_id, f"claimant:{claimant_id}", now), work
        )
        with reading(self.engine) as connection:
            return rows.contact_where(connection, contact.c.id == outcome.ref)[0]

    def open_case(self, claimant_id: str | None, kind: str, facts: dict[str, Any], key: str, now: datetime) -> Case:
        """Ask staff to look; with a claimant, they hear when somebody has it.

        Args:
            claimant_id: the one who acts; None for an unknown visitor.
            kind: a `CaseKind`.
            facts: what staff need, JSON: texts are bounded, a CPR number in them is masked. An `appointment` must be
                the claimant's own.
            key: message id + act.
            now: the present moment.

        Raises:
            NotFound: no such claimant, or the appointment is not theirs.
        """
        wanted, clean = word(CaseKind, kind), _clean(facts)

        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            which = None
            if claimant_id is not None:
                people.lock_claimant(connection, claimant_id)
                if clean.get("appointment"):
                    which = people.own_appointment(connection, claimant_id, str(clean["appointment"]))
            elif clean.get("appointment"):
                raise NotFound
            entry = Entry(
                DeliveryKind.CASE, receipt, claimant_id, now, which, more={"case": wanted.value, "facts": clean}
            )
            delivery_id, _ = deliveries.register(connection, entry, self.alarm)
            case_id = deliveries.open_case(
                connection, wanted, claimant_id, clean, now, receipt=receipt, delivery_id=delivery_id
            )
            return case_id, {}

        who = f"claimant:{claimant_id}" if claimant_id else "visitor"
        outcome = acts.once(self.engine, Request(key, DeliveryKind.CASE.value, claimant_id, who, now), work)
        return self.case(outcome.ref or "")

    def case(self, case_id: str) -> Case:
        """One case, for staff.

        Raises:
            NotFound: there is none.
        """
        with reading(self.engine) as connection:
            found = rows.case_where(connection, staff_case.c.id == case_id)
        if not found:
            raise NotFound
        return found[0]

    def cases(
        self, claimant_id: str | None = None, *, state: CaseState | None = None, limit: int | None = None
    ) -> tuple[Case, ...]:
        """Cases, oldest first: everybody's for staff, or one claimant's."""
        conditions: list[Any] = []
        if claimant_id is not None:
            conditions.append(staff_case.c.claimant_id == claimant_id)
        if state is not None:
            conditions.append(staff_case.c.state == state.value)
        with reading(self.engine) as connection:
            return rows.case_where(connection, *conditions, limit=limit)

    def acknowledge(self, case_id: str, by: str, now: datetime) -> Case:
        """A named person has the case: so have they what was delivered with it, and the claimant is told. Once.

        Raises:
            NotFound: there is none.
        """
        with writing(self.engine) as connection:
            return acknowledge_case(connection, case_id, by, now)[0]

    def acknowledge_receipt(self, receipt: str, by: str, now: datetime, receiver_receipt: str | None = None) -> bool:
        """A holder's system says who has what we delivered under `receipt`; False when it had said so.

        Raises:
            NotFound: no such receipt.
        """
        with writing(self.engine) as connection:
            row = connection.execute(select(delivery).where(delivery.c.receipt == receipt)).one_or_none()
            if row is None:
                raise NotFound
            first = deliveries.acknowledged(connection, row, by, now, receiver_receipt)
            if first:
                acts.trail(connection, f"holder:{name_of(by)}", "acknowledge", receipt, row.claimant_id, now)
            return first

    def alarm_due(self, now: datetime) -> int:
        """Alarm staff and person for every meeting that is near and unconfirmed; how many. Safe to run twice."""
        with reading(self.engine) as connection:
            near = connection.execute(
                select(delivery)
                .where(
                    delivery.c.acknowledged_at.is_(None),
                    delivery.c.alarmed_at.is_(None),
                    delivery.c.meeting_at <= utc(now) + self.alarm,
                )
                .order_by(delivery.c.meeting_at)
                .limit(500)
            ).all()
        raised = 0
        for row in near:
            with writing(self.engine) as connection:
                if deliveries.superseded(connection, row):
                    connection.execute(update(delivery).where(delivery.c.id == row.id).values(alarmed_at=now))
                else:
                    raised += deliveries.raise_alarm(connection, row, now)
        return raised

    def overview(self) -> dict[str, int]:
        """How many deliveries stand in each state, for health pages and tests; ids and persons out."""
        with reading(self.engine) as connection:
            counted = connection.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state))
            return {state: count for state, count in counted}


def acknowledge_case(connection: Connection, case_id: str, by: str, now: datetime) -> tuple[Case, bool]:
    """See `Staff.acknowledge`; with it, whether this was the first."""
    name = name_of(by)
    found = connection.execute(select(staff_case).where(staff_case.c.id == case_id)).one_or_none()
    if found is None:
        raise NotFound
    first = connection.execute(
        update(staff_case)
        .where(staff_case.c.id == case_id, staff_case.c.state == CaseState.OPEN.value)
        .values(state=CaseState.ACKNOWLEDGED.value, acknowledged_by=name, acknowledged_at=now)
    ).rowcount
    if first:
        _acknowledge_delivery(connection, found.delivery_id, name, now)
        if found.kind == CaseKind.ALARM.value:
            _acknowledge_delivery(connection, found.facts["delivery"], name, now)
        acts.trail(connection, f"staff:{name}", "acknowledge", case_id, found.claimant_id, now)
    return rows.case_where(connection, staff_case.c.id == case_id)[0], bool(first)


def _acknowledge_delivery(connection: Connection, delivery_id: int | None, name: str, now: datetime) -> None:
    if delivery_id is None:
        return
    row = connection.execute(select(delivery).where(delivery.c.id == delivery_id)).one()
    deliveries.acknowledged(connection, row, name, now)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {without_cpr(str(key))[:100]: _clean(each) for key, each in list(value.items())[:50]}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in list(value)[:50]]
    if isinstance(value, str):
        return own_words(value)
    return value if value is None or isinstance(value, (bool, int, float)) else own_words(str(value))
