"""The one door: every request passes it, and the route table says who gets through."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from forloeb import logs
from forloeb.booking.errors import NotFound
from forloeb.booking.service import Bookings
from forloeb.gateway.transactions import read, write
from forloeb.review import pages, security, sessions, wall
from forloeb.review.keys import ENGINE, SETTINGS, TIMES
from forloeb.review.roles import Role
from forloeb.review.users import User

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROLES = web.AppKey("roles", dict[str, frozenset[Role] | None])  # by the route's name; None: open to all
_USER = web.RequestKey("user", User)
_CSRF = web.RequestKey("csrf", str)
_NEW = web.RequestKey("new_cookie", str)  # for a browser that has none yet
_SAFE = ("GET", "HEAD")


def user_of(request: web.Request) -> User:
    """Who is signed in; only in routes that are not open to all."""
    return request[_USER]


def somebody(request: web.Request) -> User | None:
    """Who is signed in, if anybody."""
    return request.get(_USER)


def engine_of(request: web.Request) -> Engine:
    """The database as far as who is signed in may see it. Views have no other (a test says so)."""
    return wall.behind(request.app[ENGINE], user_of(request).organisation)


def bookings_of(request: web.Request) -> Bookings:
    """The booking service over it."""
    return Bookings(engine_of(request), request.app[SETTINGS])


def csrf_of(request: web.Request) -> str:
    """The token that this page's forms carry."""
    return request.get(_CSRF, "")


def may(request: web.Request, route: str) -> bool:
    """Whether who is signed in may use a route, for showing only what works."""
    roles, user = request.app[ROLES][route], somebody(request)
    return roles is None or (user is not None and user.role in roles)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every way a handler can fail, as a page."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return pages.problem(request, error.status, headers=_kept(error))
    except NotFound:
        return pages.problem(request, 404)
    except DBAPIError as error:
        logs.event("database_error", level=logging.ERROR, error=error, route=_name(request))
        return pages.problem(request, 503)
    except Exception as error:
        logs.event("unexpected_error", level=logging.ERROR, error=error, route=_name(request))
        return pages.problem(request, 500)


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Session, role and form token, in this order, before any handler runs."""
    name = _name(request)
    roles = request.app[ROLES].get(name, frozenset())
    if name.startswith("open_"):  # files and health: no session is looked up
        return await handler(request)
    cookie = request.cookies.get(security.SESSION, "")
    session = await _session(request, cookie) if cookie else None
    if session is not None:
        request[_USER], request[_CSRF] = session.user, session.csrf
    else:
        request[_CSRF] = sessions.csrf_of(_fresh(request))
    if roles is not None and session is None and request.match_info.http_exception is None:
        return _to_sign_in(request)
    if request.match_info.http_exception is not None:
        return await handler(request)
    if roles is not None and (session is None or session.user.role not in roles):
        raise web.HTTPForbidden
    if request.method not in _SAFE:
        await _check_form(request)
    response = await handler(request)
    if _NEW in request:
        security.set_cookie(request, response, security.FRESH, request[_NEW], None)
    return response


async def _session(request: web.Request, cookie: str) -> sessions.Session | None:
    engine, now = request.app[ENGINE], request.app[TIMES]().real
    found = await read(engine, lambda c: sessions.find(c, cookie, now))
    # an open page that asks for news by itself does not count as use
    in_use = found is not None and _name(request) != "conversation_news"
    if in_use and await read(engine, lambda c: sessions.stale(c, cookie, now)):
        await write(engine, lambda c: sessions.touch(c, cookie, now))
    return found


async def _check_form(request: web.Request) -> None:
    if security.foreign(request):
        raise web.HTTPForbidden
    given = (await request.post()).get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), csrf_of(request).encode()):
        raise web.HTTPForbidden


def _fresh(request: web.Request) -> str:
    """What ties a form to a browser that is not signed in."""
    held = request.cookies.get(security.FRESH, "")
    if len(held) >= 20:
        return held
    request[_NEW] = secrets.token_urlsafe(24)
    return request[_NEW]


def _to_sign_in(request: web.Request) -> web.Response:
    wanted = f"?next={quote(request.path_qs, safe='')}" if request.method in _SAFE and request.path != "/" else ""
    return web.Response(status=303, headers={"Location": f"/sign-in{wanted}"})


def _name(request: web.Request) -> str:
    return request.match_info.route.name or "unknown"


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
