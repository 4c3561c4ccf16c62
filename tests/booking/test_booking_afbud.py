from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from forloeb.booking.cli import cases_ack, cases_list
from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.model import CaseKind, CaseState, DeliveryState, Ground, Status
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from forloeb.booking.tables import delivery, notice
from forloeb.db import reading, writing
from tests.booking.test_booking_acts import book, code, slot_row
from tests.booking.world import NOW, at, booking_settings, notices, shown


def deliver(bookings: Bookings) -> int:
    return Sender(bookings.engine, booking_settings(), lambda: NOW)._to_staff()


def cancel(bookings: Bookings, appointment_id: str = "cv", ground: str = "sygdom", **more: Any) -> Any:
    given = {"key": "c", "now": NOW, **more}
    return bookings.cancel("c-1", appointment_id, "jeg kan ikke", ground, **given)


def test_an_afbud_keeps_the_words_and_judges_nothing(bookings: Bookings, engine: Engine) -> None:
    taken = cancel(bookings)
    assert taken.appointment.status is Status.CANCELLED and taken.cancellation.ground is Ground.ILLNESS
    assert taken.case_id is None and not taken.call_now
    assert shown(engine, "c-1")["cancellations"] == [
        {
            "appointment": "cv",
            "words": "jeg kan ikke",
            "ground": "sygdom",
            "assessed": None,
            "assessed_by": None,
            "new_appointment": None,
            "delivery": "registered",
        }
    ]


def test_the_slot_is_free_at_once(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings).appointment
    cancel(bookings, mine.id)
    assert slot_row(engine, "s1").booked_by is None
    assert book(bookings, "c-2", "s1", "k2").appointment.slot_id == "s1"


@pytest.mark.parametrize(("ground", "judged"), [("sygdom", 0), ("jobsamtale", 0), ("privat", 1), ("andet", 1)])
def test_a_ground_that_must_be_judged_opens_one_case(bookings: Bookings, ground: str, judged: int) -> None:
    taken = cancel(bookings, ground=ground, warned=bool(judged))
    cases = bookings.cases("c-1")
    assert [each.kind for each in cases] == [CaseKind.JUDGEMENT] * judged
    assert deliver(bookings) == 1
    (case,) = bookings.cases("c-1")
    assert case.kind is (CaseKind.JUDGEMENT if judged else CaseKind.AFBUD)
    assert case.receipt == taken.receipt and case.delivery is DeliveryState.DELIVERED
    assert case.facts["warned"] is bool(judged) and case.facts["words"] == "jeg kan ikke"
    assert bookings.cancellations("c-1")[0].delivery is DeliveryState.DELIVERED


def test_an_afbud_twice_and_an_afbud_too_late(bookings: Bookings) -> None:
    with pytest.raises(Refused) as refused:
        cancel(bookings, now=at("2025-09-12T09:00"))
    assert code(refused) == "appointment_past"
    cancel(bookings)
    with pytest.raises(Refused) as refused:
        cancel(bookings, key="c2")
    assert code(refused) == "not_booked"
    with pytest.raises(Refused) as refused:
        cancel(bookings, key="c3", ground="kedsomhed")
    assert code(refused) == "bad_value"


def test_what_is_booked_next_is_the_afbuds_new_time(bookings: Bookings, engine: Engine) -> None:
    mine = book(bookings).appointment
    cancel(bookings, mine.id)
    other = book(bookings, slot_id="j1", key="k2", number=4).appointment
    assert bookings.cancellations("c-1")[0].new_appointment is None, "another holder's meeting is not the new time"
    new = book(bookings, slot_id="s2", key="k3").appointment
    assert other.id != new.id
    assert shown(engine, "c-1")["cancellations"][0]["new_appointment"] == new.id


def test_of_two_afbud_the_one_named_gets_the_new_time(bookings: Bookings) -> None:
    plain = {"number": None, "kind": "anden"}
    first = book(bookings, **plain).appointment
    second = book(bookings, slot_id="s2", key="k2", **plain).appointment
    older = cancel(bookings, first.id).cancellation
    newer = cancel(bookings, second.id, key="c2", now=NOW + timedelta(minutes=1)).cancellation
    new = book(bookings, slot_id="s3", key="k3", after=older.id, **plain).appointment
    linked = {each.id: each.new_appointment for each in bookings.cancellations("c-1")}
    assert linked == {older.id: new.id, newer.id: None}


