from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from icalendar import Calendar

from forloeb.booking.holder import HolderSide
from forloeb.booking.ics import calendar_link, ics
from forloeb.booking.model import Appointment
from forloeb.booking.service import Bookings
from forloeb.settings import ZONE
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, at, booking_settings

SETTINGS = booking_settings(public_url="https://forloeb.example")


def event(found: Appointment):  # type: ignore[no-untyped-def]
    calendar = Calendar.from_ical(ics(found, SETTINGS))
    (one,) = calendar.walk("VEVENT")
    return calendar, one


def test_the_entry(bookings: Bookings) -> None:
    mine = book(bookings, about="mit hemmelige ønske").appointment
    calendar, entry = event(mine)
    assert (calendar["METHOD"], calendar["VERSION"], entry["STATUS"], entry["SEQUENCE"]) == (
        "PUBLISH",
        "2.0",
        "CONFIRMED",
        0,
    )
    assert entry["UID"] == f"{mine.id}@forloeb.example"
    assert entry["SUMMARY"] == "Samtale med a-kassen" and entry["LOCATION"] == "Telefon, Lokal"
    assert entry.decoded("DTSTART") == at("2025-09-08T10:00") and entry.decoded("DTEND") == at("2025-09-08T10:45")
    text = ics(mine, SETTINGS).decode()
    assert "DTSTART;TZID=Europe/Copenhagen:20250908T100000" in text and "hemmelige" not in text
    assert text.count("BEGIN:VTIMEZONE") == 1 and all(line.endswith("\r") for line in text.split("\n")[:-1])


def test_a_move_updates_the_old_entry_and_an_afbud_takes_it_away(bookings: Bookings) -> None:
    mine = book(bookings).appointment
    moved = bookings.move("c-1", mine.id, "s3", "m", NOW + timedelta(minutes=1)).appointment
    _, first = event(mine)
    _, second = event(moved)
    assert first["UID"] == second["UID"] and second["SEQUENCE"] == 1
    assert second.decoded("DTSTAMP") > first.decoded("DTSTAMP")
    gone = bookings.cancel("c-1", mine.id, "syg", "sygdom", "c", NOW + timedelta(minutes=2)).appointment
    calendar, third = event(gone)
    assert (calendar["METHOD"], third["STATUS"]) == ("CANCEL", "CANCELLED")
    assert third["UID"] == first["UID"] and third["SEQUENCE"] > second["SEQUENCE"]
    assert third["SUMMARY"].startswith("AFLYST")


@pytest.mark.parametrize(
    ("start", "minutes", "offsets"),
    [
        ("2025-10-26T01:30", 120, (2, 1)),  # the night the clocks go back
        ("2026-03-29T01:30", 60, (1, 2)),  # the night they go forward
        ("2025-10-27T10:00", 45, (1, 1)),
    ],
)
def test_both_sundays(bookings: Bookings, start: str, minutes: int, offsets: tuple[int, int]) -> None:
    holder = HolderSide(bookings.engine, SETTINGS)
    found = holder.summon("c-2", "akasse", "anden", at(start), minutes, "digital", "h", NOW).appointment
    calendar, entry = event(found)
    begins, ends = entry.decoded("DTSTART"), entry.decoded("DTEND")
    assert ends.timestamp() - begins.timestamp() == minutes * 60
    assert (begins.astimezone(ZONE).utcoffset(), ends.astimezone(ZONE).utcoffset()) == tuple(
        timedelta(hours=each) for each in offsets
    )
    # the zone's own rules say the same as ours
    (zone,) = calendar.walk("VTIMEZONE")
    rules = zone.to_tz()
    naive = begins.replace(tzinfo=None)
    assert rules.utcoffset(naive) == begins.utcoffset()
    for moment in (datetime(2025, 7, 1, 12, tzinfo=timezone.utc), datetime(2025, 12, 1, 12, tzinfo=timezone.utc)):
        assert moment.astimezone(rules).utcoffset() == moment.astimezone(ZONE).utcoffset()


def test_the_link_cannot_be_guessed(bookings: Bookings) -> None:
    one, other = book(bookings).appointment, book(bookings, slot_id="s2", key="k2", number=3).appointment
    assert calendar_link(one, SETTINGS) == f"https://forloeb.example/kalender/{one.calendar_token}.ics"
    assert one.calendar_token != other.calendar_token and len(one.calendar_token) >= 32
    assert one.calendar_token not in repr(one)
