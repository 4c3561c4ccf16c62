from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from forloeb.booking import tables
from forloeb.booking.cli import load_command
from forloeb.booking.loading import parse
from forloeb.booking.model import Status
from forloeb.booking.service import Bookings
from forloeb.booking.texts import text
from forloeb.db import reading
from tests.booking.test_booking_acts import book
from tests.booking.world import NOW, WORLD, at, notices, shown

CONTRACT = """claimants:
  - {id: c-1001, name: Mette Holm, benefit: dagpenge, unemployed_from: 2025-09-01, registered: 2025-09-01, first_contact: 2025-09-01,
     phone: "+4520123456", a_kasse: FAK, municipality: Rudersdal}
slots:        # the times that a holder has published
  - {holder: akasse, caseworker: kim, start: "2025-09-18T10:00", minutes: 45, forms: [personligt, telefon, digital], place: "Lokalafdelingen"}
appointments:
  - {claimant: c-1001, holder: akasse, kind: jobrettet_samtale, number: 2, start: "2025-09-18T10:00", minutes: 45, form: digital, status: booked}
deadlines:
  - {claimant: c-1001, holder: akasse, book_by: 2025-10-17}
"""
FAULTY = """claimants:
  - {id: c-9, name: A, benefit: dagpeng}
  - {id: c-9, name: B, registered: 2025-02-30}
  - {name: C, phone: "20123456", hobby: skak}
  - {name: "010190-1234"}
  - {id: "c 8", name: D}
slots:
  - {holder: kommune, start: "2025-09-18T10:00", minutes: 45, forms: [personligt]}
  - {holder: akasse, start: "2025-09-18", minutes: 1000, forms: []}
  - {holder: akasse, start: "2026-03-29T02:30", minutes: 45, forms: [telefon, telefon]}
  - {holder: akasse}
  - hej
appointments:
  - {claimant: c-404, holder: akasse, kind: jobrettet_samtale, number: 2, start: "2025-09-18T10:00", minutes: 45, form: digital, status: booked}
  - {claimant: c-1, holder: akasse, kind: raadighedssamtale, number: 2, start: "2025-09-18T10:00", minutes: 45, form: digital, status: booked}
  - {claimant: c-1, holder: akasse, kind: jobrettet_samtale, number: 7, start: "2025-09-18T10:00", minutes: 45, form: brev, status: maybe}
  - {claimant: c-1, holder: akasse, kind: jobrettet_samtale, number: 3, number: 4, start: "18/9 kl. 10", minutes: x, form: digital, status: booked}
deadlines:
  - {claimant: c-1, holder: akasse}
extras: []
"""


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.claimant, tables.slot, tables.appointment, tables.booking_deadline, tables.audit)
        }


def test_the_contracts_example_loads_and_shows(load: Any, engine: Engine) -> None:
    assert load(CONTRACT)[0] == 0
    told = shown(engine, "c-1001")
    assert list(told) == ["claimant", "appointments", "cancellations", "contacts", "cases"]
    source = yaml.safe_load(CONTRACT)
    written = dict(source["claimants"][0])
    assert told["claimant"] == {k: v if isinstance(v, str) else v.isoformat() for k, v in written.items()}
    (appointment,) = told["appointments"]
    assert appointment.pop("delivery") == "acknowledged" and appointment.pop("id").startswith("a-")
    assert appointment == source["appointments"][0]


def test_loading_twice_changes_nothing(load: Any, engine: Engine) -> None:
    load(CONTRACT)
    before, told = rows(engine), shown(engine, "c-1001")
    status, said = load(CONTRACT, NOW + timedelta(days=1))
    assert status == 0 and "0 nye, 0 ændrede" in said
    assert rows(engine) == before and shown(engine, "c-1001") == told


def test_every_fault_is_listed_with_its_line_and_nothing_changes(load: Any, engine: Engine) -> None:
    load(WORLD)
    before = rows(engine)
    status, said = load(FAULTY)
    assert status == 1
    lines = [int(line.split(":")[1]) for line in said.splitlines()[:-1]]
    assert lines == [2, 3, 4, 4, 5, 6, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 15, 16, 16, 16, 17, 17, 17, 19, 20]
    assert said.splitlines()[-1] == "25 fejl; intet er ændret"
    assert rows(engine) == before
    assert "010190" not in said


def test_an_unknown_claimant_is_a_fault_and_nothing_changes(load: Any, engine: Engine) -> None:
    status, said = load(
        CONTRACT.replace("claimant: c-1001, holder: akasse, book_by", "claimant: c-404, holder: akasse, book_by")
    )
    assert status == 1 and ":9: " in said and "c-404" in said
    assert set(rows(engine).values()) == {0}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("", 1),
        ("# kun en bemærkning\n", 1),
        ("- a\n", 1),
        ("claimants:\n  - {id: c-1, name: A}\n- b\n", 3),
        ("claimants:\n\t- {id: c}\n", 2),
        ("claimants: 3\n", 1),
        ("a: 1\n---\nb: 2\n", 3),
        ("claimants: [{id: [1], name: {a: b}}]\n", 1),
        pytest.param("claimants: " + "[" * 5000, 2, id="deep"),
    ],
)
def test_what_is_no_load_file_is_told_apart(load: Any, source: str, line: int) -> None:
    status, said = load(source)
    assert status == 1 and f":{line}: " in said


