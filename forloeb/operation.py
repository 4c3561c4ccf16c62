"""What whoever runs the installation says to everybody, and what they have switched off. Read by every process.

A notice is told once in each conversation until it ends. A switch that is off stays off until it is put on again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection, Engine

from forloeb.db import UtcDateTime, metadata, reading
from forloeb.errors import ForloebError

SWITCHES = ("booking", "assistant")
LONGEST = 500

notice = Table(
    "outage_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("until", UtcDateTime),  # real clock
    Column("set_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
)

told = Table(
    "outage_notice_told",
    metadata,
    Column("notice_id", ForeignKey("outage_notice.id", ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, index=True),
)

switch = Table(
    "switch",
    metadata,
    Column("name", String(32), primary_key=True),  # a row is there while it is off
    Column("off_since", UtcDateTime, nullable=False),
)


class BadNotice(ForloebError):
    """The notice cannot be set; the message says why."""


@dataclass(frozen=True)
class Notice:
    """What is told now."""

    id: int
    text: str
    until: datetime | None


def set_notice(connection: Connection, text: str, until: datetime | None, now: datetime) -> None:
    """Tell everybody `text` from now on, instead of what was told.

    Raises:
        BadNotice: it is empty or too long, or its end has passed.
    """
    text = " ".join(text.split())
    if not 1 <= len(text) <= LONGEST:
        raise BadNotice("bad_notice", f"a notice has 1 to {LONGEST} characters")
    if until is not None and until <= now:
        raise BadNotice("bad_notice", "the end of the notice has passed")
    clear_notice(connection, now)
    connection.execute(insert(notice).values(text=text, until=until, set_at=now))


def clear_notice(connection: Connection, now: datetime) -> bool:
    """Tell it no more; whether anything was told."""
    cleared = update(notice).where(notice.c.cleared_at.is_(None)).values(cleared_at=now)
    return bool(connection.execute(cleared).rowcount)


def current_notice(connection: Connection, now: datetime) -> Notice | None:
    """What is told now, or None."""
    row = connection.execute(select(notice).where(_current(now)).order_by(notice.c.id.desc()).limit(1)).one_or_none()
    return Notice(row.id, row.text, row.until) if row else None


def to_tell(connection: Connection, conversation_id: str, now: datetime) -> str | None:
    """The notice, if this conversation has not been told it; from now on it counts as told."""
    known = exists().where(told.c.notice_id == notice.c.id, told.c.conversation_id == conversation_id)
    row = connection.execute(
        select(notice.c.id, notice.c.text).where(_current(now), ~known).order_by(notice.c.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(insert(told).values(notice_id=row.id, conversation_id=conversation_id))
    return str(row.text)


def put(connection: Connection, name: str, on: bool, now: datetime) -> bool:
    """Put a switch on or off; whether that changed anything."""
    if on:
        return bool(connection.execute(delete(switch).where(switch.c.name == name)).rowcount)
    if connection.execute(select(switch.c.name).where(switch.c.name == name)).first():
        return False
    connection.execute(insert(switch).values(name=name, off_since=now))
    return True


def off(connection: Connection) -> dict[str, datetime]:
    """The switches that are off, and since when."""
    return {row.name: row.off_since for row in connection.execute(select(switch))}


def is_off(engine: Engine, name: str) -> bool:
    """Whether one switch is off."""
    with reading(engine) as connection:
        return name in off(connection)


def _current(now: datetime) -> object:
    return and_(notice.c.cleared_at.is_(None), or_(notice.c.until.is_(None), notice.c.until > now))
