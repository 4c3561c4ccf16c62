"""The first page, and the cases behind it."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from aiohttp import web

from forloeb.booking.errors import BookingError, NotFound
from forloeb.booking.model import CaseKind
from forloeb.gateway.transactions import read
from forloeb.review import access, cases, own_data, pages, privacy, queue
from forloeb.review.cases import Search
from forloeb.review.keys import TIMES, TRACKER
from forloeb.review.views.forms import asked, day, field, nonce, number, part


async def first(request: web.Request) -> web.Response:
    """GET /: what needs a person now."""
    waiting = await read(access.engine_of(request), queue.load)
    return pages.render(request, "queue.html", queue=waiting)


async def case(request: web.Request) -> web.Response:
    """GET /cases/{id}, with times when they are asked for."""
    return await _case(request)


async def acknowledge(request: web.Request) -> web.Response:
    """POST /cases/{id}/acknowledge"""
    identifier, by = part(request), access.user_of(request).name
    await asyncio.to_thread(cases.acknowledge, access.bookings_of(request), identifier, by, _now(request))
    back = "/" if await field(request, "from") == "queue" else f"/cases/{identifier}"
    return pages.onward(back, "acknowledged")


async def judge(request: web.Request) -> web.Response:
    """POST /cases/{id}/judge"""
    identifier, by = part(request), access.user_of(request).name
    verdict, note = await field(request, "verdict"), await field(request, "note")
    try:
        await asyncio.to_thread(cases.judge, access.bookings_of(request), identifier, verdict, note, by, _now(request))
    except NotFound:
        raise
    except BookingError as error:
        return await _case(request, problem=error.code)
    return pages.onward(f"/cases/{identifier}", "judged")


async def add_note(request: web.Request) -> web.Response:
    """POST /cases/{id}/note"""
    identifier, by = part(request), access.user_of(request).name
    text = await field(request, "text")
    try:
        await asyncio.to_thread(cases.add_note, access.bookings_of(request), identifier, text, by, _now(request))
    except NotFound:
        raise
    except BookingError as error:
        return await _case(request, problem=error.code)
    return pages.onward(f"/cases/{identifier}", "noted")


async def book(request: web.Request) -> web.Response:
    """POST /cases/{id}/book"""
    identifier, by = part(request), access.user_of(request).name
    slot, form = await field(request, "slot"), await field(request, "form")
    search = Search(
        await field(request, "holder"), await field(request, "kind"), number(await field(request, "number"))
    )
    once = await nonce(request)
    try:
        await asyncio.to_thread(
            cases.book, access.bookings_of(request), identifier, slot, form, search, once, by, _now(request)
        )
    except NotFound:
        raise
    except BookingError as error:
        return await _case(request, problem=error.code)
    return pages.onward(f"/cases/{identifier}", "booked")


async def erase(request: web.Request) -> web.Response:
    """POST /cases/{id}/erase: who asked for it has all about them erased."""
    app, by, now = request.app, access.user_of(request).name, _now(request)
    case = await asyncio.to_thread(access.bookings_of(request).case, part(request))
    if case.kind is not CaseKind.PRIVACY:
        raise NotFound
    if (await field(request, "sure")).strip() != "SLET":
        return await _case(request, problem="not_sure")
    stores, talk = privacy.Stores(access.engine_of(request), app[TRACKER]), case.facts.get("conversation")
    try:
        if case.claimant_id:
            await asyncio.to_thread(privacy.erase_person, stores, case.claimant_id, by, now)
        elif isinstance(talk, str):
            await asyncio.to_thread(privacy.erase_conversation, stores, talk, by, now)
            await asyncio.to_thread(cases.acknowledge, access.bookings_of(request), case.id, by, now)
    except privacy.MeetingAhead as error:
        return await _case(request, problem=error.code)
    return pages.onward("/", "erased")


async def data(request: web.Request) -> web.Response:
    """GET /cases/{id}/data: all that is stored about who asked to see it."""
    return pages.render(request, "data.html", case=part(request), found=own_data.readable(await _own_data(request)))


async def data_file(request: web.Request) -> web.Response:
    """GET /cases/{id}/data.json: the same for the person to keep."""
    headers = {"Content-Disposition": 'attachment; filename="mine-data.json"'}
    text = own_data.as_json(await _own_data(request))
    return web.Response(text=text, content_type="application/json", charset="utf-8", headers=headers)


async def _own_data(request: web.Request) -> own_data.Found:
    app, by, now = request.app, access.user_of(request).name, _now(request)
    case = await asyncio.to_thread(access.bookings_of(request).case, part(request))
    stores, talk = privacy.Stores(access.engine_of(request), app[TRACKER]), case.facts.get("conversation")
    if case.kind is CaseKind.PRIVACY and case.claimant_id:
        return await asyncio.to_thread(own_data.of_person, stores, case.claimant_id, by, now)
    if case.kind is CaseKind.PRIVACY and isinstance(talk, str):
        return await asyncio.to_thread(own_data.of_conversation, stores, talk, by, now)
    raise NotFound


async def _case(request: web.Request, problem: str | None = None) -> web.Response:
    bookings, now = access.bookings_of(request), _now(request)
    opened = await asyncio.to_thread(cases.load, bookings, part(request), access.user_of(request).name, now)
    search, proposals = cases.search_for(opened), None
    wanted = "holder" in request.query
    if wanted:
        search = Search(
            asked(request, "holder"),
            asked(request, "kind"),
            number(asked(request, "number")),
            day(asked(request, "first")),
            day(asked(request, "last")),
            asked(request, "form") or None,
        )
    if opened.person and search.booked_here and (wanted or opened.case.kind in cases.NO_TIME):
        try:
            proposals = await asyncio.to_thread(cases.propose, bookings, opened.person.id, search, now)
        except BookingError as error:
            problem = problem or error.code
    values: dict[str, Any] = {"opened": opened, "search": search, "proposals": proposals, "problem": problem}
    return pages.render(request, "case.html", status=409 if problem else 200, nonce=secrets.token_urlsafe(12), **values)


def _now(request: web.Request) -> Any:
    return request.app[TIMES]().shown
