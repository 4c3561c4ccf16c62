"""The read model ends with exactly the log's turns: late commits, kills, several followers, erased conversations."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking.service import Bookings
from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import conversation
from forloeb.review import follower as module
from forloeb.review.follower import Follower, rebuild
from forloeb.review.tables import review_cursor, review_summary, review_turn
from forloeb.review.turns import turn as parsed
from tests.booking.world import NOW, at
from tests.review import tracker
from tests.review.harness import times


@pytest.fixture
def log(url: str, tmp_path: Path) -> Engine:
    """Rasa's store: a file of its own beside ours, or the same PostgreSQL."""
    engine = db.connect(f"sqlite:///{tmp_path / 'tracker.db'}" if url.startswith("sqlite") else url)
    tracker.make(engine)
    return engine


def talks(engine: Engine, count: int = 1) -> list[str]:
    with writing(engine) as connection:
        return [inbox.create(connection, "web", times()) for _ in range(count)]


def taken(engine: Engine) -> dict[int, str]:
    with reading(engine) as connection:
        return {row.event_id: row.message_id for row in connection.execute(select(review_turn))}


def position(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(review_cursor.c.position)).scalar_one_or_none() or 0)


def summary(engine: Engine, where: str) -> tuple[int, int, int, bool]:
    with reading(engine) as connection:
        row = connection.execute(select(review_summary).where(review_summary.c.conversation_id == where)).one()
    return row.turns, row.fallbacks, row.unsure, row.handover


def test_what_was_understood_is_kept_and_counted(engine: Engine, log: Engine) -> None:
    (where,) = talks(engine)
    follower = Follower(engine, log)
    assert follower.step() == 0
    tracker.turns(log, (where, "m1"), (where, "m2", "nlu_fallback", 0.3), (where, "m3", "hilsen", 0.51))
    assert follower.step() == 3 and follower.step() == 0
    assert summary(engine, where) == (3, 1, 1, False)
    tracker.turns(log, (where, "m4", "tal_med_medarbejder"))
    assert follower.step() == 1
    assert summary(engine, where) == (4, 1, 1, True)
    assert position(engine) == 4


def test_a_late_commit_with_a_lower_id_is_not_skipped(engine: Engine, log: Engine) -> None:
    (where,) = talks(engine)
    follower = Follower(engine, log)
    with writing(log) as connection:
        for identifier in (1, 2, 5, 9):
            tracker.turn(connection, where, f"m{identifier}", identifier=identifier)
    assert follower.step() == 4
    assert position(engine) == 2  # 3 may still come
    again = Follower(engine, log)  # a restart meanwhile
    with writing(log) as connection:
        for identifier in (3, 7):
            tracker.turn(connection, where, f"m{identifier}", identifier=identifier)
    assert follower.step() == 2
    assert again.step() == 3 and again.step() == 0
    assert taken(engine) == {each: f"m{each}" for each in (1, 2, 3, 5, 7, 9)}
    assert position(engine) == 3


