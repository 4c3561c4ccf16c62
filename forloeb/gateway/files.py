"""What a link gives without a session: an appointment as a calendar file, and the holder's signed API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from forloeb import db
from forloeb.booking import holder_api
from forloeb.booking.ics import ics
from forloeb.booking.service import Bookings
from forloeb.gateway.errors import Handler
from forloeb.gateway.keys import ENGINE, SETTINGS, TUNING
from forloeb.gateway.limits import address_of
from forloeb.gateway.web import BUCKETS

HOLDER = "/holder/v1"
_HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def add_routes(app: web.Application) -> None:
    """Add the calendar link, and the holder's API where a key is set."""
    for path in ("/calendar/{token}.ics", "/kalender/{token}.ics"):
        app.router.add_get(path, calendar)
    settings = app[SETTINGS]
    if settings.holder_key is None:
        return
    engine = db.connect(settings.database_url)
    app.add_subapp(HOLDER, holder_api.routes(settings, engine))
    app.middlewares.append(_larger_bodies)

    async def dispose(_app: web.Application) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app.cleanup_ctx.append(dispose)


async def calendar(request: web.Request) -> web.Response:
    """GET /calendar/TOKEN.ics: whoever has the link sees that one appointment, as it stands now."""
    app = request.app
    app[BUCKETS].take("address", address_of(request), app[TUNING].limits.address)
    token = request.match_info["token"]
    if not token.isascii() or len(token) > 64:
        raise web.HTTPNotFound
    bookings = Bookings(app[ENGINE], app[SETTINGS])
    found = await asyncio.to_thread(bookings.appointment_by_token, token)
    if found is None:
        raise web.HTTPNotFound
    headers = {**_HEADERS, "Content-Disposition": 'attachment; filename="aftale.ics"'}
    return web.Response(body=ics(found, app[SETTINGS]), content_type="text/calendar", charset="utf-8", headers=headers)


@web.middleware
async def _larger_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A holder publishes many slots at once: its own limit holds, not that of a person's message."""
    if request.path.startswith(f"{HOLDER}/"):
        request = request.clone(client_max_size=holder_api.LARGEST_BODY)
    return await handler(request)
