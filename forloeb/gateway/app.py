"""The application: its parts, made and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timezone

import aiohttp
from aiohttp import web

from forloeb import clock, db, installation
from forloeb.gateway import errors, files, health, identity, messenger, notices, page, security, sms, texts, web_more
from forloeb.gateway import web as web_channel
from forloeb.gateway.arrivals import Reception
from forloeb.gateway.assistant import Assistant
from forloeb.gateway.bells import Bells
from forloeb.gateway.calls import Calls
from forloeb.gateway.courier import Courier
from forloeb.gateway.graph import Messenger
from forloeb.gateway.health import TASKS
from forloeb.gateway.inbox import Times
from forloeb.gateway.keys import (
    ASSISTANT,
    BELLS,
    CALLS,
    COURIER,
    ENGINE,
    MESSENGER,
    RECEPTION,
    SETTINGS,
    TIMES,
    TUNING,
    WORKER,
    Tuning,
)
from forloeb.gateway.limits import BODY_LIMIT, PROXIES
from forloeb.gateway.pushes import Pushes
from forloeb.gateway.sending import Sender
from forloeb.gateway.twilio import Twilio
from forloeb.gateway.worker import Worker
from forloeb.settings import Settings

SENDERS: web.AppKey[Mapping[str, Sender]] = web.AppKey("senders", Mapping)


def init_app(settings: Settings, tuning: Tuning | None = None) -> web.Application:
    """The gateway for these settings. Migrates the database when it starts.

    Raises:
        SettingsError: the login key or the installation's file cannot be used.
    """
    identity.check_key(settings)
    installation.load(settings.installation)
    app = web.Application(middlewares=[errors.middleware, security.origin_middleware], client_max_size=BODY_LIMIT)
    app[SETTINGS] = settings
    app[PROXIES] = settings.proxies
    app[TUNING] = tuning or Tuning()
    app[TIMES] = _times(settings)
    app[security.ORIGINS] = security.allowed_origins(settings)
    app[security.FRAMES] = settings.origins
    app.on_response_prepare.append(security.set_headers)
    app.cleanup_ctx.extend((_database, _assistant, _workers))
    health.add_routes(app)
    web_channel.add_routes(app)
    web_more.add_routes(app)
    sms.add_routes(app)
    messenger.add_routes(app)
    files.add_routes(app)
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
        app[MESSENGER] = Messenger(app[SETTINGS], http)
        app[SENDERS] = _senders(app, http)
        yield


def _senders(app: web.Application, http: aiohttp.ClientSession) -> dict[str, Sender]:
    settings = app[SETTINGS]
    found: list[Sender] = []
    if settings.sms:
        found.append(Twilio(settings, http))
    if settings.messenger:
        found.append(app[MESSENGER])
    return {each.channel: each for each in found}


def _may_try(app: web.Application) -> Callable[[str], None]:
    def take(who: str) -> None:
        limits = app[TUNING].limits
        app[web_channel.BUCKETS].take("codes", who, limits.codes)
        app[web_channel.BUCKETS].take("all codes", "", limits.all_codes)

    return take


async def _workers(app: web.Application) -> AsyncIterator[None]:
    engine, settings, tuning = app[ENGINE], app[SETTINGS], app[TUNING]
    values = installation.load(settings.installation).values()
    place = str(settings.gateway_port)
    out = Pushes(values, settings.public_url)
    app[BELLS] = Bells(engine)
    app[CALLS] = Calls(engine, settings)
    app[RECEPTION] = Reception(out, _may_try(app))
    app[COURIER] = Courier(
        engine, app[SENDERS], app[CALLS], out, times=app[TIMES], place=place, first_delay=tuning.first_delay
    )
    app[WORKER] = Worker(
        engine,
        app[ASSISTANT],
        app[BELLS],
        times=app[TIMES],
        place=place,
        sorry=texts.failed(values),
        off=texts.switched_off(values),
        patience=tuning.patience,
        outlet=out,
        sent=app[COURIER].wake,
    )
    tasks = [
        asyncio.create_task(app[WORKER].run()),
        asyncio.create_task(app[COURIER].run()),
        asyncio.create_task(app[BELLS].watch()),
        asyncio.create_task(app[ASSISTANT].watch()),
        asyncio.create_task(notices.follow(engine, app[TIMES], app[WORKER].wake, app[CALLS])),
    ]
    app[TASKS] = tasks
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
