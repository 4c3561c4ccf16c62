"""The application: its parts, made and ended together."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone

from aiohttp import web

from forloeb import clock, db, installation
from forloeb.errors import SettingsError
from forloeb.gateway.inbox import Times
from forloeb.gateway.limits import PROXIES
from forloeb.installation import Installation
from forloeb.review import access, background, security, wall
from forloeb.review.keys import (
    AUTHENTICATOR,
    ENGINE,
    FOLLOWED,
    INSTALLATION,
    PROVIDER,
    SETTINGS,
    SIGN_INS,
    TASKS,
    TIMES,
    TRACKER,
    TUNING,
    Tuning,
)
from forloeb.review.oidc import Provider
from forloeb.review.organisations import UnknownOrganisation
from forloeb.review.routes import ROUTES
from forloeb.review.signing_in import ByPassword
from forloeb.settings import Settings

BODY_LIMIT = 64 * 1024
AT_ONCE = 2  # passwords checked at once: each takes 64 MB


def init_app(settings: Settings, tuning: Tuning | None = None) -> web.Application:
    """The staff app for these settings. Migrates the database when it starts.

    Raises:
        SettingsError: the installation's file cannot be used.
    """
    app = web.Application(middlewares=[access.errors, access.door], client_max_size=BODY_LIMIT)
    app[SETTINGS] = settings
    app[PROXIES] = settings.proxies
    app[TUNING] = tuning or Tuning()
    app[TIMES] = _times(settings)
    app[INSTALLATION] = installation.load(settings.installation)
    app[PROVIDER] = _provider(settings, app[INSTALLATION])
    app[SIGN_INS] = asyncio.Semaphore(AT_ONCE)
    app[access.ROLES] = {route.name: route.roles for route in ROUTES}
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.handler, name=route.name)
    app.on_response_prepare.append(security.set_headers)
    app.cleanup_ctx.extend((_database, _followers))
    return app


def _provider(settings: Settings, here: Installation) -> Provider | None:
    try:
        return Provider(settings, here) if settings.oidc_issuer else None
    except UnknownOrganisation as error:
        raise SettingsError("FORLOEB_OIDC_ORGANISATIONS", error.message) from error


def _times(settings: Settings) -> Callable[[], Times]:
    return lambda: Times(datetime.now(timezone.utc), clock.now(settings))


async def _database(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[ENGINE] = await asyncio.to_thread(db.connect, settings.database_url)
    wall.build(app[ENGINE])
    await asyncio.to_thread(db.migrate, settings.database_url)
    app[TRACKER] = await asyncio.to_thread(db.connect, settings.tracker_url)
    app[AUTHENTICATOR] = ByPassword(app[ENGINE], app[TUNING].passwords)
    yield
    app[TRACKER].dispose()
    app[ENGINE].dispose()


async def _followers(app: web.Application) -> AsyncIterator[None]:
    app[FOLLOWED] = [time.monotonic()]
    tasks = app[TASKS] = [asyncio.create_task(work) for work in background.work(app)]
    yield
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
