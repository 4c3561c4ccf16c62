from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from forloeb.booking.model import utc
from forloeb.booking.reminders import day_before, hour_before, is_quiet
from forloeb.booking.runner import tidy
from forloeb.booking.service import Bookings
from forloeb.booking.tables import notice
from forloeb.db import reading, writing
from forloeb.settings import ZONE
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, at, notices


@pytest.mark.parametrize(
    ("meeting", "day", "hour"),
    [
        ("2025-09-08T10:00", "2025-09-07T10:00", "2025-09-08T09:00"),
        ("2025-09-08T07:30", "2025-09-06T20:00", "2025-09-07T20:00"),  # both fall in the night
        ("2025-09-08T08:15", "2025-09-07T08:15", "2025-09-07T20:00"),
        ("2025-09-08T08:30", "2025-09-07T08:30", "2025-09-07T20:00"),
        ("2025-09-08T08:31", "2025-09-07T08:31", "2025-09-08T08:00"),
        ("2025-09-08T09:00", "2025-09-07T09:00", "2025-09-08T08:00"),
        ("2025-09-08T21:30", "2025-09-07T20:00", "2025-09-08T20:30"),
        ("2025-09-08T22:00", "2025-09-07T20:00", "2025-09-08T20:00"),
        # clocks go back on 26 October 2025 and forward on 29 March 2026: the clock on the wall counts
        ("2025-10-26T10:00", "2025-10-25T10:00", "2025-10-26T09:00"),
        ("2025-10-27T10:00", "2025-10-26T10:00", "2025-10-27T09:00"),
        ("2026-03-29T10:00", "2026-03-28T10:00", "2026-03-29T09:00"),
        ("2026-03-30T10:00", "2026-03-29T10:00", "2026-03-30T09:00"),
        ("2026-03-29T03:30", "2026-03-27T20:00", "2026-03-28T20:00"),
    ],
)
def test_when_a_reminder_is_due(meeting: str, day: str, hour: str) -> None:
    assert day_before(at(meeting)).astimezone(ZONE) == at(day)
    assert hour_before(at(meeting)).astimezone(ZONE) == at(hour)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)))
def test_no_reminder_is_due_at_night_or_too_late(local: datetime) -> None:
    start = utc(local.replace(tzinfo=ZONE))
    for due in (day_before(start), hour_before(start)):
        assert not is_quiet(due)
        assert due < start and start - due <= timedelta(hours=49)
    assert day_before(start) <= hour_before(start)


def test_each_once(bookings: Bookings, engine: Engine) -> None:
    book(bookings)
    steps = ["2025-09-07T09:59", "2025-09-07T10:00", "2025-09-07T10:01", "2025-09-08T08:59", "2025-09-08T09:00"]
    assert [bookings.due_reminders(at(step)) for step in steps] == [0, 1, 0, 0, 1]
    assert bookings.due_reminders(at("2025-09-08T09:30")) == 0
    assert notices(engine, "c-1") == ["paamindelse_dagen_foer", "paamindelse_time_foer"]


def test_none_for_what_was_agreed_just_now(bookings: Bookings) -> None:
    book(bookings, now=at("2025-09-07T11:00"))
    assert bookings.due_reminders(at("2025-09-07T12:00")) == 0
    assert bookings.due_reminders(at("2025-09-08T09:00")) == 1


def test_a_move_brings_new_ones_and_drops_the_old(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings).appointment
    assert bookings.due_reminders(at("2025-09-07T10:00")) == 1
    bookings.move("c-1", mine.id, "s2", "m", at("2025-09-07T11:00"))
    assert notices(engine, "c-1") == [], "unsent, and about a time that is no more"
    assert bookings.due_reminders(at("2025-09-08T09:30")) == 0
    assert bookings.due_reminders(at("2025-09-08T13:00")) == 1


def test_an_afbud_takes_them_along(bookings: Bookings, engine: Engine) -> None:
    assert bookings.due_reminders(at("2025-09-11T09:00")) == 1
    with reading(engine) as connection:
        news = connection.execute(select(notice)).one()
    told = bookings.notice(news.id, at("2025-09-11T09:01"))
    assert told is not None and not told.stale
    with writing(engine) as connection:
        connection.execute(update(notice).values(sent=at("2025-09-11T09:01")))
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c", at("2025-09-11T09:02"))
    told = bookings.notice(news.id, at("2025-09-11T09:03"))
    assert told is not None and told.stale, "sent to the queue, and overtaken there: nothing is said"
    assert bookings.due_reminders(at("2025-09-12T08:00")) == 0


def test_late_is_better_than_never_but_not_at_night_and_not_after(bookings: Bookings) -> None:
    book(bookings)
    assert bookings.due_reminders(at("2025-09-07T22:00")) == 0
    assert bookings.due_reminders(at("2025-09-08T07:59")) == 0
    assert bookings.due_reminders(at("2025-09-08T08:30")) == 0, "less than two hours left: the other one is near"
    assert bookings.due_reminders(at("2025-09-08T10:00")) == 0


def test_unsent_news_goes_when_its_time_has_gone(bookings: Bookings, engine: Engine) -> None:
    book(bookings)
    bookings.due_reminders(at("2025-09-07T10:00"))
    tidy(engine, at("2025-09-08T09:59"))
    assert len(notices(engine, "c-1")) == 1
    tidy(engine, at("2025-09-08T10:00"))
    assert notices(engine, "c-1") == []


def test_holds_that_have_run_out_are_tidied_away(bookings: Bookings, engine: Engine) -> None:
    from tests.booking.test_booking_acts import slot_row

    bookings.hold("s1", "c-1", NOW + timedelta(minutes=5), NOW)
    tidy(engine, NOW + timedelta(minutes=4))
    assert slot_row(engine, "s1").held_by == "c-1"
    tidy(engine, NOW + timedelta(minutes=5))
    assert slot_row(engine, "s1").held_by is None
