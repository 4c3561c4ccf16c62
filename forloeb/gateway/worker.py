"""Hands waiting messages to the assistant: one at a time in a conversation, several conversations at once.

Whatever waits in the database when the gateway starts is taken up again. While the assistant is away nothing is
handed over; its health is asked until it is back. A message that a live assistant keeps refusing, or that has
waited through a long outage, is given an honest answer so that the next one gets its turn.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine

from forloeb import logs, metrics, operation
from forloeb.gateway import leases, notices, outbox
from forloeb.gateway.assistant import Assistant, NoAnswer
from forloeb.gateway.bells import Bells, rung
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.transactions import read, write

T = TypeVar("T")
TURNS = metrics.Histogram("forloeb_answer_seconds", "From handing a message over until its answer is stored")


@dataclass(frozen=True)
class Held:
    """A message in hand, and whether staff had switched the assistant off when it was taken."""

    waiting: Waiting
    off: bool


@dataclass(frozen=True)
class Patience:
    """How long is waited for what."""

    parallel: int = 16  # conversations in hand at once
    poll_seconds: float = 1.0  # for what another process stored, and for leases that ran out
    first_delay: float = 0.2
    longest_delay: float = 5.0
    refusals: int = 8  # by a live assistant, then the message is given up
    silence: int = 3  # empty answers by a live assistant to a notice: it has been overtaken, nothing is to be said
    outage: timedelta = timedelta(minutes=10)  # then messages that waited this long are given up

    def delay(self, tries: int) -> float:
        """Seconds to wait after this many tries."""
        return min(self.longest_delay, self.first_delay * float(2 ** min(tries, 16)))


class Worker:
    """One per gateway process."""

    def __init__(
        self,
        engine: Engine,
        assistant: Assistant,
        bells: Bells,
        *,
        times: Callable[[], Times],
        place: str,
        sorry: str,
        off: str = "",
        patience: Patience | None = None,
        outlet: outbox.Outlet | None = None,
        sent: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing happens before `run`.

        Args:
            engine: the database.
            assistant: who answers.
            bells: rung when a conversation has grown.
            times: the present moment on both clocks.
            place: what tells this gateway from others on this host (its port).
            sorry: what a person reads when their message is given up.
            off: what they read while the assistant is switched off.
            patience: how long is waited for what.
            outlet: queues replies on the channels that push.
            sent: called when something may have been queued there.
        """
        self._outlet, self._sent = outlet, sent
        self._engine, self._assistant, self._bells, self._times = engine, assistant, bells, times
        self._patience, self._sorry, self._off = patience or Patience(), sorry, off
        self._place = f"{socket.gethostname()[:80]}:{place}"
        self._owner = f"{self._place}/{secrets.token_hex(8)}"
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._grown: set[str] = set()  # got another message while in hand
        self._wake = asyncio.Event()
        self._down_since: float | None = None

    def wake(self) -> None:
        """Something new waits, somewhere."""
        self._wake.set()

    def take(self, conversation: str) -> None:
        """Something new waits in this conversation: it is served at once if there is room, without being looked for."""
        if conversation in self._in_hand:
            self._grown.add(conversation)
        elif self._has_room():
            self._start(conversation)

    async def store(self, conversation: str, put: Callable[[Connection], T], is_new: Callable[[T], bool]) -> T:
        """Store a message and, where there is room, take its conversation in hand in the same transaction.

        Args:
            conversation: where the message belongs.
            put: stores it in the given transaction.
            is_new: whether what `put` gave is a message that waits now.

        Returns:
            What `put` gave, once it is committed.

        Raises:
            Exception: what `put` raised; then nothing is stored.
        """
        if conversation in self._in_hand or not self._has_room():
            given = await write(self._engine, put)
            if is_new(given):
                self.take(conversation)
            return given
        stored: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def put_and_claim(connection: Connection) -> tuple[T, Held | None]:
            given = put(connection)
            return given, self._next(connection, conversation) if is_new(given) else None

        async def begin() -> Held | None:
            try:
                given, held = await write(self._engine, put_and_claim)
            except Exception as error:
                stored.set_exception(error)
                return None
            except asyncio.CancelledError:
                stored.cancel()
                raise
            stored.set_result(given)
            return held

        self._start(conversation, begin)
        return await asyncio.shield(stored)

    def _has_room(self) -> bool:
        return self._down_since is None and len(self._in_hand) < self._patience.parallel

    async def run(self) -> None:
        """Work until cancelled."""
        freed = await write(self._engine, lambda connection: leases.release_of_dead(connection, self._place))
        logs.event("worker_started", freed=freed)
        renewing = asyncio.create_task(self._renew())
        try:
            while True:
                self._wake.clear()
                try:
                    await self._round()
                except Exception as error:
                    logs.event("round_failed", level=logging.ERROR, error=error)
                    await asyncio.sleep(self._patience.poll_seconds)
                await rung(self._wake, self._patience.poll_seconds)
        finally:
            tasks = [renewing, *self._in_hand.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _renew(self) -> None:
        """Keep the leases of what is in hand while this process lives."""
        while True:
            await asyncio.sleep(leases.RENEW_SECONDS)
            try:
                if self._in_hand:
                    await write(self._engine, self._hold_on)
            except Exception as error:
                logs.event("renew_failed", level=logging.WARNING, error=error)

    def _hold_on(self, connection: Connection) -> None:
        leases.renew(connection, list(self._in_hand), self._owner, self._times().real)

    async def _round(self) -> None:
        if self._down_since is not None:
            await self._sit_out()
        free = self._patience.parallel - len(self._in_hand)
        if free <= 0:
            return
        now = self._times().real
        waiting = await read(
            self._engine, lambda connection: leases.due(connection, now, self._patience.parallel + free)
        )
        for conversation in [name for name in waiting if name not in self._in_hand][:free]:
            self._start(conversation)

    def _start(self, conversation: str, begin: Callable[[], Awaitable[Held | None]] | None = None) -> None:
        begin = begin or partial(write, self._engine, partial(self._next, conversation=conversation))
        task = asyncio.create_task(self._serve(conversation, begin))
        self._in_hand[conversation] = task
        task.add_done_callback(partial(self._done, conversation))

    def _done(self, conversation: str, _task: asyncio.Task[None]) -> None:
        full = len(self._in_hand) >= self._patience.parallel
        self._in_hand.pop(conversation, None)
        if full or conversation in self._grown or self._down_since is not None:
            self._wake.set()
        self._grown.discard(conversation)

    async def _serve(self, conversation: str, begin: Callable[[], Awaitable[Held | None]]) -> None:
        """Answer what `begin` takes in hand, and what waits behind it, in order, as long as answers come."""
        try:
            held = await begin()
            while held is not None:
                held = await self._answer(held)
        except Exception as error:
            logs.event("serve_failed", level=logging.ERROR, error=error, conversation=conversation)

    def _next(self, connection: Connection, conversation: str) -> Held | None:
        waiting = leases.claim(connection, conversation, self._owner, self._times().real)
        return Held(waiting, "assistant" in operation.off(connection)) if waiting else None

    async def _answer(self, held: Held) -> Held | None:
        """Answer the message in hand; gives the next, taken in hand by the transaction that stores the answer."""
        started, waiting = time.monotonic(), held.waiting
        if held.off:
            return await self._switched_off(waiting)
        try:
            replies = await self._assistant.hand_over(waiting)
        except NoAnswer as no_answer:
            await self._unanswered(waiting, no_answer.kind)
            return None

        def store(connection: Connection) -> tuple[bool, Held | None]:
            times = self._times()
            told = operation.to_tell(connection, waiting.conversation, times.real)
            said = [outbox.Reply(told), *replies] if told else replies
            stored = outbox.answer(connection, waiting, self._owner, said, times, outlet=self._outlet)
            more = stored and leases.more_waits(connection, waiting.conversation)
            return stored, self._next(connection, waiting.conversation) if more else None

        stored, following = await write(self._engine, store)
        TURNS.observe(time.monotonic() - started)
        self._bells.ring(waiting.conversation)
        if waiting.channel in outbox.PUSHED:
            self._sent()
        logs.event(
            "answered" if stored else "lease_lost",
            message=waiting.id,
            conversation=waiting.conversation,
            replies=len(replies),
            milliseconds=round(1000 * (time.monotonic() - started)),
        )
        return following

    async def _switched_off(self, waiting: Waiting) -> Held | None:
        """Staff have switched the assistant off: a person is told where else to go, news waits."""
        if waiting.author == "system":
            until = self._times().real + timedelta(seconds=60)
            await write(self._engine, lambda c: leases.postpone(c, waiting, self._owner, until))
            return None
        await self._give_up(waiting, "off", self._off)
        return await write(self._engine, partial(self._next, conversation=waiting.conversation))

    async def _unanswered(self, waiting: Waiting, kind: str) -> None:
        logs.event("not_answered", level=logging.WARNING, message=waiting.id, kind=kind, refusals=waiting.refusals)
        if not await self._assistant.healthy():
            await self._release(waiting)
            if self._down_since is None:
                self._down_since = time.monotonic()
                logs.event("assistant_away", level=logging.WARNING)
        elif waiting.refusals + 1 >= self._patience.refusals:
            await self._give_up(waiting, "refused")
        elif waiting.author == "system" and kind == "empty" and waiting.refusals + 1 >= self._patience.silence:
            await write(self._engine, lambda c: outbox.answer(c, waiting, self._owner, [], self._times()))
        else:
            delay = timedelta(seconds=self._patience.delay(waiting.refusals))
            until = self._times().real + delay
            await write(self._engine, lambda c: leases.postpone(c, waiting, self._owner, until))
            asyncio.get_running_loop().call_later(delay.total_seconds() + 0.01, self.wake)

    async def _give_up(self, waiting: Waiting, why: str, words: str | None = None) -> None:
        """Say so honestly to a person; a notice goes back to be sent when the assistant is well again."""
        replies = [outbox.Reply(words or self._sorry)] if waiting.author == "user" else []

        def store(connection: Connection) -> None:
            given_up = outbox.answer(
                connection, waiting, self._owner, replies, self._times(), state="failed", outlet=self._outlet
            )
            if given_up and why == "outage" and waiting.author == "system":
                notices.take_back(connection, waiting)

        await write(self._engine, store)
        self._bells.ring(waiting.conversation)
        self._sent()
        logs.event("given_up", level=logging.ERROR, message=waiting.id, why=why, author=waiting.author)

    async def _sit_out(self) -> None:
        """Wait for the assistant to come back, giving up what has waited too long meanwhile."""
        tries = 0
        while not await self._assistant.healthy():
            await asyncio.sleep(self._patience.delay(tries))
            tries += 1
            outage = time.monotonic() - (self._down_since or 0)
            if outage >= self._patience.outage.total_seconds():
                await self._give_up_old()
        logs.event("assistant_back", seconds=round(time.monotonic() - (self._down_since or 0), 1))
        self._down_since = None

    async def _give_up_old(self) -> None:
        limit = self._times().real - self._patience.outage
        for conversation in await read(self._engine, lambda c: leases.older_than(c, limit, 100)):
            held = await write(self._engine, partial(self._next, conversation=conversation))
            if held is not None and held.waiting.stored < limit:
                await self._give_up(held.waiting, "outage")
            elif held is not None:
                await self._release(held.waiting)

    async def _release(self, waiting: Waiting) -> None:
        await write(self._engine, lambda c: leases.release(c, waiting.conversation, self._owner))
