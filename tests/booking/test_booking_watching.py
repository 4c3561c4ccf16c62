"""What operators ask the deliveries, in the process as it runs: its own port, its rounds, its outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import text, update
from sqlalchemy.engine import Engine

from forloeb.booking import runner, watching
from forloeb.booking.service import Bookings
from forloeb.booking.tables import delivery
from forloeb.booking.watching import Rounds, init_app
from forloeb.db import connect, writing
from forloeb.settings import Settings
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, booking_settings
from tests.gateway.harness import Loop, free_port


@contextmanager
def served(engine: Engine, rounds: Rounds) -> Iterator[str]:
    loop, port = Loop(), free_port()
    runner_ = loop.serve(init_app(engine, rounds, lambda: NOW), port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.do(runner_.cleanup())
        loop.close()


def numbers(base: str) -> dict[str, str]:
    answer = requests.get(base + "/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "c-1" not in answer.text
    return dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))


def test_the_outbox_by_kind_age_and_attempts(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings)
    bookings.cancel("c-1", mine.appointment.id, "syg", "sygdom", "k2", NOW - timedelta(minutes=2))
    with writing(engine) as connection:
        connection.execute(update(delivery).where(delivery.c.kind == "afbud").values(attempts=7, refused=422))
    with served(engine, Rounds()) as base:
        lines = numbers(base)
        assert lines['forloeb_outbox_waiting{kind="afbud"}'] == lines['forloeb_outbox_waiting{kind="booking"}'] == "1"
        assert lines['forloeb_outbox_waiting{kind="case"}'] == "0"
        assert lines['forloeb_outbox_oldest_seconds{kind="afbud"}'] == "120"
        assert lines["forloeb_outbox_attempts"] == "7" and lines["forloeb_outbox_refused_waiting"] == "1"
        assert requests.get(base + "/health", timeout=10).json() == {"status": "ok", "missing": []}
        through = requests.get(base + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=10)
        assert through.status_code == 404
        with writing(engine) as connection:
            connection.execute(update(delivery).values(delivered_at=NOW))
        assert numbers(base)['forloeb_outbox_waiting{kind="afbud"}'] == "0"


def test_health_names_what_is_missing(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty, rounds = connect(f"sqlite:///{tmp_path_factory.mktemp('x') / 'empty.db'}"), Rounds()
    with served(empty, rounds) as base:
        answer = requests.get(base + "/health", timeout=10)
        assert (answer.status_code, answer.json()["missing"]) == (503, ["database"])
        assert requests.get(base + "/live", timeout=10).status_code == 200
        rounds._last = time.monotonic() - watching.LATE_SECONDS
        assert requests.get(base + "/live", timeout=10).json()["missing"] == ["rounds"]
    empty.dispose()


def run_until(settings: Settings, engine: Engine, what: Callable[[], bool]) -> None:
    async def go() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(runner.run(settings, stop, engine))
        end = time.monotonic() + 60
        try:
            while not await asyncio.to_thread(what):
                assert not task.done() and time.monotonic() < end
                await asyncio.sleep(0.1)
        finally:
            stop.set()
            await task

    asyncio.run(go())


def test_the_process_tells_of_itself_on_its_own_port(bookings: Bookings, engine: Engine) -> None:
    book(bookings)
    settings = replace(booking_settings(), deliveries_port=free_port())
    base = f"http://127.0.0.1:{settings.deliveries_port}"

    def delivered() -> bool:
        try:
            lines = numbers(base)
        except requests.RequestException:
            return False
        return float(lines.get('forloeb_delivery_attempts_total{came="taken"}', 0)) >= 1 and (
            lines['forloeb_outbox_waiting{kind="booking"}'] == "0" and float(lines["forloeb_round_age_seconds"]) < 60
        )

    run_until(settings, engine, delivered)


def test_a_taken_port_keeps_no_afbud_from_being_delivered(bookings: Bookings, engine: Engine) -> None:
    book(bookings)
    loop, port = Loop(), free_port()
    other = loop.serve(init_app(engine, Rounds(), lambda: NOW), port)

    def delivered() -> bool:
        with engine.connect() as connection:
            return bool(
                connection.execute(text("SELECT count(*) FROM delivery WHERE delivered_at IS NULL")).scalar() == 0
            )

    run_until(replace(booking_settings(), deliveries_port=port), engine, delivered)
    loop.do(other.cleanup())
    loop.close()
