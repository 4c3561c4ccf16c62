"""JSON as the gateway writes it: Danish letters stay letters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from forloeb.gateway import texts


def answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON response."""
    text = json.dumps(data, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def error(status: int, code: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """The one error shape, its sentence from texts.yml."""
    return answer({"error": {"code": code, "message": texts.error(code)}}, status=status, headers=headers)
