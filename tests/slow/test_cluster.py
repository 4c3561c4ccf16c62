"""More than one machine: the whole topology, people who chat and book at once, and one of each process killed.

The order of a person's messages is compared where it counts, in Rasa's own log.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import uuid
from collections import Counter

import pytest
import sqlalchemy as sa
import yaml

from forloeb import db
from tests.cluster import Cluster
from tests.people import Person, book, examine
from tests.stack import Chat

pytestmark = pytest.mark.slow
PEOPLE = 8
SLOTS = 5  # fewer than people: they compete
BURST = ["hvad er et kontaktforløb", "hvornår skal mit cv være klar", "må jeg holde mødet på telefon",
         "hvem holder samtalerne", "hvad er joblog", "tak"]  # fmt: skip
SORRY = "Jeg kunne desværre ikke svare"


@pytest.fixture(scope="module")
def cluster(postgres_url, tmp_path_factory):
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    started = Cluster(tmp_path_factory.mktemp("cluster"), postgres_url.rsplit("/", 1)[0] + "/" + name).start()
    yield started
    started.close()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def claimants(names: list[str]) -> list[dict]:
    return [
        {"id": n, "benefit": "kontanthjaelp", "unemployed_from": "2025-06-02", "registered": "2025-06-02"}
        for n in names
    ]


def slots(worker: str, day: int, many: int) -> list[dict]:
    return [
        {"holder": "jobcenter", "caseworker": worker, "start": f"2025-09-{day:02}T{9 + n // 4:02}:{n % 4 * 15:02}",
         "minutes": 15, "forms": ["personligt"]}
        for n in range(many)
    ]  # fmt: skip


def at_once(work, names) -> dict:
    """Do `work(name)` for every name at the same time; what each gave."""
    results, faults = {}, []

    def one(name) -> None:
        try:
            results[name] = work(name)
        except Exception as error:  # a thread's failure must reach the test
            faults.append((name, repr(error)))

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return results


def in_order(cluster: Cluster) -> int:
    """Check each conversation: Rasa's log has each message once, in the order stored; how many messages."""
    engine = db.connect(cluster.url)
    with db.reading(engine) as connection:
        stored: dict[str, list[str]] = {}
        rows = connection.execute(
            sa.text("SELECT conversation_id, id FROM message WHERE author IN ('user', 'system') "
                    "AND state = 'answered' ORDER BY conversation_id, seq")
        )  # fmt: skip
        for row in rows:
            stored.setdefault(row.conversation_id, []).append(row.id)
        logged: dict[str, list[str]] = {}
        for row in connection.execute(
            sa.text("SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id")
        ):
            logged.setdefault(row.sender_id, []).append(yaml.safe_load(row.data)["message_id"])
    engine.dispose()
    for conversation, messages in stored.items():
        assert logged.get(conversation) == messages, conversation
    return sum(map(len, stored.values()))


def test_a_persons_messages_stay_in_order_over_both_gateways(cluster):
    """Sent in one go to both gateways, with the answers not waited for."""
    names = [f"o-{n}" for n in range(4)]
    cluster.desk().load(yaml.safe_dump({"claimants": claimants(names)}))

    def chat(name: str) -> int:
        person = Chat(cluster.address, name)
        before = len([m for m in person.history() if m["from"] == "user"])
        sent = []
        for nth in range(12):
            person.address = cluster.at(f"gateway-{nth % 2 + 1}")
            text = f"{BURST[nth % len(BURST)]} {nth}"
            sender = threading.Thread(
                target=person.call, args=("POST", "/webhooks/web/messages", {"id": f"n{nth}", "text": text})
            )
            sender.start()
            sent.append(sender)
            time.sleep(0.05)
        for sender in sent:
            sender.join()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            said = person.history()
            if len([m for m in said if m["from"] == "bot"]) >= 12 + before:
                assert not [m for m in said if SORRY in m["text"]]
                return len([m for m in said if m["from"] == "user"])
            time.sleep(0.5)
        raise AssertionError("not answered")

    assert set(at_once(chat, names).values()) == {12}
    assert in_order(cluster) >= 48


def test_nobody_gets_anothers_time(cluster):
    """Eight people want five times, through both gateways, assistants and action servers."""
    names = [f"b-{n}" for n in range(PEOPLE)]
    cluster.desk().load(yaml.safe_dump({"claimants": claimants(names), "slots": slots("w", 15, SLOTS)}))
    receipts: dict = {}
    for _ in range(10):  # what somebody looks at is held for them: the others come back
        without = [name for name in names if not receipts.get(name)]
        receipts |= at_once(lambda name: book(Person(cluster.address, name)), without)
        if sum(map(bool, receipts.values())) == SLOTS:
            break
    booked = [r for r in receipts.values() if r]
    assert len(booked) == len(set(booked)) == SLOTS, receipts
    assert book(Person(cluster.address, next(n for n in names if not receipts[n]))) is None
    examine(cluster.url, receipts, {})


def test_one_of_each_is_killed_and_nobody_notices_more_than_a_retry(cluster):
    """`kill -9`, under load; each is started again as systemd or Kubernetes would."""
    stop, hiccups, waits, booked = threading.Event(), Counter(), [], {}
    names = [f"k-{n}" for n in range(40)]
    cluster.desk().load(
        yaml.safe_dump({"claimants": claimants(names), "slots": slots("k1", 16, 32) + slots("k2", 17, 32)})
    )

    class Watched(Person):
        def patiently(self, call):
            def counted():
                try:
                    return call()
                except (urllib.error.URLError, OSError) as error:
                    hiccups[getattr(error, "code", type(error).__name__)] += 1
                    raise

            return super().patiently(counted)

        def answered(self, **content):
            began = time.monotonic()
            text = super().answered(**content)
            waits.append(time.monotonic() - began)
            assert SORRY not in text
            return text

    def lives(nth: int) -> None:
        for name in names[nth::PEOPLE]:
            if stop.is_set():
                return
            person = Watched(cluster.address, name)
            for text in BURST[:3]:
                person.answered(text=text)
            booked[name] = book(person)

    def kills() -> None:
        for name in ("gateway-1", "assistant-1", "actions-1", "deliveries-1", "gateway-2", "actions-2"):
            time.sleep(4)
            cluster.members[name].kill()
            time.sleep(2)
            cluster.members[name].start()
            if name.startswith("assistant"):
                cluster.wait(name, "/webhooks/internal/ready")

    killer = threading.Thread(target=kills)
    killer.start()
    try:
        at_once(lives, range(PEOPLE))
    finally:
        stop.set()
        killer.join()
    receipts = [r for r in booked.values() if r]
    print(
        f"\n{len(waits)} messages, {len(receipts)} bookings, hiccups {dict(hiccups)}, longest wait {max(waits):.1f} s"
    )
    assert sum(m.kills for m in cluster.members.values()) == 6
    assert len(receipts) == len(set(receipts)) == len(names)
    examine(cluster.url, booked, {})
    in_order(cluster)
