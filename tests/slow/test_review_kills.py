"""A follower that is killed (`kill -9`) at random moments, 100 times, ends with exactly the events of Rasa's log.

FORLOEB_TEST_FOLLOWER_KILLS sets how many kills.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.review import follower as module
from forloeb.review.follower import Follower
from forloeb.review.tables import review_cursor, review_summary, review_turn
from forloeb.settings import ROOT
from tests.review import tracker
from tests.review.harness import times

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("FORLOEB_TEST_FOLLOWER_KILLS", "100"))
FOLLOW = """
import sys, time
from forloeb import db
from forloeb.review import follower
follower.BATCH = 7
follows = follower.Follower(db.connect(sys.argv[1]), db.connect(sys.argv[2]))
print("follows", flush=True)
while True:
    if follows.step():
        print("took", flush=True)
    else:
        time.sleep(0.005)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'forloeb.db'}", f"sqlite:///{tmp_path / 'tracker.db'}"
    url = str(request.getfixturevalue("postgres_database"))
    return url, url


class Rasa(threading.Thread):
    """Writes turns all the time; on PostgreSQL two transactions overlap, so that ids come out of order."""

    def __init__(self, log: Engine, talks: list[str]) -> None:
        super().__init__(daemon=True)
        self.log, self.talks, self.written, self.ends = log, talks, 0, threading.Event()
        self.failed: Exception | None = None

    def run(self) -> None:
        dice = random.Random(5)
        try:
            while not self.ends.is_set():
                if self.log.dialect.name == "postgresql":
                    with self.log.connect() as slow, slow.begin():
                        self.turn(slow, dice)
                        with self.log.connect() as quick, quick.begin():
                            self.turn(quick, dice)
                        if dice.random() < 0.3:
                            time.sleep(dice.random() / 20)
                else:
                    with writing(self.log) as connection:
                        self.turn(connection, dice)
                time.sleep(dice.random() / 50)
        except Exception as error:
            self.failed = error

    def turn(self, connection: object, dice: random.Random) -> None:
        self.written += 1
        tracker.turn(connection, dice.choice(self.talks), f"m{self.written}")  # type: ignore[arg-type]


def test_killed_at_random_it_ends_with_exactly_the_log(stores: tuple[str, str]) -> None:
    url, log_url = stores
    db.migrate(url)
    engine, log = db.connect(url), db.connect(log_url)
    tracker.make(log)
    with writing(engine) as connection:
        talks = [inbox.create(connection, "web", times()) for _ in range(5)]
    rasa, dice, moved = Rasa(log, talks), random.Random(3), set()
    rasa.start()
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", FOLLOW, url, log_url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"follows\n", process.communicate()
        for _ in range(dice.randint(0, 5)):  # so many steps, and then somewhere in the next
            assert process.stdout.readline() == b"took\n"
        time.sleep(dice.random() / 50)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        process.communicate()
        with reading(engine) as connection:
            moved.add(connection.execute(select(review_cursor.c.position)).scalar_one_or_none())
    rasa.ends.set()
    rasa.join(30)
    assert rasa.failed is None
    assert len(moved) > KILLS // 4, "the followers were killed before they did anything"
    last = Follower(engine, log)
    while last.step():
        pass
    with reading(log) as connection:
        there = {
            row.id: (row.sender_id, row.timestamp)
            for row in connection.execute(
                select(tracker.events.c.id, tracker.events.c.sender_id, tracker.events.c.timestamp)
            )
        }
    with reading(engine) as connection:
        taken = {
            row.event_id: (row.conversation_id, row.at.timestamp())
            for row in connection.execute(
                select(review_turn.c.event_id, review_turn.c.conversation_id, review_turn.c.at)
            )
        }
        counted = dict(connection.execute(select(review_summary.c.conversation_id, review_summary.c.turns)).all())
        messages = connection.execute(select(func.count(review_turn.c.message_id.distinct()))).scalar_one()
    assert len(there) == rasa.written == messages > KILLS
    assert taken.keys() == there.keys()
    assert all(taken[each][0] == there[each][0] and abs(taken[each][1] - there[each][1]) < 0.001 for each in there)
    for talk in talks:
        assert counted[talk] == sum(1 for where, _ in there.values() if where == talk)
    assert module.SETTLED > 60
