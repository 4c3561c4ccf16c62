"""News for a claimant (a reminder, an acknowledgement): from the `notice` table into a conversation's queue.

It goes to the conversation used last that can be reached. Where STOP or Messenger's 24 hours bar the one used last,
staff get a case and call; a reminder is let go.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, inspect, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from forloeb import logs
from forloeb.db import reading, writing
from forloeb.gateway import inbox, linking, posting
from forloeb.gateway.calls import PREFIX, Calls
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.tables import conversation, notice

POLL_SECONDS = 0.5
BATCH = 50


@dataclass(frozen=True)
class Route:
    """The conversation that news goes to, None when none can be reached; and what bars the one used last."""

    conversation: str | None
    barred: str | None


async def follow(
    engine: Engine, times: Callable[[], Times], wake: Callable[[], None], calls: Calls | None = None
) -> None:
    """Move due notices into their conversations, until cancelled. Waits for the table when it is not there yet."""
    there = False
    while True:
        try:
            there = there or await asyncio.to_thread(lambda: inspect(engine).has_table("notice"))
            moved = await asyncio.to_thread(move, engine, times(), calls) if there else 0
            if moved:
                logs.event("notices_queued", count=moved)
                wake()
        except Exception as error:
            logs.event("notices_failed", level=logging.ERROR, error=error)
        await asyncio.sleep(POLL_SECONDS)


def move(engine: Engine, times: Times, calls: Calls | None = None) -> int:
    """Queue every due notice whose claimant has a conversation; the number queued.

    What cannot be told is handed to staff through `calls`.

    Marking it sent and queueing it are one transaction: it is sent once, whoever dies in between.
    """
    has_conversation = exists().where(conversation.c.claimant_id == notice.c.claimant_id)
    due = (
        select(notice)
        .where(notice.c.sent.is_(None), has_conversation)
        .where(or_(notice.c.not_before.is_(None), notice.c.not_before <= times.shown))
        .order_by(notice.c.created)
        .limit(BATCH)
    )
    with reading(engine) as connection:
        found = connection.execute(due).all()
    return sum(_queue(engine, row, times, calls) for row in found)


def route(connection: Connection, claimant: str, times: Times) -> Route:
    """Where news for a claimant goes: the conversation used last that can be reached now."""
    barred: list[str | None] = []
    latest = (
        select(conversation.c.id, conversation.c.channel)
        .where(conversation.c.claimant_id == claimant)
        .order_by(conversation.c.last_used.desc())
    )
    for each in connection.execute(latest).all():
        bar = None if each.channel == "web" else _bar(connection, each.id, times)
        barred.append(bar)
        if bar is None:
            return Route(each.id, barred[0])
    return Route(None, barred[0] if barred else None)


def take_back(connection: Connection, waiting: Waiting) -> None:
    """The notice behind a system message could not be told in a long outage: it is to be sent again."""
    if waiting.command and waiting.command.startswith(PREFIX):
        identifier = json.loads(waiting.command.removeprefix(PREFIX))["notice"]
        connection.execute(update(notice).where(notice.c.id == identifier).values(sent=None))


def _queue(engine: Engine, row: Row, times: Times, calls: Calls | None) -> int:
    """Queue one notice. A case is opened before the notice is marked sent, so that a death in between loses none."""
    with reading(engine) as connection:
        where = route(connection, row.claimant_id, times)
    if where.barred is not None and calls is not None:
        calls.for_notice(row, where.barred, times)
    with writing(engine) as connection:
        marked = connection.execute(
            update(notice).where(notice.c.id == row.id, notice.c.sent.is_(None)).values(sent=times.shown)
        ).rowcount
        if not marked or where.conversation is None:
            return 0
        command = PREFIX + json.dumps({"notice": row.id}, ensure_ascii=False)
        identifier = f"system:notice:{secrets.token_hex(8)}"
        inbox.put(connection, where.conversation, identifier, times, command=command, author="system")
    return 1


def _bar(connection: Connection, conversation_id: str, times: Times) -> str | None:
    row = linking.of_conversation(connection, conversation_id)
    if row is None or not linking.holds(connection, row, times):
        return "unlinked"
    if row.stopped is not None:
        return "stopped"
    return None if posting.window_open(row, times) else "window_closed"
