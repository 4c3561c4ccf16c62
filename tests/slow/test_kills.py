"""`kill -9` of gateway, action server and assistant at random moments while people book and send afbud.

Afterwards every confirmed thing is in the database exactly once, and nothing is half done.
FORLOEB_TEST_KILLS sets how many kills (200).
"""

from __future__ import annotations

import collections
import datetime
import itertools
import os
import random
import signal
import socket
import threading
import time

import pytest
import sqlalchemy as sa
import yaml

from forloeb import db
from forloeb.booking import tables as t
from forloeb.gateway.tables import message
from tests.booking import invariants
from tests.people import Person, book, cancel, receipt
from tests.stack import Stack

KILLS = int(os.environ.get("FORLOEB_TEST_KILLS", "200"))
AT_ONCE = 8
PATIENCE = 600
CLAIMANTS = 1200
MODULES = {
    "gateway": ("forloeb.gateway", "GATEWAY"),
    "actions": ("actions.serve", "ACTIONS"),
    "assistant": ("forloeb.assistant.serve", "ASSISTANT"),
}
OFTEN = {"gateway": 11, "actions": 12, "assistant": 2}  # an assistant that starts costs ten seconds of processor
TODAY = datetime.date(2025, 9, 4)

pytestmark = pytest.mark.slow


def killer(stack: Stack, over: threading.Event, killed: list[str], heard: list[str]) -> None:
    """Kill one of the three, a few answers after the last; the launcher starts it again.

    Answers are what is counted, not seconds: on a busy machine nothing would be done between two kills.
    """
    dice = random.Random(20250904)
    goal = 10
    while len(killed) < KILLS and not over.is_set():
        assert stack.process is not None and stack.process.poll() is None, "the launcher is gone"
        if len(heard) < goal:
            time.sleep(0.02)
            continue
        time.sleep(dice.uniform(0, 0.5))
        name = dice.choices(list(OFTEN), weights=list(OFTEN.values()))[0]
        module, port = MODULES[name]
        for pid in children(stack) if listening(stack.ports[port]) else ():
            if module in command(pid):
                os.kill(pid, signal.SIGKILL)
                killed.append(name)
                goal = len(heard) + dice.randint(0, AT_ONCE)


def listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def children(stack: Stack) -> list[int]:
    assert stack.process is not None
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    if int(stat.read().rsplit(")", 1)[1].split()[1]) == stack.process.pid:
                        found.append(int(entry))
            except (OSError, IndexError, ValueError):
                continue
    return found


def command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            return line.read().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def world() -> str:
    """Who lives in the town: every second has a meeting to cancel; all share the free times of four weeks."""
    names = [f"k-{n}" for n in range(CLAIMANTS)]
    day = {"benefit": "kontanthjaelp", "unemployed_from": "2025-06-02", "registered": "2025-06-02"}
    weekdays = [d for n in range(4, 33) if (d := TODAY + datetime.timedelta(days=n)).weekday() < 5]
    meetings = [
        {"claimant": name, "holder": "jobcenter", "kind": "jobrettet_samtale", "number": 2,
         "start": f"{weekdays[-1 - n % 5]}T{9 + n % 6:02}:00", "minutes": 30, "form": "personligt", "status": "booked"}
        for n, name in enumerate(names) if n % 2
    ]  # fmt: skip
    slots = [
        {"holder": "jobcenter", "caseworker": f"w{worker}", "start": f"{weekday}T{9 + quarter // 4:02}:{quarter % 4 * 15:02}",
         "minutes": 15, "forms": ["personligt"]}
        for weekday in weekdays for worker in range(3) for quarter in range(24)
    ]  # fmt: skip
    return yaml.safe_dump({"claimants": [{"id": n, **day} for n in names], "appointments": meetings, "slots": slots})


def test_nothing_is_lost_or_doubled(tmp_path):
    stack = Stack(tmp_path / "stack", f"{TODAY}T10:00").start()
    over, numbers = threading.Event(), itertools.count()
    killed, heard, faults = [], [], []
    told = {"booking": {}, "afbud": {}}

    def live() -> None:
        try:
            while not over.is_set() and (number := next(numbers)) < CLAIMANTS:
                name = f"k-{number}"
                address = f"http://127.0.0.1:{stack.ports['GATEWAY']}"
                person = Person(address, name, patience=PATIENCE, heard=heard)
                kind, number_told = ("afbud", cancel(person)) if number % 2 else ("booking", book(person))
                assert number_told, f"stuck at:\n{person.said}"
                told[kind][name] = number_told
        except BaseException as error:  # a thread's failure must reach the test
            faults.append(repr(error))
            over.set()

    began = time.monotonic()
    try:
        stack.load(world())
        everybody = [threading.Thread(target=live, daemon=True) for _ in range(AT_ONCE)]
        for thread in everybody:
            thread.start()
        killer(stack, over, killed, heard)
        over.set()
        for thread in everybody:
            thread.join()
        assert faults == []
        url = stack.settings().database_url
        delivered(url)
    finally:
        over.set()
        stack.stop()
    done = {kind: len(those) for kind, those in told.items()}
    print(f"\n{dict(collections.Counter(killed))} killed in {time.monotonic() - began:.0f} s; confirmed: {done}")
    assert len(killed) == KILLS and next(numbers) < CLAIMANTS
    assert min(done.values()) >= KILLS / 8
    examine(url, told)


def delivered(url: str) -> None:
    """Wait until everything has reached the receiver (the staff queue)."""
    engine, end = db.connect(url), time.monotonic() + PATIENCE
    waiting = sa.select(sa.func.count()).select_from(t.delivery).where(t.delivery.c.delivered_at.is_(None))
    while True:
        with db.reading(engine) as connection:
            if not connection.execute(waiting).scalar_one():
                break
        assert time.monotonic() < end, "deliveries wait"
        time.sleep(0.5)
    engine.dispose()


def examine(url: str, told: dict[str, dict[str, str]]) -> None:
    """The database against what people were told."""
    engine = db.connect(url)
    invariants.check(engine)
    with db.reading(engine) as connection:
        acts = connection.execute(sa.select(t.act)).all()
        cases = connection.execute(sa.select(t.staff_case)).all()
        said = connection.execute(sa.select(message)).all()
    engine.dispose()
    for kind, those in told.items():
        assert sorted((a.claimant_id, a.receipt) for a in acts if a.kind == kind) == sorted(those.items())
        assert {a.kind for a in acts} == set(told)
        assert sorted(c.receipt for c in cases if c.kind == kind) == sorted(those.values()), (
            "one case each in the queue"
        )
    confirmations = [m.text for m in said if m.author == "bot" and "Dit nummer er " in m.text]
    assert sorted(receipt(text) for text in confirmations) == sorted(
        number for those in told.values() for number in those.values()
    ), "each is confirmed once"
    theirs = [m for m in said if m.author == "user"]
    assert {m.state for m in theirs} == {"answered"}
    answers = collections.Counter(m.answer_to for m in said if m.author == "bot" and m.answer_to)
    assert {answers[m.id] for m in theirs} == {1}, "each message has one answer"
    again = sum(m.attempts > 1 for m in theirs)
    print(f"{len(theirs)} messages answered once each, {again} of them handed over more than once")
    assert again >= KILLS / 20, "the kills fell between the turns"
