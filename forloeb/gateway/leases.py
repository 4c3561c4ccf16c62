"""Who hands a conversation's oldest waiting message on: one gateway at a time, by a lease in the database.

A lease is taken by a conditional UPDATE of the conversation's row, and runs out by itself when its holder dies.
Replies are stored only by whoever still holds it, so the order holds with any number of gateways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.engine import Connection

from forloeb.gateway import takeover
from forloeb.gateway.tables import conversation, message

LEASE = timedelta(seconds=15)  # renewed by whoever lives; what a gateway that died had in hand is free after it
RENEW_SECONDS = 4.0
AHEAD = timedelta(minutes=2)  # nothing is put off longer: a moment further ahead was set before the clock was put back


@dataclass(frozen=True)
class Waiting:
    """A message that waits for its answer, as the assistant is to get it."""

    id: str
    conversation: str
    channel: str
    claimant: str | None
    author: str
    text: str
    command: str | None
    redacted: tuple[str, ...]
    attempt: int  # 1 when it was never handed over before
    refusals: int
    stored: datetime


def due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Conversations whose oldest waiting message can be handed over now, the longest waiting first."""
    heads = (
        select(message.c.conversation_id, func.min(message.c.seq).label("seq"))
        .where(message.c.state == "waiting", takeover.for_the_assistant())
        .group_by(message.c.conversation_id)
        .subquery()
    )
    head = message.alias()
    rows = connection.execute(
        select(conversation.c.id)
        .join(heads, heads.c.conversation_id == conversation.c.id)
        .join(head, and_(head.c.conversation_id == conversation.c.id, head.c.seq == heads.c.seq))
        .where(_free(now), _come(head.c.next_try, now))
        .order_by(head.c.stored)
        .limit(limit)
    )
    return [row.id for row in rows]


def claim(connection: Connection, conversation_id: str, owner: str, now: datetime) -> Waiting | None:
    """Take the conversation's oldest waiting message in hand; None when there is none due or another has it."""
    taken = connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id, _free(now))
        .values(lease_owner=owner, lease_until=now + LEASE)
    ).rowcount
    if not taken:
        return None
    row = connection.execute(
        select(message, conversation.c.channel, conversation.c.claimant_id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(message.c.conversation_id == conversation_id, message.c.state == "waiting", takeover.for_the_assistant())
        .order_by(message.c.seq)
        .limit(1)
    ).one_or_none()
    if row is None or (row.next_try is not None and now < row.next_try <= now + AHEAD):
        release(connection, conversation_id, owner)
        return None
    connection.execute(update(message).where(message.c.id == row.id).values(attempts=row.attempts + 1))
    return Waiting(
        row.id,
        conversation_id,
        row.channel,
        row.claimant_id,
        row.author,
        row.text,
        row.command,
        tuple(row.redacted),
        row.attempts + 1,
        row.refusals,
        row.stored,
    )


def more_waits(connection: Connection, conversation_id: str) -> bool:
    """Whether the conversation has a message that waits for the assistant."""
    waits = exists().where(
        message.c.conversation_id == conversation_id, message.c.state == "waiting", takeover.for_the_assistant()
    )
    return bool(connection.execute(select(waits)).scalar_one())


def renew(connection: Connection, conversation_ids: list[str], owner: str, now: datetime) -> None:
    """Go on holding what is in hand; what was lost meanwhile stays lost."""
    connection.execute(
        update(conversation)
        .where(conversation.c.id.in_(conversation_ids), conversation.c.lease_owner == owner)
        .values(lease_until=now + LEASE)
    )


def release(connection: Connection, conversation_id: str, owner: str) -> None:
    """Give the conversation back unanswered."""
    connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id, conversation.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def postpone(connection: Connection, waiting: Waiting, owner: str, until: datetime) -> None:
    """Note one more refusal by a live assistant, and give the conversation back until `until`."""
    connection.execute(
        update(message)
        .where(message.c.id == waiting.id, message.c.state == "waiting")
        .values(refusals=message.c.refusals + 1, next_try=until)
    )
    release(connection, waiting.conversation, owner)


def release_of_dead(connection: Connection, place: str) -> int:
    """Free what an earlier process at this place (host and port) had in hand when it died."""
    freed: int = connection.execute(
        update(conversation)
        .where(conversation.c.lease_owner.startswith(place + "/", autoescape=True))
        .values(lease_owner=None, lease_until=None)
    ).rowcount
    return freed


def older_than(connection: Connection, moment: datetime, limit: int) -> list[str]:
    """Conversations whose oldest waiting message was stored before `moment`."""
    rows = connection.execute(
        select(message.c.conversation_id)
        .where(message.c.state == "waiting", message.c.stored < moment, takeover.for_the_assistant())
        .group_by(message.c.conversation_id)
        .limit(limit)
    )
    return [row.conversation_id for row in rows]


def _free(now: datetime) -> Any:
    return _come(conversation.c.lease_until, now)


def _come(moment: Any, now: datetime) -> Any:
    return or_(moment.is_(None), moment <= now, moment > now + AHEAD)
