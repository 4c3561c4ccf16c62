from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from forloeb.booking.errors import NotFound, Refused, SlotTaken, SlotWithdrawn
from forloeb.booking.model import Act, DeliveryState, Form, Status
from forloeb.booking.service import Bookings
from forloeb.booking.tables import act, appointment, audit, delivery, slot
from forloeb.db import reading
from tests.booking.world import NOW, at, shown


def book(bookings: Bookings, claimant: str = "c-1", slot_id: str = "s1", key: str = "k", **more: Any) -> Act:
    given = {"form": "telefon", "about": "CV", "kind": "jobrettet_samtale", "number": 2, "now": NOW, **more}
    return bookings.book(claimant, slot_id, key=key, **given)


def slot_row(engine: Engine, slot_id: str) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(slot).where(slot.c.id == slot_id)).one()


def count(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def code(refused: Any) -> str:
    return refused.value.code


def test_a_booking_is_there_with_its_delivery_and_its_trail(bookings: Bookings, engine: Engine) -> None:
    made = book(bookings)
    assert made.appointment.status is Status.BOOKED
    assert made.appointment.start == at("2025-09-08T10:00")
    assert made.appointment.place == "Lokal" and made.appointment.caseworker == "kim"
    assert made.appointment.delivery is DeliveryState.REGISTERED
    assert len(made.receipt) == 11 and not made.call_now and not made.replayed
    assert slot_row(engine, "s1").booked_by == made.appointment.id
    with reading(engine) as connection:
        entry = connection.execute(select(delivery)).one()
        trail = connection.execute(select(audit).where(audit.c.what == "booking")).one()
    assert entry.receipt == made.receipt and entry.payload["appointment"]["start"] == "2025-09-08T10:00+02:00"
    assert (trail.who, trail.ref) == ("claimant:c-1", made.appointment.id)


def test_the_same_key_thrice_acts_once(bookings: Bookings, engine: Engine) -> None:
    first, second, third = (book(bookings) for _ in range(3))
    assert second.replayed and third.replayed
    assert first.receipt == second.receipt == third.receipt
    assert first.appointment == second.appointment == third.appointment
    assert (count(engine, act), count(engine, delivery)) == (1, 1)
    moved = [bookings.move("c-1", first.appointment.id, "s2", "m", NOW) for _ in range(3)]
    assert len({each.receipt for each in moved}) == 1 and moved[2].appointment.sequence == 1
    assert moved[0].replaced == moved[2].replaced
    changed = [bookings.change_form("c-1", first.appointment.id, "personligt", "f", NOW) for _ in range(3)]
    assert len({each.receipt for each in changed}) == 1
    gone = [bookings.cancel("c-1", first.appointment.id, "barn syg", "andet", "c", NOW) for _ in range(3)]
    assert len({(each.receipt, each.cancellation.id, each.case_id) for each in gone}) == 1
    told = [bookings.missed("c-1", None, "jeg sov", "x", NOW) for _ in range(3)]
    assert len({each.id for each in told}) == 1
    cases = [bookings.open_case("c-1", "wants_human", {}, "h", NOW) for _ in range(3)]
    assert len({each.id for each in cases}) == 1
    assert (count(engine, act), count(engine, delivery)) == (6, 6)


def test_a_key_that_has_done_something_else_is_refused(bookings: Bookings) -> None:
    book(bookings)
    with pytest.raises(Refused) as refused:
        book(bookings, "c-2", "j1")
    assert code(refused) == "key_conflict"
    with pytest.raises(Refused) as refused:
        bookings.open_case("c-1", "wants_human", {}, "k", NOW)
    assert code(refused) == "key_conflict"


def test_a_taken_slot_is_taken(bookings: Bookings) -> None:
    book(bookings)
    with pytest.raises(SlotTaken):
        book(bookings, "c-2", "s1", "k2", number=2)


def test_a_held_slot_is_its_holders_until_the_hold_runs_out(bookings: Bookings, engine: Engine) -> None:
    bookings.hold("s1", "c-2", NOW + timedelta(minutes=5), NOW)
    with pytest.raises(SlotTaken):
        bookings.hold("s1", "c-1", NOW + timedelta(minutes=5), NOW)
    with pytest.raises(SlotTaken):
        book(bookings, key="k1")
    bookings.hold("s1", "c-2", NOW + timedelta(minutes=9), NOW)
    with pytest.raises(SlotTaken):
        book(bookings, key="k1", now=NOW + timedelta(minutes=8))
    made = book(bookings, key="k1", now=NOW + timedelta(minutes=9))
    assert slot_row(engine, "s1").booked_by == made.appointment.id and slot_row(engine, "s1").held_by is None


def test_release_ends_ones_own_hold_only(bookings: Bookings) -> None:
    bookings.hold("s1", "c-2", NOW + timedelta(minutes=5), NOW)
    bookings.release("c-1", "s1")
    with pytest.raises(SlotTaken):
        book(bookings)
    bookings.release("c-2", "s1")
    assert book(bookings).appointment.slot_id == "s1"


def test_what_is_refused(bookings: Bookings, engine: Engine) -> None:
    for wanted, more in (
        ("first_meeting_in_person", {"number": 1}),
        ("form_not_offered", {"slot_id": "s2", "form": "digital"}),
        ("summoned_not_booked", {"kind": "cv_samtale", "form": "personligt", "number": None}),
        ("summoned_not_booked", {"kind": "raadighedssamtale", "number": None}),
        ("wrong_number", {"number": 7}),
        ("wrong_number", {"kind": "anden", "number": 2}),
        ("bad_value", {"form": "brev"}),
        ("bad_value", {"kind": "kaffe"}),
        ("slot_past", {"now": at("2025-09-08T10:00")}),
    ):
        with pytest.raises(Refused) as refused:
            book(bookings, **more)
        assert code(refused) == wanted, more
    with pytest.raises(NotFound):
        book(bookings, slot_id="nope")
    with pytest.raises(NotFound):
        book(bookings, claimant="nobody")
    assert count(engine, act) == 0 and count(engine, delivery) == 0


def test_the_first_meeting_in_person_can_be_booked(bookings: Bookings) -> None:
    assert book(bookings, "c-2", "j1", number=1, form="personligt").appointment.form is Form.IN_PERSON


def test_no_two_meetings_at_once_and_no_meeting_twice(bookings: Bookings) -> None:
    book(bookings)
    with pytest.raises(Refused) as refused:
        book(bookings, slot_id="j1", key="k2", number=3)
    assert code(refused) == "collides"
    with pytest.raises(Refused) as refused:
        book(bookings, slot_id="s3", key="k3", number=2)
    assert code(refused) == "already_booked"


def test_a_move_frees_the_old_time_in_the_same_moment(bookings: Bookings, engine: Engine) -> None:
    made = book(bookings)
    moved = bookings.move("c-1", made.appointment.id, "s3", "m", NOW)
    assert moved.appointment.id == made.appointment.id
    assert moved.appointment.start == at("2025-09-10T10:00") and moved.appointment.sequence == 1
    assert moved.replaced is not None and moved.replaced["start"] == "2025-09-08T10:00+02:00"
    assert moved.appointment.delivery is DeliveryState.REGISTERED
    assert slot_row(engine, "s1").booked_by is None and slot_row(engine, "s3").booked_by == made.appointment.id
    assert book(bookings, "c-2", "s1", "k2").appointment.slot_id == "s1"


def test_a_move_that_cannot_be_leaves_everything_as_it_was(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings).appointment
    book(bookings, "c-2", "s2", "k2")
    before = shown(engine, "c-1")
    with pytest.raises(SlotTaken):
        bookings.move("c-1", mine.id, "s2", "m", NOW)
    for wanted, slot_id, form in (("wrong_holder", "j2", None), ("form_not_offered", "s3", "digital")):
        with pytest.raises(Refused) as refused:
            bookings.move("c-1", mine.id, slot_id, "m", NOW, form)
        assert code(refused) == wanted
    with pytest.raises(Refused) as refused:
        bookings.move("c-1", "cv", "s3", "m", NOW)
    assert code(refused) == "summoned_not_booked"
    assert shown(engine, "c-1") == before and slot_row(engine, "s1").booked_by == mine.id


def test_a_moved_meeting_may_overlap_its_own_old_time(bookings: Bookings, load: Any) -> None:
    load('slots: [{id: s1b, holder: akasse, start: "2025-09-08T10:15", minutes: 45, forms: [telefon]}]')
    mine = book(bookings).appointment
    assert bookings.move("c-1", mine.id, "s1b", "m", NOW).appointment.slot_id == "s1b"


def test_the_form_can_be_chosen_after_the_first_meeting(bookings: Bookings) -> None:
    mine = book(bookings).appointment
    changed = bookings.change_form("c-1", mine.id, "digital", "f", NOW)
    assert changed.appointment.form is Form.DIGITAL and changed.replaced == {
        "start": "2025-09-08T10:00+02:00",
        "minutes": 45,
        "form": "telefon",
        "place": "Lokal",
    }
    with pytest.raises(Refused) as refused:
        bookings.change_form("c-1", "cv", "telefon", "f2", NOW)
    assert code(refused) == "first_meeting_in_person"
    moved = bookings.move("c-1", mine.id, "s2", "m", NOW, "telefon").appointment
    with pytest.raises(Refused) as refused:
        bookings.change_form("c-1", moved.id, "digital", "f3", NOW)
    assert code(refused) == "form_not_offered"


def test_the_akasse_is_wished_for_and_notes_are_attached(bookings: Bookings) -> None:
    mine = book(bookings, slot_id="j1").appointment
    assert mine.akasse_wanted is None
    assert bookings.wish_akasse("c-1", mine.id, True, "w", NOW).appointment.akasse_wanted is True
    assert (
        bookings.attach_notes("c-1", mine.id, "Drømmejob: gartner", "n", NOW).appointment.notes == "Drømmejob: gartner"
    )
    with pytest.raises(Refused) as refused:
        bookings.wish_akasse("c-1", "cv", True, "w2", NOW)
    assert code(refused) == "wrong_holder"


def test_a_withdrawn_slot_is_refused(bookings: Bookings, load: Any) -> None:
    bookings.hold("s1", "c-1", NOW + timedelta(minutes=5), NOW)
    source = (
        'slots: [{id: s1, holder: akasse, start: "2025-09-08T10:00", minutes: 45, forms: [telefon], withdrawn: true}]'
    )
    assert load(source)[0] == 0
    with pytest.raises(SlotWithdrawn):
        book(bookings)


def test_somebody_elses_things_look_like_nothing(bookings: Bookings, engine: Engine) -> None:
    theirs = book(bookings, "c-2", "j1", number=2).appointment
    gone = bookings.cancel("c-2", book(bookings, "c-2", "s2", "k2", number=3).appointment.id, "x", "sygdom", "c", NOW)
    before = shown(engine, "c-2")
    for attempt in (
        lambda: bookings.appointment("c-1", theirs.id),
        lambda: bookings.move("c-1", theirs.id, "j2", "a", NOW),
        lambda: bookings.change_form("c-1", theirs.id, "digital", "b", NOW),
        lambda: bookings.wish_akasse("c-1", theirs.id, True, "c1", NOW),
        lambda: bookings.attach_notes("c-1", theirs.id, "x", "d", NOW),
        lambda: bookings.cancel("c-1", theirs.id, "x", "sygdom", "e", NOW),
        lambda: bookings.missed("c-1", theirs.id, "x", "f", NOW),
        lambda: bookings.open_case("c-1", "late", {"appointment": theirs.id}, "g", NOW),
        lambda: bookings.open_case(None, "late", {"appointment": theirs.id}, "h", NOW),
        lambda: bookings.no_new_time("c-1", gone.cancellation.id, "gave_up", NOW),
        lambda: bookings.propose("c-1", "akasse", "anden", None, _wish(), NOW, moving=theirs.id),
    ):
        with pytest.raises(NotFound) as missing:
            attempt()
        assert missing.value.message == NotFound().message
    assert shown(engine, "c-2") == before
    assert shown(engine, "c-1")["cases"] == []


def _wish() -> Any:
    from forloeb.booking.wishes import Wish

    return Wish()


def test_own_words_are_bounded_and_hold_no_cpr(bookings: Bookings) -> None:
    mine = book(bookings, about="Mit cpr er 010190-1234\x00 og 0101901234" + "x" * 5000).appointment
    assert mine.about is not None and len(mine.about) == 2000
    assert "1234" not in mine.about and "\x00" not in mine.about


def test_appointments_from_now_on(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings).appointment
    assert [each.id for each in bookings.appointments("c-1", mine.start)] == [mine.id, "cv"]
    assert [each.id for each in bookings.appointments("c-1", mine.end)] == ["cv"]
    assert [each.id for each in bookings.appointments("c-2")] == ["old"]
    assert bookings.appointments("c-2", booked_only=True) == ()
    assert bookings.appointment_by_token(mine.calendar_token) == mine
    assert bookings.appointment_by_token("guess") is None
    assert [each.id for each in bookings.claimants_by_phone("+4520123457")] == ["c-2"]
    assert bookings.claimant("nobody") is None
    assert count(engine, appointment) == 3
