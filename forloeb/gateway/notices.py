"""News for a claimant (a reminder, an acknowledgement): from the `notice` table into a conversation's queue."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable

from sqlalchemy import exists, inspect, or_, select, update
from sqlalchemy.engine import Connection, Engine

from forloeb.db import reading, writing
from forloeb.gateway import inbox, logs
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.tables import conversation, notice

POLL_SECONDS = 1.0
BATCH = 50
_PREFIX = "/besked"


async def follow(engine: Engine, times: Callable[[], Times], wake: Callable[[], None]) -> None:
    """Move due notices into their conversations, until cancelled. Waits for the table when it is not there yet."""
    there = False
    while True:
        try:
            there = there or await asyncio.to_thread(lambda: inspect(engine).has_table("notice"))
            moved = await asyncio.to_thread(move, engine, times()) if there else 0
            if moved:
                logs.event("notices_queued", count=moved)
                wake()
        except Exception as error:
            logs.event("notices_failed", level=logging.ERROR, error=error)
        await asyncio.sleep(POLL_SECONDS)


def move(engine: Engine, times: Times) -> int:
    """Queue every due notice whose claimant has a conversation; the number queued.

    Marking it sent and queueing it are one transaction: it is sent once, whoever dies in between.
    """
    has_conversation = exists().where(conversation.c.claimant_id == notice.c.claimant_id)
    due = (
        select(notice.c.id, notice.c.claimant_id)
        .where(notice.c.sent.is_(None), has_conversation)
        .where(or_(notice.c.not_before.is_(None), notice.c.not_before <= times.shown))
        .order_by(notice.c.created)
        .limit(BATCH)
    )
    with reading(engine) as connection:
        found = connection.execute(due).all()
    moved = 0
    for row in found:
        with writing(engine) as connection:
            moved += _queue(connection, row.id, row.claimant_id, times)
    return moved


def take_back(connection: Connection, waiting: Waiting) -> None:
    """The notice behind a system message could not be told in a long outage: it is to be sent again."""
    if waiting.command and waiting.command.startswith(_PREFIX):
        identifier = json.loads(waiting.command.removeprefix(_PREFIX))["notice"]
        connection.execute(update(notice).where(notice.c.id == identifier).values(sent=None))


def _queue(connection: Connection, identifier: str, claimant: str, times: Times) -> int:
    marked = connection.execute(
        update(notice).where(notice.c.id == identifier, notice.c.sent.is_(None)).values(sent=times.shown)
    ).rowcount
    if not marked:
        return 0
    latest = connection.execute(
        select(conversation.c.id)
        .where(conversation.c.claimant_id == claimant)
        .order_by(conversation.c.last_used.desc())
        .limit(1)
    ).scalar_one()
    command = _PREFIX + json.dumps({"notice": identifier}, ensure_ascii=False)
    inbox.put(connection, latest, f"system:notice:{secrets.token_hex(8)}", times, command=command, author="system")
    return 1
