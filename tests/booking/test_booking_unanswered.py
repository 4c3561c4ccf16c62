"""An afbud that was spoken of and never confirmed has news due, once, until it is settled."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb.booking.service import Bookings
from forloeb.booking.tables import notice
from forloeb.booking.unanswered import WAIT
from forloeb.db import reading
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, at, notices

KIND = "afbud_ubesvaret"


def due(engine: Engine) -> list[tuple[str, datetime]]:
    with reading(engine) as connection:
        query = select(notice.c.appointment_id, notice.c.not_before).where(notice.c.kind == KIND)
        return [(row.appointment_id, row.not_before) for row in connection.execute(query)]


def test_it_is_due_after_the_wait_and_put_off_while_the_person_writes(bookings: Bookings, engine: Engine) -> None:
    bookings.afbud_unanswered("c-1", ["cv"], "jeg kan ikke komme", NOW)
    assert due(engine) == [("cv", NOW + WAIT)]
    later = NOW + timedelta(minutes=4)
    bookings.afbud_unanswered("c-1", ["cv"], "øh", later)
    assert due(engine) == [("cv", later + WAIT)]


def test_of_several_the_next_one_and_half_way_to_it_where_it_is_near(bookings: Bookings, engine: Engine) -> None:
    near = book(bookings, slot_id="s4").appointment.id
    bookings.afbud_unanswered("c-1", ["cv", near], "jeg er syg", at("2025-09-04T10:30"))
    assert due(engine) == [(near, at("2025-09-04T10:35"))]


def test_settled_it_is_due_no_more(bookings: Bookings, engine: Engine) -> None:
    bookings.afbud_unanswered("c-1", ["cv"], "x", NOW)
    bookings.afbud_settled("c-1", ["cv"])
    assert due(engine) == []


def test_an_afbud_that_is_given_takes_it_along(bookings: Bookings, engine: Engine) -> None:
    bookings.afbud_unanswered("c-1", ["cv"], "x", NOW)
    bookings.cancel("c-1", "cv", "jeg er syg", "sygdom", "k", NOW)
    assert due(engine) == []


def test_nobody_elses_meeting_and_none_that_is_gone(bookings: Bookings, engine: Engine) -> None:
    bookings.afbud_unanswered("c-2", ["cv", "old"], "x", NOW)
    assert due(engine) == [] and notices(engine, "c-2") == []
    bookings.afbud_unanswered("c-1", ["cv"], "x", NOW)
    bookings.afbud_settled("c-2", ["cv"])
    assert due(engine) == [("cv", NOW + WAIT)]


def test_it_says_nothing_once_the_meeting_has_begun(bookings: Bookings, engine: Engine) -> None:
    bookings.afbud_unanswered("c-1", ["cv"], "x", NOW)
    with reading(engine) as connection:
        identifier = connection.execute(select(notice.c.id).where(notice.c.kind == KIND)).scalar_one()
    told, late = bookings.notice(identifier, NOW + WAIT), bookings.notice(identifier, at("2025-09-12T09:00"))
    assert told is not None and not told.stale and told.values["words"] == "x"
    assert late is not None and late.stale
