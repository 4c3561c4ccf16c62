"""Retention and erasure: what is stored about people goes when its time has come, or when they ask, everywhere at once.

A conversation's messages, buttons, sessions and marks go with its row (the tables say so). Rasa's log is another
database: it is emptied first, so that a kill in between leaves something to do again and never something that nobody
knows of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, column, delete, exists, func, inspect, or_, select, table, text, update
from sqlalchemy.engine import Connection, Engine

from forloeb.booking import tables as booking
from forloeb.booking.errors import NotFound
from forloeb.booking.model import JUDGED, CaseState, Status
from forloeb.db import reading, writing
from forloeb.errors import ForloebError
from forloeb.gateway.tables import conversation, message
from forloeb.installation import Installation
from forloeb.review.audit import trail
from forloeb.review.tables import review_correction, review_summary, review_turn

BATCH = 200
SYSTEM = "retention"
_CASES = select(
    booking.staff_case.c.id, booking.staff_case.c.facts, booking.staff_case.c.delivery_id, booking.staff_case.c.receipt
)
_CHANNELS = ("link_code", "phone_change")  # migration 0003's, where it has been
_events = table("events", column("sender_id"))


class MeetingAhead(ForloebError):
    """A person with a booked meeting ahead is not erased: the meeting is cancelled, or held, first."""

    def __init__(self) -> None:
        """See the class."""
        super().__init__("meeting_ahead", "a booked meeting lies ahead")


@dataclass(frozen=True)
class Due:
    """How many conversations, and cases that somebody has taken, have stood their time."""

    anonymous: int
    linked: int
    cases: int = 0


@dataclass(frozen=True)
class Stores:
    """Where people's words are."""

    engine: Engine
    tracker: Engine


def due(connection: Connection, here: Installation, real: datetime, shown: datetime) -> Due:
    """What `sweep` would erase now."""
    rows = connection.execute(select(conversation.c.claimant_id).where(_stood(here, real))).all()
    linked = sum(1 for row in rows if row.claimant_id is not None)
    cases = connection.execute(select(func.count()).select_from(booking.staff_case).where(_done(here, shown)))
    return Due(len(rows) - linked, linked, cases.scalar_one())


def sweep(stores: Stores, here: Installation, real: datetime, shown: datetime) -> Due:
    """Erase conversations that nobody has used, and cases long taken, for as long as the installation says.

    Returns:
        What was erased.
    """
    anonymous = linked = 0
    while True:
        with reading(stores.engine) as connection:
            old = select(conversation.c.id, conversation.c.claimant_id).where(_stood(here, real)).limit(BATCH)
            rows = connection.execute(old).all()
        if not rows:
            break
        _forget(stores, [row.id for row in rows])
        linked += sum(1 for row in rows if row.claimant_id is not None)
        anonymous += sum(1 for row in rows if row.claimant_id is None)
    cases = _forget_cases(stores, here, shown)
    if anonymous or linked or cases:
        with writing(stores.engine) as connection:
            trail(connection, SYSTEM, "erase_old", f"{anonymous}+{linked}+{cases}", None, shown)
        _scrub(stores)
    return Due(anonymous, linked, cases)


def erase_conversation(stores: Stores, conversation_id: str, by: str, now: datetime) -> None:
    """Erase one conversation, and what cases quote of it.

    Raises:
        NotFound: there is none.
    """
    with reading(stores.engine) as connection:
        known = select(conversation.c.id).where(conversation.c.id == conversation_id)
        if connection.execute(known).first() is None:
            raise NotFound
    _forget(stores, [conversation_id])
    with writing(stores.engine) as connection:
        for row in connection.execute(_CASES).all():
            if row.facts.get("conversation") == conversation_id:
                _blank_case(connection, row.id, row.delivery_id)
        trail(connection, by, "erase_conversation", conversation_id, None, now)
    _scrub(stores)


def erase_person(stores: Stores, claimant_id: str, by: str, now: datetime) -> int:
    """Erase all that is stored about a claimant; how many conversations. The log keeps that it was done.

    Raises:
        NotFound: no such claimant.
        MeetingAhead: see the class.
    """
    with reading(stores.engine) as connection:
        if connection.execute(_one(booking.claimant, booking.claimant.c.id == claimant_id)).first() is None:
            raise NotFound
        ahead = and_(
            booking.appointment.c.claimant_id == claimant_id,
            booking.appointment.c.status == Status.BOOKED.value,
            booking.appointment.c.start > now,
        )
        if connection.execute(_one(booking.appointment, ahead)).first() is not None:
            raise MeetingAhead
        own = select(conversation.c.id).where(conversation.c.claimant_id == claimant_id)
        talks = [row.id for row in connection.execute(own)]
    for start in range(0, len(talks), BATCH):
        _forget(stores, talks[start : start + BATCH])
    with writing(stores.engine) as connection:
        _forget_bookings(connection, claimant_id)
        trail(connection, by, "erase_person", claimant_id, claimant_id, now)
    _scrub(stores)
    return len(talks)


