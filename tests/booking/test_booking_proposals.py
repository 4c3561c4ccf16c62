from __future__ import annotations

import time as clock
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.engine import Engine

from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.model import Form
from forloeb.booking.proposals import Proposals, Reason
from forloeb.booking.service import Bookings
from forloeb.booking.tables import slot
from forloeb.booking.wishes import Part, Wish, half_day_of, half_days
from forloeb.db import writing
from forloeb.settings import ZONE
from forloeb.workdays import is_workday
from tests.booking.test_booking_acts import book, slot_row
from tests.booking.world import NOW, at

ALL = "personligt,telefon,digital"


def publish(engine: Engine, *starts: str, holder: str = "jobcenter", forms: str = ALL, minutes: int = 45) -> None:
    rows = [
        {"id": f"p-{start}-{forms}", "holder": holder, "start": at(start), "minutes": minutes, "forms": forms}
        for start in starts
    ]
    with writing(engine) as connection:
        connection.execute(insert(slot), rows)


def propose(bookings: Bookings, wish: Wish = Wish(), number: int | None = 2, **more: Any) -> Proposals:  # noqa: B008
    given = {"claimant_id": "c-2", "holder": "jobcenter", "kind": "jobrettet_samtale", "now": NOW, **more}
    return bookings.propose(number=number, wish=wish, **given)


def starts(found: Proposals) -> list[str]:
    return [f"{each.start:%m-%dT%H:%M}" for each in found.slots]


@pytest.fixture
def month(bookings: Bookings, engine: Engine) -> Bookings:
    """Three weeks of jobcenter times, three each working day and one on a Saturday, besides the two of the world."""
    days = [date(2025, 9, 15) + timedelta(days=n) for n in range(21)]
    for day in days:
        if day.weekday() < 5:
            publish(engine, *(f"{day}T{hour}" for hour in ("09:00", "10:00", "14:00")))
    publish(engine, "2025-09-20T10:00")
    return bookings


def test_three_that_really_differ_soonest_first(month: Bookings) -> None:
    found = propose(month)
    assert starts(found) == ["09-08T10:30", "09-11T10:30", "09-15T09:00"]
    assert found.exact and found.reason is None and found.searched.id is None
    assert starts(propose(month, Wish(soonest=True), exclude=[each.id for each in found.slots])) == [
        "09-15T14:00", "09-16T09:00", "09-16T14:00",
    ]  # fmt: skip


def test_different_half_days_before_other_times_in_the_same(month: Bookings) -> None:
    monday = (at("2025-09-15T00:00"), at("2025-09-16T00:00"))
    assert starts(propose(month, Wish(intervals=(monday,)))) == ["09-15T09:00", "09-15T10:00", "09-15T14:00"]
    two_days = (monday[0], at("2025-09-17T00:00"))
    assert starts(propose(month, Wish(intervals=(two_days,)))) == ["09-15T09:00", "09-15T14:00", "09-16T09:00"]


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (Wish(parts=frozenset({Part.AFTERNOON})), ["09-15T14:00", "09-16T14:00", "09-17T14:00"]),
        (Wish(not_weekdays=frozenset({0})), ["09-11T10:30", "09-16T09:00", "09-16T14:00"]),
        (Wish(weekdays=frozenset({4})), ["09-19T09:00", "09-19T14:00", "09-26T09:00"]),
        (Wish(earliest=time(14)), ["09-15T14:00", "09-16T14:00", "09-17T14:00"]),
        (Wish(latest=time(9)), ["09-15T09:00", "09-16T09:00", "09-17T09:00"]),
        (Wish(done_by=time(10)), ["09-15T09:00", "09-16T09:00", "09-17T09:00"]),
        (Wish(earliest=time(14), latest=time(14)), ["09-15T14:00", "09-16T14:00", "09-17T14:00"]),
        (Wish(not_before=at("2025-09-30T00:00")), ["09-30T09:00", "09-30T14:00", "10-01T09:00"]),
        (Wish(not_after=at("2025-09-12T00:00")), ["09-08T10:30", "09-11T10:30"]),
        (
            Wish(intervals=((at("2025-09-22T00:00"), at("2025-09-29T00:00")),), parts=frozenset({Part.FORENOON})),
            ["09-22T09:00", "09-23T09:00", "09-24T09:00"],
        ),
        (
            Wish(excluded=((at("2025-09-08T00:00"), at("2025-09-15T09:30")),)),
            ["09-15T10:00", "09-15T14:00", "09-16T09:00"],
        ),
        (Wish(form=Form.PHONE, weekdays=frozenset({0, 3})), ["09-08T10:30", "09-11T10:30", "09-15T09:00"]),
        (Wish(parts=frozenset({Part.FORENOON, Part.AFTERNOON})), ["09-08T10:30", "09-11T10:30", "09-15T09:00"]),
    ],
)
def test_wishes_are_met(month: Bookings, wish: Wish, wanted: list[str]) -> None:
    found = propose(month, wish)
    assert (starts(found), found.exact) == (wanted, True)


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        # no evening: the same days at another time
        (Wish(parts=frozenset({Part.EVENING})), ["09-08T10:30", "09-11T10:30", "09-15T09:00"]),
        # nothing in week 41: the nearest before it
        (
            Wish(intervals=((at("2025-10-06T00:00"), at("2025-10-13T00:00")),)),
            ["10-02T14:00", "10-03T10:00", "10-03T14:00"],
        ),
        # nothing on 12 September: nearest on both sides, the forenoon kept in mind
        (
            Wish(intervals=((at("2025-09-12T00:00"), at("2025-09-13T00:00")),), parts=frozenset({Part.FORENOON})),
            ["09-11T10:30", "09-15T09:00", "09-16T09:00"],
        ),
        # Saturday is no working day: other days
        (Wish(weekdays=frozenset({5})), ["09-08T10:30", "09-11T10:30", "09-15T09:00"]),
        # what is ruled out stays ruled out
        (
            Wish(parts=frozenset({Part.EVENING}), not_weekdays=frozenset({0, 3})),
            ["09-16T09:00", "09-16T14:00", "09-17T09:00"],
        ),
    ],
)
def test_the_nearest_when_a_wish_cannot_be_met(month: Bookings, wish: Wish, wanted: list[str]) -> None:
    found = propose(month, wish)
    assert found.exact is False and found.reason is None
    assert all(slot.start.weekday() not in wish.not_weekdays for slot in found.slots)
    assert starts(found) == wanted
    assert found.searched.id and month.search(found.searched.id)["exact"] is False


