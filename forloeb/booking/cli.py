"""`forloeb load`, `show` and `cases`, without the argument parsing. Each returns the exit status."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from forloeb.booking import rows, tables
from forloeb.booking.errors import BookingError, NotFound
from forloeb.booking.importing import Faulty, Importer
from forloeb.booking.loading import SECTIONS, Fault, parse
from forloeb.booking.model import Appointment, Case, CaseState, Claimant, DeliveryState
from forloeb.booking.notices import stamp
from forloeb.booking.staff import acknowledge_case
from forloeb.booking.texts import text
from forloeb.db import reading, writing
from forloeb.settings import ZONE


def load_command(engine: Engine, path: str | Path, now: datetime, out: TextIO) -> int:
    """Validate the whole file, then write it; with any fault, print every fault and change nothing."""
    try:
        source = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        return _faulty(path, [Fault(1, "unreadable", {"reason": error.strerror or type(error).__name__})], out)
    except UnicodeDecodeError as error:
        line = Path(path).read_bytes()[: error.start].count(b"\n") + 1
        return _faulty(path, [Fault(line, "not_utf8")], out)
    parsed = parse(source, now)
    if parsed.faults:
        return _faulty(path, parsed.faults, out)
    try:
        with writing(engine) as connection:
            tally = Importer(connection, parsed.items, now).write()
    except Faulty as faulty:
        return _faulty(path, faulty.faults, out)
    for section in SECTIONS:
        counts = {"new": tally.new[section], "changed": tally.changed[section], "same": tally.same[section]}
        if any(counts.values()):
            print(text("load.done", section=text(f"section.{section}"), **counts), file=out)
    return 0


def show_command(engine: Engine, claimant_id: str, as_json: bool, out: TextIO) -> int:
    """Print what is stored of a claimant."""
    with reading(engine) as connection:
        row = connection.execute(select(tables.claimant).where(tables.claimant.c.id == claimant_id)).one_or_none()
        if row is None:
            print(text("show.unknown", id=claimant_id), file=out)
            return 1
        told = everything(connection, rows.claimant(row))
        deadlines = connection.execute(
            select(tables.booking_deadline)
            .where(tables.booking_deadline.c.claimant_id == claimant_id)
            .order_by(tables.booking_deadline.c.book_by)
        ).all()
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2), file=out)
    else:
        _show(told, [{"holder": each.holder, "book_by": each.book_by} for each in deadlines], out)
    return 0


def everything(connection: Connection, claimant: Claimant) -> dict[str, Any]:
    """What is stored of a claimant, in the shape of the contract (`forloeb show --json`)."""
    mine = claimant.id
    return {
        "claimant": {name: _plain(value) for name, value in vars(claimant).items()},
        "appointments": [
            _appointment(each) for each in rows.appointment_where(connection, tables.appointment.c.claimant_id == mine)
        ],
        "cancellations": [
            {
                "appointment": each.appointment_id,
                "words": each.words,
                "ground": each.ground.value,
                "assessed": each.assessed.value if each.assessed else None,
                "assessed_by": each.assessed_by,
                "new_appointment": each.new_appointment,
                "delivery": each.delivery.value,
            }
            for each in rows.cancellation_where(connection, tables.cancellation.c.claimant_id == mine)
        ],
        "contacts": [
            {"at": stamp(each.at), "about": each.about}
            for each in rows.contact_where(connection, tables.contact.c.claimant_id == mine)
        ],
        "cases": [
            {"id": each.id, "kind": each.kind.value, "state": each.state.value}
            for each in rows.case_where(connection, tables.staff_case.c.claimant_id == mine)
        ],
    }


def cases_list(engine: Engine, out: TextIO, *, everyone: bool = False) -> int:
    """Print the cases that nobody has taken, oldest first; with `everyone`, the others too."""
    conditions = () if everyone else (tables.staff_case.c.state == CaseState.OPEN.value,)
    with reading(engine) as connection:
        found = rows.case_where(connection, *conditions)
    for case in found:
        print(_case_line(case), file=out)
    if not found:
        print(text("cases.none"), file=out)
    return 0


def cases_ack(engine: Engine, case_id: str, by: str, now: datetime, out: TextIO) -> int:
    """A named person has the case; the claimant is told."""
    try:
        with writing(engine) as connection:
            taken, first = acknowledge_case(connection, case_id, by, now)
    except NotFound:
        print(text("cases.unknown", id=case_id), file=out)
        return 1
    except BookingError:
        print(text("cases.no_name"), file=out)
        return 1
    key = "cases.acknowledged" if first else "cases.already"
    print(text(key, id=taken.id, by=taken.acknowledged_by), file=out)
    return 0


def _faulty(path: str | Path, faults: list[Fault] | tuple[Fault, ...], out: TextIO) -> int:
    for fault in faults:
        print(text("load.fault_line", path=path, line=fault.line, fault=fault), file=out)
    print(text("load.nothing_changed", count=len(faults)), file=out)
    return 1


def _appointment(each: Appointment) -> dict[str, Any]:
    return {
        "id": each.id,
        "claimant": each.claimant_id,
        "holder": each.holder.value,
        "kind": each.kind.value,
        "number": each.number,
        "start": as_loaded(each.start),
        "minutes": each.minutes,
        "form": each.form.value,
        "status": each.status.value,
        "delivery": each.delivery.value,
    }


def as_loaded(moment: datetime) -> str:
    """A moment as a load file has it: Danish local time, with its offset only in the hour that comes twice."""
    local = moment.astimezone(ZONE)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return (local if twice else local.replace(tzinfo=None)).isoformat(timespec="minutes")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _case_line(case: Case) -> str:
    return text(
        "cases.line",
        id=case.id,
        at=stamp(case.at),
        state=case.state,
        kind=case.kind,
        claimant=case.claimant_id or text("show.none"),
    )


def _show(told: dict[str, Any], deadlines: list[dict[str, Any]], out: TextIO) -> None:
    none = text("show.none")

    def line(key: str, row: dict[str, Any]) -> None:
        filled = {name: none if value is None else value for name, value in row.items()}
        if "delivery" in filled:
            filled["delivery"] = text(f"delivery.{DeliveryState(filled['delivery'])}")
        print(text(key, **filled), file=out)

    line("show.claimant", told["claimant"])
    line("show.days", told["claimant"])
    for name, key, found in (
        ("appointments", "show.appointment", told["appointments"]),
        ("deadlines", "show.deadline", deadlines),
        ("cancellations", "show.cancellation", told["cancellations"]),
        ("contacts", "show.contact", told["contacts"]),
        ("cases", "show.case", told["cases"]),
    ):
        if found:
            print(text(f"show.{name}"), file=out)
        for row in found:
            line(key, row)
