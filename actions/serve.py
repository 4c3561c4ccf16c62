"""`python -m actions.serve`: the action server, with a line in the log for each call and numbers for Prometheus."""

from __future__ import annotations

import os
import time
from typing import Any

from rasa_sdk.endpoint import create_app
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, text

from forloeb import logs, metrics
from forloeb import settings as settings_module

CALLS = metrics.Histogram("forloeb_action_seconds", "Custom actions")


def init_app() -> Sanic:
    """Rasa's own action server over the package `actions`, watched."""
    app = create_app("actions")

    @app.get("/metrics")
    async def numbers(_request: Request) -> HTTPResponse:
        return text(metrics.text(), content_type=metrics.CONTENT_TYPE)

    @app.on_request
    async def begin(request: Request) -> None:
        request.ctx.began = time.monotonic()

    @app.on_response
    async def end(request: Request, response: HTTPResponse) -> None:
        if request.path == "/webhook":
            seconds = time.monotonic() - getattr(request.ctx, "began", time.monotonic())
            CALLS.observe(seconds)
            action, message = _about(request)
            milliseconds = round(1000 * seconds)
            logs.event("action", action=action, message=message, milliseconds=milliseconds, status=response.status)

    return app


def _about(request: Request) -> tuple[str, str | None]:
    """Which action, for which message: from a body that may be anything."""
    try:
        body = request.json if isinstance(request.json, dict) else {}
    except SanicException:
        return "unreadable", None
    events: list[dict[str, Any]] = (body.get("tracker") or {}).get("events") or []
    last: dict[str, Any] = next((e for e in reversed(events) if e.get("event") == "user"), {})
    return str(body.get("next_action")), (last.get("metadata") or {}).get("message_id")


def main() -> None:
    """Run until stopped."""
    settings = settings_module.load()
    os.environ.setdefault("SANIC_HOST", settings.internal_bind)
    logs.start("actions")
    logs.event("actions_starting", port=settings.actions_port)
    init_app().run(settings.internal_bind, settings.actions_port, access_log=False, motd=False)


if __name__ == "__main__":
    main()
