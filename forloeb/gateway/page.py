"""The demo page, the widget's files and, on a demo installation, signing in without a host page."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from forloeb.gateway import identity, responses
from forloeb.gateway.errors import Refusal
from forloeb.gateway.keys import SETTINGS, TUNING
from forloeb.gateway.limits import address_of
from forloeb.gateway.web import BUCKETS, read_object
from forloeb.settings import Settings

WIDGET = Path(__file__).resolve().parent.parent.parent / "widget"
CLAIMANTS = ("c-1001", "c-1002", "c-1003")

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_DEMO_PART = re.compile(r"\s*<!-- demo -->.*?<!-- /demo -->", re.S)


def add_routes(app: web.Application) -> None:
    """Add the page, the widget's files and the demo sign-in to the application."""
    app.router.add_get("/", page)
    app.router.add_get("/widget/{name}", widget_file)
    app.router.add_post("/demo/login", demo_login)


async def page(request: web.Request) -> web.Response:
    """GET /"""
    markup = (WIDGET / "index.html").read_text("utf-8")
    if not _demo(request.app[SETTINGS]):
        markup = _DEMO_PART.sub("", markup)
    return web.Response(text=markup, content_type="text/html", headers={"Cache-Control": "no-cache"})


async def widget_file(request: web.Request) -> web.StreamResponse:
    """GET /widget/chat.js and its fellows, for any page: they hold nothing secret."""
    name = request.match_info["name"]
    known = {path.name: path for path in WIDGET.iterdir() if path.suffix in _TYPES}
    if name not in known:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": _TYPES[known[name].suffix],
        "Cache-Control": "public, max-age=300",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.FileResponse(known[name], headers=headers)  # sets ETag and answers If-None-Match


async def demo_login(request: web.Request) -> web.Response:
    """POST /demo/login {"claimant"}: what a host page's server would do for somebody it knows."""
    settings = request.app[SETTINGS]
    if not _demo(settings):
        raise web.HTTPNotFound
    request.app[BUCKETS].take("sessions", address_of(request), request.app[TUNING].limits.sessions)
    claimant = (await read_object(request)).get("claimant")
    if claimant not in CLAIMANTS:
        raise Refusal(400, "bad_login")
    return responses.answer({"login": identity.demo_login(settings, claimant)})


def _demo(settings: Settings) -> bool:
    return settings.demo and settings.login_alg == "HS256"
