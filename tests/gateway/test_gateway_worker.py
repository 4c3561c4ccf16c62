"""While the assistant is away, slow, silent or wrong: the message waits, the person is told the truth."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from sqlalchemy import event, select, text

from forloeb.db import connect, reading, writing
from forloeb.gateway.keys import ENGINE
from forloeb.gateway.tables import conversation
from forloeb.gateway.worker import Patience
from tests.gateway.harness import QUICK, Running, running, until


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as gateway:
        yield gateway


def texts(person, author: str = "bot") -> list[str]:  # type: ignore[no-untyped-def]
    return [one["text"] for one in person.get() if one["from"] == author]


def test_a_message_waits_while_the_assistant_is_away_and_is_answered_after(alone: Running) -> None:
    person = alone.person()
    alone.far.well = False
    answer = person.say("er du der?", "x")
    assert (answer.status_code, answer.json()) == (202, {"messages": [], "pending": True})
    assert requests.get(f"{alone.base}/health", timeout=10).status_code == 503
    assert texts(person, "user") == ["er du der?"]
    assert person.say("er du der?", "x").status_code == 202
    alone.far.well = True
    last = person.get()[-1]["seq"]
    assert [one["text"] for one in person.get(after=last, wait=3)] == ["Svar på: er du der?"]
    later = person.say("er du der?", "x")
    assert later.status_code == 200 and later.json()["messages"][0]["text"] == "Svar på: er du der?"


def test_health_names_what_is_missing(alone: Running) -> None:
    well = requests.get(f"{alone.base}/health", timeout=10)
    assert (well.status_code, well.json()) == (200, {"status": "ok", "missing": []})
    alone.far.well = False
    ill = requests.get(f"{alone.base}/health", timeout=10)
    assert (ill.status_code, ill.json()["missing"]) == (503, ["assistant"])
    alone.far.well = True
    with writing(connect(alone.settings.database_url)) as connection:
        connection.execute(text("ALTER TABLE pulse RENAME TO pulse_away"))
    ill = requests.get(f"{alone.base}/health", timeout=10)
    assert (ill.status_code, ill.json()["missing"]) == (503, ["database"])


def test_a_message_that_is_always_refused_is_given_up_honestly_and_the_next_is_answered(alone: Running) -> None:
    for poison in ("fejl", "tom", "vrøvl"):
        person = alone.person()
        first = threading.Thread(target=person.say, args=(poison, "gift"))
        first.start()
        until(lambda person=person: texts(person, "user"))
        person.say("og dette?", "godt")
        first.join(10)
        answers = until(lambda person=person: len(texts(person)) == 3 and texts(person))
        assert "intet er gået tabt" in answers[1] and "70 10 20 30" in answers[1]
        assert answers[2] == "Svar på: og dette?"
        again = person.say(poison, "gift")
        assert again.status_code == 200 and "intet er gået tabt" in again.json()["messages"][0]["text"]
        assert sum(body["text"] == poison for body in alone.far.seen) == 8


def test_a_turn_that_hangs_is_given_up_too(tmp_path: Path) -> None:
    tuning = dataclasses.replace(QUICK, turn_seconds=0.15, patience=dataclasses.replace(QUICK.patience, refusals=2))
    with running(tmp_path, tuning) as gateway:
        person = gateway.person()
        assert "intet er gået tabt" in person.say("vent 2").json()["messages"][0]["text"]


def test_after_a_long_outage_the_person_is_told_and_nothing_blocks(tmp_path: Path) -> None:
    patience = Patience(first_delay=0.02, longest_delay=0.05, poll_seconds=0.1, outage=timedelta(seconds=0.6))
    with running(tmp_path, dataclasses.replace(QUICK, patience=patience, answer_seconds=3)) as gateway:
        person = gateway.person()
        gateway.far.well = False
        answer = person.say("hallo")
        assert answer.status_code == 200 and "intet er gået tabt" in answer.json()["messages"][0]["text"]
        gateway.far.well = True
        assert person.say("hallo igen").json()["messages"][0]["text"] == "Svar på: hallo igen"


def test_redaction_is_told_to_the_assistant_and_never_logged(
    alone: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = alone.person()
    secret = "mit cpr er 010190-1234 og mit kodeord: hemmelig7"
    assert person.say(secret, "x").status_code == 200
    assert person.say(secret, "x").status_code == 200
    handed = alone.far.seen[-1]
    assert handed["metadata"]["redacted"] == ["cpr", "password"]
    assert handed["text"] == "mit cpr er [CPR-nummer fjernet] og mit kodeord: [adgangskode fjernet]"
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("forloeb.db*"))
    logged = "\n".join(
        f"{record.getMessage()} {record.__dict__}" for record in caplog.records if "gateway" in record.name
    )
    for piece in ("010190-1234", "0101901234", "hemmelig7"):
        assert piece.encode() not in stored and piece not in logged
    assert "mit cpr er" not in logged and person.token not in logged


def test_a_notice_reaches_the_signed_in_person_within_two_seconds(alone: Running) -> None:
    from tests.gateway.test_gateway_login import login

    person = alone.person({"login": login(sub="c-77")})
    last = person.get(wait=3)[-1]["seq"]
    engine = connect(alone.settings.database_url)
    _make_notice(engine, "c-77", "n-77")
    started = time.monotonic()
    found = person.get(after=last, wait=3)
    assert [one["text"] for one in found] == ["Påmindelse: n-77"] and time.monotonic() - started < 2.2
    assert all(one["from"] == "bot" for one in found)
    handed = alone.far.seen[-1]
    assert (handed["command"], handed["text"]) == ('/besked{"notice": "n-77"}', "")
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM notice WHERE sent IS NULL")).scalar_one() == 0
    time.sleep(1.2)
    assert person.get(after=found[-1]["seq"]) == []


def test_a_notice_overtaken_meanwhile_is_passed_over_and_holds_nobody_up(alone: Running) -> None:
    from tests.gateway.test_gateway_login import login

    person = alone.person({"login": login(sub="c-78")})
    last = person.get(wait=3)[-1]["seq"]
    _make_notice(connect(alone.settings.database_url), "c-78", "forældet")
    until(lambda: sum("forældet" in (body["command"] or "") for body in alone.far.seen) == 3)
    assert [one["text"] for one in person.say("og nu?").json()["messages"]] == ["Svar på: og nu?"]
    assert [one["from"] for one in person.get(after=last)] == ["user", "bot"]


def test_a_notice_that_cannot_be_told_in_a_long_outage_is_told_after_it(tmp_path: Path) -> None:
    from tests.gateway.test_gateway_login import login

    patience = Patience(first_delay=0.02, longest_delay=0.05, poll_seconds=0.1, outage=timedelta(seconds=0.5))
    with running(tmp_path, dataclasses.replace(QUICK, patience=patience)) as gateway:
        person = gateway.person({"login": login(sub="c-79")})
        last = person.get(wait=3)[-1]["seq"]
        gateway.far.well = False
        _make_notice(connect(gateway.settings.database_url), "c-79", "n-79")
        time.sleep(2.5)
        gateway.far.well = True
        until(lambda: person.get(after=last))
        time.sleep(0.3)
        assert [one["text"] for one in person.get(after=last)] == ["Påmindelse: n-79"]


def test_two_gateways_on_one_database_keep_the_order(tmp_path: Path, postgres_database: str) -> None:
    url = {"FORLOEB_DATABASE_URL": postgres_database}
    with running(tmp_path / "a", **url) as one, running(tmp_path / "b", **url) as two:
        person = one.person()
        person.get(wait=3)
        twin = dataclasses.replace(person, base=two.base)
        threads = []
        for number in range(20):
            speaker = (person, twin)[number % 2]
            threads.append(threading.Thread(target=speaker.say, args=(f"nr {number}", f"n{number}")))
            threads[-1].start()
            time.sleep(0.02)
        for thread in threads:
            thread.join(20)
        history = until(lambda: len(page := twin.get()) == 41 and page)
        said = [message["text"] for message in history if message["from"] == "user"]
        answered = [message["text"].removeprefix("Svar på: ") for message in history if message["from"] == "bot"][1:]
        assert len(said) == 20 and said == answered
        assert len(one.far.seen) + len(two.far.seen) == 21


def _make_notice(engine, claimant: str, identifier: str) -> None:  # type: ignore[no-untyped-def]
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    raw = engine.raw_connection()
    try:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute('CREATE TABLE IF NOT EXISTS notice (id, claimant_id, kind, "values", not_before, created, sent)')
        raw.execute(
            'INSERT INTO notice (id, claimant_id, kind, "values", not_before, created) VALUES (?, ?, ?, ?, ?, ?)',
            (identifier, claimant, "reminder", json.dumps({}), now.isoformat(" "), now.isoformat(" ")),
        )
        raw.commit()
    finally:
        raw.close()


def test_a_turn_costs_three_transactions(alone: Running) -> None:
    """Store the message and take it in hand, store the answer, read it; what looks around adds to some turns."""
    begun: list[None] = []
    event.listen(alone.app[ENGINE], "begin", lambda _connection: begun.append(None))
    person, costs = alone.person(), []
    for number in range(12):
        begun.clear()
        assert person.say(f"nummer {number}").status_code == 200
        costs.append(len(begun))
    assert min(costs) == 3, costs


def test_a_refused_message_is_stored_by_nobody_and_holds_the_conversation_for_nobody(alone: Running) -> None:
    person = alone.person()
    assert person.say("hej", "samme").status_code == 200
    assert person.say("noget andet", "samme").status_code == 409
    with alone.app[ENGINE].connect() as connection:
        held = connection.execute(select(conversation.c.lease_owner).where(conversation.c.id == person.conversation))
        assert held.scalar_one() is None
    assert person.say("tak").status_code == 200 and texts(person, "user") == ["hej", "tak"]


def test_what_comes_while_another_is_in_hand_is_not_left_for_the_next_look_around(tmp_path: Path) -> None:
    tuning = dataclasses.replace(QUICK, patience=dataclasses.replace(QUICK.patience, poll_seconds=600))
    with running(tmp_path, tuning) as gateway:
        person = gateway.person()
        for number in range(5):
            both = [threading.Thread(target=person.say, args=(f"{half} {number}",)) for half in ("først", "så")]
            for each in both:
                each.start()
            for each in both:
                each.join()
        answered = until(lambda: len(texts(person)) == 11 and texts(person))
        assert {one.removeprefix("Svar på: ") for one in answered[1:]} == set(texts(person, "user"))


def test_more_than_fit_in_hand_are_served_as_places_come_free(tmp_path: Path) -> None:
    patience = dataclasses.replace(QUICK.patience, poll_seconds=600, parallel=2)
    with running(tmp_path, dataclasses.replace(QUICK, patience=patience, answer_seconds=20)) as gateway:
        people = [gateway.person() for _ in range(7)]
        with ThreadPoolExecutor(7) as pool:
            answers = list(pool.map(lambda person: person.say("hej"), people))
        assert [answer.status_code for answer in answers] == [200] * 7
