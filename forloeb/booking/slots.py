"""Where published times come from, and who gets one. Our own store here; a holder's booking system can stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection

from forloeb.booking import rows
from forloeb.booking.model import Form, Holder, Slot
from forloeb.booking.tables import slot as table


class SlotSource(Protocol):
    """The times that holders have published.

    `connection` is the transaction that the act is committed in. A source elsewhere ignores it and must make `take`
    decide there, once and for all; what it has taken it must be able to give back when our commit fails.
    """

    def get(self, connection: Connection, slot_id: str) -> Slot | None:
        """One slot, free or not."""
        ...

    def free(
        self,
        connection: Connection,
        holder: Holder,
        start: datetime,
        end: datetime,
        *,
        claimant_id: str,
        now: datetime,
        forms: Sequence[Form],
        limit: int,
        after: Slot | None = None,
        backwards: bool = False,
    ) -> list[Slot]:
        """Slots that `claimant_id` could take now, that begin in [start, end) and offer one of `forms`.

        In order of their start (falling when `backwards`), beyond `after` when given.
        """
        ...

    def count(self, connection: Connection, holder: Holder, start: datetime, end: datetime, most: int = 1000) -> int:
        """How many slots begin in [start, end) and are booked by nobody; counting stops at `most`."""
        ...

    def hold(self, connection: Connection, slot_id: str, claimant_id: str, until: datetime, now: datetime) -> bool:
        """Keep a slot for a claimant until a moment; False when somebody else has or holds it."""
        ...

    def release(
        self, connection: Connection, claimant_id: str, slot_id: str | None = None, keep: Sequence[str] = ()
    ) -> None:
        """End the claimant's hold on a slot, or on all of theirs but `keep`."""
        ...

    def take(self, connection: Connection, slot_id: str, appointment_id: str, claimant_id: str, now: datetime) -> bool:
        """Give the slot to an appointment: the one write that decides. False when it went to somebody else."""
        ...

    def give_back(self, connection: Connection, slot_id: str, appointment_id: str) -> None:
        """Free the slot of an appointment that has left it."""
        ...


class StoredSlots:
    """Slots in our own store. One conditional UPDATE decides; nothing is checked first and written later."""

    def get(self, connection: Connection, slot_id: str) -> Slot | None:
        """See `SlotSource`."""
        row = connection.execute(select(table).where(table.c.id == slot_id)).one_or_none()
        return rows.slot(row) if row else None

    def free(
        self,
        connection: Connection,
        holder: Holder,
        start: datetime,
        end: datetime,
        *,
        claimant_id: str,
        now: datetime,
        forms: Sequence[Form],
        limit: int,
        after: Slot | None = None,
        backwards: bool = False,
    ) -> list[Slot]:
        """See `SlotSource`."""
        query = select(table).where(
            table.c.booked_by.is_(None),
            table.c.withdrawn.is_(None),
            table.c.holder == holder.value,
            table.c.start >= start,
            table.c.start < end,
            _not_held_by_another(claimant_id, now),
        )
        if len(set(forms)) < len(Form):
            query = query.where(or_(*(table.c.forms.contains(form.value) for form in forms)))
        if after is not None:
            query = query.where(_beyond(after, backwards))
        order = (table.c.start, table.c.id)
        query = query.order_by(*(column.desc() for column in order)) if backwards else query.order_by(*order)
        return [rows.slot(row) for row in connection.execute(query.limit(limit))]

    def count(self, connection: Connection, holder: Holder, start: datetime, end: datetime, most: int = 1000) -> int:
        """See `SlotSource`."""
        found = (
            select(table.c.id)
            .where(
                table.c.booked_by.is_(None),
                table.c.withdrawn.is_(None),
                table.c.holder == holder.value,
                table.c.start >= start,
                table.c.start < end,
            )
            .limit(most)
            .subquery()
        )
        return int(connection.execute(select(func.count()).select_from(found)).scalar_one())

    def hold(self, connection: Connection, slot_id: str, claimant_id: str, until: datetime, now: datetime) -> bool:
        """See `SlotSource`."""
        return self._claim(connection, slot_id, claimant_id, now, held_by=claimant_id, held_until=until)

    def release(
        self, connection: Connection, claimant_id: str, slot_id: str | None = None, keep: Sequence[str] = ()
    ) -> None:
        """See `SlotSource`."""
        mine = update(table).where(table.c.held_by == claimant_id)
        if slot_id is not None:
            mine = mine.where(table.c.id == slot_id)
        if keep:
            mine = mine.where(table.c.id.not_in(list(keep)))
        connection.execute(mine.values(held_by=None, held_until=None))

    def take(self, connection: Connection, slot_id: str, appointment_id: str, claimant_id: str, now: datetime) -> bool:
        """See `SlotSource`."""
        return self._claim(
            connection, slot_id, claimant_id, now, booked_by=appointment_id, held_by=None, held_until=None
        )

    def give_back(self, connection: Connection, slot_id: str, appointment_id: str) -> None:
        """See `SlotSource`."""
        connection.execute(
            update(table).where(table.c.id == slot_id, table.c.booked_by == appointment_id).values(booked_by=None)
        )

    def expire_holds(self, connection: Connection, now: datetime) -> int:
        """Forget holds that have run out. They bind nobody already; this keeps the table readable."""
        return int(
            connection.execute(
                update(table)
                .where(table.c.held_by.is_not(None), table.c.held_until <= now)
                .values(held_by=None, held_until=None)
            ).rowcount
        )

    def _claim(self, connection: Connection, slot_id: str, claimant_id: str, now: datetime, **values: object) -> bool:
        written = connection.execute(
            update(table)
            .where(
                table.c.id == slot_id,
                table.c.booked_by.is_(None),
                table.c.withdrawn.is_(None),
                _not_held_by_another(claimant_id, now),
            )
            .values(**values)
        )
        return bool(written.rowcount == 1)


def _beyond(after: Slot, backwards: bool):  # type: ignore[no-untyped-def]
    start, identifier = table.c.start, table.c.id
    if backwards:
        return and_(start <= after.start, or_(start < after.start, identifier < after.id))
    return and_(start >= after.start, or_(start > after.start, identifier > after.id))


def _not_held_by_another(claimant_id: str, now: datetime):  # type: ignore[no-untyped-def]
    return or_(table.c.held_by.is_(None), table.c.held_by == claimant_id, table.c.held_until <= now)
