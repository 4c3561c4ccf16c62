"""What waits, in what order, and what staff do about it reaching the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb.booking.errors import Refused, SlotTaken
from forloeb.booking.model import CaseState, DeliveryState, NoticeKind, Status, Verdict
from forloeb.booking.service import Bookings
from forloeb.booking.tables import audit, notice
from forloeb.db import reading
from forloeb.review import cases, queue
from forloeb.review.cases import Search
from forloeb.review.roles import Role
from tests.booking.world import NOW
from tests.review.harness import Desk

LATER = NOW + timedelta(minutes=30)


def afbud(bookings: Bookings, ground: str = "andet", slot: str = "s1", key: str = "k") -> str:
    made = bookings.book("c-1", slot, "telefon", "CV", "jobrettet_samtale", 2, f"{key}:book", NOW)
    taken = bookings.cancel("c-1", made.appointment.id, "mit barn er sygt", ground, f"{key}:afbud", NOW, warned=True)
    assert taken.case_id
    return taken.case_id


def load(engine: Engine) -> queue.Queue:
    with reading(engine) as connection:
        return queue.load(connection)


def kinds(engine: Engine) -> dict[str, list[str]]:
    return {name: [each.case.kind.value for each in rows] for name, rows in load(engine).sections.items() if rows}


def notices(engine: Engine, claimant: str = "c-1") -> list[str]:
    with reading(engine) as connection:
        query = select(notice.c.kind).where(notice.c.claimant_id == claimant).order_by(notice.c.created, notice.c.id)
        return [row.kind for row in connection.execute(query)]


def test_everything_stands_in_its_section_and_the_soonest_meeting_first(engine: Engine, bookings: Bookings) -> None:
    late, soon = afbud(bookings, slot="s2", key="a"), afbud(bookings, slot="s1", key="b")
    bookings.open_case("c-2", "wants_human", {"words": "ring til mig", "conversation": "x"}, "h", NOW)
    bookings.open_case("c-2", "no_free_time", {"holder": "jobcenter"}, "n", NOW)
    bookings.missed("c-2", "old", "jeg var syg", "m", NOW)
    bookings.open_case(None, "crisis", {"words": "…"}, "c", NOW)
    found = load(engine)
    assert [each.case.id for each in found.sections["afbud"]] == [soon, late]
    assert found.sections["afbud"][0].person.name == "Mette Holm"
    assert kinds(engine) == {
        "urgent": ["crisis"],
        "afbud": ["judgement", "judgement"],
        "human": ["wants_human"],
        "missed": ["missed"],
        "no_time": ["no_free_time"],
    }
    assert found.count == 6


def test_an_acknowledged_ground_still_waits_to_be_judged(engine: Engine, bookings: Bookings) -> None:
    case = afbud(bookings)
    cases.acknowledge(bookings, case, "Kim", LATER)
    assert kinds(engine) == {"judge": ["judgement"]}
    cases.judge(bookings, case, "not_lawful", "ringet, intet svar", "Kim", LATER)
    assert kinds(engine) == {}
    taken = bookings.cancellations("c-1")[0]
    assert (taken.assessed, taken.assessed_by, taken.delivery) == (
        Verdict.NOT_LAWFUL,
        "Kim",
        DeliveryState.ACKNOWLEDGED,
    )
    assert sorted(notices(engine)) == sorted([NoticeKind.AFBUD_RECEIVED, NoticeKind.AFBUD_JUDGED])
    opened = cases.load(bookings, case, "Kim", LATER)
    assert [note.text for note in opened.notes] == ["ringet, intet svar"]


def test_acknowledging_the_alarm_takes_the_afbud_with_it(engine: Engine, bookings: Bookings) -> None:
    made = bookings.book("c-1", "s4", "telefon", "", "anden", None, "b", NOW)
    bookings.cancel("c-1", made.appointment.id, "nej", "andet", "a", NOW)
    assert kinds(engine)["urgent"] == ["alarm", "alarm"]  # the booking itself was near, too
    for waiting in load(engine).sections["urgent"]:
        cases.acknowledge(bookings, waiting.case.id, "Kim", NOW)
    assert kinds(engine) == {"judge": ["judgement"]}


def test_a_case_about_no_afbud_is_not_judged(bookings: Bookings) -> None:
    case = bookings.open_case("c-2", "wants_human", {}, "h", NOW)
    with pytest.raises(Refused):
        cases.judge(bookings, case.id, "lawful", "", "Kim", NOW)
    judged = afbud(bookings)
    with pytest.raises(Refused):
        cases.judge(bookings, judged, "måske", "", "Kim", NOW)
    assert bookings.case(judged).state is CaseState.OPEN


def test_a_time_is_found_and_booked_for_the_person_once(engine: Engine, bookings: Bookings) -> None:
    case = bookings.open_case(
        "c-1", "no_free_time", {"holder": "akasse", "kind": "jobrettet_samtale", "number": 2}, "n", NOW
    )
    opened = cases.load(bookings, case.id, "Kim", NOW)
    search = cases.search_for(opened)
    assert search == Search("akasse", "jobrettet_samtale", 2)
    times = cases.propose(bookings, "c-1", search, NOW)
    assert "s1" in [slot.id for slot in times.slots]
    for _ in range(2):
        made = cases.book(bookings, case.id, "s1", "telefon", search, "nonce-1", "Kim", NOW)
    assert made.appointment.status is Status.BOOKED
    assert notices(engine).count(NoticeKind.NEW_APPOINTMENT) == 1
    assert bookings.case(case.id).acknowledged_by == "Kim"
    with pytest.raises(SlotTaken):
        cases.book(bookings, bookings.open_case("c-2", "no_free_time", {}, "n2", NOW).id, "s1", "telefon", Search("akasse", "anden", None), "nonce-2", "Kim", NOW)  # fmt: skip
    with reading(engine) as connection:
        lines = [(row.who, row.what) for row in connection.execute(select(audit).order_by(audit.c.id))]
    assert lines.count(("staff:Kim", "book_for")) == 1 and ("staff:Kim", "view_case") in lines


def test_a_summoned_meeting_is_not_booked_here(bookings: Bookings) -> None:
    taken = bookings.cancel("c-1", "cv", "ferie", "privat", "a", NOW, warned=True)
    opened = cases.load(bookings, taken.case_id or "", "Kim", NOW)
    assert not cases.search_for(opened).booked_here


def test_the_pages_from_queue_to_judgement_in_two_clicks(desk: Desk) -> None:
    case = afbud(desk.bookings)
    desk.bookings.open_case("c-2", "wants_human", {"words": "<script>alert(1)</script>"}, "h", NOW)
    kim = desk.browser(Role.CASEWORKER)
    first = kim.get("/")
    assert "Mette Holm" in first.text and "mit barn er sygt" in first.text and "om 3 dage" in first.text
    assert "<script>alert" not in first.text and "&lt;script&gt;" in first.text
    page = kim.get(f"/cases/{case}")
    assert page.status_code == 200 and "Advaret om følgen" in page.text and "+4520123456" in page.text
    judged = kim.post(f"/cases/{case}/judge", follow=True, verdict="lawful", note="")
    assert "Vurderingen er gemt" in judged.text and "vurderet af Kim" in judged.text
    assert kim.post(f"/cases/{case}/judge", verdict="x").status_code == 409
    assert "Mette Holm" not in kim.get("/").text


def test_the_page_finds_times_and_books(desk: Desk) -> None:
    case = desk.bookings.open_case("c-1", "no_free_time", {"holder": "akasse"}, "n", NOW)
    kim = desk.browser(Role.CASEWORKER)
    page = kim.get(f"/cases/{case.id}")
    assert page.text.count('name="slot"') >= 2
    searched = kim.get(f"/cases/{case.id}?holder=akasse&kind=anden&number=&first=2025-09-09&last=2025-09-09&form=")
    assert 'value="s2"' in searched.text and 'value="s1"' not in searched.text
    for query in (
        "holder=x&kind=y",
        "holder=akasse&kind=anden&first=9999",
        "holder=akasse&kind=anden&number=99999999999999999",
    ):
        assert kim.get(f"/cases/{case.id}?{query}").status_code in (400, 409)
    fields = {"slot": "s2", "form": "telefon", "holder": "akasse", "kind": "anden", "number": "", "nonce": "abcdefgh-1"}
    assert "Tiden er booket" in kim.post(f"/cases/{case.id}/book", follow=True, **fields).text
    assert "Tiden er booket" in kim.post(f"/cases/{case.id}/book", follow=True, **fields).text
    fields |= {"nonce": "abcdefgh-2"}
    taken = kim.post(f"/cases/{case.id}/book", **fields)
    assert taken.status_code == 409 and "En anden nåede at tage tiden" in taken.text
    assert kim.post(f"/cases/{case.id}/acknowledge", **{"from": "queue"}).headers["Location"] == "/?done=acknowledged"
    assert kim.post(f"/cases/{case.id}/note", follow=True, text="ringet").text.count("ringet") == 1
