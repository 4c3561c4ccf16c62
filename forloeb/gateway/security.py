"""Origins and response headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from forloeb.gateway.errors import Handler, Refusal
from forloeb.settings import Settings

ORIGINS = web.AppKey("origins", frozenset[str])
FRAMES = web.AppKey("frames", tuple[str, ...])

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_GUARDED = ("/webhooks/web/", "/demo/")


def allowed_origins(settings: Settings) -> frozenset[str]:
    """The pages that may use the web channel: our own, and those the installation names."""
    own = urlsplit(settings.public_url)
    origins = {f"{own.scheme}://{own.netloc}".lower(), *(origin.lower() for origin in settings.origins)}
    host, _, port = own.netloc.rpartition(":") if own.port else (own.netloc, "", "")
    if host in _LOOPBACK:
        origins |= {f"{own.scheme}://{name}" + (f":{port}" if port else "") for name in _LOOPBACK}
    return frozenset(origins)


@web.middleware
async def origin_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign pages; a request without Origin comes from no page and proves itself by its token alone."""
    origin = request.headers.get("Origin")
    if origin is None or not request.path.startswith(_GUARDED):
        return await handler(request)
    if origin.lower() not in request.config_dict[ORIGINS]:
        raise Refusal(403, "foreign_origin")
    if request.method == "OPTIONS":
        return web.Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": "GET, POST",
                "Access-Control-Allow-Headers": "Authorization, Content-Type",
                "Access-Control-Max-Age": "600",
            },
        )
    return await handler(request)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response (`on_response_prepare`)."""
    headers = response.headers
    origin = request.headers.get("Origin", "").lower()
    if request.path.startswith(_GUARDED):
        headers["Vary"] = "Origin"
        headers["Cache-Control"] = "no-store"
        if origin in request.config_dict[ORIGINS]:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
    frames = " ".join(("'self'", *request.config_dict[FRAMES]))
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {frames}",
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["Server"] = "forloeb"
