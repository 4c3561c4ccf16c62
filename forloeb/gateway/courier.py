"""Sends what waits: one message at a time to an address, several addresses at once, each once.

An attempt is noted before it is made. One that ended without an answer (a dead process, a lost connection) is asked
about before it is made again. What cannot be sent opens a case for staff first, and is marked then.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy.engine import Engine, Row

from forloeb import logs
from forloeb.gateway import posting
from forloeb.gateway.bells import rung
from forloeb.gateway.calls import Calls
from forloeb.gateway.inbox import Times
from forloeb.gateway.pushes import Pushes
from forloeb.gateway.sending import Refused, Sender, TryAgain
from forloeb.gateway.transactions import read, write

POLL_SECONDS = 1.0
PARALLEL = 8
FIRST_DELAY = 1.0
LONGEST_DELAY = 300.0
GIVE_UP = timedelta(hours=6)


class Courier:
    """One per gateway process."""

    def __init__(
        self,
        engine: Engine,
        senders: Mapping[str, Sender],
        calls: Calls,
        out: Pushes,
        *,
        times: Callable[[], Times],
        place: str,
        first_delay: float = FIRST_DELAY,
    ) -> None:
        """Nothing happens before `run`.

        Args:
            engine: the database.
            senders: by channel; only those that are set up.
            calls: opens cases for what cannot be sent.
            out: queues what staff have written.
            times: the present moment on both clocks.
            place: what tells this gateway from others on this host (its port).
            first_delay: seconds before the second attempt; doubles from there.
        """
        self._engine, self._senders, self._calls, self._out = engine, senders, calls, out
        self._times, self._first_delay = times, first_delay
        self._place = f"{socket.gethostname()[:80]}:{place}"
        self._owner = f"{self._place}/{secrets.token_hex(8)}"
        self._in_hand: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something new waits."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        await write(self._engine, lambda connection: posting.release_of_dead(connection, self._place))
        try:
            while True:
                self._wake.clear()
                try:
                    await self._round()
                except Exception as error:
                    logs.event("courier_failed", level=logging.ERROR, error=error)
                await rung(self._wake, POLL_SECONDS)
        finally:
            for task in self._in_hand.values():
                task.cancel()
            await asyncio.gather(*self._in_hand.values(), return_exceptions=True)

    async def _round(self) -> None:
        times = self._times()
        if await read(self._engine, posting.unsent_of_staff):
            await write(self._engine, lambda c: posting.queue_staff(c, self._out, times))
        channels = list(self._senders)
        for row in await read(self._engine, lambda c: posting.due(c, channels, times.real, 4 * PARALLEL)):
            key = (row.channel, row.address)
            if key not in self._in_hand and len(self._in_hand) < PARALLEL:
                task = asyncio.create_task(self._serve(row.id))
                self._in_hand[key] = task
                task.add_done_callback(partial(self._done, key))

    def _done(self, key: tuple[str, str], _task: asyncio.Task[None]) -> None:
        self._in_hand.pop(key, None)
        self._wake.set()

    async def _serve(self, identifier: int) -> None:
        try:
            claimed = await write(self._engine, lambda c: posting.claim(c, identifier, self._owner, self._times()))
            if claimed is None:
                return
            if claimed.barred:
                await self._end(claimed.row, "blocked", claimed.barred)
            else:
                await self._send(claimed.row, uncertain=claimed.uncertain)
        except Exception as error:
            logs.event("push_failed", level=logging.ERROR, error=error, push=identifier)

    async def _send(self, row: Row, *, uncertain: bool) -> None:
        sender = self._senders[row.channel]
        try:
            found = await sender.find(row) if uncertain else None
            delivered = found or await sender.send(row)
        except Refused as refused:
            if refused.stopped:
                await write(self._engine, lambda c: posting.note_stop(c, row, self._times()))
            await self._end(row, "blocked" if refused.stopped else "failed", refused.code, stopped=refused.stopped)
        except TryAgain as again:
            await self._again(row, again)
        else:
            await write(self._engine, lambda c: posting.mark_sent(c, row, delivered.id, self._times()))
            logs.event("pushed", push=row.id, channel=row.channel, attempts=row.attempts, found=found is not None)

    async def _again(self, row: Row, again: TryAgain) -> None:
        logs.event("push_delayed", level=logging.WARNING, push=row.id, code=again.code, attempts=row.attempts)
        if self._times().real - row.created > GIVE_UP:
            await self._end(row, "failed", again.code)
            return
        seconds = min(LONGEST_DELAY, self._first_delay * 2 ** min(row.attempts - 1, 12))
        until = self._times().real + timedelta(seconds=seconds)
        await write(self._engine, lambda c: posting.postpone(c, row, again, until))
        asyncio.get_running_loop().call_later(seconds + 0.01, self.wake)

    async def _end(self, row: Row, state: str, code: str, *, stopped: bool = False) -> None:
        """Give a message up: staff get their case first, so that a death in between loses none."""
        reason = "stopped" if stopped else code if code in posting.BARS else "undelivered"
        await asyncio.to_thread(self._calls.for_push, row, reason, self._times())
        await write(self._engine, lambda c: posting.mark_ended(c, row, state, code))
        logs.event("push_ended", level=logging.WARNING, push=row.id, state=state, code=code)
