"""`python -m forloeb.booking.runner`: delivers, alarms, reminds and tidies until it is told to stop.

Any number may run at once: what each does is decided by a conditional write. Logs hold ids and counts, no persons.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.engine import Engine

from forloeb import clock, logs
from forloeb.booking.notices import drop_stale
from forloeb.booking.sender import Sender
from forloeb.booking.service import Bookings
from forloeb.booking.signing import WINDOW_SECONDS
from forloeb.booking.slots import StoredSlots
from forloeb.booking.tables import holder_request
from forloeb.booking.watching import ROUNDS, Rounds, watched
from forloeb.db import connect, writing
from forloeb.settings import Settings, load

SEND_SECONDS = 1.0
ROUND_SECONDS = 15.0
TIDY_SECONDS = 300.0
LONGEST_PAUSE = 30.0
ALIVE = "deliveries.alive"  # under FORLOEB_VAR, touched each round: whoever watches looks at its age

log = logging.getLogger("forloeb.booking.runner")


async def run(settings: Settings, stop: asyncio.Event | None = None, engine: Engine | None = None) -> None:
    """Run until `stop` is set or the task is cancelled.

    Args:
        settings: the installation's.
        stop: set it to end the run after what is under way.
        engine: the database; from the settings when None.
    """
    stopped = stop or asyncio.Event()
    own = engine is None
    store = engine if engine is not None else connect(settings.database_url)
    bookings = Bookings(store, settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    alive, went = settings.var / ALIVE, Rounds()

    def now() -> datetime:
        return clock.now(settings)

    def rounds() -> None:
        alive.touch()
        went.begun()
        counts = {
            "alarms": bookings.alarm_due(now()),
            "reminders": bookings.due_reminders(now()),
            "afbud_without_time": bookings.afbud_left_without_time(now()),
        }
        if any(counts.values()):
            log.info("round: %s", counts)
        for what, number in counts.items():
            ROUNDS.add(number, found=what)

    try:
        async with watched(settings, store, went, now), Sender(store, settings, now) as sender:

            async def send() -> None:
                await sender.run_once()

            await asyncio.gather(
                _repeat(send, SEND_SECONDS, stopped),
                _repeat(lambda: asyncio.to_thread(rounds), ROUND_SECONDS, stopped),
                _repeat(lambda: asyncio.to_thread(tidy, store, now()), TIDY_SECONDS, stopped),
            )
    finally:
        if own:
            store.dispose()


def tidy(engine: Engine, now: datetime) -> None:
    """Forget holds that have run out, news whose time has gone, and signatures too old to be replayed."""
    with writing(engine) as connection:
        StoredSlots().expire_holds(connection, now)
        drop_stale(connection, now)
        real = datetime.now(now.tzinfo).timestamp() - 2 * WINDOW_SECONDS
        old = datetime.fromtimestamp(real, now.tzinfo)
        connection.execute(delete(holder_request).where(holder_request.c.at < old))


async def _repeat(work: Callable[[], object], seconds: float, stop: asyncio.Event) -> None:
    """Do the work every so often; a failure (a database away) is logged by its kind and tried again, ever slower."""
    pause = seconds
    while not stop.is_set():
        try:
            await work()  # type: ignore[misc]
            pause = seconds
        except asyncio.CancelledError:
            raise
        except Exception as error:
            pause = min(max(LONGEST_PAUSE, seconds), pause * 2)
            log.error("failed: %s", type(error).__name__)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _main() -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await run(load(), stop)


if __name__ == "__main__":
    logs.start("deliveries")
    asyncio.run(_main())