def test_the_first_meeting_is_in_person(bookings: Bookings, engine: Engine) -> None:
    publish(engine, "2025-09-05T09:00", forms="telefon,digital")
    assert starts(propose(bookings, number=1)) == ["09-08T10:30", "09-11T10:30"]
    found = propose(bookings, Wish(form=Form.PHONE), number=1)
    assert starts(found) == ["09-08T10:30", "09-11T10:30"] and not found.exact


def test_another_form_is_an_alternative_only(bookings: Bookings, engine: Engine) -> None:
    publish(engine, "2025-09-05T09:00", forms="personligt")
    early = Wish(form=Form.DIGITAL, not_after=at("2025-09-06T00:00"))
    found = propose(bookings, early, limit=1)
    assert (starts(found), found.exact) == (["09-08T10:30"], False)


def test_within_the_window_and_the_deadline(month: Bookings, load: Any) -> None:
    assert starts(propose(month, window=(date(2025, 10, 2), date(2025, 10, 3)))) == [
        "10-02T09:00", "10-02T14:00", "10-03T09:00",
    ]  # fmt: skip
    load("deadlines: [{claimant: c-2, holder: jobcenter, book_by: 2025-09-11}]")
    assert starts(propose(month)) == ["09-08T10:30", "09-11T10:30"]
    assert propose(month).searched.deadline == "2025-09-11"


def test_nothing_in_the_deadline_is_proved(month: Bookings, load: Any) -> None:
    load("deadlines: [{claimant: c-2, holder: jobcenter, book_by: 2025-09-05}]")
    found = propose(month, Wish(parts=frozenset({Part.FORENOON})))
    assert (found.slots, found.exact, found.reason) == ((), False, Reason.DEADLINE)
    proof = month.search(found.searched.id or "")
    assert proof["deadline"] == "2025-09-05" and proof["free"] == 0 and proof["reason"] == "none_in_deadline"
    assert proof["start"] == "2025-09-04T10:00+02:00" and proof["end"] == "2025-09-06T00:00+02:00"
    assert proof["wish"] == {"parts": ["formiddag"]}


def test_nothing_in_the_window(month: Bookings) -> None:
    assert propose(month, window=(None, date(2025, 9, 5))).reason is Reason.WINDOW
    assert propose(month, window=(None, date(2025, 9, 1))).reason is Reason.WINDOW


def test_nothing_that_the_person_can(month: Bookings) -> None:
    everything = Wish(excluded=((NOW, at("2026-09-01T00:00")),))
    found = propose(month, everything)
    assert (found.slots, found.reason) == ((), Reason.WISH) and found.searched.free > 40
    assert propose(month, Wish(not_weekdays=frozenset(range(7)))).reason is Reason.WISH
    shown: list[str] = []
    for _ in range(20):
        found = propose(month, exclude=shown)
        shown += [each.id for each in found.slots]
        assert len(shown) == len(set(shown))
    assert len(shown) == 2 + 3 * 15 and found.reason is Reason.WISH, "every time has been shown, once"


