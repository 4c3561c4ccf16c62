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
import urllib.error
import uuid

import pytest
import sqlalchemy as sa
import yaml

from forloeb import db
from tests.stack import Chat, Stack

KILLS = int(os.environ.get("FORLOEB_TEST_KILLS", "200"))
PEOPLE = 6
PATIENCE = 180
MODULES = {"gateway": "forloeb.gateway", "actions": "rasa_sdk", "assistant": "forloeb.assistant.serve"}

pytestmark = pytest.mark.slow


class Person(Chat):
    """Keeps sending the same message, under the same id, until it is answered."""

    def patiently(self, call):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return call()
            except (urllib.error.URLError, OSError, ConnectionError):
                assert time.monotonic() < end, "the gateway did not come back"
                time.sleep(0.3)

    def answered(self, **content):
        identifier = uuid.uuid4().hex
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.patiently(lambda: self.call("POST", "/webhooks/web/messages", {"id": identifier, **content}))
            replies = [m for m in answer["messages"] if m["from"] == "bot"]
            if replies and not answer.get("pending"):
                self.buttons = [b for m in replies for b in m.get("buttons") or []]
                return "\n".join(m["text"] for m in replies)
            time.sleep(0.3)
        raise AssertionError(f"no answer to {content}")

    def press_first(self, *titles):
        for title in titles:
            for button in self.buttons:
                if button["title"].startswith(title):
                    return self.answered(payload=button["payload"])
        raise AssertionError([b["title"] for b in self.buttons])


def book(person: Person) -> str | None:
    """One booking from beginning to confirmation; the receipt, or None when no time was left."""
    text = person.answered(text="jeg vil gerne booke en samtale")
    for _ in range(12):
        if "Du har nu en aftale" in text:
            return text.split("Dit nummer er ")[1].split(".")[0].strip()
        titles = [b["title"] for b in person.buttons]
        if any(" kl. " in t for t in titles):
            text = person.press_first(*[t for t in titles if " kl. " in t])
        elif any(t.startswith("Ja, book") for t in titles):
            text = person.press_first("Ja, book")
        elif "Personligt" in titles:
            text = person.press_first("Personligt")
        elif "Jobsøgning" in titles:
            text = person.press_first("Jobsøgning")
        else:
            return None
    return None


def cancel(person: Person) -> str | None:
    """An afbud for the one meeting there is; the receipt when it was confirmed."""
    text = person.answered(text="jeg er syg og må melde afbud")
    for _ in range(4):
        if "er registreret. Dit nummer er " in text:
            return text.split("Dit nummer er ")[1].split(".")[0].strip()
        titles = [b["title"] for b in person.buttons]
        if any(t.startswith("Ja") for t in titles):
            text = person.press_first("Ja")
        else:
            return None
    return None


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


def examine(url: str, booked: dict, cancelled: dict) -> None:
    """The database against what people were told."""
    engine = db.connect(url)
    with db.reading(engine) as connection:
        rows = connection.execute(sa.text("SELECT claimant_id, kind, receipt, ref FROM act")).all()
        acts = {
            (r.claimant_id, r.kind): [x.receipt for x in rows if (x.claimant_id, x.kind) == (r.claimant_id, r.kind)]
            for r in rows
        }
        for name, receipt in booked.items():
            if receipt:
                assert acts.get((name, "booking")) == [receipt], (name, receipt, acts.get((name, "booking")))
        for name, receipt in cancelled.items():
            if receipt:
                assert acts.get((name, "afbud")) == [receipt], (name, receipt)
        twice = connection.execute(
            sa.text("SELECT booked_by FROM slot WHERE booked_by IS NOT NULL GROUP BY booked_by HAVING COUNT(*) > 1")
        )
        assert twice.all() == []
        half = sa.text(
            "SELECT a.key FROM act a WHERE a.kind IN ('booking', 'afbud') AND "
            "(SELECT COUNT(*) FROM delivery d WHERE d.receipt = a.receipt) <> 1"
        )
        assert connection.execute(half).all() == []
        without = sa.text(
            "SELECT COUNT(*) FROM appointment p WHERE p.slot_id IS NOT NULL AND p.status = 'booked' AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.id = p.slot_id AND s.booked_by = p.id)"
        )
        assert connection.execute(without).scalar_one() == 0
    engine.dispose()
