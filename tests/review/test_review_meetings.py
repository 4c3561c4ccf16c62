"""What the holder changes by the pages: stored, told to the person, in the log under the name of who did it; once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from forloeb.booking import tables
from forloeb.booking.tables import audit, slot
from forloeb.db import reading, writing
from forloeb.review import meetings
from forloeb.review.roles import Role
from tests.booking.world import NOW, notices, shown
from tests.review.harness import Browser, Desk


@pytest.fixture
def kim(desk: Desk) -> Browser:
    browser = desk.browser(Role.CASEWORKER)
    browser.get("/people/c-1")
    return browser


def of(desk: Desk, which: str) -> dict:
    who = {"cv": "c-1", "old": "c-2"}[which]
    return next(each for each in shown(desk.engine, who)["appointments"] if each["id"] == which)


def done_by(desk: Desk, name: str) -> list[str]:
    with reading(desk.engine) as connection:
        found = connection.execute(select(audit).where(audit.c.who == f"staff:{name}").order_by(audit.c.id))
        return [row.what for row in found if row.what.startswith(("meeting_", "slots_", "view_person"))]


def test_a_meeting_is_moved_and_the_person_is_told_once(desk: Desk, kim: Browser) -> None:
    for _ in range(2):  # sent twice by an impatient hand
        answer = kim.post("/meetings/cv/move", start="2025-09-15T11:30", form="personligt", nonce="abcdefgh-1m")
        assert answer.status_code == 303
    assert of(desk, "cv")["start"].startswith("2025-09-15T11:30")
    assert notices(desk.engine, "c-1") == ["aftale_flyttet"]
    assert done_by(desk, "Kim") == ["view_person", "meeting_move", "meeting_move"]
    page = kim.get("/people/c-1?done=moved").text
    assert "Personen får besked" in page and "11.30" in page


def test_a_meeting_is_called_off(desk: Desk, kim: Browser) -> None:
    assert kim.post("/meetings/cv/cancel", nonce="abcdefgh-1c").status_code == 303
    assert of(desk, "cv")["status"] == "cancelled" and notices(desk.engine, "c-1") == ["aftale_aflyst"]
    again = kim.post("/meetings/cv/move", start="2025-09-15T11:30", form="telefon", nonce="abcdefgh-2m")
    assert again.status_code == 409 and "står ikke længere" in again.text


def test_held_and_missed_and_put_right(desk: Desk, kim: Browser) -> None:
    assert kim.post("/meetings/old/mark", status="missed", nonce="abcdefgh-1k").status_code == 303
    assert of(desk, "old")["status"] == "missed"
    assert kim.post("/meetings/old/mark", status="held", nonce="abcdefgh-2k").status_code == 303
    assert of(desk, "old")["status"] == "held"
    assert notices(desk.engine, "c-2") == ["aftale_udeblevet", "aftale_afholdt"]
    assert kim.post("/meetings/old/mark", status="booked", nonce="abcdefgh-3k").status_code == 409
    early = kim.post("/meetings/cv/mark", status="missed", nonce="abcdefgh-4k")
    assert early.status_code == 409 and "ikke begyndt endnu" in early.text
    assert of(desk, "cv")["status"] == "booked"


SUMMONS = {
    "holder": "akasse", "kind": "raadighedssamtale", "number": "", "start": "2025-10-01T09:00", "minutes": "30",
    "form": "digital", "place": "", "nonce": "abcdefgh-s",
}  # fmt: skip


def test_somebody_is_summoned_and_told(desk: Desk, kim: Browser) -> None:
    assert kim.post("/people/c-1/summon", **SUMMONS).status_code == 303
    assert kim.post("/people/c-1/summon", **SUMMONS).status_code == 303
    made = [each for each in shown(desk.engine, "c-1")["appointments"] if each["kind"] == "raadighedssamtale"]
    assert len(made) == 1 and made[0]["start"].startswith("2025-10-01T09:00")
    assert notices(desk.engine, "c-1") == ["indkaldelse"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"start": "2025-09-04T09:59"}, 409),
        ({"start": "i morgen"}, 400),
        ({"start": "2025-10-01T09:00+02:00"}, 400),
        ({"minutes": "4"}, 409),
        ({"minutes": ""}, 409),
        ({"minutes": "-45"}, 400),
        ({"kind": "fest"}, 409),
        ({"holder": "staten"}, 409),
        ({"nonce": "x"}, 400),
    ],
)
def test_a_summons_that_cannot_be_used_changes_nothing(desk: Desk, kim: Browser, changed: dict, status: int) -> None:
    assert kim.post("/people/c-1/summon", **{**SUMMONS, **changed}).status_code == status
    assert len(shown(desk.engine, "c-1")["appointments"]) == 1 and notices(desk.engine, "c-1") == []


def test_times_are_published_in_a_row_and_taken_back(desk: Desk, kim: Browser) -> None:
    series = {
        "holder": "akasse", "caseworker": "bo", "start": "2025-09-22T09:00", "minutes": "30", "count": "3",
        "forms": ["digital", "telefon"], "place": "Lokal", "nonce": "abcdefgh-p",
    }  # fmt: skip
    for _ in range(2):
        assert kim.post("/slots", **series).status_code == 303
    with reading(desk.engine) as connection:
        made = connection.execute(select(slot).where(slot.c.caseworker == "bo").order_by(slot.c.start)).all()
    assert [(row.start.strftime("%H:%M"), row.forms) for row in made] == [
        ("07:00", "telefon,digital"), ("07:30", "telefon,digital"), ("08:00", "telefon,digital"),
    ]  # fmt: skip
    booked = desk.bookings.book("c-1", made[0].id, "telefon", "", "anden", None, "k", NOW)
    page = kim.get("/slots?first=2025-09-22").text
    assert "booket" in page and f'value="{made[1].id}"' in page and f'value="{made[0].id}"' not in page
    assert kim.post("/slots/withdraw", slot=[made[0].id, made[1].id], nonce="abcdefgh-w").status_code == 303
    with reading(desk.engine) as connection:
        left = connection.execute(select(slot.c.id).where(slot.c.caseworker == "bo", slot.c.withdrawn.is_(None)))
        assert {row.id for row in left} == {made[0].id, made[2].id}
    assert desk.bookings.appointment("c-1", booked.appointment.id).status == "booked"
    assert kim.post("/slots/withdraw", slot=["none"], nonce="abcdefgh-v").status_code == 404
    assert done_by(desk, "Kim")[-2:] == ["slots_publish", "slots_withdraw"] or "slots_publish" in done_by(desk, "Kim")
    for wrong in ({"count": "21"}, {"count": "0"}, {"forms": []}, {"start": "2025-09-01T09:00"}, {"minutes": "1"}):
        assert kim.post("/slots", **{**series, "nonce": "abcdefgh-q", **wrong}).status_code == 409, wrong


def test_whoever_held_a_time_that_is_taken_back_is_told(desk: Desk, kim: Browser) -> None:
    with writing(desk.engine) as connection:
        connection.execute(
            update(slot).where(slot.c.id == "s2").values(held_by="c-1", held_until=NOW + timedelta(minutes=30))
        )
    assert "holdes for en person" in kim.get("/slots").text
    kim.post("/slots/withdraw", slot=["s2"], nonce="abcdefgh-w")
    assert notices(desk.engine, "c-1") == ["tid_trukket"]


def test_people_are_found_by_name_telephone_and_id(engine: Engine, bookings: object) -> None:
    with writing(engine) as connection:
        for number, name in enumerate(("Åse Ærø", "Ole 100% Kaas", "Mette Dam")):
            connection.execute(tables.claimant.insert().values(id=f"x-{number}", name=name))

    def found(wanted: str) -> list[str]:
        with reading(engine) as connection:
            return [each.id for each in meetings.people(connection, wanted)]

    assert found("mette") == ["x-2", "c-1"] and found("holm mette") == ["c-1"] and found("METTE HOLM") == ["c-1"]
    assert found("åse") == ["x-0"] and found("ærø") == ["x-0"] and found("100%") == ["x-1"]
    assert found("20 12 34 56") == ["c-1"] and found("c-2") == ["c-2"]
    assert found("%") == ["x-1"] and found("_") == [] and found("' OR 1=1 --") == [] and found(" ") == []


def test_the_page_of_somebody_unknown_and_of_nobody(desk: Desk, kim: Browser) -> None:
    assert kim.get("/people/none").status_code == 404
    assert kim.post("/people/none/summon", **SUMMONS).status_code == 404
    assert kim.post("/meetings/none/cancel", nonce="abcdefgh-1c").status_code == 404
    assert "Ingen fundet" in kim.get("/people?q=findesikke").text
    assert "Mette Holm" in kim.get("/people?q=holm").text
    assert desk.browser(Role.REVIEWER).get("/people/c-1").status_code == 403
