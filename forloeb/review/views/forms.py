"""Reading forms and addresses, strictly."""

from __future__ import annotations

import re
from datetime import date

from aiohttp import web

_NONCE = re.compile(r"[\w-]{8,64}")


async def field(request: web.Request, name: str, *, most: int = 4000) -> str:
    """A text field of the form; empty when it is not there."""
    value = (await request.post()).get(name, "")
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise web.HTTPBadRequest
    return value


async def nonce(request: web.Request) -> str:
    """What makes a form act once however often it is sent."""
    value = await field(request, "nonce")
    if not _NONCE.fullmatch(value):
        raise web.HTTPBadRequest
    return value


def part(request: web.Request, name: str = "id") -> str:
    """A part of the path."""
    value = request.match_info[name]
    if not 1 <= len(value) <= 128 or not value.isprintable():
        raise web.HTTPNotFound
    return value


def asked(request: web.Request, name: str, *, most: int = 200) -> str:
    """A text of the query; empty when it is not there."""
    value = request.query.get(name, "").strip()
    if len(value) > most or not (value.isprintable()):
        raise web.HTTPBadRequest
    return value


def day(text: str) -> date | None:
    """A day as a date field sends it."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise web.HTTPBadRequest from None


def number(text: str) -> int | None:
    """A whole number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise web.HTTPBadRequest
    return int(text)
