from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking import tables
from forloeb.booking.errors import SlotTaken
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from forloeb.booking.wishes import Wish
from tests.booking.invariants import check
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, at, booking_settings

CLAIMANTS = 64


def prepare(engine: Engine, slots: int) -> list[str]:
    ids = [f"s{n}" for n in range(slots)]
    start = at("2025-09-08T08:00").astimezone()
    with db.writing(engine) as connection:
        connection.execute(insert(tables.claimant), [{"id": f"c{n}"} for n in range(CLAIMANTS)])
        connection.execute(
            insert(tables.slot),
            [
                {"id": each, "holder": "akasse", "start": start + timedelta(hours=n), "minutes": 45, "forms": "telefon"}
                for n, each in enumerate(ids)
            ],
        )
    return ids


def claim(bookings: Bookings, n: int, slot_id: str) -> str | None:
    try:
        return bookings.book(f"c{n}", slot_id, "telefon", "", "anden", None, f"{slot_id}-{n}", NOW).receipt
    except SlotTaken:
        return None


def claim_all_at_once(engine: Engine, ids: list[str]) -> None:
    """Each slot in turn: 64 threads wait at a gate, then all claim it."""
    bookings = Bookings(engine, booking_settings())
    gate = threading.Barrier(CLAIMANTS)
    won: Counter[str] = Counter()
    errors: list[BaseException] = []

    def claimant(n: int) -> None:
        for slot_id in ids:
            gate.wait(120)
            try:
                if claim(bookings, n, slot_id):
                    won[slot_id] += 1
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=claimant, args=(n,)) for n in range(CLAIMANTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert won == Counter(ids), "exactly one winner each"
    with db.reading(engine) as connection:
        owners = connection.execute(select(tables.appointment.c.slot_id)).scalars().all()
        assert sorted(owners) == sorted(ids)
    check(engine)


def test_sixty_four_parallel_claims_on_each_of_fifty_slots(engine: Engine) -> None:
    claim_all_at_once(engine, prepare(engine, 50))


@pytest.mark.slow
def test_sixty_four_parallel_claims_on_each_of_five_hundred_slots(engine: Engine) -> None:
    claim_all_at_once(engine, prepare(engine, 500))


def _process(url: str, ids: list[str], numbers: range, results: Any) -> None:
    engine = db.connect(url)
    bookings = Bookings(engine, booking_settings())

    def claimant(n: int) -> None:
        results.put([slot_id for slot_id in ids if claim(bookings, n, slot_id)])

    threads = [threading.Thread(target=claimant, args=(n,)) for n in numbers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


@pytest.mark.slow
def test_sixty_four_claims_from_eight_processes(url: str) -> None:
    engine = db.connect(url)
    ids = prepare(engine, 200)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    engine.dispose()
    processes = [context.Process(target=_process, args=(url, ids, range(n, n + 8), results)) for n in range(0, 64, 8)]
    for each in processes:
        each.start()
    won = [slot_id for _ in range(CLAIMANTS) for slot_id in results.get(timeout=300)]
    for each in processes:
        each.join()
    assert sorted(won) == sorted(ids)
    check(engine)


def test_sixty_four_who_ask_at_once_are_each_offered_times_of_their_own(engine: Engine) -> None:
    """All find the same soonest times first; nobody is told that there are none while there are."""
    prepare(engine, 400)
    bookings, gate = Bookings(engine, booking_settings()), threading.Barrier(CLAIMANTS)
    offered: dict[str, list[str]] = {}
    errors: list[BaseException] = []

    def ask(n: int) -> None:
        gate.wait(120)
        until = NOW + timedelta(minutes=5)
        try:
            found = bookings.propose(f"c{n}", "akasse", "anden", None, Wish(), NOW, hold_until=until)
            offered[f"c{n}"] = [slot.id for slot in found.slots]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CLAIMANTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert len(offered) == CLAIMANTS and all(offered.values()), offered
    with db.reading(engine) as connection:
        rows = connection.execute(select(tables.slot.c.id, tables.slot.c.held_by)).all()
    holders = {row.id: row.held_by for row in rows if row.held_by}
    assert holders == {slot: who for who, slots in offered.items() for slot in slots}, "each is held for one"


def test_the_same_key_from_sixteen_at_once_acts_once(bookings: Bookings, engine: Engine) -> None:
    gate, made, errors = threading.Barrier(16), [], []

    def one() -> None:
        gate.wait(30)
        try:
            made.append(book(bookings))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == [] and len({each.receipt for each in made}) == 1
    assert sum(not each.replayed for each in made) == 1
    check(engine)


def test_one_claimant_cannot_book_two_meetings_at_once(bookings: Bookings, engine: Engine) -> None:
    """s1 and j1 overlap; both are free; the same person takes both at once."""
    for attempt in range(10):
        gate, booked = threading.Barrier(2), []

        def one(slot_id: str, number: int, gate: Any = gate, booked: Any = booked, attempt: int = attempt) -> None:
            gate.wait(30)
            try:
                booked.append(book(bookings, "c-1", slot_id, f"{slot_id}-{attempt}", number=number).appointment.id)
            except Exception as error:
                assert getattr(error, "code", None) == "collides", error

        threads = [threading.Thread(target=one, args=given) for given in (("s1", 2), ("j1", 4))]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(booked) == 1
        bookings.cancel("c-1", booked[0], "x", "sygdom", f"c-{attempt}", NOW)
    check(engine)


def test_two_runners_at_once_do_each_thing_once(bookings: Bookings, engine: Engine) -> None:
    for n, each in enumerate(("s1", "s2", "s3")):
        book(bookings, "c-1", each, f"k{n}", number=2 + n)
    bookings.cancel("c-1", "cv", "x", "sygdom", "c", NOW)
    later = at("2025-09-08T09:30")
    sender = Sender(engine, booking_settings(), lambda: later)
    done: list[tuple[str, int]] = []
    gate = threading.Barrier(4)

    def runner() -> None:
        gate.wait(30)
        done.append(("alarms", bookings.alarm_due(later)))
        done.append(("reminders", bookings.due_reminders(at("2025-09-07T10:00"))))
        done.append(("left", bookings.afbud_left_without_time(later)))
        done.append(("delivered", sender._to_staff()))

    threads = [threading.Thread(target=runner) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    counts: Counter[str] = Counter()
    for what, count in done:
        counts[what] += count
    assert counts == {"alarms": 1, "reminders": 1, "left": 1, "delivered": 4}
    check(engine)