def test_unreadable_files(engine: Engine, tmp_path: Path) -> None:
    from io import StringIO

    out = StringIO()
    assert load_command(engine, tmp_path / "nope.yaml", NOW, out) == 1
    (tmp_path / "latin.yaml").write_bytes(b"claimants:\n  - {id: c-1, name: J\xf8rgen}\n")
    assert load_command(engine, tmp_path / "latin.yaml", NOW, out) == 1
    assert ":2: filen er ikke UTF-8" in out.getvalue()


@given(st.text(max_size=200))
def test_no_text_brings_the_reader_down(source: str) -> None:
    parsed = parse(source, NOW)
    assert all(str(fault) for fault in parsed.faults)


def test_ids_are_optional_everywhere(load: Any, engine: Engine) -> None:
    assert load('claimants: [{name: A, phone: "+4512345678"}]')[0] == 0
    assert load('claimants: [{name: A, phone: "+4512345678"}]')[1].strip().endswith("1 uændrede")
    status, said = load(
        'slots:\n - {holder: akasse, start: "2025-09-18T10:00", minutes: 45, forms: [telefon]}\n'
        ' - {holder: akasse, start: "2025-09-18T10:00", minutes: 45, forms: [telefon]}'
    )
    assert status == 1 and ":3: " in said


def test_a_persons_own_acts_survive_loading_the_same_file_again(bookings: Bookings, load: Any, engine: Engine) -> None:
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c", NOW)
    mine = book(bookings, "c-2", "s1").appointment
    before = (shown(engine, "c-1"), shown(engine, "c-2"))
    assert load(WORLD)[0] == 0
    assert (shown(engine, "c-1"), shown(engine, "c-2")) == before
    with pytest.raises(Exception, match="booked"):
        book(bookings, "c-1", "s1", "k2")
    assert mine.status is Status.BOOKED


def test_only_what_the_file_has_changed_is_changed(bookings: Bookings, load: Any, engine: Engine) -> None:
    bookings.cancel("c-1", "cv", "syg", "sygdom", "c", NOW)
    assert (
        load(WORLD.replace('start: "2025-09-12T09:00", minutes: 60', 'start: "2025-09-12T09:00", minutes: 50'))[0] == 0
    )
    assert bookings.appointment("c-1", "cv").status is Status.CANCELLED, "the file still says booked, as it did before"
    assert bookings.appointment("c-1", "cv").minutes == 50


def test_a_list_from_before_an_afbud_does_not_undo_it(bookings: Bookings, load: Any) -> None:
    mine = book(bookings).appointment
    bookings.cancel("c-1", mine.id, "syg", "sygdom", "c", NOW)
    row = (
        "appointments: [{claimant: c-1, holder: akasse, kind: jobrettet_samtale, number: 2,"
        ' start: "2025-09-08T10:00", minutes: 45, form: telefon, status: booked}]'
    )
    assert load(row)[0] == 0
    assert [each.id for each in bookings.appointments("c-1")] == [mine.id, "cv"]
    assert bookings.appointment("c-1", mine.id).status is Status.CANCELLED


def test_a_row_without_id_finds_the_meeting_that_was_booked_here(bookings: Bookings, load: Any) -> None:
    mine = book(bookings).appointment
    row = (
        "appointments: [{claimant: c-1, holder: akasse, kind: jobrettet_samtale, number: 2,"
        ' start: "2025-09-08T10:00", minutes: 45, form: telefon, status: held}]'
    )
    assert load(row, at("2025-09-08T11:00"))[0] == 0
    assert bookings.appointment("c-1", mine.id).status is Status.HELD
    assert len(bookings.appointments("c-1")) == 2


def test_a_holder_moves_and_cancels_by_file_and_the_person_is_told(
    bookings: Bookings, load: Any, engine: Engine
) -> None:
    assert notices(engine, "c-1") == [], "no news for somebody first heard of in the same file"
    load(WORLD.replace('start: "2025-09-12T09:00"', 'start: "2025-09-15T09:00"'))
    moved = bookings.appointment("c-1", "cv")
    assert moved.start == at("2025-09-15T09:00") and moved.sequence == 1
    assert notices(engine, "c-1") == ["aftale_flyttet"]
    load(WORLD.replace('start: "2025-09-12T09:00", minutes: 60, form: personligt, status: booked',
                       'start: "2025-09-15T09:00", minutes: 60, form: personligt, status: cancelled'))  # fmt: skip
    assert bookings.appointment("c-1", "cv").status is Status.CANCELLED
    assert notices(engine, "c-1") == ["aftale_aflyst"], "the unsent move is overtaken"
    load("deadlines: [{claimant: c-1, holder: jobcenter, book_by: 2025-12-01}]")
    load(
        'appointments: [{claimant: c-1, holder: akasse, kind: raadighedssamtale, start: "2026-02-16T09:00",'
        " minutes: 45, form: digital, status: booked}]"
    )
    assert notices(engine, "c-1")[1:] == ["ny_frist", "indkaldelse"] or set(notices(engine, "c-1")) == {
        "aftale_aflyst", "ny_frist", "indkaldelse",
    }  # fmt: skip


