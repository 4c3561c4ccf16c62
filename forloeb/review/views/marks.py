"""State, labels, notes, flags and corrections of a conversation, and the export of corrections."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb.booking.errors import NotFound
from forloeb.errors import ForloebError
from forloeb.gateway.transactions import read, write
from forloeb.review import access, corrections, marks, pages
from forloeb.review.audit import trail
from forloeb.review.keys import TIMES
from forloeb.review.views import conversations
from forloeb.review.views.forms import field, number, part


async def state(request: web.Request) -> web.Response:
    """POST /conversations/{id}/state"""
    value = await field(request, "state")
    return await _marked(request, lambda c, i, by, now: marks.set_state(c, i, value, by, now), "#review")


async def label(request: web.Request) -> web.Response:
    """POST /conversations/{id}/label: add one, or remove one."""
    add, remove = await field(request, "label"), await field(request, "remove")
    if remove:
        return await _marked(request, lambda c, i, by, now: marks.remove_label(c, i, remove, by, now), "#review")
    return await _marked(request, lambda c, i, by, now: marks.add_label(c, i, add, by, now), "#review")


async def note(request: web.Request) -> web.Response:
    """POST /conversations/{id}/note"""
    text = await field(request, "text")
    return await _marked(request, lambda c, i, by, now: marks.add_note(c, i, text, by, now), "#review", "noted")


async def flag(request: web.Request) -> web.Response:
    """POST /conversations/{id}/messages/{message}/flag"""
    which, on = part(request, "message"), await field(request, "on") == "1"
    return await _marked(request, lambda c, i, by, now: marks.flag(c, i, which, on, by, now), f"#m-{which}")


async def correct(request: web.Request) -> web.Response:
    """POST /conversations/{id}/messages/{message}/correct"""
    which = part(request, "message")
    intent, example = await field(request, "intent"), await field(request, "example")
    return await _marked(
        request,
        lambda c, i, by, now: corrections.correct(c, i, which, intent, example, by, now),
        f"#m-{which}",
        "corrected",
    )


async def collected(request: web.Request) -> web.Response:
    """GET /corrections"""
    rows = await read(access.engine_of(request), corrections.everything)
    return pages.render(request, "corrections.html", rows=rows)


async def remove(request: web.Request) -> web.Response:
    """POST /corrections/{id}/remove"""
    identifier, by, now = number(part(request)) or 0, access.user_of(request).name, request.app[TIMES]().shown
    await write(access.engine_of(request), lambda c: corrections.remove(c, identifier, by, now))
    return pages.onward("/corrections", "removed")


async def export(request: web.Request) -> web.Response:
    """GET /corrections.yml"""
    by, now = access.user_of(request).name, request.app[TIMES]().shown

    def work(connection: Connection) -> str:
        trail(connection, by, "export_corrections", None, None, now)
        return corrections.as_yaml(connection)

    text = await write(access.engine_of(request), work)
    headers = {"Content-Disposition": 'attachment; filename="rettelser.yml"'}
    return web.Response(text=text, content_type="application/yaml", charset="utf-8", headers=headers)


async def _marked(request: web.Request, work: Callable[..., None], anchor: str, done: str = "marked") -> web.Response:
    identifier, by, now = part(request), access.user_of(request).name, request.app[TIMES]().shown
    try:
        await write(access.engine_of(request), lambda connection: work(connection, identifier, by, now))
    except NotFound:
        raise
    except ForloebError as error:
        return await conversations.page(request, problem=error.code)
    return pages.onward(f"/conversations/{identifier}{anchor}", done)
