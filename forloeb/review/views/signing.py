"""Signing in and out."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb.gateway.transactions import write
from forloeb.review import access, pages, security, sessions
from forloeb.review.audit import trail
from forloeb.review.keys import AUTHENTICATOR, ENGINE, PROVIDER, SIGN_INS, TIMES
from forloeb.review.roles import HELPING
from forloeb.review.signing_in import Attempt, Proven
from forloeb.review.views.forms import field

_INSIDE = re.compile(r"/(?![/\\])[\w\-./?=&%+:@,~]*")


async def form(request: web.Request) -> web.Response:
    """GET /sign-in"""
    return page(request, request.query.get("next", ""))


async def sign_in(request: web.Request) -> web.Response:
    """POST /sign-in"""
    name, password = await field(request, "name", most=200), await field(request, "password", most=1000)
    where = await field(request, "next", most=2000)
    attempt = Attempt(name, password, security.address_of(request), request.cookies.get(security.DEVICE))
    app, times = request.app, request.app[TIMES]()
    async with app[SIGN_INS]:
        result = await asyncio.to_thread(app[AUTHENTICATOR].prove, attempt, times.real, times.shown)
    if not isinstance(result, Proven):
        response = page(request, where, name=name, wait=result.wait, failed=True, status=429 if result.wait else 401)
        if result.wait:
            response.headers["Retry-After"] = str(result.wait)
        return response
    return await let_in(request, result, where)


async def let_in(request: web.Request, result: Proven, where: str) -> web.Response:
    """Begin a session for who has proven who they are, and send them on to `where`, if that is inside."""
    app, times = request.app, request.app[TIMES]()
    held = request.cookies.get(security.SESSION)
    token = await write(app[ENGINE], lambda c: sessions.begin(c, result.user.id, held, times.real))
    first = "/" if result.user.role in HELPING else "/conversations"
    target = where if _INSIDE.fullmatch(where) and not where.startswith("/sign-") else first
    response = web.Response(status=303, headers={"Location": target})
    security.set_cookie(request, response, security.SESSION, token, None)
    response.del_cookie(security.FRESH, path="/")
    if not result.known_device:
        device = await write(app[ENGINE], lambda c: sessions.remember_device(c, result.user.id, times.real))
        security.set_cookie(request, response, security.DEVICE, device, int(sessions.DEVICE.total_seconds()))
    return response


async def sign_out(request: web.Request) -> web.Response:
    """POST /sign-out"""
    user, token, now = access.user_of(request), request.cookies[security.SESSION], request.app[TIMES]().shown

    def work(connection: Connection) -> None:
        sessions.end(connection, token)
        trail(connection, user.name, "sign_out", None, None, now)

    await write(request.app[ENGINE], work)
    response = pages.onward("/sign-in", "signed_out")
    response.del_cookie(security.SESSION, path="/")
    return response


def page(request: web.Request, where: str, *, status: int = 200, **more: object) -> web.Response:
    """The page to sign in on."""
    provider = request.app[PROVIDER] is not None
    given = {"name": "", "wait": 0, "failed": False, "problem": None, "provider": provider, **more}
    return pages.render(request, "sign_in.html", status=status, next=where, **given)