def test_a_booked_slot_cannot_be_taken_back_by_file(bookings: Bookings, load: Any, engine: Engine) -> None:
    book(bookings)
    before = rows(engine)
    for changed in ('start: "2025-09-08T11:00", minutes: 45, forms: [telefon]',
                    'start: "2025-09-08T10:00", minutes: 45, forms: [telefon], withdrawn: true'):  # fmt: skip
        status, said = load(f"slots:\n  - {{id: s1, holder: akasse, {changed}}}\n")
        assert status == 1 and ":2: " in said and "booket" in said
    assert rows(engine) == before


def test_somebody_elses_appointment_cannot_be_taken_over(bookings: Bookings, load: Any) -> None:
    status, said = load(
        'appointments:\n  - {id: cv, claimant: c-2, holder: akasse, kind: cv_samtale, start: "2025-09-12T09:00",'
        " minutes: 60, form: personligt, status: booked}"
    )
    assert status == 1 and "anden borgers" in said
    status, said = load("deadlines:\n  - {id: d, claimant: c-1, holder: akasse, book_by: 2025-12-01}\n")
    assert status == 0
    assert load("deadlines:\n  - {id: d, claimant: c-2, holder: akasse, book_by: 2025-12-01}\n")[0] == 1


def test_a_relative_day_is_a_working_day(load: Any, bookings: Bookings) -> None:
    source = (
        'claimants: [{id: c-7, name: A, registered: "-1d"}]\n'
        'appointments: [{claimant: c-7, holder: akasse, kind: anden, start: "+2d 10:00", minutes: 30, form: telefon, status: booked}]\n'
        'deadlines: [{claimant: c-7, holder: akasse, book_by: "+0d"}]'
    )
    friday = at("2025-12-19T10:00")
    load(source, friday)
    claimant = bookings.claimant("c-7")
    assert claimant is not None and claimant.registered == at("2025-12-18T00:00").date()
    assert bookings.appointments("c-7")[0].start == at("2025-12-23T10:00")
    assert bookings.deadlines("c-7")[0].book_by == friday.date()
    said = load(source, at("2025-12-20T10:00"))[1]
    assert bookings.appointments("c-7")[0].start == at("2025-12-23T10:00") and len(bookings.appointments("c-7")) == 1, (
        said
    )
    assert bookings.claimant("c-7") == claimant
    load(source, at("2025-12-29T10:00"))
    assert [each.start for each in bookings.appointments("c-7")] == [at("2025-12-23T10:00"), at("2025-12-31T10:00")]


@pytest.mark.parametrize("start", ["2025-10-26T02:30", "2025-10-26T02:30+01:00", "2025-10-26 02:30:00"])
def test_the_hour_that_comes_twice(load: Any, bookings: Bookings, start: str) -> None:
    load(
        f'appointments: [{{claimant: c-2, id: n, holder: akasse, kind: anden, start: "{start}", minutes: 90, form: telefon, status: booked}}]'
    )
    found = bookings.appointment("c-2", "n")
    assert found.start.utcoffset() == timedelta(hours=1 if "+01" in start else 2)
    assert (found.end.timestamp() - found.start.timestamp()) == 90 * 60


def test_the_demo_file_loads_and_lives_on_any_day(load: Any, bookings: Bookings) -> None:
    demo = (Path(__file__).parents[2] / "demo" / "demo.yaml").read_text(encoding="utf-8")
    for day in ("2025-09-04T10:00", "2025-12-24T23:00", "2026-11-22T04:00"):
        assert load(demo, at(day))[0] == 0
        for claimant in ("c-1001", "c-1002", "c-1003"):
            assert bookings.appointments(claimant, at(day), booked_only=True)
    assert {each.id for each in bookings.claimants_by_phone("+4520123456")} >= {"c-1001"}


def test_every_fault_has_its_danish_text() -> None:
    import re

    source = "".join(
        (Path(text.__code__.co_filename).parent / f"{name}.py").read_text()
        for name in ("fields", "loading", "importing", "cli")
    )
    codes = set(re.findall(r'(?:Bad\(|Fault\([^"\n]*|code = )"(\w+)"', source)) - {"field", "id"}
    assert len(codes) > 20
    known = yaml.safe_load((Path(text.__code__.co_filename).parent / "texts.yml").read_text())["fault"]
    assert codes <= set(known), codes - set(known)


def test_five_thousand_slots_load_in_seconds(load: Any) -> None:
    import time

    row = '  - {{holder: akasse, caseworker: k{n}, start: "2025-10-{d:02}T{h:02}:00", minutes: 30, forms: [telefon]}}\n'
    source = "slots:\n" + "".join(row.format(n=n % 125, d=1 + n // 125 % 10, h=8 + n // 1250) for n in range(5_000))
    started = time.monotonic()
    assert load(source)[0] == 0
    assert time.monotonic() - started < 30
