from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from forloeb import db
from forloeb.booking import tables
from forloeb.booking.errors import BookingError
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from tests.booking.invariants import check
from tests.booking.test_booking_parallel import prepare
from tests.booking.world import NOW, booking_settings

SLOTS = 300


def _acts(url: str, log: str, seed: int) -> None:
    """Act and act until killed; write down every receipt once it is confirmed."""
    engine = db.connect(url)
    bookings = Bookings(engine, booking_settings())
    sender = Sender(engine, booking_settings(), lambda: NOW)
    chance = random.Random(seed)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    n = 0
    while True:
        n += 1
        claimant, key = f"c{chance.randrange(64)}", f"{seed}-{n}"
        mine = [each.id for each in bookings.appointments(claimant, booked_only=True)]
        slot = f"s{chance.randrange(SLOTS)}"
        act = chance.choice(("book", "book", "move", "cancel", "cancel", "missed", "case", "send"))
        try:
            if act == "book":
                made = bookings.book(claimant, slot, "telefon", "x", "anden", None, key, NOW)
            elif act == "move" and mine:
                made = bookings.move(claimant, mine[0], slot, key, NOW)
            elif act == "cancel" and mine:
                made = bookings.cancel(claimant, mine[0], "x", chance.choice(("sygdom", "andet")), key, NOW)
            elif act == "missed":
                made = bookings.missed(claimant, None, "x", key, NOW)
            elif act == "case":
                made = bookings.open_case(claimant, "wants_human", {}, key, NOW)
            else:
                sender._to_staff()
                continue
        except BookingError:
            continue
        os.write(out, (json.dumps([key, made.receipt]) + "\n").encode())


def kill_often(url: str, log: Path, kills: int) -> None:
    engine = db.connect(url)
    prepare(engine, SLOTS)
    context = multiprocessing.get_context("fork")
    chance = random.Random(7)
    for n in range(kills):
        engine.dispose()
        child = context.Process(target=_acts, args=(url, str(log), n))
        child.start()
        deadline = time.monotonic() + 20
        while (not log.exists() or f'["{n}-' not in log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.15)
        assert child.pid is not None and child.is_alive()
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        if n % 10 == 9 or n == kills - 1:
            check(engine)
    confirmed = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(confirmed) >= kills
    with db.reading(engine) as connection:
        stored = {row.key: row.receipt for row in connection.execute(select(tables.act))}
        assert all(stored[key] == receipt for key, receipt in confirmed), "what was confirmed is there"
        assert len(set(stored.values())) == len(stored)
    # whoever hands a message over again after the crash acts once
    bookings = Bookings(engine, booking_settings())
    cases = [key for key, kind in _kinds(engine).items() if kind == "case"]
    before = _count(engine)
    for key in cases[:20]:
        claimant = _claimant(engine, key)
        assert bookings.open_case(claimant, "wants_human", {}, key, NOW).receipt == stored[key]
    assert _count(engine) == before
    Sender(engine, booking_settings(), lambda: NOW)._to_staff()
    assert bookings.overview().get("registered", 0) == 0
    check(engine)
    engine.dispose()


def _kinds(engine: db.Engine) -> dict[str, str]:
    with db.reading(engine) as connection:
        return {row.key: row.kind for row in connection.execute(select(tables.act))}


def _claimant(engine: db.Engine, key: str) -> str:
    with db.reading(engine) as connection:
        return connection.execute(select(tables.act.c.claimant_id).where(tables.act.c.key == key)).scalar_one()


def _count(engine: db.Engine) -> int:
    with db.reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.act)).scalar_one()


def test_killed_ten_times_nothing_is_lost_and_nothing_is_half(url: str, tmp_path: Path) -> None:
    kill_often(url, tmp_path / "log", 10)


@pytest.mark.slow
def test_killed_two_hundred_times(url: str, tmp_path: Path) -> None:
    kill_often(url, tmp_path / "log", 200)


def test_a_connection_cut_in_the_middle_leaves_nothing(sqlite_url: str) -> None:
    engine = db.connect(sqlite_url)
    prepare(engine, 1)
    connection = engine.raw_connection()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE slot SET booked_by = 'nobody'")
    connection.close()
    check(engine)
    with db.writing(engine) as fresh:
        fresh.execute(insert(tables.caseworker).values(holder="akasse", id="kim"))