def test_a_deadline_gone_by_does_not_bound(month: Bookings, load: Any) -> None:
    load("deadlines: [{claimant: c-2, holder: jobcenter, book_by: 2025-09-03}]")
    assert len(propose(month).slots) == 3


def test_no_collision_with_ones_own(month: Bookings) -> None:
    book(month, "c-2", "s1", "k")
    assert starts(propose(month)) == ["09-11T10:30", "09-15T09:00", "09-15T14:00"]
    mine = month.appointments("c-2", NOW)[0]
    assert starts(propose(month, moving=mine.id))[0] == "09-08T10:30"


def test_held_by_another_is_not_free_and_held_by_me_is(month: Bookings, engine: Engine) -> None:
    until = NOW + timedelta(minutes=5)
    month.hold("j1", "c-1", until, NOW)
    found = propose(month, hold_until=until)
    assert starts(found) == ["09-11T10:30", "09-15T09:00", "09-15T14:00"]
    assert {slot_row(engine, each.id).held_by for each in found.slots} == {"c-2"}
    again = propose(month, Wish(weekdays=frozenset({4})), hold_until=until)
    assert slot_row(engine, "j2").held_by is None and slot_row(engine, again.slots[0].id).held_by == "c-2"
    assert starts(propose(month, now=until))[0] == "09-08T10:30"


def test_holidays_and_weekends_are_out(bookings: Bookings, engine: Engine) -> None:
    # Christmas Eve is a working day in law; 25 and 26 December are not; 27 and 28 are a weekend
    publish(engine, *(f"2025-12-{day}T10:00" for day in (24, 25, 26, 27, 28, 29)))
    found = propose(bookings, Wish(), window=(date(2025, 12, 20), None))
    assert starts(found) == ["12-24T10:00", "12-29T10:00"]


def test_summoned_meetings_are_not_proposed(bookings: Bookings) -> None:
    for kind in ("cv_samtale", "raadighedssamtale"):
        with pytest.raises(Refused) as refused:
            propose(bookings, kind=kind)
        assert refused.value.code == "summoned_not_booked"
    with pytest.raises(NotFound):
        propose(bookings, claimant_id="nobody")


@pytest.mark.parametrize("sunday", ["2025-10-26", "2026-03-29"])
def test_the_clock_on_the_wall_counts_on_both_sundays(sunday: str) -> None:
    before, after = date.fromisoformat(sunday) - timedelta(days=2), date.fromisoformat(sunday) + timedelta(days=1)
    wish = Wish(parts=frozenset({Part.AFTERNOON}))
    start, end = (datetime.combine(day, time(0), ZONE) for day in (before, after + timedelta(days=1)))
    spans = half_days(wish, start, end, lambda _day: True)
    assert [(f"{a.astimezone(ZONE):%d %H}", f"{b.astimezone(ZONE):%H}") for a, b in spans] == [
        (f"{before + timedelta(days=n):%d} 12", "18") for n in range(4)
    ]
    whole = half_days(Wish(), start, end, lambda _day: True)
    assert sum((b - a for a, b in whole), timedelta()) == end.astimezone() - start.astimezone()


@st.composite
def wishes(draw: Any) -> Wish:
    moments = st.datetimes(datetime(2025, 9, 1), datetime(2025, 10, 20)).map(lambda each: each.replace(tzinfo=ZONE))
    spans = st.tuples(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=9))).map(
        lambda each: (each[0], (each[0].astimezone() + each[1]).astimezone(ZONE))
    )
    clocks = st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0))
    return Wish(
        parts=draw(st.frozensets(st.sampled_from(Part), max_size=2)),
        weekdays=draw(st.frozensets(st.integers(0, 6), max_size=3)),
        not_weekdays=draw(st.frozensets(st.integers(0, 6), max_size=2)),
        not_before=draw(st.none() | moments),
        not_after=draw(st.none() | moments),
        intervals=tuple(draw(st.lists(spans, max_size=2))),
        excluded=tuple(draw(st.lists(spans, max_size=2))),
        earliest=draw(clocks),
        latest=draw(clocks),
        done_by=draw(clocks),
        form=draw(st.none() | st.sampled_from(Form)),
    )


