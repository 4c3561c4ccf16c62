"""`kill -9` of gateway, action server and assistant at random moments while people book and cancel.

Afterwards every confirmed thing is in the database exactly once, and nothing is half done.
FORLOEB_TEST_KILLS sets how many kills (200).
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import pytest
import yaml

from tests.people import Person, book, cancel, examine
from tests.stack import Stack

KILLS = int(os.environ.get("FORLOEB_TEST_KILLS", "200"))
PEOPLE = 6
MODULES = {"gateway": "forloeb.gateway", "actions": "actions.serve", "assistant": "forloeb.assistant.serve"}

pytestmark = pytest.mark.slow


def killer(stack: Stack, done: threading.Event, killed: list[str]) -> None:
    """Kill one of the three at a random moment; the launcher starts it again."""
    dice = random.Random(20250904)
    while len(killed) < KILLS and not done.is_set():
        time.sleep(dice.uniform(0.1, 2.0))
        name = dice.choices(list(MODULES), weights=[5, 5, 2])[0]
        for pid in children(stack):
            if MODULES[name] in command(pid):
                os.kill(pid, signal.SIGKILL)
                killed.append(name)
                break


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


def people(stack: Stack, round_: int) -> list[str]:
    """New people, each with slots of their own hour, half of them with a meeting to cancel."""
    names = [f"k-{round_}-{n}" for n in range(PEOPLE)]
    claimants = [
        {"id": name, "benefit": "kontanthjaelp", "unemployed_from": "2025-06-02", "registered": "2025-06-02"}
        for name in names
    ]
    meetings = [
        {"claimant": name, "holder": "jobcenter", "kind": "jobrettet_samtale", "number": 2,
         "start": f"2025-10-{20 + n:02}T11:00", "minutes": 30, "form": "personligt", "status": "booked"}
        for n, name in enumerate(names) if n % 2
    ]  # fmt: skip
    day = 8 + round_ % 20
    slots = [
        {"holder": "jobcenter", "caseworker": f"w{round_}-{n}", "start": f"2025-{9 + round_ // 20:02}-{day:02}T{9 + n % 6:02}:{n // 6 * 15:02}",
         "minutes": 15, "forms": ["personligt"]}
        for n in range(PEOPLE * 3)
    ]  # fmt: skip
    stack.load(yaml.safe_dump({"claimants": claimants, "appointments": meetings, "slots": slots}))
    return names


def test_nothing_is_lost_or_doubled(tmp_path):
    stack = Stack(tmp_path / "stack", "2025-09-04T10:00").start()
    done, killed, booked, cancelled, faults = threading.Event(), [], {}, {}, []
    killing = threading.Thread(target=killer, args=(stack, done, killed))
    killing.start()

    def live(name: str, cancels: bool) -> None:
        try:
            person = Person.__new__(Person)
            person.buttons = []
            person.address = f"http://127.0.0.1:{stack.ports['GATEWAY']}"
            Person.patiently(person, lambda: Person.__init__(person, person.address, name))
            if cancels:
                cancelled[name] = cancel(person)
            booked[name] = book(person) if not cancels else None
        except Exception as error:  # a thread's failure must reach the test
            faults.append((name, repr(error)))

    round_ = 0
    try:
        while len(killed) < KILLS and round_ < 400:
            names = people(stack, round_)
            threads = [threading.Thread(target=live, args=(n, bool(i % 2))) for i, n in enumerate(names)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            round_ += 1
            assert faults == []
    finally:
        done.set()
        killing.join()
        stack.stop()
    print(
        f"\n{len(killed)} kills, {sum(map(bool, booked.values()))} bookings, {sum(map(bool, cancelled.values()))} afbud"
    )
    assert len(killed) >= KILLS
    assert sum(map(bool, booked.values())) > round_ and sum(map(bool, cancelled.values())) > round_
    examine(f"sqlite:///{tmp_path / 'stack' / 'forloeb.db'}", booked, cancelled)
