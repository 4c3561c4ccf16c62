"""What reviewers learn from: a conversation as a test, the present model, changed law."""

from __future__ import annotations

import aiohttp
from aiohttp import web

from forloeb.gateway.transactions import read, write
from forloeb.review import access, comparing, law_changes, pages, regression
from forloeb.review.audit import trail
from forloeb.review.keys import INSTALLATION, SETTINGS, TIMES
from forloeb.review.views import conversations
from forloeb.review.views.forms import asked, number, part

USUAL = 20


async def export_test(request: web.Request) -> web.Response:
    """GET /conversations/{id}/test.yml"""
    identifier, by, now = part(request), access.user_of(request).name, request.app[TIMES]().shown
    here = request.app[INSTALLATION]
    try:
        made = await write(access.engine_of(request), lambda c: regression.export(c, identifier, here, by, now))
    except regression.NotTestable as error:
        return await conversations.page(request, problem=error.code)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return web.Response(text=made.text, content_type="application/yaml", charset="utf-8", headers=headers)


async def compare(request: web.Request) -> web.Response:
    """GET /compare?last=N: asks the running assistant only when N is given."""
    last = number(asked(request, "last"))
    report, problem = None, None
    if last:
        by, now = access.user_of(request).name, request.app[TIMES]().shown
        await write(access.engine_of(request), lambda c: trail(c, by, "compare", None, None, now))
        try:
            async with aiohttp.ClientSession() as http:
                parse = comparing.parser(request.app[SETTINGS], http)
                personal = conversations.sees_all(request)
                report = await comparing.compare(access.engine_of(request), parse, last, personal=personal)
        except comparing.NoAssistant as error:
            problem = error.code
    status = 503 if problem else 200
    return pages.render(
        request, "compare.html", status=status, report=report, last=last or USUAL, most=comparing.MOST, problem=problem
    )


async def law(request: web.Request) -> web.Response:
    """GET /law"""
    today, onward = request.app[TIMES]().shown.date(), asked(request, "onward")
    found = await read(access.engine_of(request), lambda connection: law_changes.find(connection, today, onward))
    return pages.render(request, "law.html", found=found)
