"""Response headers, cookies and where a request comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from forloeb.gateway.limits import address_of, from_proxy

SESSION, DEVICE, FRESH, AWAY = "forloeb_staff", "forloeb_device", "forloeb_form", "forloeb_away"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "forloeb",
}


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response (`on_response_prepare`)."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if secure(request):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def foreign(request: web.Request) -> bool:
    """Whether another site's page sent this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()


def secure(request: web.Request) -> bool:
    """Whether the browser came by HTTPS, itself or to a proxy of ours."""
    if request.secure:
        return True
    return from_proxy(request) and request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, age: int | None) -> None:
    """A cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="Lax", secure=secure(request), path="/")


__all__ = ["AWAY", "DEVICE", "FRESH", "SESSION", "address_of", "foreign", "secure", "set_cookie", "set_headers"]