def _forget(stores: Stores, conversations: Collection[str]) -> None:
    wanted = sorted(conversations)
    if inspect(stores.tracker).has_table("events"):
        with writing(stores.tracker) as connection:
            _secure(connection)
            connection.execute(delete(_events).where(_events.c.sender_id.in_(wanted)))
    with writing(stores.engine) as connection:
        _secure(connection)
        said = select(message.c.id).where(message.c.conversation_id.in_(wanted))
        unlinked = update(review_correction).where(review_correction.c.message_id.in_(said))
        connection.execute(unlinked.values(message_id=text("'erased-' || review_correction.id")))
        for each in (review_turn, review_summary):
            connection.execute(delete(each).where(each.c.conversation_id.in_(wanted)))
        connection.execute(delete(conversation).where(conversation.c.id.in_(wanted)))


def _forget_bookings(connection: Connection, claimant_id: str) -> None:
    _secure(connection)
    own = select(booking.appointment.c.id).where(booking.appointment.c.claimant_id == claimant_id)
    connection.execute(update(booking.slot).where(booking.slot.c.booked_by.in_(own)).values(booked_by=None))
    connection.execute(
        update(booking.slot).where(booking.slot.c.held_by == claimant_id).values(held_by=None, held_until=None)
    )
    for each in (
        booking.notice,
        booking.slot_search,
        booking.staff_case,
        booking.delivery,
        booking.contact,
        booking.cancellation,
        booking.act,
        booking.appointment,
        booking.booking_deadline,
    ):
        connection.execute(delete(each).where(each.c.claimant_id == claimant_id))
    for name in _CHANNELS:
        if inspect(connection).has_table(name):
            other = table(name, column("claimant_id"))
            connection.execute(delete(other).where(other.c.claimant_id == claimant_id))
    connection.execute(delete(booking.claimant).where(booking.claimant.c.id == claimant_id))


def _blank_case(connection: Connection, case_id: str, delivery_id: int | None) -> None:
    connection.execute(update(booking.staff_case).where(booking.staff_case.c.id == case_id).values(facts={}))
    connection.execute(update(booking.delivery).where(booking.delivery.c.id == delivery_id).values(payload={}))


def _forget_cases(stores: Stores, here: Installation, shown: datetime) -> int:
    """Cases with their notes, and the person's words in what was delivered with them; the bookings stand."""
    gone = 0
    while True:
        with writing(stores.engine) as connection:
            _secure(connection)
            rows = connection.execute(_CASES.where(_done(here, shown)).limit(BATCH)).all()
            if not rows:
                return gone
            connection.execute(delete(booking.staff_case).where(booking.staff_case.c.id.in_([row.id for row in rows])))
            receipts = [row.receipt for row in rows if row.receipt]
            for each in (booking.cancellation, booking.contact):
                connection.execute(update(each).where(each.c.receipt.in_(receipts)).values(words=""))
            delivered = [row.delivery_id for row in rows if row.delivery_id is not None]
            connection.execute(update(booking.delivery).where(booking.delivery.c.id.in_(delivered)).values(payload={}))
        gone += len(rows)


def _done(here: Installation, shown: datetime) -> object:
    """Taken so long ago, and nothing of it left to judge or deliver."""
    left = exists().where(
        booking.cancellation.c.receipt == booking.staff_case.c.receipt,
        booking.cancellation.c.assessed.is_(None),
        booking.cancellation.c.ground.in_([ground.value for ground in JUDGED]),
    )
    waits = exists().where(
        booking.delivery.c.id == booking.staff_case.c.delivery_id, booking.delivery.c.acknowledged_at.is_(None)
    )
    return and_(
        booking.staff_case.c.state == CaseState.ACKNOWLEDGED.value,
        booking.staff_case.c.acknowledged_at < shown - timedelta(days=here.keep_days_cases),
        ~left,
        ~waits,
    )


def _stood(here: Installation, real: datetime) -> object:
    """Linked or not, unused for so long, and not in anybody's hands."""
    anonymous, linked = (real - timedelta(days=days) for days in (here.keep_days_anonymous, here.keep_days_linked))
    return and_(
        or_(
            and_(conversation.c.claimant_id.is_(None), conversation.c.last_used < anonymous),
            and_(conversation.c.claimant_id.is_not(None), conversation.c.last_used < linked),
        ),
        conversation.c.taken_over_by.is_(None),
    )


def _one(which: object, condition: object) -> object:
    return select(text("1")).select_from(which).where(condition).limit(1)  # type: ignore[arg-type]


def _secure(connection: Connection) -> None:
    """On SQLite, overwrite what is deleted; PostgreSQL does so when autovacuum has been there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _scrub(stores: Stores) -> None:
    """On SQLite, take what was deleted out of the search index and of the journals, now."""
    if stores.engine.dialect.name == "sqlite":
        with writing(stores.engine) as connection:
            _secure(connection)
            connection.exec_driver_sql("INSERT INTO message_search (message_search) VALUES ('optimize')")
    for engine in (stores.engine, stores.tracker):
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
