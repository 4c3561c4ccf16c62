"""The calendar link, the holder's API and the rating, over HTTP."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from icalendar import Calendar
from sqlalchemy import insert, select

from forloeb.booking import signing, tables
from forloeb.gateway.channel_tables import rating
from tests.gateway.harness import Running, running
from tests.gateway.phones import change, person, rows

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Running:
    with running(tmp_path_factory.mktemp("holder"), FORLOEB_DEMO="0", FORLOEB_HOLDER_KEY="holder-key") as one:
        yield one


def test_the_calendar_link_gives_that_one_appointment(held: Running) -> None:
    person(held, "c-1", None)
    values = {
        "claimant_id": "c-1",
        "holder": "akasse",
        "kind": "jobrettet_samtale",
        "start": START,
        "minutes": 45,
        "form": "telefon",
        "status": "booked",
        "about": "min sygdom",
        "sequence": 0,
        "created": START,
        "updated": START,
    }
    change(held, insert(tables.appointment).values(id="a-1", calendar_token="t-abc", **values))
    for path in ("calendar", "kalender"):
        answer = requests.get(f"{held.base}/{path}/t-abc.ics", timeout=10)
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert "no-store" in answer.headers["Cache-Control"]
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=45)
        assert "sygdom" not in answer.text
    for wrong in ("t-abd", "%00", "æ", "a" * 65, "..%2f..%2fx"):
        assert requests.get(f"{held.base}/calendar/{wrong}.ics", timeout=10).status_code == 404


def asked(held: Running, path: str, body: dict, key: str = "holder-key") -> requests.Response:
    raw, stamp = json.dumps(body).encode(), str(int(time.time()))
    headers = {signing.TIMESTAMP: stamp, signing.SIGNATURE: signing.sign(key, stamp, "POST", path, raw)}
    return requests.post(held.base + path, data=raw, headers=headers, timeout=20)


def test_a_holder_publishes_slots_many_at_once(held: Running) -> None:
    slots = [
        {
            "start": f"2030-01-{1 + n // 24:02}T{n % 24:02}:00",
            "minutes": 30,
            "forms": ["telefon"],
            "caseworker": f"kim{n}",
            "place": "Lokalafdelingen, Bredgade 12 " + "x" * 100,
        }
        for n in range(400)
    ]
    answer = asked(held, "/holder/v1/slots", {"id": "p-1", "holder": "akasse", "slots": slots})
    assert len(json.dumps(slots)) > 65_536 and answer.status_code == 200, answer.text[:300]
    assert len(rows(held, select(tables.slot))) == 400
    assert asked(held, "/holder/v1/slots", {"id": "p-2"}, key="another").status_code == 401
    assert requests.post(f"{held.base}/holder/v1/slots", data=b"a" * 2_000_000, timeout=10).status_code in (401, 413)


def test_without_a_key_there_is_no_holder_api(gateway: Running) -> None:
    assert asked(gateway, "/holder/v1/slots", {"id": "p-1"}).status_code == 404


def test_a_rating_is_from_one_to_five_and_the_last_one_counts(held: Running, tmp_path: Path) -> None:
    someone = held.person()
    where = f"{held.base}/webhooks/web/rating"
    for bad in (0, 6, True, "5", None, 4.0):
        assert requests.post(where, json={"score": bad}, headers=someone.headers, timeout=10).status_code == 400
    for score in (2, 5):
        assert requests.post(where, json={"score": score}, headers=someone.headers, timeout=10).status_code == 200
    assert requests.post(where, json={"score": 3}, timeout=10).status_code == 401
    found = rows(held, select(rating).where(rating.c.conversation_id == someone.conversation))
    assert [row.score for row in found] == [5]
