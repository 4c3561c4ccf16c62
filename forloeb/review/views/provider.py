"""Signing in with an account of one's own organisation (OpenID Connect)."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from forloeb import logs
from forloeb.review import security
from forloeb.review.keys import ENGINE, PROVIDER, TIMES
from forloeb.review.oidc import MINUTES, ProviderError
from forloeb.review.signing_in import REFUSED, ByProvider, Proven
from forloeb.review.views import signing
from forloeb.review.views.forms import asked


async def begin(request: web.Request) -> web.Response:
    """GET /sign-in/provider: off to the provider."""
    provider = request.app[PROVIDER]
    if provider is None:
        raise web.HTTPNotFound
    try:
        begun = await provider.begin(asked(request, "next", most=2000))
    except ProviderError as error:
        return _refused(request, error)
    response = web.Response(status=303, headers={"Location": begun.location})
    security.set_cookie(request, response, security.AWAY, begun.cookie, 60 * MINUTES)
    return response


async def back(request: web.Request) -> web.Response:
    """GET /sign-in/provider/back: back from there, once."""
    app, provider = request.app, request.app[PROVIDER]
    if provider is None:
        raise web.HTTPNotFound
    try:
        began = provider.returned(request.cookies.get(security.AWAY, ""), asked(request, "state", most=500))
        if "error" in request.query:
            raise ProviderError("the provider said no")
        vouched = await provider.vouched(asked(request, "code", most=4000), began)
    except ProviderError as error:
        return _refused(request, error)
    times = app[TIMES]()
    result = await asyncio.to_thread(ByProvider(app[ENGINE]).prove, vouched, times.real, times.shown)
    if not isinstance(result, Proven):
        return _away(signing.page(request, began.wanted, status=403, problem="provider_refused"))
    return _away(await signing.let_in(request, result, began.wanted))


def _refused(request: web.Request, error: ProviderError) -> web.Response:
    REFUSED.add(why="provider")
    logs.event("provider_refused", level=logging.WARNING, why=error.message)
    return _away(signing.page(request, "", status=401, problem=error.code))


def _away(response: web.Response) -> web.Response:
    response.del_cookie(security.AWAY, path="/")
    return response
