"""What reviewers say of a conversation: its state, labels, notes, and flags on single messages."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.words import own_words
from forloeb.gateway.tables import message
from forloeb.review import transcript
from forloeb.review.audit import trail
from forloeb.review.tables import review_flag, review_label, review_mark, review_note

STATES = ("new", "doing", "done")
_LABEL = re.compile(r"[\wæøåÆØÅ][\wæøåÆØÅ -]{0,39}")


def set_state(connection: Connection, conversation_id: str, state: str, by: str, now: datetime) -> None:
    """How far the review of a conversation has come."""
    if state not in STATES:
        raise Refused("bad_value", "no such state")
    row = transcript.head(connection, conversation_id)
    values = {"state": state, "by": by, "at": now}
    there = connection.execute(
        update(review_mark).where(review_mark.c.conversation_id == conversation_id).values(**values)
    ).rowcount
    if not there:
        connection.execute(insert(review_mark).values(conversation_id=conversation_id, **values))
    trail(connection, by, f"review_{state}", conversation_id, row.claimant_id, now)


def add_label(connection: Connection, conversation_id: str, label: str, by: str, now: datetime) -> None:
    """Put a label on a conversation; a second time changes nothing."""
    label = " ".join(label.split()).lower()
    if not _LABEL.fullmatch(label):
        raise Refused("bad_value", "a label has 1 to 40 letters")
    row = transcript.head(connection, conversation_id)
    there = select(review_label.c.label).where(
        review_label.c.conversation_id == conversation_id, review_label.c.label == label
    )
    if connection.execute(there).first() is None:
        connection.execute(insert(review_label).values(conversation_id=conversation_id, label=label, by=by, at=now))
        trail(connection, by, "label", conversation_id, row.claimant_id, now)


def remove_label(connection: Connection, conversation_id: str, label: str, by: str, now: datetime) -> None:
    """Take a label off."""
    row = transcript.head(connection, conversation_id)
    connection.execute(
        delete(review_label).where(review_label.c.conversation_id == conversation_id, review_label.c.label == label)
    )
    trail(connection, by, "unlabel", conversation_id, row.claimant_id, now)


def add_note(connection: Connection, conversation_id: str, text: str, by: str, now: datetime) -> None:
    """Write a note on a conversation."""
    said = own_words(text)
    if not said:
        raise Refused("bad_value", "an empty note")
    row = transcript.head(connection, conversation_id)
    connection.execute(insert(review_note).values(conversation_id=conversation_id, text=said, by=by, at=now))
    trail(connection, by, "note", conversation_id, row.claimant_id, now)


def flag(connection: Connection, conversation_id: str, message_id: str, on: bool, by: str, now: datetime) -> None:
    """Flag one message, or take the flag off.

    Raises:
        NotFound: no such message in this conversation.
    """
    row = transcript.head(connection, conversation_id)
    own = select(message.c.id).where(message.c.id == message_id, message.c.conversation_id == conversation_id)
    if connection.execute(own).first() is None:
        raise NotFound
    removed = connection.execute(delete(review_flag).where(review_flag.c.message_id == message_id)).rowcount
    if on:
        connection.execute(
            insert(review_flag).values(message_id=message_id, conversation_id=conversation_id, by=by, at=now)
        )
    if on != bool(removed):
        trail(connection, by, "flag" if on else "unflag", message_id, row.claimant_id, now)


def labels(connection: Connection) -> list[str]:
    """All labels in use."""
    return [row.label for row in connection.execute(select(review_label.c.label).distinct().order_by("label"))]
