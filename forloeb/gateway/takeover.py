"""A member of staff in a live conversation: the assistant is quiet, what the person writes waits for the human.

Everything here happens under the lock on the conversation's row, like all that orders a conversation. Messages are
stored as author `staff`, so that they reach the person as replies do. News from the system (`system`) still goes
through the assistant: it is about what staff have just done.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.errors import ForloebError
from forloeb.gateway import intake, redaction
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import conversation, message

IDLE = timedelta(hours=2)  # then a person who waits is given back to the assistant


class NotYours(ForloebError):
    """The conversation is not in the hands of who wants to write in it; `by` has it, or nobody (None)."""

    def __init__(self, by: str | None) -> None:
        """See the class."""
        super().__init__("not_yours", "somebody else has the conversation, or nobody")
        self.by = by


def for_the_assistant() -> Any:
    """The condition on a waiting message that the assistant is to answer it, not a human."""
    taken = exists().where(conversation.c.id == message.c.conversation_id, conversation.c.taken_over_by.is_not(None))
    return or_(message.c.author == "system", ~taken.correlate(message))


def take(connection: Connection, conversation_id: str, by: str, times: Times) -> tuple[bool, str | None]:
    """Give the conversation to `by`: whether that is new, and whom they took it from."""
    row = _locked(connection, conversation_id)
    if row.taken_over_by == by:
        return False, by
    _set(connection, conversation_id, taken_over_by=by, taken_over_at=times.real)
    return True, row.taken_over_by


def say(connection: Connection, conversation_id: str, by: str, text: str, nonce: str, times: Times) -> str:
    """Store what `by` writes to the person: it answers all that waited. The message's id; once for each nonce.

    Raises:
        NotYours: they have not taken the conversation over.
        Refusal: the text is empty, too long or unreadable.
    """
    row = _locked(connection, conversation_id)
    known = connection.execute(
        select(message.c.id).where(message.c.conversation_id == conversation_id, message.c.client_id == _own(nonce))
    ).scalar_one_or_none()
    if known is not None:
        return str(known)
    if row.taken_over_by != by:
        raise NotYours(row.taken_over_by)
    return _store(connection, row, redaction.redact(intake.clean(text)), times, nonce=nonce)


def announce(connection: Connection, conversation_id: str, text: str, times: Times) -> str:
    """Store that somebody came or went; it answers nothing."""
    return _store(connection, _locked(connection, conversation_id), redaction.Redacted(text, ()), times)


def hand_back(connection: Connection, conversation_id: str, times: Times) -> str | None:
    """Give the conversation back to the assistant, which answers what still waits; who had it, None for nobody."""
    row = _locked(connection, conversation_id)
    if row.taken_over_by is not None:
        _set(connection, conversation_id, taken_over_by=None, taken_over_at=None)
        connection.execute(
            update(message)
            .where(message.c.conversation_id == conversation_id, message.c.state == "waiting")
            .values(stored=times.real)  # its patience begins now: the wait was ours
        )
    return row.taken_over_by


def forgotten(connection: Connection, now: datetime) -> list[str]:
    """Conversations taken over where a person has waited too long for the human."""
    waits = exists().where(
        message.c.conversation_id == conversation.c.id,
        message.c.state == "waiting",
        message.c.author == "user",
        message.c.stored < now - IDLE,
    )
    found = connection.execute(
        select(conversation.c.id).where(
            conversation.c.taken_over_by.is_not(None), conversation.c.taken_over_at < now - IDLE, waits
        )
    )
    return [row.id for row in found]


def _locked(connection: Connection, conversation_id: str) -> Row:
    return connection.execute(
        select(conversation.c.id, conversation.c.next_seq, conversation.c.taken_over_by)
        .where(conversation.c.id == conversation_id)
        .with_for_update()
    ).one()


def _set(connection: Connection, conversation_id: str, **values: Any) -> None:
    connection.execute(update(conversation).where(conversation.c.id == conversation_id).values(**values))


def _own(nonce: str) -> str:
    return f"staff:{nonce}"


def _store(
    connection: Connection, row: Row, said: redaction.Redacted, times: Times, *, nonce: str | None = None
) -> str:
    waits = (message.c.conversation_id == row.id, message.c.state == "waiting", message.c.author == "user")
    answered = None
    if nonce is not None:
        answered = connection.execute(
            select(message.c.id).where(*waits).order_by(message.c.seq.desc()).limit(1)
        ).scalar_one_or_none()
        connection.execute(update(message).where(*waits).values(state="answered"))
    identifier = secrets.token_hex(16)
    connection.execute(
        message.insert().values(
            id=identifier,
            conversation_id=row.id,
            seq=row.next_seq,
            author="staff",
            client_id=_own(nonce) if nonce else None,
            text=said.text,
            redacted=list(said.kinds),
            buttons=[],
            answer_to=answered,
            state="said",
            attempts=0,
            refusals=0,
            stored=times.real,
            at=times.shown,
        )
    )
    _set(connection, row.id, next_seq=row.next_seq + 1)
    return identifier