def _meets(wish: Wish, start: datetime, minutes: int, forms: tuple[Form, ...]) -> bool:
    """The wish, said again as plainly as can be."""
    from forloeb.booking.wishes import HOURS

    local, end = start.astimezone(ZONE), (start.astimezone() + timedelta(minutes=minutes)).astimezone(ZONE)
    hours = [HOURS[part] for part in wish.parts]
    return all(
        (
            not hours or any(first <= local.hour < last for first, last in hours),
            not wish.weekdays or local.weekday() in wish.weekdays,
            local.weekday() not in wish.not_weekdays,
            wish.not_before is None or start >= wish.not_before,
            wish.not_after is None or start < wish.not_after,
            not wish.intervals or any(a <= start < b for a, b in wish.intervals),
            not any(a < end and start < b for a, b in wish.excluded if a < b),
            wish.earliest is None or local.time() >= wish.earliest,
            wish.latest is None or local.time() <= wish.latest,
            wish.done_by is None or (end.time() <= wish.done_by and end.date() == local.date()),
            wish.form is None or wish.form in forms,
        )
    )


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bookings, list[Any]]:
    """Odd times on many days, for the property below."""
    from forloeb import db
    from forloeb.booking import tables
    from tests.booking.world import booking_settings

    url = f"sqlite:///{tmp_path_factory.mktemp('market') / 'forloeb.db'}"
    db.migrate(url)
    engine = db.connect(url)
    start, rows = at("2025-09-05T06:10"), []
    for n in range(220):
        start = start.astimezone() + timedelta(minutes=(n * 137) % 480)
        forms = (ALL, "telefon", "personligt,digital")[n % 3]
        rows.append({"id": f"m{n}", "holder": "akasse", "start": start, "minutes": 20 + n % 5 * 20, "forms": forms})
    with writing(engine) as connection:
        connection.execute(insert(tables.claimant).values(id="c"))
        connection.execute(insert(slot), rows)
    return Bookings(engine, booking_settings()), rows


@settings(max_examples=60, deadline=None)
@given(wishes())
def test_exact_means_exact_and_nothing_that_fits_is_overlooked(market: Any, wish: Wish) -> None:
    bookings, rows = market
    found = bookings.propose("c", "akasse", "anden", None, wish, NOW, window=(None, date(2025, 10, 15)))
    fitting = {
        row["start"]
        for row in rows
        if is_workday(row["start"].astimezone(ZONE).date())
        and row["start"].astimezone(ZONE).date() <= date(2025, 10, 15)
        and _meets(wish, row["start"], row["minutes"], tuple(Form(each) for each in row["forms"].split(",")))
    }
    got = {each.start for each in found.slots}
    assert found.exact == bool(fitting)
    assert len(got) == len(found.slots)
    if fitting:
        assert got <= fitting and len(got) == min(3, len(fitting)) and min(got) == min(fitting)
        half = {half_day_of(each) for each in fitting}
        assert len({half_day_of(each) for each in got}) == min(3, len(half))
    for each in found.slots:
        assert is_workday(each.start.date()) and each.start.weekday() not in wish.not_weekdays
        assert not any(a < each.end and each.start < b for a, b in wish.excluded if a < b)


def fill(engine: Engine, count: int) -> None:
    """Slots of one holder over 120 working days, as a region has them: all but a few taken."""
    first, days = date(2025, 9, 5), []
    while len(days) < 120:
        if is_workday(first):
            days.append(first)
        first += timedelta(days=1)
    rows = []
    for n in range(count):
        day = days[n % 120]
        start = datetime.combine(day, time(8 + n // 120 % 8, 15 * (n // 960 % 4)), ZONE)
        taken = None if n % 50 == 0 else f"x{n}"
        rows.append(
            {"id": f"f{n}", "holder": "akasse", "start": start, "minutes": 45, "forms": ALL, "booked_by": taken}
        )
        if len(rows) == 20_000 or n == count - 1:
            with writing(engine) as connection:
                connection.execute(insert(slot), rows)
            rows = []


def _quick(bookings: Bookings, most: float) -> None:
    wanted = [
        Wish(),
        Wish(parts=frozenset({Part.EVENING})),
        Wish(weekdays=frozenset({2}), earliest=time(14)),
        Wish(form=Form.DIGITAL, intervals=((at("2025-11-03T00:00"), at("2025-11-10T00:00")),)),
        Wish(excluded=((NOW, at("2027-01-01T00:00")),)),
    ]
    for wish in wanted:
        started = clock.process_time()
        bookings.propose("c-1", "akasse", "jobrettet_samtale", 2, wish, NOW, window=(None, date(2026, 3, 1)))
        assert clock.process_time() - started < most, wish


def test_quick_among_many_slots(bookings: Bookings, engine: Engine) -> None:
    fill(engine, 20_000)
    _quick(bookings, 0.5)


@pytest.mark.slow
def test_quick_among_a_million_slots(bookings: Bookings, engine: Engine) -> None:
    fill(engine, 1_000_000)
    _quick(bookings, 0.5)
