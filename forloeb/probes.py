"""What every served process answers whoever watches it: how it is, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from forloeb import metrics
from forloeb.metrics import Gauge


def told(parts: dict[str, bool]) -> web.Response:
    """Each part that is asked, and whether it is well: 200, or 503 with the names of those that are not."""
    missing = [name for name, well in parts.items() if not well]
    body = {"status": "unavailable" if missing else "ok", "missing": missing}
    return web.json_response(body, status=503 if missing else 200, headers={"Cache-Control": "no-store"})


def refuse_proxies(request: web.Request) -> None:
    """The numbers are not for whoever comes through a proxy.

    Raises:
        HTTPNotFound: the request did.
    """
    if "X-Forwarded-For" in request.headers:
        raise web.HTTPNotFound


def numbers(gauges: Sequence[Gauge]) -> web.Response:
    """This process's numbers for Prometheus, with what these gauges say now."""
    return web.Response(body=metrics.text(gauges).encode(), headers={"Content-Type": metrics.CONTENT_TYPE})
