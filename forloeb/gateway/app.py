"""The application: its parts, made and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone

import aiohttp
from aiohttp import web

from forloeb import clock, db, installation
from forloeb.gateway import errors, identity, notices, page, security, texts
from forloeb.gateway import web as web_channel
from forloeb.gateway.assistant import Assistant
from forloeb.gateway.bells import Bells
from forloeb.gateway.health import TASKS, health
from forloeb.gateway.inbox import Times
from forloeb.gateway.keys import ASSISTANT, BELLS, ENGINE, SETTINGS, TIMES, TUNING, WORKER, Tuning
from forloeb.gateway.limits import BODY_LIMIT
from forloeb.gateway.worker import Worker
from forloeb.settings import Settings


def init_app(settings: Settings, tuning: Tuning | None = None) -> web.Application:
    """The gateway for these settings. Migrates the database when it starts.

    Raises:
        SettingsError: the login key or the installation's file cannot be used.
    """
    identity.check_key(settings)
    installation.load(settings.installation)
    app = web.Application(middlewares=[errors.middleware, security.origin_middleware], client_max_size=BODY_LIMIT)
    app[SETTINGS] = settings
    app[TUNING] = tuning or Tuning()
    app[TIMES] = _times(settings)
    app[security.ORIGINS] = security.allowed_origins(settings)
    app[security.FRAMES] = settings.origins
    app.on_response_prepare.append(security.set_headers)
    app.cleanup_ctx.extend((_database, _assistant, _workers))
    app.router.add_get("/health", health)
    web_channel.add_routes(app)
    page.add_routes(app)
    return app


def _times(settings: Settings) -> Callable[[], Times]:
    return lambda: Times(datetime.now(timezone.utc), clock.now(settings))


async def _database(app: web.Application) -> AsyncIterator[None]:
    url = app[SETTINGS].database_url
    app[ENGINE] = await asyncio.to_thread(db.connect, url)
    await asyncio.to_thread(db.migrate, url)
    yield
    app[ENGINE].dispose()


async def _assistant(app: web.Application) -> AsyncIterator[None]:
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
        app[ASSISTANT] = Assistant(app[SETTINGS], http, app[TUNING].turn_seconds)
        yield


async def _workers(app: web.Application) -> AsyncIterator[None]:
    app[BELLS] = Bells(app[ENGINE])
    place = str(app[SETTINGS].gateway_port)
    app[WORKER] = Worker(
        app[ENGINE],
        app[ASSISTANT],
        app[BELLS],
        times=app[TIMES],
        place=place,
        sorry=texts.failed(installation.load(app[SETTINGS].installation).values()),
        patience=app[TUNING].patience,
    )
    tasks = [
        asyncio.create_task(app[WORKER].run()),
        asyncio.create_task(app[BELLS].watch()),
        asyncio.create_task(notices.follow(app[ENGINE], app[TIMES], app[WORKER].wake)),
    ]
    app[TASKS] = tasks
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
