"""One error shape for every route: {"error": {"code", "message"}}, the message in Danish from texts.yml."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from forloeb import logs
from forloeb.errors import ForloebError
from forloeb.gateway import responses

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STATUS_CODES = {404: "not_found", 405: "not_allowed", 413: "too_large"}


class Refusal(ForloebError):
    """A request that is answered with an error.

    Args:
        status: HTTP status.
        code: a key under `errors` in texts.yml.
        headers: further response headers.
    """

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        """See the class."""
        super().__init__(code, f"refused with {status}")
        self.status = status
        self.headers = dict(headers or {})


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every way a handler can fail into the one shape."""
    try:
        return await handler(request)
    except Refusal as refusal:
        logs.event("refused", code=refusal.code, status=refusal.status, route=_route(request))
        return responses.error(refusal.status, refusal.code, refusal.headers)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return responses.error(error.status, _STATUS_CODES.get(error.status, "bad_request"), _allow(error))
    except DBAPIError as error:
        logs.event("database_error", level=logging.ERROR, error=error, route=_route(request))
        return responses.error(503, "unavailable", {"Retry-After": "5"})
    except Exception as error:
        logs.event("unexpected_error", level=logging.ERROR, error=error, route=_route(request))
        return responses.error(500, "server_error")


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