def test_anothers_afbud_is_never_linked(bookings: Bookings) -> None:
    mine = cancel(bookings, book(bookings).appointment.id).cancellation
    book(bookings, "c-2", "s2", "k2", after=mine.id)
    assert bookings.cancellations("c-1")[0].new_appointment is None


def test_an_afbud_without_a_new_time_reaches_staff_once(bookings: Bookings) -> None:
    taken = cancel(bookings)
    later = NOW + timedelta(hours=25)
    assert bookings.afbud_left_without_time(NOW + timedelta(hours=23)) == 0
    assert bookings.afbud_left_without_time(later) == 1
    assert bookings.afbud_left_without_time(later) == 0
    assert bookings.no_new_time("c-1", taken.cancellation.id, "gave_up", later) is None
    assert [each.kind for each in bookings.cases("c-1")] == [CaseKind.NO_NEW_TIME]


def test_the_dialogue_can_say_so_before(bookings: Bookings) -> None:
    taken = cancel(bookings)
    case_id = bookings.no_new_time("c-1", taken.cancellation.id, "none_fits", NOW)
    assert case_id and bookings.case(case_id).facts["why"] == "none_fits"
    assert bookings.afbud_left_without_time(NOW + timedelta(days=3)) == 0


def test_judging_is_a_named_persons_act(bookings: Bookings, engine: Engine) -> None:
    taken = cancel(bookings, ground="andet")
    with pytest.raises(Refused):
        bookings.assess(taken.cancellation.id, "lawful", " ", NOW)
    with pytest.raises(Refused):
        bookings.assess(taken.cancellation.id, "maybe", "Kim", NOW)
    with pytest.raises(NotFound):
        bookings.assess("nope", "lawful", "Kim", NOW)
    for _ in range(2):
        judged = bookings.assess(taken.cancellation.id, "lawful", "Kim", NOW)
    assert (judged.assessed, judged.assessed_by) == ("lawful", "Kim")
    assert notices(engine, "c-1") == ["afbud_vurderet"]


def test_acknowledged_only_when_a_named_person_says_so(bookings: Bookings, engine: Engine) -> None:
    from io import StringIO

    mine = book(bookings).appointment
    assert notices(engine, "c-1") == []
    deliver(bookings)
    assert shown(engine, "c-1")["appointments"][0]["delivery"] == "delivered" and notices(engine, "c-1") == []
    (case,) = bookings.cases("c-1")
    assert (case.kind, case.state) == (CaseKind.BOOKING, CaseState.OPEN)
    out = StringIO()
    assert cases_list(engine, out) == 0 and case.id in out.getvalue()
    assert cases_ack(engine, "s-nope", "Kim", NOW, out) == 1
    assert cases_ack(engine, case.id, "  ", NOW, out) == 1
    assert cases_ack(engine, case.id, "Kim", NOW, out) == 0
    assert cases_ack(engine, case.id, "Lone", NOW, out) == 0
    assert bookings.appointment("c-1", mine.id).acknowledged_by == "Kim"
    assert bookings.case(case.id).acknowledged_by == "Kim"
    assert notices(engine, "c-1") == ["booking_modtaget"]
    with reading(engine) as connection:
        news = connection.execute(select(notice)).one()
    told = bookings.notice(news.id, NOW)
    assert told is not None and told.values["by"] == "Kim" and not told.stale
    assert told.appointment is not None and told.appointment.id == mine.id
    out = StringIO()
    cases_list(engine, out)
    assert case.id not in out.getvalue()


def test_the_newest_act_decides_what_is_known(bookings: Bookings) -> None:
    mine = book(bookings).appointment
    deliver(bookings)
    bookings.acknowledge(bookings.cases("c-1")[0].id, "Kim", NOW)
    assert bookings.appointment("c-1", mine.id).delivery is DeliveryState.ACKNOWLEDGED
    bookings.move("c-1", mine.id, "s3", "m", NOW)
    assert bookings.appointment("c-1", mine.id).delivery is DeliveryState.REGISTERED
    bookings.attach_notes("c-1", mine.id, "x", "n", NOW)
    deliver(bookings)
    assert bookings.appointment("c-1", mine.id).delivery is DeliveryState.DELIVERED


def test_a_holder_knows_what_it_has_entered_itself(bookings: Bookings) -> None:
    assert bookings.appointment("c-1", "cv").delivery is DeliveryState.ACKNOWLEDGED


