"""Replies: stored in the transaction that marks their message answered, so a kill loses and doubles nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from forloeb.gateway import leases
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.tables import button, conversation, message


@dataclass(frozen=True)
class Reply:
    """One reply of the assistant; `buttons` are (title, command), the command still bare."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    custom: dict[str, Any] | None = None


def answer(
    connection: Connection,
    waiting: Waiting,
    owner: str,
    replies: Sequence[Reply],
    times: Times,
    *,
    state: str = "answered",
) -> bool:
    """Store the replies to a message and mark it `state`.

    Returns:
        False when the lease was lost meanwhile: then nothing is stored, and whoever holds it now answers.
    """
    row = connection.execute(
        select(conversation.c.next_seq)
        .where(conversation.c.id == waiting.conversation, conversation.c.lease_owner == owner)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    marked = connection.execute(
        update(message).where(message.c.id == waiting.id, message.c.state == "waiting").values(state=state)
    ).rowcount
    if not marked:
        leases.release(connection, waiting.conversation, owner)
        return False
    for offset, reply in enumerate(replies):
        _say(connection, waiting, row.next_seq + offset, reply, times)
    connection.execute(
        update(conversation)
        .where(conversation.c.id == waiting.conversation)
        .values(next_seq=row.next_seq + len(replies), lease_owner=None, lease_until=None)
    )
    return True


def _say(connection: Connection, waiting: Waiting, seq: int, reply: Reply, times: Times) -> None:
    offered = []
    for title, command in reply.buttons:
        token = secrets.token_urlsafe(18)
        connection.execute(
            button.insert().values(token=token, conversation_id=waiting.conversation, command=command, title=title)
        )
        offered.append({"title": title, "payload": token})
    connection.execute(
        message.insert().values(
            id=secrets.token_hex(16),
            conversation_id=waiting.conversation,
            seq=seq,
            author="bot",
            text=reply.text,
            redacted=[],
            buttons=offered,
            custom=reply.custom,
            answer_to=waiting.id,
            state="said",
            attempts=0,
            refusals=0,
            stored=times.real,
            at=times.shown,
        )
    )
