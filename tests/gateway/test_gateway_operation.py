"""Several assistants, the outage notice, the switch, what operators ask, and a clock that is put back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from forloeb import operation
from forloeb.db import connect, reading, writing
from tests.gateway.far_side import FarSide
from tests.gateway.harness import Running, free_port, running, until


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as one:
        yield one


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Running, list[FarSide]]]:
    """A gateway with two assistants: the harness's own, and one more."""
    first, second = free_port(), free_port()
    urls = f"http://127.0.0.1:{first},http://127.0.0.1:{second}"
    with running(tmp_path, FORLOEB_ASSISTANT_PORT=str(first), FORLOEB_ASSISTANT_URLS=urls) as one:
        other = FarSide(one.settings.internal_key)
        one.runners.append(one.loop.serve(other.app(), second))
        yield one, [one.far, other]


def said(answer: requests.Response) -> list[str]:
    return [m["text"] for m in answer.json()["messages"]]


def now() -> datetime:
    return datetime.now(timezone.utc)


def test_people_are_spread_over_the_assistants_and_each_keeps_to_one(two: tuple[Running, list[FarSide]]) -> None:
    gateway, sides = two
    people = [gateway.person() for _ in range(16)]
    for person in people:
        for word in ("en", "to ord", "tre"):
            assert person.say(word).status_code == 200
    homes = [{b["conversation"] for b in side.seen if b["text"]} for side in sides]
    assert homes[0] and homes[1] and homes[0].isdisjoint(homes[1])
    assert len(homes[0] | homes[1]) == 16


def test_one_that_is_gone_is_not_noticed(two: tuple[Running, list[FarSide]]) -> None:
    gateway, _sides = two
    people = [gateway.person() for _ in range(8)]
    gateway.loop.do(gateway.runners.pop().cleanup())
    for person in people:
        assert said(person.say("er du der?")) == ["Svar på: er du der?"]
    assert requests.get(f"{gateway.base}/health", timeout=10).status_code == 200


def test_one_that_refuses_is_left_for_the_other_and_has_its_turn_again_when_well(
    two: tuple[Running, list[FarSide]],
) -> None:
    gateway, sides = two
    sides[1].well = False
    people = [gateway.person() for _ in range(20)]
    for person in people:
        until(lambda person=person: said(person.say("hallo", "x")) == ["Svar på: hallo"])  # type: ignore[misc]
    sides[1].well, before = True, len(sides[1].seen)

    def used() -> bool:
        for person in people:
            person.say("igen")
        return len(sides[1].seen) > before

    until(used, 20)


def test_a_notice_is_told_once_and_then_the_answers_go_on(gateway: Running) -> None:
    person = gateway.person()
    with writing(connect(gateway.settings.database_url)) as connection:
        operation.set_notice(connection, "Vi opdaterer kl. 18.", None, now())
    assert said(person.say("hej")) == ["Vi opdaterer kl. 18.", "Svar på: hej"]
    assert said(person.say("igen")) == ["Svar på: igen"]
    assert next(m["text"] for m in gateway.person().get(wait=3)) == "Vi opdaterer kl. 18."


def test_switched_off_the_assistant_says_nothing_and_people_are_told_where_else_to_go(gateway: Running) -> None:
    person = gateway.person()
    engine = connect(gateway.settings.database_url)
    until(lambda: person.get())
    with writing(engine) as connection:
        operation.put(connection, "assistant", on=False, now=now())
    before = len(gateway.far.seen)
    (told,) = said(person.say("jeg er syg i dag"))
    assert "slået fra" in told and "70 10 20 30" in told and "ikke sendt videre" in told
    assert len(gateway.far.seen) == before
    with writing(engine) as connection:
        operation.put(connection, "assistant", on=True, now=now())
    assert said(person.say("og nu?")) == ["Svar på: og nu?"]
    engine.dispose()


def test_ready_holds_while_the_assistant_is_away_and_live_while_the_database_is(gateway: Running) -> None:
    gateway.far.well = False

    def status(path: str) -> int:
        return requests.get(gateway.base + path, timeout=10).status_code

    assert [status(p) for p in ("/health", "/ready", "/live")] == [503, 200, 200]
    with writing(connect(gateway.settings.database_url)) as connection:
        connection.execute(text("ALTER TABLE pulse RENAME TO pulse_away"))
    assert [status(p) for p in ("/health", "/ready", "/live")] == [503, 503, 200]


def test_metrics_count_and_hold_nobodys_words(gateway: Running) -> None:
    person = gateway.person()
    person.say("mit hemmelige ord")
    gateway.far.well = False
    person.say("venter")
    found = requests.get(f"{gateway.base}/metrics", timeout=10)
    assert found.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in found.text.splitlines() if not line.startswith("#"))
    assert float(lines['forloeb_events_total{event="answered"}']) >= 1
    assert lines["forloeb_messages_waiting"] == "1" and float(lines["forloeb_oldest_waiting_seconds"]) >= 0
    assert float(lines["forloeb_answer_seconds_count"]) >= 1 and lines["forloeb_cases_waiting"] == "0"
    assert "hemmelige" not in found.text and person.conversation not in found.text
    through = requests.get(f"{gateway.base}/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=10)
    assert through.status_code == 404


def test_one_id_follows_a_message_through_log_and_database(gateway: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="forloeb.events"):
        gateway.person().say("hvor er jeg?")
    with reading(connect(gateway.settings.database_url)) as connection:
        one = connection.execute(text("SELECT id FROM message WHERE author = 'user'")).scalar_one()
    seen = [r.msg for r in caplog.records if getattr(r, "fields", {}).get("message") == one]
    assert seen == ["received", "answered"]
    assert [b["metadata"]["message_id"] for b in gateway.far.seen if b["text"]] == [one]


def test_a_clock_that_is_put_back_leaves_nothing_waiting(gateway: Running) -> None:
    """Leases and retries were set by a clock an hour ahead; what lies further ahead than any of them counts as come."""
    person = gateway.person()
    until(lambda: person.get())
    gateway.far.well = False
    person.say("husk mig", "x")
    ahead = now() + timedelta(hours=1)
    with writing(connect(gateway.settings.database_url)) as connection:
        connection.execute(
            text("UPDATE conversation SET lease_owner = 'another/x', lease_until = :t"),
            {"t": ahead.replace(tzinfo=None)},
        )
        connection.execute(
            text("UPDATE message SET next_try = :t WHERE state = 'waiting'"), {"t": ahead.replace(tzinfo=None)}
        )
    gateway.far.well = True
    until(lambda: said(person.say("husk mig", "x")) == ["Svar på: husk mig"])


def test_only_our_own_proxies_are_believed(tmp_path: Path) -> None:
    with running(tmp_path, FORLOEB_PROXIES="10.0.0.0/8") as gateway:
        limits = gateway.app
        seen = requests.get(f"{gateway.base}/live", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=10)
        assert seen.status_code == 200
        from aiohttp.test_utils import make_mocked_request

        from forloeb.gateway.limits import address_of

        class Transport:
            def __init__(self, peer: str) -> None:
                self.peer = peer

            def get_extra_info(self, name: str, default: object = None) -> object:
                return (self.peer, 1) if name == "peername" else default

        def address(peer: str) -> str:
            request = make_mocked_request(
                "GET", "/", headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"}, app=limits, transport=Transport(peer)
            )
            request.match_info.add_app(limits)
            return address_of(request)

        assert address("10.1.2.3") == "203.0.113.9" and address("127.0.0.1") == "127.0.0.1"
