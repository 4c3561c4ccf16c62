"""What operators ask the staff app: health, readiness and numbers, none of it for whoever comes through a proxy."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select, text

from forloeb.booking.model import CaseKind
from forloeb.booking.service import Bookings
from forloeb.booking.tables import delivery
from forloeb.db import connect, reading, writing
from forloeb.review import gauges
from forloeb.review.follower import Follower
from forloeb.review.keys import FOLLOWED
from forloeb.review.roles import Role
from tests.booking.world import NOW, at
from tests.gateway.harness import until
from tests.review import tracker
from tests.review.harness import Desk, running, settings_for


def status(desk: Desk, path: str) -> int:
    return requests.get(desk.base + path, timeout=30).status_code


def test_health_says_what_is_missing(desk: Desk) -> None:
    assert requests.get(desk.base + "/health", timeout=30).json() == {"status": "ok", "missing": []}
    assert [status(desk, path) for path in ("/ready", "/live")] == [200, 200]
    with writing(desk.engine) as connection:
        connection.execute(text("ALTER TABLE pulse RENAME TO pulse_away"))
    answer = requests.get(desk.base + "/health", timeout=30)
    assert (answer.status_code, answer.json()["missing"]) == (503, ["database"])
    assert [status(desk, path) for path in ("/ready", "/live")] == [503, 200]


def test_a_read_model_that_does_not_follow_is_told_and_takes_no_page_away(tmp_path: Path) -> None:
    with running(settings_for(tmp_path), tmp_path, follow_seconds=3600) as desk:
        assert status(desk, "/health") == 200

        def missing_after_a_minute() -> list[str]:
            """The look that is taken at the start can end only now: then the minute is counted again."""
            desk.app[FOLLOWED][0] = time.monotonic() - 61
            answer = requests.get(desk.base + "/health", timeout=30)
            return list(answer.json()["missing"]) if answer.status_code == 503 else []

        assert until(missing_after_a_minute) == ["follower"]
        assert status(desk, "/ready") == 200


def numbers(desk: Desk) -> dict[str, str]:
    found = requests.get(desk.base + "/metrics", timeout=30)
    assert found.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "Mette" not in found.text and "c-1" not in found.text
    return dict(line.rsplit(" ", 1) for line in found.text.splitlines() if not line.startswith("#"))


def test_the_queue_by_kind_and_sign_ins_refused(desk: Desk) -> None:
    before = float(numbers(desk).get('forloeb_sign_ins_refused_total{why="wrong"}', 0))
    desk.bookings.open_case("c-1", "wants_human", {}, "k1", NOW - timedelta(minutes=90))
    desk.bookings.open_case("c-2", "wants_human", {}, "k2", NOW)
    desk.browser().sign_in("Kim", "forkert kode")
    lines = numbers(desk)
    assert lines['forloeb_queue_waiting{kind="wants_human"}'] == "2"
    assert float(lines['forloeb_queue_oldest_seconds{kind="wants_human"}']) >= 5400
    assert {f'forloeb_queue_waiting{{kind="{kind}"}}' for kind in CaseKind} <= set(lines)
    assert lines['forloeb_queue_waiting{kind="afbud"}'] == "0"
    assert float(lines['forloeb_sign_ins_refused_total{why="wrong"}']) == before + 1
    desk.browser(Role.CASEWORKER)
    assert float(numbers(desk)['forloeb_sign_ins_refused_total{why="wrong"}']) == before + 1


def test_numbers_are_not_for_whoever_comes_through_a_proxy(shared_desk: Desk) -> None:
    through = requests.get(shared_desk.base + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=30)
    assert through.status_code == 404 and "forloeb_" not in through.text


@pytest.mark.parametrize(
    ("before", "left"),
    [(timedelta(0), "gone_by"), (timedelta(minutes=60), "1h"), (timedelta(minutes=61), "4h"),
     (timedelta(hours=24), "24h"), (timedelta(hours=25), "more")],
)  # fmt: skip
def test_afbud_nobody_has_acknowledged_by_the_time_left(bookings: Bookings, before: timedelta, left: str) -> None:
    bookings.cancel("c-1", "cv", "syg", "sygdom", "k", NOW)

    def waiting() -> dict[str, float]:
        found = gauges.now(bookings.engine, bookings.engine, at("2025-09-12T09:00") - before)
        values = next(value for name, _, value in found if name == "forloeb_afbud_waiting")
        assert isinstance(values, dict) and len(values) == 5
        return {dict(label)["left"]: n for label, n in values.items() if n}

    assert waiting() == {left: 1.0}
    with reading(bookings.engine) as connection:
        receipt = connection.execute(select(delivery.c.receipt).where(delivery.c.kind == "afbud")).scalar_one()
    bookings.acknowledge_receipt(receipt, "Kim", NOW)
    assert waiting() == {}


def test_how_far_the_read_model_is_behind(bookings: Bookings, tmp_path: Path) -> None:
    rasa = connect(f"sqlite:///{tmp_path / 'rasa.db'}")

    def behind() -> object:
        found = {name: value for name, _, value in gauges.now(bookings.engine, rasa, NOW)}
        return found.get("forloeb_follower_events_behind")

    assert behind() is None  # Rasa has not begun its log
    tracker.make(rasa)
    tracker.turns(rasa, ("c", "m1"), ("c", "m2"), ("c", "m3"))
    assert behind() == 3
    Follower(bookings.engine, rasa).step()
    assert behind() == 0
    rasa.dispose()


def test_a_database_that_is_away_leaves_its_numbers_out(tmp_path: Path) -> None:
    away = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    assert gauges.now(away, away, NOW) == []
    away.dispose()
