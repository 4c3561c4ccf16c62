"""What whoever watches the deliveries asks them, on a port of their own that no proxy passes on.

/health: the database answers and the rounds go on. /live: the rounds go on. /metrics: numbers for Prometheus.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from forloeb import logs, metrics, probes
from forloeb.booking.model import DeliveryKind
from forloeb.booking.tables import delivery
from forloeb.db import reading
from forloeb.metrics import Gauge
from forloeb.settings import Settings

LATE_SECONDS = 120.0  # a round takes a second: whoever has done none for so long is stuck

ROUNDS = metrics.Counter("forloeb_rounds_total", "What the deliveries' rounds found to do, by kind")


class Rounds:
    """When the deliveries last went their round."""

    def __init__(self) -> None:
        """Begins now: a process that has just started is not late."""
        self._last = time.monotonic()

    def begun(self) -> None:
        """One round begins: a database that is away ends it, and the next one begins all the same."""
        self._last = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since."""
        return time.monotonic() - self._last


@asynccontextmanager
async def watched(
    settings: Settings, engine: Engine, rounds: Rounds, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Serve for as long as the block lasts. A port that is taken is logged, and keeps no afbud from being delivered."""
    runner = web.AppRunner(init_app(engine, rounds, now), access_log=None, shutdown_timeout=1)
    if settings.deliveries_port:
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.internal_bind, settings.deliveries_port).start()
        except OSError as error:
            logs.event("watching_port_taken", level=logging.ERROR, error=error, port=settings.deliveries_port)
    try:
        yield
    finally:
        await runner.cleanup()


def init_app(engine: Engine, rounds: Rounds, now: Callable[[], datetime]) -> web.Application:
    """The three addresses over a database."""

    async def health(_request: web.Request) -> web.Response:
        outbox = await asyncio.to_thread(gauges, engine, now())
        return probes.told({"database": bool(outbox), "rounds": rounds.age < LATE_SECONDS})

    async def live(_request: web.Request) -> web.Response:
        return probes.told({"rounds": rounds.age < LATE_SECONDS})

    async def numbers(request: web.Request) -> web.Response:
        probes.refuse_proxies(request)
        age: Gauge = ("forloeb_round_age_seconds", "Seconds since the last round of the deliveries", rounds.age)
        found = [*await asyncio.to_thread(gauges, engine, now()), age]
        return probes.numbers(found)

    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/live", live)
    app.router.add_get("/metrics", numbers)
    return app


def gauges(engine: Engine, now: datetime) -> list[Gauge]:
    """What waits to be delivered; nothing where the database does not answer."""
    query = (
        select(
            delivery.c.kind,
            func.count().label("n"),
            func.min(delivery.c.created).label("oldest"),
            func.max(delivery.c.attempts).label("attempts"),
            func.count(delivery.c.refused).label("refused"),
        )
        .where(delivery.c.delivered_at.is_(None))
        .group_by(delivery.c.kind)
    )
    try:
        with reading(engine) as connection:
            rows = {row.kind: row for row in connection.execute(query)}
    except SQLAlchemyError as error:
        logs.event("database_not_readable", error=error)
        return []
    kinds: dict[str, metrics.Labels] = {kind.value: (("kind", kind.value),) for kind in DeliveryKind}
    waiting = {label: float(rows[kind].n) if kind in rows else 0.0 for kind, label in kinds.items()}
    ages = {
        label: max(0.0, (now - rows[kind].oldest).total_seconds()) if kind in rows else 0.0
        for kind, label in kinds.items()
    }
    return [
        ("forloeb_outbox_waiting", "Deliveries that no receiver has taken, by kind", waiting),
        ("forloeb_outbox_oldest_seconds", "How long the oldest of them has waited, by kind", ages),
        (
            "forloeb_outbox_attempts",
            "How often the one tried most has been tried",
            float(max((row.attempts for row in rows.values()), default=0)),
        ),
        (
            "forloeb_outbox_refused_waiting",
            "Those that a receiver has said it will never take",
            float(sum(row.refused for row in rows.values())),
        ),
    ]