def test_a_hole_that_stays_is_passed_when_no_transaction_can_be_open(
    engine: Engine, log: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (where,) = talks(engine)
    old = time.time() - module.SETTLED - 60
    follower = Follower(engine, log)
    with writing(log) as connection:
        tracker.turn(connection, where, "m1", identifier=1_000_000, at=old)  # retention has deleted what was before
        tracker.turn(connection, where, "m2", identifier=1_000_005)
    assert follower.step() == 2 and position(engine) == 1_000_000
    monkeypatch.setattr(module, "SETTLED", -1.0)
    follower._missing = dict.fromkeys(follower._missing, 0.0)
    with writing(log) as connection:
        tracker.turn(connection, where, "m3", identifier=1_000_006)
    assert follower.step() == 1 and position(engine) == 1_000_006


def test_transactions_that_really_overlap(postgres_copy: str) -> None:
    engine = db.connect(postgres_copy)
    tracker.make(engine)
    (where,) = talks(engine)
    follower = Follower(engine, engine)
    slow, quick = engine.connect(), engine.connect()
    first = slow.begin()
    tracker.turn(slow, where, "slow")
    second = quick.begin()
    tracker.turn(quick, where, "quick")
    second.commit()
    assert follower.step() == 1 and list(taken(engine).values()) == ["quick"]
    assert follower.step() == 0
    first.commit()
    assert follower.step() == 1 and sorted(taken(engine).values()) == ["quick", "slow"]
    slow.close()
    quick.close()


def test_a_follower_killed_anywhere_ends_with_exactly_the_log(
    engine: Engine, log: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = talks(engine, 3)
    dice = random.Random(7)
    monkeypatch.setattr(module, "BATCH", 7)
    real, written = module._upsert, 0

    def dies(connection: object, rows: object) -> None:
        real(connection, rows)  # type: ignore[arg-type]
        if dice.random() < 0.3:
            raise KeyboardInterrupt  # after the write, before the commit

    monkeypatch.setattr(module, "_upsert", dies)
    follower = Follower(engine, log)
    for _ in range(40):
        with writing(log) as connection:
            for _ in range(dice.randint(0, 4)):
                written += 1
                tracker.turn(connection, dice.choice(where), f"m{written}")
        try:
            follower.step()
        except KeyboardInterrupt:
            follower = Follower(engine, log)
    monkeypatch.setattr(module, "_upsert", real)
    while follower.step():
        pass
    with reading(log) as connection:
        there = {row.id for row in connection.execute(select(tracker.events.c.id))}
    assert set(taken(engine)) == there and len(there) == written
    assert sum(summary(engine, each)[0] for each in where) == written


def test_made_again_from_nothing_it_is_the_same(engine: Engine, log: Engine) -> None:
    where = talks(engine, 2)
    tracker.turns(log, *((where[n % 2], f"m{n}", "hilsen", 0.4 + n / 100) for n in range(50)))
    follower = Follower(engine, log)
    while follower.step():
        pass
    before = taken(engine), [summary(engine, each) for each in where], position(engine)
    assert rebuild(engine, log) == 50
    assert (taken(engine), [summary(engine, each) for each in where], position(engine)) == before


def test_an_erased_conversation_stays_erased(engine: Engine, log: Engine) -> None:
    kept, gone = talks(engine, 2)
    tracker.turns(log, (kept, "m1"), (gone, "m2"))
    follower = Follower(engine, log)
    follower.step()
    with writing(engine) as connection:
        connection.execute(delete(conversation).where(conversation.c.id == gone))
    rebuild(engine, log)
    assert list(taken(engine).values()) == ["m1"]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(review_summary)).scalar_one() == 1


def test_what_was_done_is_seen_from_the_acts(engine: Engine, log: Engine, bookings: Bookings) -> None:
    (where,) = talks(engine)
    message = "a" * 32
    made = bookings.book("c-1", "s1", "telefon", "", "anden", None, f"{message}:book", NOW)
    bookings.cancel("c-1", made.appointment.id, "syg", "sygdom", f"{message}:afbud", NOW)
    tracker.turns(log, (where, message), (where, "b" * 32))
    Follower(engine, log).step()
    with reading(engine) as connection:
        row = connection.execute(select(review_summary)).one()
    assert (row.booked, row.moved, row.afbud) == (True, False, True)


@pytest.mark.parametrize(
    "data", ["", "{", "[]", "null", '{"parse_data": 1}', '{"message_id": "m", "timestamp": "x", "parse_data": {}}', '{"message_id": "m"}']
)  # fmt: skip
def test_an_unreadable_event_stops_nothing(data: str) -> None:
    assert parsed(1, "c", data) is None


def test_a_turn_is_dated_by_its_message_and_without_one_by_the_log(engine: Engine) -> None:
    tracker.make(engine)
    with writing(engine) as connection:
        where = inbox.create(connection, "web", times())
        known, _new = inbox.put(connection, where, "p", Times(times().real, at("2025-09-04T10:15")), text="hej")
        for message_id in (known, "e" * 32):
            tracker.turn(connection, where, message_id, at=at("2026-11-30T08:00").timestamp())
    Follower(engine, engine).step()
    with reading(engine) as connection:
        found = dict(connection.execute(select(review_turn.c.message_id, review_turn.c.at)).all())
    assert found == {known: at("2025-09-04T10:15"), "e" * 32: at("2026-11-30T08:00")}
