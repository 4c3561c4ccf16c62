"""GET /health: 200 only when a message would be stored and answered."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy import update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from forloeb.db import writing
from forloeb.gateway import logs, responses
from forloeb.gateway.inbox import Times
from forloeb.gateway.keys import ASSISTANT, ENGINE, TIMES
from forloeb.gateway.tables import pulse

TASKS = web.AppKey("tasks", list[asyncio.Task[None]])


async def health(request: web.Request) -> web.Response:
    """Ask every part a message needs; 503 names what is missing."""
    app = request.app
    database, assistant = await asyncio.gather(
        asyncio.to_thread(_writable, app[ENGINE], app[TIMES]()), app[ASSISTANT].healthy()
    )
    parts = {
        "database": database,
        "assistant": assistant,
        "worker": not any(task.done() for task in app[TASKS]),
    }
    missing = [name for name, well in parts.items() if not well]
    body = {"status": "unavailable" if missing else "ok", "missing": missing}
    return responses.answer(body, status=503 if missing else 200, headers={"Cache-Control": "no-store"})


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
