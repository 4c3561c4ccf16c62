"""Waking those who wait for a conversation to grow: at once from this process, soon from any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb import logs
from forloeb.db import reading
from forloeb.gateway.tables import conversation

WATCH_SECONDS = 0.5
CHUNK = 400


class Bells:
    """One bell per conversation somebody listens to."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is watched for what other processes store."""
        self._engine = engine
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._seen: dict[str, int] = {}
        self.closed = False

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set each time the conversation may have grown."""
        bell = asyncio.Event()
        self._listeners.setdefault(conversation_id, set()).add(bell)
        try:
            yield bell
        finally:
            listeners = self._listeners[conversation_id]
            listeners.discard(bell)
            if not listeners:
                del self._listeners[conversation_id]
                self._seen.pop(conversation_id, None)

    def ring(self, conversation_id: str) -> None:
        """Wake the conversation's listeners."""
        for bell in self._listeners.get(conversation_id, ()):
            bell.set()

    def close(self) -> None:
        """Wake everyone for the last time: the gateway stops."""
        self.closed = True
        for conversation_id in list(self._listeners):
            self.ring(conversation_id)

    async def watch(self) -> None:
        """Ring for what other processes stored, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            listened = list(self._listeners)
            for start in range(0, len(listened), CHUNK):
                try:
                    sizes = await asyncio.to_thread(self._sizes, listened[start : start + CHUNK])
                except Exception as error:
                    logs.event("watch_failed", error=error)
                    break
                for identifier, size in sizes:
                    if identifier in self._listeners and self._seen.get(identifier) != size:
                        self._seen[identifier] = size
                        self.ring(identifier)

    def _sizes(self, identifiers: list[str]) -> list[tuple[str, int]]:
        query = select(conversation.c.id, conversation.c.next_seq).where(conversation.c.id.in_(identifiers))
        with reading(self._engine) as connection:
            return [(row.id, row.next_seq) for row in connection.execute(query)]


async def rung(bell: asyncio.Event, seconds: float) -> None:
    """Wait until the bell rings, at most `seconds`.

    Not by `wait_for`: Python 3.11's swallows a cancellation that comes at the moment of the ring.
    """
    if seconds > 0:
        waiting = asyncio.ensure_future(bell.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()
