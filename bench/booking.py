"""Claims for free times: `python -m bench.booking` prints pace and double bookings, on SQLite and on PostgreSQL.

64 claimants wait at a gate and claim the same slot at the same moment, slot after slot. Three ways, in the same run and
on the same connections:

- `check then insert`, the named naive baseline: read whether the slot is free, then insert the booking, as booking
  software does whose page shows free times and whose form posts one of them;
- `conditional write`: the one UPDATE that decides here, and the appointment, in one transaction;
- `the whole act`: what a claimant's "ja" does here: also the receipt, the delivery, the case's trail, the reminders.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.engine import Engine, make_url

from forloeb import db, settings
from forloeb.booking import tables
from forloeb.booking.errors import SlotTaken
from forloeb.booking.service import Bookings
from forloeb.booking.slots import StoredSlots
from forloeb.settings import ZONE
from tests.postgres import cluster

NOW = datetime(2025, 9, 4, 10, 0, tzinfo=ZONE)
_metadata = MetaData()
naive_slot = Table("naive_slot", _metadata, Column("id", String(64), primary_key=True))
naive_booking = Table(
    "naive_booking",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("slot_id", String(64), nullable=False, index=True),
    Column("claimant_id", String(64), nullable=False),
)
Claim = Callable[[int, str], bool]


@dataclass(frozen=True)
class Result:
    """One way on one database: claims a second, slots given to more than one, and bookings too many in all."""

    database: str
    way: str
    pace: float
    doubled: int
    too_many: int


def naive(engine: Engine) -> Claim:
    """Check, then insert."""

    def claim(number: int, slot_id: str) -> bool:
        with db.reading(engine) as connection:
            taken = connection.execute(select(naive_booking.c.id).where(naive_booking.c.slot_id == slot_id)).first()
        if taken:
            return False
        with db.writing(engine) as connection:
            connection.execute(insert(naive_booking).values(slot_id=slot_id, claimant_id=f"c{number}"))
        return True

    return claim


def conditional(engine: Engine) -> Claim:
    """The deciding write and the appointment, nothing else."""
    slots = StoredSlots()

    def claim(number: int, slot_id: str) -> bool:
        with db.writing(engine) as connection:
            if not slots.take(connection, slot_id, f"{slot_id}-{number}", f"c{number}", NOW):
                return False
            connection.execute(
                insert(tables.appointment).values(
                    id=f"{slot_id}-{number}", claimant_id=f"c{number}", holder="akasse", kind="anden", start=NOW,
                    minutes=45, form="telefon", status="booked", slot_id=slot_id, sequence=0,
                    calendar_token=f"{slot_id}-{number}", created=NOW, updated=NOW,
                )
            )  # fmt: skip
        return True

    return claim


def whole(engine: Engine) -> Claim:
    """`Bookings.book`."""
    bookings = Bookings(engine, settings.load())

    def claim(number: int, slot_id: str) -> bool:
        try:
            bookings.book(f"c{number}", slot_id, "telefon", "", "anden", None, f"{slot_id}-{number}", NOW)
        except SlotTaken:
            return False
        return True

    return claim


WAYS: dict[str, Callable[[Engine], Claim]] = {
    "check then insert": naive,
    "conditional write": conditional,
    "the whole act": whole,
}


def prepare(engine: Engine, slots: int, claimants: int) -> list[str]:
    """Empty tables, so many slots, so many claimants."""
    names = [f"s{n}" for n in range(slots)]
    _metadata.drop_all(engine)
    _metadata.create_all(engine)
    with db.writing(engine) as connection:
        connection.execute(insert(naive_slot), [{"id": each} for each in names])
        connection.execute(insert(tables.claimant), [{"id": f"c{n}"} for n in range(claimants)])
        connection.execute(
            insert(tables.slot),
            [
                {"id": each, "holder": "akasse", "start": NOW + timedelta(hours=1 + n), "minutes": 45,
                 "forms": "telefon"}
                for n, each in enumerate(names)
            ],
        )  # fmt: skip
    return names


def measure(url: str, way: str, slots: int, claimants: int) -> Result:
    """Everybody claims every slot."""
    db.migrate(url)
    engine = db.connect(url)
    names = prepare(engine, slots, claimants)
    claim, gate = WAYS[way](engine), threading.Barrier(claimants)
    won: Counter[str] = Counter()
    errors: list[BaseException] = []
    counting = threading.Lock()

    def claimant(number: int) -> None:
        try:
            for slot_id in names:
                gate.wait(600)
                if claim(number, slot_id):
                    with counting:
                        won[slot_id] += 1
        except BaseException as error:
            errors.append(error)
            gate.abort()

    threads = [threading.Thread(target=claimant, args=(number,)) for number in range(claimants)]
    began = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    seconds = time.perf_counter() - began
    if errors:
        raise errors[0]
    kept = naive_booking.c.slot_id if way == "check then insert" else tables.appointment.c.slot_id
    with db.reading(engine) as connection:
        stored = dict(connection.execute(select(kept, func.count()).group_by(kept)).all())
    engine.dispose()
    if stored != dict(won):
        raise AssertionError("what people were told and what is stored differ")
    doubled = [count for count in won.values() if count > 1]
    pace = slots * claimants / seconds
    database = make_url(url).get_backend_name()
    return Result(database, way, pace, len(doubled), sum(doubled) - len(doubled))


def table(results: Sequence[Result], slots: int, claimants: int) -> str:
    """The results with each way's pace as a ratio of the baseline's."""
    lines = [
        f"{claimants} claimants at once on each of {slots} slots",
        "",
        "| database | way | claims/s | ratio | slots booked twice or more | bookings too many |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for each in results:
        base = next(r.pace for r in results if r.database == each.database and r.way == "check then insert")
        lines.append(
            f"| {each.database} | {each.way} | {each.pace:.0f} | {each.pace / base:.2f} "
            f"| {each.doubled} | {each.too_many} |"
        )
    return "\n".join(lines)


def run(slots: int, claimants: int) -> list[Result]:
    """Every way on every database, a new database for each."""
    results = []
    with tempfile.TemporaryDirectory() as folder, cluster(fsync=True) as postgres:
        for nth, way in enumerate(WAYS):
            results.append(measure(f"sqlite:///{Path(folder) / f'{nth}.db'}", way, slots, claimants))
        for nth, way in enumerate(WAYS):
            engine = db.connect(postgres).execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE bench{nth}")
            engine.dispose()
            results.append(measure(postgres.rsplit("/", 1)[0] + f"/bench{nth}", way, slots, claimants))
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print; 1 when one of our own ways has given a slot to two."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--slots", type=int, default=500)
    parser.add_argument("--claimants", type=int, default=64)
    options = parser.parse_args(arguments)
    logging.disable(logging.INFO)
    results = run(options.slots, options.claimants)
    print(table(results, options.slots, options.claimants))
    return int(any(each.doubled for each in results if each.way != "check then insert"))


if __name__ == "__main__":
    sys.exit(main())
