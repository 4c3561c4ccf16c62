"""What the staff app does by itself: follow Rasa's log, give forgotten conversations back, erase what is old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb import logs
from forloeb.gateway import takeover, texts
from forloeb.gateway.transactions import read, write
from forloeb.review import privacy
from forloeb.review.audit import trail
from forloeb.review.follower import Follower
from forloeb.review.keys import ENGINE, FOLLOWED, INSTALLATION, TIMES, TRACKER, TUNING

FORGOTTEN_SECONDS = 60.0
SWEEP_SECONDS = 3600.0


def work(app: web.Application) -> list[Coroutine[None, None, None]]:
    """The tasks to run."""
    if not app[TUNING].follow_seconds:
        return []
    return [_follow(app), _often(app, FORGOTTEN_SECONDS, give_back_forgotten), _often(app, SWEEP_SECONDS, sweep)]


async def _follow(app: web.Application) -> None:
    follower = Follower(app[ENGINE], app[TRACKER])
    while True:
        taken = 0
        try:
            taken = await asyncio.to_thread(follower.step)
            app[FOLLOWED][0] = time.monotonic()
        except Exception as error:
            logs.event("follow_failed", level=logging.ERROR, error=error)
        await asyncio.sleep(0 if taken else app[TUNING].follow_seconds)


async def _often(app: web.Application, seconds: float, what: Callable[[web.Application], Awaitable[object]]) -> None:
    while True:
        try:
            await what(app)
        except Exception as error:
            logs.event("background_failed", level=logging.ERROR, error=error, what=what.__name__)
        await asyncio.sleep(seconds)


async def sweep(app: web.Application) -> privacy.Due:
    """Erase what has stood its time; what was erased."""
    times, stores = app[TIMES](), privacy.Stores(app[ENGINE], app[TRACKER])
    return await asyncio.to_thread(privacy.sweep, stores, app[INSTALLATION], times.real, times.shown)


async def give_back_forgotten(app: web.Application) -> int:
    """Hand back where a person has waited too long for the human who took over; how many."""
    times = app[TIMES]()
    said = texts.takeover("left", app[INSTALLATION].values())
    found = await read(app[ENGINE], lambda connection: takeover.forgotten(connection, times.real))
    for identifier in found:

        def back(connection: Connection, where: str = identifier) -> None:
            who = takeover.hand_back(connection, where, times)
            if who is not None:
                takeover.announce(connection, where, said, times)
                trail(connection, who, "hand_back_forgotten", where, None, times.shown)

        await write(app[ENGINE], back)
    return len(found)
