"""Under a steady load everything is killed, paused and dropped, the disk fills, the clock jumps.

Afterwards every acknowledged booking and afbud is there once, and every message was answered, if only with
"Prøv igen … intet er gået tabt".
"""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from forloeb import db
from tests.cluster import Cluster, answers
from tests.people import Person, book, cancel, examine
from tests.servers import Postgres
from tests.stack import Stack

pytestmark = pytest.mark.slow
PEOPLE = 5
HOLD = 6.0  # seconds that a fault lasts
WELL = 240  # seconds to be well again, on a loaded machine
SORRY = "Prøv igen om lidt"


class Load:
    """People who come one after another, book, and half of them cancel something; who was told what."""

    def __init__(self, desk: Stack, address: str) -> None:
        self.desk, self.address = desk, address
        self.booked: dict[str, str | None] = {}
        self.cancelled: dict[str, str | None] = {}
        self.faults: list[tuple[str, str]] = []
        self.sorry = self.answered = self.came = 0
        self._stop, self._lock = threading.Event(), threading.Lock()

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._live) for _ in range(PEOPLE)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def prepare(self, many: int = 400) -> None:
        names = [f"f-{n}" for n in range(many)]
        claimants = [
            {"id": n, "benefit": "kontanthjaelp", "unemployed_from": "2025-06-02", "registered": "2025-06-02"}
            for n in names
        ]
        meetings = [
            {"claimant": name, "holder": "jobcenter", "kind": "jobrettet_samtale", "number": 2,
             "start": f"2025-10-{6 + n % 20:02}T11:00", "minutes": 30, "form": "personligt", "status": "booked"}
            for n, name in enumerate(names) if n % 2
        ]  # fmt: skip
        slots = [
            {"holder": "jobcenter", "caseworker": f"w{n % 40}", "start": f"2025-09-{15 + n // 40 % 12:02}T{9 + n // 480:02}:00",
             "minutes": 15, "forms": ["personligt"]}
            for n in range(many)
        ]  # fmt: skip
        self.desk.load(yaml.safe_dump({"claimants": claimants, "appointments": meetings, "slots": slots}))

    def _live(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                nth, self.came = self.came, self.came + 1
            name = f"f-{nth}"
            try:
                person = Person(self.address, name)
                self._watch(person)
                if nth % 2:
                    self.cancelled[name] = cancel(person)
                else:
                    self.booked[name] = book(person)
            except Exception as error:  # a thread's failure must reach the test
                self.faults.append((name, repr(error)))
                return

    def _watch(self, person: Person) -> None:
        answered = person.answered

        def counted(**content):
            text = answered(**content)
            self.answered += 1
            self.sorry += SORRY in text
            return text

        person.answered = counted


@pytest.fixture
def small_disk():
    """A disk of 200 MB that can be filled to the last byte, where PostgreSQL's own user can get at it."""
    place = Path(tempfile.mkdtemp(prefix="forloeb-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.fail("a small disk cannot be mounted: run make test-slow as root")
    yield place
    for _ in range(20):
        if subprocess.run(["umount", place], capture_output=True, check=False).returncode == 0:
            place.rmdir()
            return
        time.sleep(0.5)


@contextlib.contextmanager
def full(disk: Path):
    """The disk has no room left, within the block."""
    filler = disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
            file.flush()
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0")
    try:
        yield
    finally:
        filler.unlink()


def clock_file(folder: Path) -> tuple[Path, dict[str, str]]:
    """The file that says how far the processes' clock is off, and their environment (libfaketime)."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        pytest.fail("libfaketime is not installed: apt-get install faketime (make test-slow does it as root)")
    path = folder / "clock"
    path.write_text("+0")
    return path, {
        "LD_PRELOAD": found[0],
        "FAKETIME_TIMESTAMP_FILE": str(path),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def test_nothing_acknowledged_is_lost_whatever_goes_wrong(small_disk, tmp_path):
    postgres = Postgres(small_disk)
    postgres.start()
    clock, preload = clock_file(tmp_path)
    cluster = Cluster(tmp_path / "cluster", postgres.url, each=1, preload=preload)
    told = []
    try:
        cluster.start()
        load = Load(cluster.desk(), cluster.address)
        load.prepare()
        with load:
            time.sleep(5)
            for name, fault in faults(cluster, postgres, small_disk, clock):
                began, before = time.monotonic(), load.answered
                fault()
                well(cluster)
                after = load.answered
                end = time.monotonic() + WELL
                while load.answered < after + 3:  # it goes on
                    assert time.monotonic() < end, f"nobody is answered after: {name}"
                    assert not load.faults, (name, load.faults)
                    time.sleep(0.2)
                told.append(f"{name}: {time.monotonic() - began:.0f} s, {load.answered - before} answers")
        quiet(cluster.url)
    finally:
        print("\n" + "\n".join(told))
        cluster.close()
        postgres_url = postgres.url
        try:
            if len(told) == len(FAULTS):
                check(load, postgres_url)
        finally:
            postgres.close()
    assert len(told) == len(FAULTS)


FAULTS = (
    "kill gateway", "kill actions", "kill assistant", "kill deliveries", "kill Redis", "kill nginx",
    "pause gateway", "pause actions", "pause assistant", "pause deliveries", "pause PostgreSQL", "pause Redis",
    "drop PostgreSQL", "drop Redis", "fill the disk", "clock forward", "clock back",
)  # fmt: skip


def faults(cluster: Cluster, postgres: Postgres, disk: Path, clock: Path):
    """(name, what does it and undoes it), in order."""

    def kill(name):
        cluster.members[f"{name}-1"].kill()
        time.sleep(1)
        cluster.members[f"{name}-1"].start()

    def pause(name):
        cluster.members[f"{name}-1"].signal(signal.SIGSTOP)
        time.sleep(HOLD)
        cluster.members[f"{name}-1"].signal(signal.SIGCONT)

    def again(server, wait=1.0):
        server.kill()
        time.sleep(wait)
        server.start()

    def drop_postgres():
        postgres.stop_at_once()
        time.sleep(HOLD)
        postgres.start()

    def fill():
        with full(disk):
            time.sleep(HOLD)
        if postgres.process and postgres.process.poll() is not None:
            postgres.start()

    def jump(offset):
        clock.write_text(offset)
        time.sleep(HOLD)
        clock.write_text("+0")

    acts = {
        **{f"kill {n}": (lambda n=n: kill(n)) for n in ("gateway", "actions", "assistant", "deliveries")},
        "kill Redis": lambda: again(cluster.redis),
        "kill nginx": lambda: again(cluster.nginx),
        **{f"pause {n}": (lambda n=n: pause(n)) for n in ("gateway", "actions", "assistant", "deliveries")},
        "pause PostgreSQL": lambda: postgres.pause(HOLD),
        "pause Redis": lambda: cluster.redis.pause(HOLD),
        "drop PostgreSQL": drop_postgres,
        "drop Redis": lambda: again(cluster.redis, HOLD),
        "fill the disk": fill,
        "clock forward": lambda: jump("+4m"),
        "clock back": lambda: jump("-4m"),
    }
    return [(name, acts[name]) for name in FAULTS]


def well(cluster: Cluster) -> None:
    end = time.monotonic() + WELL
    while not (answers(cluster.at("gateway-1") + "/health") and answers(cluster.address + "/")):
        assert time.monotonic() < end, "not well again"
        time.sleep(0.3)


def quiet(url: str) -> None:
    """Wait until nothing waits any more."""
    engine = db.connect(url)
    end = time.monotonic() + WELL
    while True:
        with db.reading(engine) as connection:
            waiting = connection.execute(sa.text("SELECT COUNT(*) FROM message WHERE state = 'waiting'")).scalar_one()
        if not waiting:
            break
        assert time.monotonic() < end, f"{waiting} messages wait"
        time.sleep(0.5)
    engine.dispose()


def check(load: Load, url: str) -> None:
    """What people were told, against the database."""
    assert load.faults == []
    booked = [r for r in load.booked.values() if r]
    cancelled = [r for r in load.cancelled.values() if r]
    print(
        f"{load.answered} messages answered, {load.sorry} of them with 'Prøv igen'; "
        f"{len(booked)} bookings and {len(cancelled)} afbud acknowledged"
    )
    assert len(booked) >= 10 and len(cancelled) >= 10
    examine(url, load.booked, load.cancelled)
    engine = db.connect(url)
    with db.reading(engine) as connection:
        unanswered = connection.execute(
            sa.text("SELECT m.state, m.author FROM message m WHERE m.author = 'user' AND NOT EXISTS "
                    "(SELECT 1 FROM message r WHERE r.answer_to = m.id)")
        ).all()  # fmt: skip
        failed = connection.execute(
            sa.text("SELECT r.text FROM message m JOIN message r ON r.answer_to = m.id WHERE m.state = 'failed'")
        ).scalars().all()  # fmt: skip
    engine.dispose()
    assert unanswered == []
    assert all(SORRY in text and "intet er gået tabt" in text for text in failed)


def test_a_full_disk_under_sqlite_is_said_and_nothing_is_lost(small_disk):
    """The default installation: a message that cannot be stored is refused in words, and taken once there is room."""
    stack = Stack(small_disk / "var", "2025-09-04T10:00").start()
    try:
        load = Load(stack, f"http://127.0.0.1:{stack.ports['GATEWAY']}")
        load.prepare(20)
        stranger = stack.chat()
        with full(small_disk):
            with pytest.raises(urllib.error.HTTPError) as error:
                for _ in range(200):  # what SQLite has room for in its own files is still taken
                    stranger.call("POST", "/webhooks/web/messages", {"id": os.urandom(8).hex(), "text": "hej " * 400})
            assert error.value.code == 503
            assert "Prøv igen om lidt" in error.value.read().decode()
        person = Person(load.address, "f-0")
        receipt = book(person)
        assert receipt
        quiet(f"sqlite:///{small_disk / 'var' / 'forloeb.db'}")
        examine(f"sqlite:///{small_disk / 'var' / 'forloeb.db'}", {"f-0": receipt}, {})
    finally:
        stack.stop()