def test_a_missed_meeting_is_a_contact_with_its_time_and_a_case(bookings: Bookings, engine: Engine) -> None:
    told = bookings.missed("c-2", "old", "jeg sov over mig", "x", NOW)
    assert told.at == NOW and told.case_id and told.delivery is DeliveryState.REGISTERED
    assert shown(engine, "c-2")["contacts"] == [{"at": "2025-09-04T10:00+02:00", "about": "missed"}]
    deliver(bookings)
    (case,) = bookings.cases("c-2")
    assert case.id == told.case_id and case.facts["appointment"] == "old"
    bookings.acknowledge(case.id, "Kim", NOW)
    assert bookings.contacts("c-2")[0].acknowledged_by == "Kim"
    assert notices(engine, "c-2") == ["besked_modtaget"]


def test_a_missed_meeting_may_be_told_of_as_something_else(bookings: Bookings) -> None:
    told = bookings.missed("c-2", "old", "I har skrevet at jeg ikke kom", "x", NOW, about="wrongly_recorded")
    assert bookings.case(told.case_id or "").kind is CaseKind.WRONGLY_RECORDED


def test_a_case_of_an_unknown_visitor(bookings: Bookings) -> None:
    case = bookings.open_case(None, "wants_human", {"words": "ring til mig 010190-1234", "n": 1}, "h", NOW)
    assert case.claimant_id is None and "010190" not in case.facts["words"]
    deliver(bookings)
    assert bookings.acknowledge(case.id, "Kim", NOW).state is CaseState.ACKNOWLEDGED


def test_an_alarm_an_hour_before_once(bookings: Bookings, engine: Engine) -> None:
    book(bookings)
    early, late = at("2025-09-08T08:59"), at("2025-09-08T09:00")
    assert bookings.alarm_due(early) == 0
    assert bookings.alarm_due(late) == 1 and bookings.alarm_due(late) == 0
    (case,) = bookings.cases("c-1")
    assert case.kind is CaseKind.ALARM and case.facts["start"] == "2025-09-08T10:00+02:00"
    assert notices(engine, "c-1") == ["ring_selv"]
    bookings.acknowledge(case.id, "Kim", late)
    assert bookings.appointments("c-1")[0].delivery is DeliveryState.ACKNOWLEDGED


def test_no_alarm_for_what_is_acknowledged_or_overtaken(bookings: Bookings) -> None:
    mine = book(bookings).appointment
    deliver(bookings)
    bookings.acknowledge(bookings.cases("c-1")[0].id, "Kim", NOW)
    bookings.move("c-1", mine.id, "s2", "m", NOW)
    bookings.move("c-1", mine.id, "s3", "m2", NOW)
    assert bookings.alarm_due(at("2025-09-08T09:30")) == 0, "overtaken: the second move is what must be known"
    assert bookings.alarm_due(at("2025-09-09T12:30")) == 1


def test_a_meeting_that_is_near_alarms_at_once(bookings: Bookings, engine: Engine) -> None:
    made = book(bookings, slot_id="s4")
    assert made.call_now and book(bookings, slot_id="s4").call_now
    assert [each.kind for each in bookings.cases("c-1")] == [CaseKind.ALARM]
    assert notices(engine, "c-1") == ["ring_selv"]
    assert bookings.alarm_due(NOW) == 0


def test_an_afbud_an_hour_before_alarms_for_the_meeting_that_is_off(bookings: Bookings) -> None:
    taken = cancel(bookings, now=at("2025-09-12T08:00"))
    assert taken.call_now
    assert [each.kind for each in bookings.cases("c-1")] == [CaseKind.ALARM]


def test_nobody_is_told_modtaget_early(bookings: Bookings, engine: Engine) -> None:
    """Every state that a claimant is told of is there in the store, in order, and none is skipped."""
    mine = book(bookings).appointment
    cancel(bookings, mine.id)
    seen = [shown(engine, "c-1")["cancellations"][0]["delivery"]]
    deliver(bookings)
    seen.append(shown(engine, "c-1")["cancellations"][0]["delivery"])
    with writing(engine) as connection:
        connection.execute(update(delivery).values(attempts=0))
    for case in bookings.cases("c-1"):
        bookings.acknowledge(case.id, "Kim", NOW)
    seen.append(shown(engine, "c-1")["cancellations"][0]["delivery"])
    assert seen == ["registered", "delivered", "acknowledged"]
    assert sorted(notices(engine, "c-1")) == ["afbud_modtaget", "booking_modtaget"]
