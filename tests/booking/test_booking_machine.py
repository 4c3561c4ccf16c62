"""Anything in any order: the store holds what the simplest possible model says, and the invariants."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select

from forloeb import db
from forloeb.booking import tables
from forloeb.booking.errors import BookingError, NotFound, SlotTaken, SlotWithdrawn
from forloeb.booking.holder import HolderSide
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from tests.booking.invariants import check
from tests.booking.world import NOW, at, booking_settings

CLAIMANTS = [f"c{n}" for n in range(3)]
SLOTS = [f"s{n}" for n in range(6)]


class Machine(RuleBasedStateMachine):
    made = Bundle("made")
    template: Path

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.mkdtemp()
        shutil.copy(self.template, Path(self.folder) / "forloeb.db")
        self.engine = db.connect(f"sqlite:///{self.folder}/forloeb.db")
        with db.writing(self.engine) as connection:
            connection.execute(insert(tables.claimant), [{"id": each} for each in CLAIMANTS])
            first = at("2025-09-08T09:00")
            connection.execute(
                insert(tables.slot),
                [  # every second overlaps the one before it
                    {"id": each, "holder": "akasse", "start": first + timedelta(minutes=n // 2 * 90 + n % 2 * 20),
                     "minutes": 45, "forms": "telefon"}
                    for n, each in enumerate(SLOTS)
                ],
            )  # fmt: skip
        self.bookings = Bookings(self.engine, booking_settings())
        self.holder = HolderSide(self.engine, booking_settings())
        self.sender = Sender(self.engine, booking_settings(), lambda: NOW)
        self.owner: dict[str, str] = {}  # appointment -> claimant
        self.slot_of: dict[str, str] = {}  # standing appointment -> slot
        self.withdrawn: set[str] = set()
        self.receipts: dict[str, str] = {}
        self.count = 0

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def taken(self, slot: str) -> bool:
        return slot in self.slot_of.values()

    def overlapping(self, claimant: str, slot: str, but: str | None = None) -> bool:
        near = {SLOTS[SLOTS.index(slot) ^ 1], slot}
        return any(
            self.owner[each] == claimant and where in near for each, where in self.slot_of.items() if each != but
        )

    @rule(target=made, claimant=st.sampled_from(CLAIMANTS), slot=st.sampled_from(SLOTS))
    def book(self, claimant: str, slot: str) -> Any:
        key = self.key()
        try:
            act = self.bookings.book(claimant, slot, "telefon", "x", "anden", None, key, NOW)
        except SlotTaken:
            assert self.taken(slot)
        except SlotWithdrawn:
            assert slot in self.withdrawn
        except BookingError as error:
            assert error.code == "collides" and self.overlapping(claimant, slot)
        else:
            assert not self.taken(slot) and slot not in self.withdrawn and not self.overlapping(claimant, slot)
            self.owner[act.appointment.id] = claimant
            self.slot_of[act.appointment.id] = slot
            self.receipts[key] = act.receipt
            return act.appointment.id, claimant, slot, key
        return None

    @rule(made=made, slot=st.sampled_from(SLOTS), actor=st.sampled_from(CLAIMANTS))
    def move(self, made: Any, slot: str, actor: str) -> None:
        if made is None:
            return
        identifier = made[0]
        try:
            self.bookings.move(actor, identifier, slot, self.key(), NOW)
        except NotFound:
            assert self.owner[identifier] != actor
        except SlotTaken:
            assert self.taken(slot)
        except SlotWithdrawn:
            assert slot in self.withdrawn
        except BookingError as error:
            if error.code == "not_booked":
                assert identifier not in self.slot_of
            else:
                assert error.code == "collides" and self.overlapping(actor, slot, but=identifier)
        else:
            assert self.owner[identifier] == actor and not self.taken(slot)
            self.slot_of[identifier] = slot

    @rule(made=made, actor=st.sampled_from(CLAIMANTS), ground=st.sampled_from(["sygdom", "privat", "andet"]))
    def cancel(self, made: Any, actor: str, ground: str) -> None:
        if made is None:
            return
        try:
            self.bookings.cancel(actor, made[0], "x", ground, self.key(), NOW)
        except NotFound:
            assert self.owner[made[0]] != actor
        except BookingError as error:
            assert error.code == "not_booked" and made[0] not in self.slot_of
        else:
            assert self.owner[made[0]] == actor
            del self.slot_of[made[0]]

    @rule(made=made)
    def replay(self, made: Any) -> None:
        if made is not None:
            act = self.bookings.book(made[1], made[2], "telefon", "x", "anden", None, made[3], NOW)
            assert act.replayed and act.receipt == self.receipts[made[3]] and act.appointment.id == made[0]

    @rule(made=made)
    def holder_cancels(self, made: Any) -> None:
        if made is None:
            return
        try:
            self.holder.holder_cancel(made[0], "akasse", self.key(), NOW)
        except BookingError as error:
            assert error.code == "not_booked" and made[0] not in self.slot_of
        else:
            self.withdrawn.add(self.slot_of.pop(made[0]))

    @rule(slot=st.sampled_from(SLOTS))
    def withdraw(self, slot: str) -> None:
        gone = self.holder.withdraw_slots([slot], "akasse", self.key(), NOW)
        assert bool(gone) == (not self.taken(slot) and slot not in self.withdrawn)
        if gone:
            self.withdrawn.add(slot)

    @rule(slot=st.sampled_from(SLOTS))
    def publish_again(self, slot: str) -> None:
        with db.reading(self.engine) as connection:
            row = connection.execute(select(tables.slot).where(tables.slot.c.id == slot)).one()
        again = {"id": slot, "start": row.start, "minutes": 45, "forms": ["telefon"]}
        self.holder.publish_slots([again], "akasse", self.key(), NOW)
        self.withdrawn.discard(slot)

    @rule()
    def deliver_and_acknowledge(self) -> None:
        self.sender._to_staff()
        for case in self.bookings.cases():
            self.bookings.acknowledge(case.id, "Kim", NOW)
        assert self.bookings.overview().get("registered", 0) == 0

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        if not hasattr(self, "engine"):
            return
        check(self.engine)
        with db.reading(self.engine) as connection:
            rows = connection.execute(select(tables.slot.c.id, tables.slot.c.booked_by)).all()
        assert {row.booked_by: row.id for row in rows if row.booked_by} == self.slot_of

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            shutil.rmtree(self.folder, ignore_errors=True)


def run(template: Path, examples: int) -> None:
    Machine.template = template
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_anything_in_any_order(sqlite_template: Path) -> None:
    run(sqlite_template, 12)


@pytest.mark.slow
def test_anything_in_any_order_for_long(sqlite_template: Path) -> None:
    run(sqlite_template, 250)
