"""Replies: stored in the transaction that marks their message answered, so a kill loses and doubles nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from forloeb.gateway import leases
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.tables import button, conversation, message

PUSHED = ("sms", "messenger")  # the channels that do not come and ask


@dataclass(frozen=True)
class Reply:
    """One reply of the assistant; `buttons` are (title, command), the command still bare."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    custom: dict[str, Any] | None = None


class Outlet(Protocol):
    """Queues for sending what is stored, on the channels that push."""

    def answer(
        self, connection: Connection, waiting: Waiting, replies: Sequence[Reply], tokens: Sequence[str], times: Times
    ) -> None:
        """Queue the replies of one turn; `tokens` are those of their buttons, in order."""
        ...


def answer(
    connection: Connection,
    waiting: Waiting,
    owner: str,
    replies: Sequence[Reply],
    times: Times,
    *,
    state: str = "answered",
    outlet: Outlet | None = None,
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
    tokens = []
    for offset, reply in enumerate(replies):
        offered = _offer(connection, waiting.conversation, reply)
        tokens += [each["payload"] for each in offered]
        _say(connection, waiting.conversation, row.next_seq + offset, reply, times, offered, answer_to=waiting.id)
    connection.execute(
        update(conversation)
        .where(conversation.c.id == waiting.conversation)
        .values(next_seq=row.next_seq + len(replies), lease_owner=None, lease_until=None)
    )
    if outlet is not None and waiting.channel in PUSHED:
        outlet.answer(connection, waiting, replies, tokens, times)
    return True


def say(connection: Connection, conversation_id: str, text: str, times: Times, *, author: str = "bot") -> str:
    """Store what is said without having been asked of the assistant; its id. `author` is bot or staff."""
    seq = connection.execute(
        select(conversation.c.next_seq).where(conversation.c.id == conversation_id).with_for_update()
    ).scalar_one()
    connection.execute(update(conversation).where(conversation.c.id == conversation_id).values(next_seq=seq + 1))
    return _say(connection, conversation_id, seq, Reply(text), times, [], author=author)


def _offer(connection: Connection, conversation_id: str, reply: Reply) -> list[dict[str, str]]:
    """Tokens for a reply's buttons; the commands stay here."""
    offered = []
    for title, command in reply.buttons:
        token = secrets.token_urlsafe(18)
        connection.execute(
            button.insert().values(token=token, conversation_id=conversation_id, command=command, title=title)
        )
        offered.append({"title": title, "payload": token})
    return offered


def _say(
    connection: Connection,
    conversation_id: str,
    seq: int,
    reply: Reply,
    times: Times,
    offered: list[dict[str, str]],
    *,
    author: str = "bot",
    answer_to: str | None = None,
) -> str:
    identifier = secrets.token_hex(16)
    connection.execute(
        message.insert().values(
            id=identifier,
            conversation_id=conversation_id,
            seq=seq,
            author=author,
            text=reply.text,
            redacted=[],
            buttons=offered,
            custom=reply.custom,
            answer_to=answer_to,
            state="said",
            attempts=0,
            refusals=0,
            stored=times.real,
            at=times.shown,
        )
    )
    return identifier
