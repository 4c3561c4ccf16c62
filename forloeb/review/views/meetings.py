"""A person's meetings as the holder changes them, and the times that are published."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from forloeb.booking.errors import BookingError, NotFound, Refused
from forloeb.gateway.transactions import read, write
from forloeb.review import access, meetings, pages
from forloeb.review.audit import trail
from forloeb.review.keys import TIMES
from forloeb.review.meetings import HolderDesk, Series, Summons
from forloeb.review.views.forms import asked, day, field, nonce, number, part
from forloeb.settings import ZONE


async def people(request: web.Request) -> web.Response:
    """GET /people?q=: find a person."""
    wanted, by, now = asked(request, "q"), access.user_of(request).name, _now(request)
    found = None
    if wanted:
        await write(access.engine_of(request), lambda c: trail(c, by, "search_people", None, None, now))
        found = await read(access.engine_of(request), lambda c: meetings.people(c, wanted))
    return pages.render(request, "people.html", q=wanted, found=found)


async def person(request: web.Request) -> web.Response:
    """GET /people/{id}"""
    return await _person(request, part(request))


async def move(request: web.Request) -> web.Response:
    """POST /meetings/{id}/move"""
    start, form = moment(await field(request, "start")), await field(request, "form")
    return await _changed(request, lambda desk, old, *rest: desk.move(old, start, form, *rest), "moved")


async def cancel(request: web.Request) -> web.Response:
    """POST /meetings/{id}/cancel"""
    return await _changed(request, lambda desk, old, *rest: desk.cancel(old, *rest), "called_off")


async def mark(request: web.Request) -> web.Response:
    """POST /meetings/{id}/mark"""
    status = await field(request, "status", most=16)
    return await _changed(request, lambda desk, old, *rest: desk.mark(old, status, *rest), "meeting_marked")


async def summon(request: web.Request) -> web.Response:
    """POST /people/{id}/summon"""
    who, once = part(request), await nonce(request)
    what = Summons(
        await field(request, "holder"),
        await field(request, "kind"),
        number(await field(request, "number")),
        moment(await field(request, "start")),
        number(await field(request, "minutes")) or 0,
        await field(request, "form"),
        await field(request, "place", most=200),
    )
    desk, by, now = _desk(request), access.user_of(request).name, _now(request)
    try:
        await asyncio.to_thread(desk.summon, who, what, once, by, now)
    except NotFound:
        raise
    except BookingError as error:
        return await _person(request, who, error.code)
    return pages.onward(f"/people/{who}", "summoned")


async def slots(request: web.Request) -> web.Response:
    """GET /slots"""
    return await _slots(request)


async def publish(request: web.Request) -> web.Response:
    """POST /slots"""
    form, once = await request.post(), await nonce(request)
    series = Series(
        await field(request, "holder"),
        await field(request, "caseworker", most=100),
        moment(await field(request, "start")),
        number(await field(request, "minutes")) or 0,
        number(await field(request, "count")) or 0,
        tuple(str(each) for each in form.getall("forms", [])),
        await field(request, "place", most=200),
    )
    return await _slots_changed(request, lambda desk, by, now: desk.publish(series, once, by, now), "published")


async def withdraw(request: web.Request) -> web.Response:
    """POST /slots/withdraw"""
    form, once = await request.post(), await nonce(request)
    wanted = [str(each) for each in form.getall("slot", [])][: meetings.SLOTS]
    return await _slots_changed(request, lambda desk, by, now: desk.withdraw(wanted, once, by, now), "withdrawn")


def moment(text: str) -> datetime:
    """A Danish local time as a field of day and time sends it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise web.HTTPBadRequest from None
    if found.tzinfo is not None:
        raise web.HTTPBadRequest
    return found.replace(tzinfo=ZONE)


async def _changed(request: web.Request, change: Callable[..., None], done: str) -> web.Response:
    desk, once = _desk(request), await nonce(request)
    old = await asyncio.to_thread(desk.whose, part(request))
    try:
        await asyncio.to_thread(change, desk, old, once, access.user_of(request).name, _now(request))
    except NotFound:
        raise
    except BookingError as error:
        return await _person(request, old.claimant_id, error.code)
    return pages.onward(f"/people/{old.claimant_id}", done)


async def _slots_changed(request: web.Request, change: Callable[..., int], done: str) -> web.Response:
    desk = _desk(request)
    try:
        await asyncio.to_thread(change, desk, access.user_of(request).name, _now(request))
    except NotFound:
        raise
    except Refused as error:
        return await _slots(request, error.code)
    return pages.onward("/slots", done)


async def _person(request: web.Request, who: str, problem: str | None = None) -> web.Response:
    by, now = access.user_of(request).name, _now(request)
    found = await asyncio.to_thread(meetings.load, access.bookings_of(request), who, by, now)
    return pages.render(
        request, "person.html", status=409 if problem else 200, person=found, problem=problem, nonce=_nonce()
    )


async def _slots(request: web.Request, problem: str | None = None) -> web.Response:
    holder, first = asked(request, "holder"), day(asked(request, "first")) or _now(request).date()
    found = await asyncio.to_thread(_desk(request).slots, holder, first)
    values: dict[str, Any] = {"slots": found, "holder": holder, "first": first, "problem": problem, "nonce": _nonce()}
    return pages.render(request, "slots.html", status=409 if problem else 200, most=meetings.SLOTS, **values)


def _desk(request: web.Request) -> HolderDesk:
    return HolderDesk(access.bookings_of(request), access.user_of(request).organisation)


def _nonce() -> str:
    return secrets.token_urlsafe(12)


def _now(request: web.Request) -> Any:
    return request.app[TIMES]().shown
