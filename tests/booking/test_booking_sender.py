from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from forloeb.booking import sender as sending
from forloeb.booking import signing
from forloeb.booking.model import CaseKind, DeliveryState
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from forloeb.booking.tables import delivery
from forloeb.db import reading, writing
from forloeb.errors import SettingsError
from tests.booking.invariants import check
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, booking_settings, notices

KEY = "receiver-key"


class Receiver:
    """A holder's system; `answer` decides the status and the body."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, Any]] = lambda _body: (200, {})
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/modtag/afbud"


@contextmanager
def serving(receiver: Receiver) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            assert signing.verify(
                KEY, headers["x-forloeb-signature"], headers["x-forloeb-timestamp"], "POST", self.path, body,
                __import__("time").time(),
            )  # fmt: skip
            told = json.loads(body)
            receiver.got.append((headers, told))
            status, said = receiver.answer(told)
            out = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", receiver.port), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    with serving(one):
        yield one


def run(engine: Engine, receiver: Receiver, times: int = 1) -> list[int]:
    async def go() -> list[int]:
        settings = booking_settings(receiver_url=receiver.url, receiver_key=KEY)
        async with Sender(engine, settings, lambda: NOW) as sender:
            return [await sender.run_once() for _ in range(times)]

    return asyncio.run(go())


def now_due(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(delivery).values(next_attempt=None))


def states(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [
            tuple(row) for row in connection.execute(select(delivery.c.kind, delivery.c.state).order_by(delivery.c.id))
        ]


def test_what_the_receiver_gets(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    mine = book(bookings)
    taken = bookings.cancel("c-1", mine.appointment.id, "barn syg", "andet", "c", NOW, warned=True)
    assert run(engine, receiver) == [2]
    (_, booked), (headers, afbud) = receiver.got
    assert booked["kind"] == "booking" and booked["receipt"] == mine.receipt and booked["claimant"] == "c-1"
    assert headers["idempotency-key"] == taken.receipt
    assert (afbud["kind"], afbud["words"], afbud["ground"], afbud["needs_judgement"]) == (
        "afbud",
        "barn syg",
        "andet",
        True,
    )
    assert afbud["appointment"]["start"] == "2025-09-08T10:00+02:00" and afbud["at"] == "2025-09-04T10:00+02:00"
    assert states(engine) == [("booking", "delivered"), ("afbud", "delivered")]
    assert run(engine, receiver) == [0] and len(receiver.got) == 2
    assert notices(engine, "c-1") == [], "delivered is not acknowledged"
    check(engine)


def test_the_receivers_own_receipt_acknowledges(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    mine = book(bookings).appointment
    receiver.answer = lambda _body: (201, {"receipt": "J-17", "acknowledged_by": "Kim Hansen"})
    run(engine, receiver)
    found = bookings.appointment("c-1", mine.id)
    assert (found.delivery, found.acknowledged_by) == (DeliveryState.ACKNOWLEDGED, "Kim Hansen")
    assert notices(engine, "c-1") == ["booking_modtaget"]


@pytest.mark.parametrize("said", [b"", b"OK", b"[]", b'{"receipt": 3}', b'{"receipt": " "}', b"\xff\xfe"])
def test_an_answer_without_a_receipt_is_delivery_alone(
    bookings: Bookings, engine: Engine, receiver: Receiver, said: bytes
) -> None:
    book(bookings)
    receiver.answer = lambda _body: (200, said)
    run(engine, receiver)
    assert states(engine) == [("booking", "delivered")]


def test_down_the_whole_time_then_up_and_every_afbud_arrives(bookings: Bookings, engine: Engine) -> None:
    receiver = Receiver()
    receiver.port = 9  # nobody listens
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c1", NOW)
    for n, slot in enumerate(("s1", "s2", "s3")):
        made = book(bookings, "c-2", slot, f"k{n}", number=2 + n)
        bookings.cancel("c-2", made.appointment.id, "syg", "sygdom", f"d{n}", NOW)
    for _ in range(3):
        now_due(engine)
        assert run(engine, receiver) == [0]
    assert {state for _, state in states(engine)} == {"registered"}
    assert notices(engine, "c-1") == notices(engine, "c-2") == [], "nobody was told modtaget"
    receiver.port = 0
    with serving(receiver):
        assert run(engine, receiver) == [0], "not before the backoff says so"
        now_due(engine)
        assert run(engine, receiver) == [7]
    assert {state for _, state in states(engine)} == {"delivered"}
    kinds = [(body["appointment"]["appointment"], body["kind"]) for _, body in receiver.got]
    for appointment in {each for each, _ in kinds} - {"cv"}:
        assert [kind for each, kind in kinds if each == appointment] == ["booking", "afbud"], "in the order of the acts"
    check(engine)


def test_later_waits_for_earlier_about_the_same_meeting(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    mine = book(bookings).appointment
    receiver.answer = lambda body: (503, {}) if body["kind"] == "booking" else (200, {})
    bookings.cancel("c-1", mine.id, "syg", "sygdom", "c", NOW)
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c2", NOW)
    assert run(engine, receiver) == [1]
    assert states(engine) == [("booking", "registered"), ("afbud", "registered"), ("afbud", "delivered")]


def test_what_is_refused_for_good_stands_aside_and_opens_one_case(
    bookings: Bookings, engine: Engine, receiver: Receiver
) -> None:
    mine = book(bookings).appointment
    receiver.answer = lambda body: (422, {}) if body["kind"] == "booking" else (200, {})
    bookings.cancel("c-1", mine.id, "syg", "sygdom", "c", NOW)
    run(engine, receiver)
    now_due(engine)
    run(engine, receiver, 2)
    assert states(engine) == [("booking", "registered"), ("afbud", "delivered")]
    assert [each.kind for each in bookings.cases("c-1")] == [CaseKind.DELIVERY_REFUSED]
    receiver.answer = lambda _body: (200, {})
    now_due(engine)
    assert run(engine, receiver) == [1]


def test_backoff_grows_and_is_bounded(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    from datetime import datetime, timezone

    book(bookings)
    receiver.answer = lambda _body: (500, {})
    waits = []
    for attempts in (0, 1, 2, 6, 30):
        with writing(engine) as connection:
            connection.execute(update(delivery).values(next_attempt=None, attempts=attempts))
        run(engine, receiver)
        with reading(engine) as connection:
            due = connection.execute(select(delivery.c.next_attempt)).scalar_one()
        waits.append((due - datetime.now(timezone.utc)).total_seconds())
    for wait, most in zip(waits, (2, 4, 8, 128, 300), strict=True):
        assert most / 2 - 2 <= wait <= most


def test_two_senders_at_once_deliver_once(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    for n, slot in enumerate(("s1", "s2", "s3")):
        book(bookings, "c-2", slot, f"k{n}", number=2 + n)
    threads = [threading.Thread(target=run, args=(engine, receiver)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(receiver.got) == len({headers["idempotency-key"] for headers, _ in receiver.got}) == 3


def test_a_sender_that_died_in_the_middle_is_relieved(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    from datetime import datetime, timedelta, timezone

    book(bookings)
    real = datetime.now(timezone.utc)
    with writing(engine) as connection:
        connection.execute(update(delivery).values(claimed_until=real + timedelta(seconds=30), attempts=1))
    assert run(engine, receiver) == [0]
    with writing(engine) as connection:
        connection.execute(update(delivery).values(claimed_until=real - timedelta(seconds=1)))
    assert run(engine, receiver) == [1]


def test_the_staffs_word_does_not_stop_the_delivery(bookings: Bookings, engine: Engine, receiver: Receiver) -> None:
    bookings.cancel("c-1", "cv", "barn syg", "andet", "c", NOW)
    bookings.acknowledge(bookings.cases("c-1")[0].id, "Kim", NOW)
    assert states(engine) == [("afbud", "acknowledged")]
    assert run(engine, receiver) == [1]
    assert states(engine) == [("afbud", "acknowledged")] and len(receiver.got) == 1


def test_a_slow_receiver_is_given_up_and_tried_again(
    bookings: Bookings, engine: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    import aiohttp

    monkeypatch.setattr(sending, "TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    book(bookings)
    receiver.answer = lambda _body: (time.sleep(0.5), (200, {}))[1]
    assert run(engine, receiver) == [0]
    assert states(engine) == [("booking", "registered")]


def test_a_receiver_without_a_key_is_refused(engine: Engine) -> None:
    with pytest.raises(SettingsError, match="FORLOEB_RECEIVER_KEY"):
        Sender(engine, booking_settings(receiver_url="https://x.example"), lambda: NOW)


def test_nothing_personal_in_the_logs(
    bookings: Bookings, engine: Engine, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    made = book(bookings, about="hemmeligt")
    bookings.cancel("c-1", made.appointment.id, "hemmeligt", "andet", "c", NOW)
    receiver.answer = lambda _body: (500, {})
    run(engine, receiver)
    receiver.answer = lambda _body: (200, {})
    now_due(engine)
    run(engine, receiver)
    for secret in ("hemmeligt", "Mette", "20123456", "c-1", KEY):
        assert secret not in caplog.text


def test_the_runner_does_it_all_and_stops(bookings: Bookings, engine: Engine) -> None:
    from forloeb.booking.runner import run as run_runner

    book(bookings, slot_id="s4")
    settings = booking_settings(str(engine.url))

    async def go() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(run_runner(settings, stop, engine))
        for _ in range(200):
            if await asyncio.to_thread(states, engine) == [("booking", "delivered")]:
                break
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(task, 10)

    asyncio.run(go())
    assert states(engine) == [("booking", "delivered")]


def test_the_runner_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from forloeb import db
    from forloeb.booking import runner

    monkeypatch.setattr(runner, "SEND_SECONDS", 0.01)
    engine = db.connect(f"sqlite:///{tmp_path / 'empty.db'}")

    async def go() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(runner.run(booking_settings(), stop, engine))
        await asyncio.sleep(0.3)
        assert not task.done()
        stop.set()
        await asyncio.wait_for(task, 10)

    asyncio.run(go())
    engine.dispose()
