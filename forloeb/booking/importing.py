"""Writing a load file that has no faults: rows by id, and of each only what the file has changed since last time.

A person's own acts are not undone by loading the same file again: what is compared is the file with the file before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.booking import deliveries, holder, rows
from forloeb.booking.loading import SECTIONS, Fault, Item
from forloeb.booking.model import Holder, NoticeKind, Status, utc
from forloeb.booking.notices import tell
from forloeb.booking.tables import appointment, audit, booking_deadline, cancellation, caseworker, claimant, slot
from forloeb.settings import ZONE

_CHUNK = 400
TABLES = {"claimants": claimant, "slots": slot, "appointments": appointment, "deadlines": booking_deadline}


@dataclass
class Tally:
    """How many rows of each section were new, changed and the same."""

    new: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Faulty(Exception):
    """Rows that do not go with what is stored. Nothing is to be committed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__("faulty rows")
        self.faults = tuple(sorted(faults))


class Importer:
    """One file into one transaction."""

    def __init__(self, connection: Connection, items: Sequence[Item], now: datetime) -> None:
        self.connection, self.now = connection, now
        self.sections: dict[str, list[Item]] = {name: [] for name in SECTIONS}
        for item in items:
            self.sections[item.section].append(item)
        self.tally = Tally()
        self.faults: list[Fault] = []
        self.newcomers: set[str] = set()  # claimants first heard of in this file: there is no news for them in it
        self.done: list[dict[str, Any]] = []

    def write(self) -> Tally:
        """Write every row.

        Raises:
            Faulty: some row does not go with what is stored.
        """
        self._check_claimants()
        self._claimants()
        self._slots()
        self._appointments()
        self._deadlines()
        if self.faults:
            raise Faulty(self.faults)
        for chunk in _chunks(self.done):
            self.connection.execute(insert(audit), chunk)
        return self.tally

    def _check_claimants(self) -> None:
        spoken_of = [*self.sections["appointments"], *self.sections["deadlines"]]
        known = {item.id for item in self.sections["claimants"]}
        known |= set(self._stored(claimant, {item.values["claimant"] for item in spoken_of} - known))
        for item in spoken_of:
            if item.values["claimant"] not in known:
                self.faults.append(Fault(item.line, "unknown_claimant", {"id": item.values["claimant"]}))
        if self.faults:
            raise Faulty(self.faults)

    def _claimants(self) -> None:
        items = self.sections["claimants"]
        stored = self._stored(claimant, [item.id for item in items])
        made = []
        for item in items:
            old = stored.get(item.id)
            if old is None:
                self.newcomers.add(item.id)
                every = {name: item.values.get(name) for name in SECTIONS["claimants"].fields if name != "id"}
                made.append({"id": item.id, **every, "loaded": item.written})
                self._count(item, "new")
            elif changes := _changes(item, old.loaded):
                self._update(item, changes)
            else:
                self._count(item, "same")
        self._insert(claimant, made)

    def _slots(self) -> None:
        items = self.sections["slots"]
        stored = self._stored(slot, [item.id for item in items])
        self._caseworkers(items)
        made = []
        for item in items:
            old = stored.get(item.id)
            if old is None:
                made.append({"id": item.id, **_slot_columns(item.values, self.now), "loaded": item.written})
                self._count(item, "new")
                continue
            changes = _changes(item, old.loaded)
            if not changes:
                self._count(item, "same")
                continue
            moves = changes.get("holder", old.holder) != old.holder or utc(changes.get("start", old.start)) != old.start
            if old.booked_by is not None and (moves or changes.get("withdrawn")):
                self.faults.append(Fault(item.line, "slot_is_booked", {"id": item.id}))
                continue
            if changes.pop("withdrawn", None):
                holder.withdraw(self.connection, rows.slot(old), self.now)
            elif "withdrawn" in item.values:
                changes["withdrawn"] = None
            if "forms" in changes:
                changes["forms"] = ",".join(changes["forms"])
            self._update(item, changes)
        self._insert(slot, made)

    def _appointments(self) -> None:
        items = self.sections["appointments"]
        stored = self._stored(appointment, [item.id for item in items])
        for item in items:
            values = {name: value for name, value in item.values.items() if name != "claimant"}
            owner = item.values["claimant"]
            old = stored.get(item.id) or (None if item.id_given else self._same_appointment(item, owner))
            if old is None:
                if item.relative and self._given_already(appointment, item, appointment.c.start > self.now):
                    self._count(item, "same")
                    continue
                told = owner not in self.newcomers
                every = {"claimant_id": owner, **values}
                holder.add_appointment(self.connection, item.id, every, self.now, told=told, loaded=item.written)
                self._count(item, "new")
            elif old.claimant_id != owner:
                self.faults.append(Fault(item.line, "others_appointment", {"id": item.id}))
            else:
                self._change_appointment(item, old)

    def _change_appointment(self, item: Item, old: Row) -> None:
        changes = _changes(item, old.loaded)
        changes.pop("claimant", None)
        stands = deliveries.current(self.connection, old.id)
        if old.loaded is None and stands.status is Status.CANCELLED and self._has_afbud(old.id):
            # the person gave an afbud here and the holder's list is older: a list does not undo an afbud
            changes = {}
        holder.change_appointment(
            self.connection, stands, changes, self.now, told=old.claimant_id not in self.newcomers
        )
        self.connection.execute(update(appointment).where(appointment.c.id == old.id).values(loaded=item.written))
        self._count(item, "changed" if changes else "same")

    def _same_appointment(self, item: Item, owner: str) -> Row | None:
        """The claimant's appointment that a row without an id speaks of: the same meeting at the same moment."""
        number = item.values.get("number")
        found = self.connection.execute(
            select(appointment)
            .where(
                appointment.c.claimant_id == owner,
                appointment.c.holder == item.values["holder"],
                appointment.c.kind == item.values["kind"],
                appointment.c.start == item.values["start"],
                appointment.c.number.is_(None) if number is None else appointment.c.number == number,
            )
            .order_by(appointment.c.status != Status.BOOKED.value, appointment.c.updated.desc())
            .limit(1)
        )
        return found.one_or_none()

    def _has_afbud(self, appointment_id: str) -> bool:
        query = select(cancellation.c.id).where(cancellation.c.appointment_id == appointment_id)
        return self.connection.execute(query).first() is not None

    def _deadlines(self) -> None:
        items = self.sections["deadlines"]
        stored = self._stored(booking_deadline, [item.id for item in items])
        today = self.now.astimezone(ZONE).date()
        for item in items:
            old, owner = stored.get(item.id), item.values["claimant"]
            values = {"holder": item.values["holder"], "book_by": item.values["book_by"]}
            if old is not None and old.claimant_id != owner:
                self.faults.append(Fault(item.line, "others_deadline", {"id": item.id}))
                continue
            if old is not None:
                if not _changes(item, old.loaded):
                    self._count(item, "same")
                    continue
                self._update(item, values)
            elif item.relative and self._given_already(booking_deadline, item, booking_deadline.c.book_by >= today):
                self._count(item, "same")
                continue
            else:
                made = {"id": item.id, "claimant_id": owner, **values, "loaded": item.written}
                self.connection.execute(insert(booking_deadline).values(**made))
                self._count(item, "new")
            if owner not in self.newcomers and values["book_by"] >= today:
                news = {"holder": values["holder"], "book_by": values["book_by"].isoformat()}
                tell(self.connection, NoticeKind.NEW_DEADLINE, owner, self.now, news)

    def _given_already(self, table: Table, item: Item, ahead: Any) -> bool:
        """Whether the same row with relative days was loaded on another day and what came of it still lies ahead."""
        query = select(table.c.loaded).where(table.c.claimant_id == item.values["claimant"], ahead)
        return not item.id_given and item.written in self.connection.execute(query).scalars().all()

    def _caseworkers(self, items: Sequence[Item]) -> None:
        named = {(item.values["holder"], name) for item in items if (name := item.values.get("caseworker"))}
        if not named:
            return
        known = {(row.holder, row.id) for row in self.connection.execute(select(caseworker))}
        self._insert(caseworker, [{"holder": owner, "id": name} for owner, name in sorted(named - known)])

    def _stored(self, table: Table, ids: Iterable[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for chunk in _chunks(sorted(ids)):
            query = select(table).where(table.c.id.in_(chunk)).with_for_update()
            found.update({row.id: row for row in self.connection.execute(query)})
        return found

    def _insert(self, table: Table, made: list[dict[str, Any]]) -> None:
        for chunk in _chunks(made):
            self.connection.execute(insert(table), chunk)

    def _update(self, item: Item, values: dict[str, Any]) -> None:
        table = TABLES[item.section]
        self.connection.execute(update(table).where(table.c.id == item.id).values(**values, loaded=item.written))
        self._count(item, "changed")

    def _count(self, item: Item, what: str) -> None:
        getattr(self.tally, what)[item.section] += 1
        if what != "same":
            owner = item.id if item.section == "claimants" else item.values.get("claimant")
            trail = {"at": self.now, "who": "load", "what": f"{what}_{item.section}", "ref": item.id}
            self.done.append({**trail, "claimant_id": owner})


def _changes(item: Item, loaded: dict[str, Any] | None) -> dict[str, Any]:
    """What the row says that it did not say when it was loaded last."""
    before = loaded or {}
    return {
        name: value
        for name, value in item.values.items()
        if loaded is None or name not in before or before[name] != item.written[name]
    }


def _slot_columns(values: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "holder": Holder(values["holder"]).value,
        "caseworker": values.get("caseworker"),
        "start": values["start"],
        "minutes": values["minutes"],
        "forms": ",".join(values["forms"]),
        "place": values.get("place"),
        "withdrawn": now if values.get("withdrawn") else None,
    }


def _chunks(everything: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(everything), _CHUNK):
        yield everything[start : start + _CHUNK]
