"""The rows behind the courier: what is due, taking one in hand, and how it ended. One gateway at a time, by a lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Update

from forloeb.gateway import linking
from forloeb.gateway.channel_tables import address, push
from forloeb.gateway.inbox import Times
from forloeb.gateway.pushes import Pushes
from forloeb.gateway.sending import TryAgain
from forloeb.gateway.tables import message

LEASE = timedelta(seconds=60)  # longer than a provider is given to answer twice
WINDOW = timedelta(hours=24)  # Meta's, from the person's last message
BARS = ("stopped", "unlinked", "window_closed")
# How far a message has come; a receipt that tells of less is late and changes nothing.
RECEIPTS = {
    name: rank
    for rank, names in enumerate(
        (
            ("accepted", "scheduled"),
            ("queued",),
            ("sending",),
            ("sent",),
            ("delivered", "undelivered", "failed"),
            ("read",),
        )
    )
    for name in names
}
LOST = ("undelivered", "failed")


@dataclass(frozen=True)
class Claimed:
    """A push in hand: whether an earlier attempt may have gone through, and what bars it, if anything."""

    row: Row
    uncertain: bool
    barred: str | None


def due(connection: Connection, channels: Sequence[str], now: datetime, limit: int) -> list[Row]:
    """The oldest waiting push of each address, if it can be sent now."""
    heads = (
        select(func.min(push.c.id).label("id"))
        .where(push.c.state == "waiting", push.c.channel.in_(channels))
        .group_by(push.c.channel, push.c.address)
        .subquery()
    )
    return list(
        connection.execute(
            select(push.c.id, push.c.channel, push.c.address)
            .join(heads, heads.c.id == push.c.id)
            .where(or_(push.c.owner_until.is_(None), push.c.owner_until < now))
            .where(or_(push.c.next_try.is_(None), push.c.next_try <= now))
            .order_by(push.c.id)
            .limit(limit)
        )
    )


def claim(connection: Connection, identifier: int, owner: str, times: Times) -> Claimed | None:
    """Take a push in hand and note the attempt that is about to be made; None when another has it."""
    before = connection.execute(
        select(push).where(push.c.id == identifier, push.c.state == "waiting").with_for_update()
    ).one_or_none()
    if before is None or (before.owner_until is not None and before.owner_until >= times.real):
        return None
    barred = _barred(connection, before, times)
    connection.execute(
        update(push)
        .where(push.c.id == identifier)
        .values(
            owner=owner,
            owner_until=times.real + LEASE,
            attempts=before.attempts + (0 if barred else 1),
            uncertain=before.uncertain if barred else True,
        )
    )
    row = connection.execute(select(push).where(push.c.id == identifier)).one()
    return Claimed(row, before.uncertain, barred)


def postpone(connection: Connection, row: Row, again: TryAgain, until: datetime) -> None:
    """Let it wait; certain of what came of the attempt only when the provider said so."""
    values = {"owner": None, "owner_until": None, "next_try": until, "error": again.code}
    connection.execute(_of(row).values(**values, **({} if again.uncertain else {"uncertain": False})))


def mark_sent(connection: Connection, row: Row, provider_id: str, times: Times) -> None:
    """The provider has it."""
    values = {"state": "sent", "provider_id": provider_id, "sent": times.real, "uncertain": False, "error": None}
    connection.execute(_of(row).where(push.c.state == "waiting").values(owner=None, owner_until=None, **values))


def mark_ended(connection: Connection, row: Row, state: str, code: str) -> None:
    """It will not be sent."""
    connection.execute(_of(row).values(state=state, error=code[:64], owner=None, owner_until=None))


def note_stop(connection: Connection, row: Row, times: Times) -> None:
    """The provider knows of a STOP that we have not seen."""
    connection.execute(
        update(address)
        .where(address.c.channel == row.channel, address.c.address == row.address, address.c.stopped.is_(None))
        .values(stopped=times.real)
    )


@dataclass(frozen=True)
class Receipt:
    """What a provider tells of a message: its own id of it, ours where it knows it, and how far it has come."""

    provider_id: str
    ours: int | None
    status: str
    error: str | None = None


def record(connection: Connection, told: Receipt, times: Times) -> Row | None:
    """Record a receipt; the push when it has just been lost, so that somebody calls.

    A receipt also proves that the provider took the message, when its answer to us was lost.
    """
    ours = and_(push.c.id == told.ours, push.c.provider_id.is_(None))
    row = connection.execute(
        select(push).where(or_(push.c.provider_id == told.provider_id, ours)).with_for_update()
    ).first()
    if row is None or RECEIPTS[told.status] <= RECEIPTS.get(row.receipt or "", -1):
        return None
    values = {"receipt": told.status, "receipt_at": times.real, "provider_id": told.provider_id, "uncertain": False}
    if row.state == "waiting":
        values |= {"state": "sent", "sent": times.real, "owner": None, "owner_until": None}
    if told.error:
        values["error"] = told.error[:64]
    connection.execute(_of(row).values(**values))
    return row if told.status in LOST else None


def release_of_dead(connection: Connection, place: str) -> None:
    """Free what an earlier process at this place had in hand; how its attempts ended is asked of the provider."""
    connection.execute(
        update(push)
        .where(push.c.owner.startswith(place + "/", autoescape=True), push.c.state == "waiting")
        .values(owner=None, owner_until=None)
    )


def unsent_of_staff(connection: Connection) -> list[Row]:
    """What staff have written to people who are not on the web, and is not queued yet."""
    return list(
        connection.execute(
            select(message)
            .join(address, address.c.conversation_id == message.c.conversation_id)
            .where(message.c.author == "staff", ~exists().where(push.c.answer_to == message.c.id))
            .order_by(message.c.seq)
            .limit(50)
        )
    )


def queue_staff(connection: Connection, out: Pushes, times: Times) -> None:
    """Queue what staff have written."""
    for said in unsent_of_staff(connection):
        row = linking.of_conversation(connection, said.conversation_id, lock=True)
        if row is not None:
            out.staff(connection, row, said, times)


def window_open(row: Row, times: Times) -> bool:
    """Whether an address may be written to now: Messenger only within a day of the person's last words."""
    return row.channel != "messenger" or bool(times.real - row.last_inbound < WINDOW)


def _barred(connection: Connection, row: Row, times: Times) -> str | None:
    where = linking.find(connection, row.channel, row.address)
    if where is None:
        return "unlinked"
    if where.stopped is not None and not row.always:
        return "stopped"
    if row.claimant_id is not None and (
        where.claimant_id != row.claimant_id or not linking.holds(connection, where, times)
    ):
        return "unlinked"
    return None if window_open(where, times) else "window_closed"


def _of(row: Row) -> Update:
    return update(push).where(push.c.id == row.id)
