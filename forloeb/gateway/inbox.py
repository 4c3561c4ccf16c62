"""The durable inbox: a message is stored before anything else happens.

All functions take an open connection: the caller decides what belongs to one transaction. The lock on the
conversation's row orders everything within a conversation, on SQLite and on PostgreSQL, with any number of gateways.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from forloeb.gateway.errors import Refusal
from forloeb.gateway.tables import button, conversation, message


@dataclass(frozen=True)
class Times:
    """The two clocks of one moment: `real` for order, retries and leases, `shown` for people."""

    real: datetime
    shown: datetime


def create(connection: Connection, channel: str, times: Times, claimant: str | None = None) -> str:
    """A new, empty conversation; its id cannot be guessed."""
    identifier = secrets.token_urlsafe(18)
    connection.execute(
        conversation.insert().values(
            id=identifier, channel=channel, claimant_id=claimant, created=times.real, last_used=times.real, next_seq=1
        )
    )
    return identifier


def put(
    connection: Connection,
    conversation_id: str,
    client_id: str,
    times: Times,
    *,
    text: str = "",
    payload: str | None = None,
    command: str | None = None,
    author: str = "user",
    redacted: tuple[str, ...] = (),
    state: str = "waiting",
) -> tuple[str, bool]:
    """Store a message, as waiting unless `state` says that it is answered already.

    Returns:
        Its global id, and whether it is new: the same client id with the same content stores nothing twice.

    Raises:
        Refusal: 409 when the client id is taken by other content; 400 for a payload not offered here.
    """
    row = connection.execute(
        select(conversation.c.next_seq).where(conversation.c.id == conversation_id).with_for_update()
    ).one()
    if payload is not None:
        offered = connection.execute(
            select(button).where(button.c.token == payload, button.c.conversation_id == conversation_id)
        ).one_or_none()
        if offered is None:
            raise Refusal(400, "unknown_payload")
        text, command = offered.title, offered.command
    known = connection.execute(
        select(message.c.id, message.c.text, message.c.button, message.c.author).where(
            message.c.conversation_id == conversation_id, message.c.client_id == client_id
        )
    ).one_or_none()
    if known is not None:
        if (known.text, known.button, known.author) != (text, payload, author):
            raise Refusal(409, "other_content")
        return known.id, False
    identifier = secrets.token_hex(16)
    connection.execute(
        message.insert().values(
            id=identifier,
            conversation_id=conversation_id,
            seq=row.next_seq,
            author=author,
            client_id=client_id,
            text=text,
            command=command,
            button=payload,
            redacted=list(redacted),
            buttons=[],
            state=state,
            attempts=0,
            refusals=0,
            stored=times.real,
            at=times.shown,
        )
    )
    changes = {"next_seq": row.next_seq + 1}
    if author == "user":
        changes["last_used"] = times.real
    connection.execute(update(conversation).where(conversation.c.id == conversation_id).values(changes))
    return identifier, True
