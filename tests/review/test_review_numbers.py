"""The numbers against a small world counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking.service import Bookings
from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.inbox import Times
from forloeb.review import numbers
from forloeb.review.follower import Follower
from forloeb.review.numbers import Share
from forloeb.review.roles import Role
from tests.booking.world import NOW, at
from tests.review import tracker
from tests.review.harness import Desk, times


def test_a_small_world_counted_by_hand(engine: Engine, bookings: Bookings) -> None:
    tracker.make(engine)
    with writing(engine) as connection:
        web, sms = inbox.create(connection, "web", times()), inbox.create(connection, "sms", times())
        for number, (where, moment) in enumerate(
            ((web, "2025-09-04T00:30"), (web, "2025-09-04T10:15"), (sms, "2025-09-04T10:45"), (sms, "2025-09-05T23:59"))
        ):
            inbox.put(connection, where, f"p{number}", Times(times().real, at(moment)), text="hej")
        for place, message, intent, sure in (
            (web, "a", "cv_frist", 0.9), (web, "b", "nlu_fallback", 0.2), (sms, "c", "cv_frist", 0.4), (sms, "d", "tal_med_medarbejder", 0.9),
        ):  # fmt: skip
            tracker.turn(connection, place, message * 32, intent, sure, at=at("2025-09-04T10:00").timestamp())
        for place, score in ((web, 2), (sms, 5)):
            connection.execute(insert(rating).values(conversation_id=place, score=score, at=NOW))
    Follower(engine, engine).step()
    first = bookings.open_case("c-1", "wants_human", {}, "h1", NOW)
    bookings.open_case("c-2", "wants_human", {}, "h2", NOW + timedelta(minutes=10))
    bookings.acknowledge(first.id, "Kim", NOW + timedelta(minutes=30))
    late = bookings.book("c-1", "s1", "telefon", "", "anden", None, "b1", NOW)
    bookings.cancel("c-1", late.appointment.id, "nej", "andet", "x1", NOW)
    judged = bookings.book("c-1", "s2", "telefon", "", "anden", None, "b2", NOW)
    taken = bookings.cancel("c-1", judged.appointment.id, "nej", "andet", "x2", NOW)
    bookings.acknowledge(taken.case_id or "", "Kim", NOW + timedelta(minutes=50))
    with reading(engine) as connection:
        found = numbers.count(connection, date(2025, 9, 1), date(2025, 9, 30), at("2025-09-20T10:00"))
        day = numbers.count(connection, date(2025, 9, 5), date(2025, 9, 5), at("2025-09-20T10:00"))
    assert found.channels == [("sms", 2), ("web", 2)] and day.channels == [("sms", 1)]
    assert found.hours[0] == 1 and found.hours[10] == 2 and found.hours[23] == 1 and sum(found.hours) == 4
    assert {name: sum(each) for name, each in found.by_hour.items()} == {"sms": 2, "web": 2}
    assert (found.by_hour["web"][0], found.by_hour["web"][10], found.by_hour["sms"][10]) == (1, 1, 1)
    assert found.topics == [("cv_frist", 2), ("nlu_fallback", 1), ("tal_med_medarbejder", 1)]
    assert (found.fallback, found.unsure, found.handover) == (Share(1, 4), Share(1, 4), Share(1, 2))
    assert found.cases == Share(2, 4) and found.acknowledge_minutes == 40
    assert found.oldest_minutes == 16 * 24 * 60
    assert found.afbud_in_time == Share(1, 2)  # the one that nobody acknowledged counts against us
    assert found.held == Share(1, 1)
    assert found.ratings == [0, 1, 0, 0, 1] and sum(day.ratings) == 0
    assert day.fallback.percent is None


# person, intent, when; two conversations of c-1 are one person
GOLDEN = """
c-1 cv_frist    2025-09-02T10:00
c-1 cv_frist    2025-09-02T10:20
c-1 joblog      2025-09-02T10:21
c-1 cv_frist    2025-09-08T10:00 again
c-2 cv_frist    2025-09-02T10:00
c-2 cv_frist    2025-09-02T11:00
c-2 cv_frist    2025-09-09T11:00
c-2 formaal     2025-09-02T11:00
c-2 formaal     2025-09-09T11:00:01
-   moedepligt  2025-09-03T08:00
-   moedepligt  2025-09-03T09:00:01
-   hilsen      2025-09-03T08:00
-   hilsen      2025-09-04T08:00
-   vis_aftaler 2025-09-03T08:00
-   vis_aftaler 2025-09-04T08:00
-   nlu_fallback 2025-09-03T08:00
-   nlu_fallback 2025-09-04T08:00
c-1 offers      2025-09-30T23:00
c-1 offers      2025-10-02T10:00
c-1 faciliteter 2025-08-30T10:00
c-1 faciliteter 2025-09-03T10:00
c-1 min_plan    2025-10-01T10:00
c-1 min_plan    2025-10-03T10:00
"""
# asked in September: cv_frist (back), joblog, offers (back after the month's end) and faciliteter (once in it) of c-1,
# cv_frist (an hour later is the same sitting; a week to the second is back) and formaal (a second too late) of c-2,
# moedepligt (an hour and a second: back) of a visitor. min_plan is October's.
SEPTEMBER = Share(4, 7)


def test_the_same_person_back_with_the_same_question(engine: Engine, bookings: Bookings) -> None:
    tracker.make(engine)
    where: dict[str, str] = {}
    with writing(engine) as connection:
        for number, line in enumerate(GOLDEN.split("\n")[1:-1]):
            who, intent, moment, *again = line.split()
            place = who + "".join(again)
            if place not in where:
                where[place] = inbox.create(connection, "web", times(), None if who == "-" else who)
            tracker.turn(connection, where[place], f"{number:032}", intent, 0.9, at=at(moment).timestamp())
    Follower(engine, engine).step()
    with reading(engine) as connection:
        month = numbers.count(connection, date(2025, 9, 1), date(2025, 9, 30), at("2025-10-20T10:00"))
        empty = numbers.count(connection, date(2025, 7, 1), date(2025, 7, 30), at("2025-10-20T10:00"))
    assert month.back == SEPTEMBER and empty.back == Share(0, 0)


def test_every_number_is_on_the_page_and_in_the_file(desk: Desk) -> None:
    where, log = desk.conversation(None, "hej"), db.connect(desk.settings.tracker_url)
    tracker.make(log)
    with writing(log) as connection:
        tracker.turn(connection, where, "a" * 32, at=NOW.timestamp())
    Follower(desk.engine, log).step()
    reader = desk.browser(Role.READER)
    page, csv = reader.get("/numbers").text, reader.get("/numbers.csv").text
    for name, title in (
        ("cases", "kvitteret"), ("acknowledge_minutes", "Tid til kvittering"), ("afbud_in_time", "Afbud kvitteret før"),
        ("held", "Møder holdt"), ("handover", "et menneske kom til"), ("fallback", "ikke blev forstået"),
        ("unsure", "usikker"), ("back", "igen inden for en uge"), ("rating", "Vurderinger"), ("messages_by_hour", "Time"),
        ("messages", "Kanaler"), ("topic", "Emner"),
    ):  # fmt: skip
        assert title in page and f"\n{name};" in csv, name


@pytest.mark.parametrize("path", ["/numbers.csv"])
def test_the_file_is_streamed(shared_desk: Desk, path: str) -> None:
    answer = shared_desk.browser(Role.READER).get(path, stream=True)
    assert answer.headers.get("Transfer-Encoding") == "chunked" and "Content-Length" not in answer.headers


def test_the_page_and_the_file(shared_desk: Desk) -> None:
    reader = shared_desk.browser(Role.READER)
    page = reader.get("/numbers?first=2025-09-01&last=2025-09-30")
    assert page.status_code == 200 and "ingen endnu" in page.text
    csv = reader.get("/numbers.csv?first=2025-09-01&last=2025-09-30")
    assert csv.text.splitlines()[0] == "tal;for;værdi;ud af" and "afbud_in_time;;0;0" in csv.text
    assert reader.get("/numbers?first=2025-09-30&last=2025-09-01").status_code == 400
    assert reader.get("/numbers?first=x").status_code == 400
