"""What the holder changes, done by a member of staff: every change is in the log under their name, the person is told.

The line in the log is written first: nothing is ever changed without it. A form acts once (its nonce is the key).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection

from forloeb.booking import rows, tables
from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.holder import HolderSide
from forloeb.booking.model import Appointment, Case, Claimant, Contact, Deadline, Form, Slot, utc, word
from forloeb.booking.service import Bookings
from forloeb.booking.words import own_words
from forloeb.db import reading, writing
from forloeb.gateway.tables import conversation
from forloeb.review.audit import trail
from forloeb.review.organisations import Organisation
from forloeb.settings import ZONE

FOUND, SLOTS, IN_A_ROW = 30, 200, 20
SHORTEST, LONGEST = 5, 480


@dataclass(frozen=True)
class Person:
    """What the page of a person shows."""

    claimant: Claimant
    appointments: tuple[Appointment, ...]
    deadlines: tuple[Deadline, ...]
    contacts: tuple[Contact, ...]
    cases: tuple[Case, ...]
    conversation: str | None


@dataclass(frozen=True)
class Summons:
    """A meeting that the holder sets."""

    holder: str
    kind: str
    number: int | None
    start: datetime
    minutes: int
    form: str
    place: str


@dataclass(frozen=True)
class Series:
    """Times to publish, one after the other."""

    holder: str
    caseworker: str
    start: datetime
    minutes: int
    count: int
    forms: tuple[str, ...]
    place: str


def people(connection: Connection, wanted: str) -> list[Claimant]:
    """Claimants whose name holds every word, or whose id or telephone it is."""
    table = tables.claimant
    said = wanted.split()
    if not said:
        return []
    named = [_holds(each) for each in said]
    digits = "".join(each for each in wanted if each.isdigit())
    ways = [table.c.id == wanted, *([table.c.phone.endswith(digits, autoescape=True)] if len(digits) >= 8 else [])]
    query = select(table).where(or_(and_(*named), *ways)).order_by(table.c.name, table.c.id).limit(FOUND)
    found = connection.execute(query)
    return [rows.claimant(row) for row in found]


def _holds(part: str) -> Any:
    """The name holds the part; SQLite knows no small æ, ø and å."""
    name = tables.claimant.c.name
    ways = [name.contains(each, autoescape=True) for each in sorted({part, part.lower(), part.capitalize()})]
    return or_(func.lower(name).contains(part.lower(), autoescape=True), *ways)


def load(bookings: Bookings, claimant_id: str, by: str, now: datetime) -> Person:
    """A person for their page; the look is in the log before anything is shown.

    Raises:
        NotFound: there is none.
    """
    person = bookings.claimant(claimant_id)
    if person is None:
        raise NotFound
    with writing(bookings.engine) as connection:
        trail(connection, by, "view_person", claimant_id, claimant_id, now)
    with reading(bookings.engine) as connection:
        talks = select(conversation.c.id).where(conversation.c.claimant_id == claimant_id)
        newest = connection.execute(talks.order_by(conversation.c.last_used.desc()).limit(1)).scalar_one_or_none()
    return Person(
        person,
        bookings.appointments(claimant_id),
        bookings.deadlines(claimant_id),
        bookings.contacts(claimant_id),
        bookings.cases(claimant_id),
        newest,
    )


class HolderDesk:
    """The holder's changes, for members of staff.

    Free times belong to a holder, not to one a-kasse or municipality: who belongs to one has to do with its holder's.
    """

    def __init__(self, bookings: Bookings, organisation: Organisation | None = None) -> None:
        """See the module."""
        self._holder = HolderSide(bookings.engine, bookings.settings)
        self._engine = bookings.engine
        self._own = organisation.holder if organisation else None

    def whose(self, appointment_id: str) -> Appointment:
        """The appointment.

        Raises:
            NotFound: there is none.
        """
        with reading(self._engine) as connection:
            found = rows.appointment_where(connection, tables.appointment.c.id == appointment_id)
        if not found:
            raise NotFound
        return found[0]

    def move(self, old: Appointment, start: datetime, form: str, nonce: str, by: str, now: datetime) -> None:
        """Move a meeting, or change how it is held. Errors as `HolderSide.holder_move`, and Refused `time_past`."""
        if utc(start) <= utc(now):
            raise Refused("time_past", "the time has gone by")
        self._trail(by, "meeting_move", old.id, old.claimant_id, now)
        self._holder.holder_move(old.id, old.holder.value, start, _key(nonce), now, form=form)

    def cancel(self, old: Appointment, nonce: str, by: str, now: datetime) -> None:
        """Call a meeting off. Errors as `HolderSide.holder_cancel`."""
        self._trail(by, "meeting_cancel", old.id, old.claimant_id, now)
        self._holder.holder_cancel(old.id, old.holder.value, _key(nonce), now)

    def mark(self, old: Appointment, status: str, nonce: str, by: str, now: datetime) -> None:
        """Say that a meeting was held or missed. Errors as `HolderSide.mark`, and Refused `not_yet`."""
        if utc(old.start) > utc(now):
            raise Refused("not_yet", "the meeting has not begun")
        self._trail(by, f"meeting_{status}"[:64], old.id, old.claimant_id, now)
        self._holder.mark(old.id, old.holder.value, status, _key(nonce), now)

    def summon(self, claimant_id: str, what: Summons, nonce: str, by: str, now: datetime) -> None:
        """Enter a meeting that the holder has set. Errors as `HolderSide.summon`, and Refused `time_past`."""
        if utc(what.start) <= utc(now):
            raise Refused("time_past", "the time has gone by")
        self._trail(by, "meeting_summon", None, claimant_id, now)
        self._holder.summon(
            claimant_id, what.holder, what.kind, what.start, _minutes(what.minutes), what.form, _key(nonce), now,
            number=what.number, place=own_words(what.place)[:200] or None,
        )  # fmt: skip

    def slots(self, holder: str, first: date) -> list[Slot]:
        """Published times from a day on, booked ones too."""
        begins = datetime.combine(first, time(), ZONE)
        where = [tables.slot.c.start >= utc(begins), tables.slot.c.withdrawn.is_(None)]
        for each in filter(None, (holder, self._own)):
            where.append(tables.slot.c.holder == each)
        query = select(tables.slot).where(*where).order_by(tables.slot.c.start, tables.slot.c.id).limit(SLOTS)
        with reading(self._engine) as connection:
            return [rows.slot(row) for row in connection.execute(query)]

    def publish(self, series: Series, nonce: str, by: str, now: datetime) -> int:
        """Publish times in a row; how many.

        Raises:
            NotFound: another holder's are not yours to publish.
            Refused: `time_past`, `bad_value`.
        """
        if self._own not in (None, series.holder):
            raise NotFound
        if utc(series.start) <= utc(now):
            raise Refused("time_past", "the time has gone by")
        if not 1 <= series.count <= IN_A_ROW or not series.forms:
            raise Refused("bad_value", "1 to 20 times, in at least one form")
        forms = [form.value for form in Form if form.value in {word(Form, each).value for each in series.forms}]
        one = {
            "minutes": _minutes(series.minutes),
            "forms": forms,
            "caseworker": own_words(series.caseworker)[:100] or None,
            "place": own_words(series.place)[:200] or None,
        }
        begins = [utc(series.start) + n * timedelta(minutes=series.minutes) for n in range(series.count)]
        made = [{"id": f"r-{nonce}-{n}", "start": each, **one} for n, each in enumerate(begins)]
        self._trail(by, "slots_publish", None, None, now)
        return len(self._holder.publish_slots(made, series.holder, _key(nonce), now))

    def withdraw(self, wanted: list[str], nonce: str, by: str, now: datetime) -> int:
        """Take published times back; how many were: booked ones are not.

        Raises:
            NotFound: one of them does not exist, or is another holder's.
        """
        with reading(self._engine) as connection:
            query = select(tables.slot.c.id, tables.slot.c.holder).where(tables.slot.c.id.in_(wanted))
            if self._own:
                query = query.where(tables.slot.c.holder == self._own)
            known = connection.execute(query)
            by_holder: dict[str, list[str]] = {}
            for row in known:
                by_holder.setdefault(row.holder, []).append(row.id)
        if sum(len(each) for each in by_holder.values()) != len(set(wanted)):
            raise NotFound
        self._trail(by, "slots_withdraw", None, None, now)
        gone = 0
        for holder, slots in sorted(by_holder.items()):
            gone += len(self._holder.withdraw_slots(sorted(slots), holder, f"{_key(nonce)}:{holder}", now))
        return gone

    def _trail(self, by: str, what: str, ref: str | None, claimant_id: str | None, now: datetime) -> None:
        with writing(self._engine) as connection:
            trail(connection, by, what, ref, claimant_id, now)


def _key(nonce: str) -> str:
    return f"review:{nonce}"


def _minutes(minutes: int) -> int:
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused("bad_value", "5 to 480 minutes")
    return minutes
