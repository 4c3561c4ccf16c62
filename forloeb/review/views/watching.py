"""What whoever watches the staff app asks it. Proxies of ours do not pass these on (deploy/nginx).

/health: pages can be shown, and the read model follows Rasa's log. /ready: pages can be shown. /live: this process
works. /metrics: numbers for Prometheus.
"""

from __future__ import annotations

import asyncio
import time

from aiohttp import web
from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from forloeb import logs, probes
from forloeb.gateway.tables import pulse
from forloeb.gateway.transactions import write
from forloeb.review import gauges
from forloeb.review.keys import ENGINE, FOLLOWED, TASKS, TIMES, TRACKER, TUNING

LATE_SECONDS = 60.0
_PATIENCE = 5.0


async def health(request: web.Request) -> web.Response:
    """Ask every part that staff need; 503 names what is missing."""
    app = request.app
    followed = time.monotonic() - app[FOLLOWED][0] < LATE_SECONDS or not app[TUNING].follow_seconds
    return probes.told({"database": await _writable(request), "work": _working(request), "follower": followed})


async def ready(request: web.Request) -> web.Response:
    """Whether pages can be shown: each look is written down first."""
    return probes.told({"database": await _writable(request), "work": _working(request)})


async def live(request: web.Request) -> web.Response:
    """Whether this process works, whatever it needs from others."""
    return probes.told({"work": _working(request)})


async def numbers(request: web.Request) -> web.Response:
    """Numbers for Prometheus; not for whoever comes through a proxy."""
    probes.refuse_proxies(request)
    app = request.app
    found = await asyncio.to_thread(gauges.now, app[ENGINE], app[TRACKER], app[TIMES]().shown)
    return probes.numbers(found)


def _working(request: web.Request) -> bool:
    return not any(task.done() for task in request.app[TASKS])


async def _writable(request: web.Request) -> bool:
    now = request.app[TIMES]().real

    def work(connection: Connection) -> None:
        if not connection.execute(update(pulse).where(pulse.c.name == "review").values(at=now)).rowcount:
            connection.execute(insert(pulse).values(name="review", at=now))

    try:
        await asyncio.wait_for(write(request.app[ENGINE], work), _PATIENCE)
    except Exception as error:
        logs.event("database_not_writable", error=error)
        return False
    return True
