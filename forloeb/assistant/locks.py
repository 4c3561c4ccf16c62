"""One message at a time in a conversation, as Rasa asks for it: in this process, and over Redis between processes.

The order of a person's messages does not rest on this: the gateway hands over one at a time (gateway/leases.py).
Rasa's own stores are not used: both poll once a second, and its Redis lock reads and then writes, so that two can
have it. Where Redis is away the lock of this process goes on alone, and nobody waits.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockError
from rasa.core.lock_store import LockStore as RasaLockStore
from rasa.utils.endpoints import EndpointConfig
from redis import asyncio as redis
from redis.exceptions import RedisError

from forloeb import logs
from forloeb import settings as settings_module

PREFIX = "forloeb:lock:"
LEASE_SECONDS = 5.0  # what a process that dies leaves behind is free after this
RENEW_SECONDS = 1.5
POLL_SECONDS = 0.05
WAIT_SECONDS = 20.0  # below the gateway's patience for one turn
AWAY_SECONDS = 5.0  # Redis is left alone this long after it failed
SOCKET_SECONDS = 1.0

RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class LockStore(RasaLockStore):
    """A lock per conversation; between processes where FORLOEB_REDIS_URL is set."""

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """Rasa passes the endpoint, of which nothing is used."""
        super().__init__()
        url = settings_module.load().redis_url
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._away_until = 0.0
        self._renewing: set[asyncio.Task[None]] = set()
        self._redis = (
            redis.from_url(url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS) if url else None
        )

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = WAIT_SECONDS, wait_time_in_seconds: float = POLL_SECONDS
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation for one turn; Rasa's two times are not used.

        Raises:
            LockError: another has had it too long. The gateway hands the message over again.
        """
        here = self._here.get(conversation_id)
        if here is None:
            here = self._here[conversation_id] = asyncio.Lock()
        async with here:
            token = await self._take(conversation_id)
            done = asyncio.Event()
            if token:
                renewing = asyncio.create_task(self._renew(conversation_id, token, done))
                self._renewing.add(renewing)
                renewing.add_done_callback(self._renewing.discard)
            try:
                yield TicketLock(conversation_id)
            finally:
                done.set()
                if token:
                    # Not waited for: redis' client can swallow a cancellation, and a turn once hung on that for 30 s.
                    renewing.cancel()
                    await self._ask(RELEASE, conversation_id, token)

    async def _take(self, conversation_id: str) -> str | None:
        """A token once the lock is ours, None where Redis is not used or away."""
        token, deadline = secrets.token_hex(16), time.monotonic() + WAIT_SECONDS
        while self._redis is not None and time.monotonic() >= self._away_until:
            try:
                if await self._redis.set(PREFIX + conversation_id, token, nx=True, px=int(1000 * LEASE_SECONDS)):
                    return token
            except (RedisError, OSError) as error:
                self._went(error)
                break
            if time.monotonic() > deadline:
                raise LockError("another process has this conversation")
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def _renew(self, conversation_id: str, token: str, done: asyncio.Event) -> None:
        await asyncio.sleep(RENEW_SECONDS)
        while not done.is_set():
            await self._ask(RENEW, conversation_id, token, int(1000 * LEASE_SECONDS))
            await asyncio.sleep(RENEW_SECONDS)

    async def _ask(self, script: str, conversation_id: str, *arguments: str | int) -> None:
        if self._redis is None or time.monotonic() < self._away_until:
            return
        try:
            await self._redis.eval(script, 1, PREFIX + conversation_id, *arguments)
        except (RedisError, OSError) as error:
            self._went(error)

    def _went(self, error: BaseException) -> None:
        self._away_until = time.monotonic() + AWAY_SECONDS
        logs.event("redis_away", level=logging.WARNING, error=error)
