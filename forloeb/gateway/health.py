"""What whoever watches a gateway asks it. Proxies of ours do not pass these on (deploy/nginx).

/health: a message would be stored and answered. /ready: it would be stored. /live: this process works. /metrics:
numbers for Prometheus.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from forloeb import logs, operation, probes
from forloeb.booking.tables import delivery, staff_case
from forloeb.db import reading, writing
from forloeb.gateway.inbox import Times
from forloeb.gateway.keys import ASSISTANT, ENGINE, TIMES
from forloeb.gateway.tables import message, notice, pulse

TASKS = web.AppKey("tasks", list[asyncio.Task[None]])


def add_routes(app: web.Application) -> None:
    """Add these to the application."""
    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
    app.router.add_get("/live", live)
    app.router.add_get("/metrics", numbers)


async def ready(request: web.Request) -> web.Response:
    """Whether a message would be stored: it is answered when the assistant is well again."""
    app = request.app
    parts = {"database": await asyncio.to_thread(_writable, app[ENGINE], app[TIMES]()), "worker": _working(app)}
    return probes.told(parts)


async def live(request: web.Request) -> web.Response:
    """Whether this process works, whatever it needs from others."""
    return probes.told({"worker": _working(request.app)})


async def numbers(request: web.Request) -> web.Response:
    """Numbers for Prometheus; not for whoever comes through a proxy."""
    probes.refuse_proxies(request)
    found = await asyncio.to_thread(_stored, request.app[ENGINE], request.app[TIMES]())
    gauges = [(name, about, found[name]) for name, about in STORED.items() if name in found]
    return probes.numbers(gauges)


async def health(request: web.Request) -> web.Response:
    """Ask every part a message needs; 503 names what is missing."""
    app = request.app
    database, assistant = await asyncio.gather(
        asyncio.to_thread(_writable, app[ENGINE], app[TIMES]()), app[ASSISTANT].healthy()
    )
    parts = {
        "database": database,
        "assistant": assistant,
        "worker": _working(app),
    }
    return probes.told(parts)


def _working(app: web.Application) -> bool:
    return not any(task.done() for task in app[TASKS])


STORED = {
    "forloeb_messages_waiting": "Messages that wait for their answer",
    "forloeb_oldest_waiting_seconds": "How long the oldest of them has waited",
    "forloeb_notices_due": "News for claimants whose time has come",
    "forloeb_deliveries_waiting": "Bookings, moves and afbud that a receiver has not taken",
    "forloeb_cases_waiting": "Cases in the staff queue that nobody has taken",
    "forloeb_switches_off": "Switches that staff have put off",
}


def _stored(engine: Engine, times: Times) -> dict[str, float]:
    """The gauges that stand in the database; none where it does not answer."""
    try:
        with reading(engine) as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(message.c.stored)).where(message.c.state == "waiting")
            ).one()
            age = (times.real - oldest).total_seconds() if oldest else 0.0
            due = (
                select(func.count())
                .select_from(notice)
                .where(notice.c.sent.is_(None), or_(notice.c.not_before.is_(None), notice.c.not_before <= times.shown))
            )
            undelivered = (
                select(func.count())
                .select_from(delivery)
                .where(delivery.c.delivered_at.is_(None), delivery.c.refused.is_(None))
            )
            cases = select(func.count()).select_from(staff_case).where(staff_case.c.state == "open")
            return {
                "forloeb_messages_waiting": waiting,
                "forloeb_oldest_waiting_seconds": max(0.0, age),
                "forloeb_notices_due": connection.execute(due).scalar_one(),
                "forloeb_deliveries_waiting": connection.execute(undelivered).scalar_one(),
                "forloeb_cases_waiting": connection.execute(cases).scalar_one(),
                "forloeb_switches_off": len(operation.off(connection)),
            }
    except SQLAlchemyError as error:
        logs.event("database_not_readable", error=error)
        return {}


def _writable(engine: Engine, times: Times) -> bool:
    try:
        with writing(engine) as connection:
            changed = connection.execute(update(pulse).where(pulse.c.name == "health").values(at=times.real)).rowcount
            if not changed:
                connection.execute(pulse.insert().values(name="health", at=times.real))
    except SQLAlchemyError as error:
        logs.event("database_not_writable", error=error)
        return False
    return True
