"""Stepping into a conversation, answering in it, and handing it back."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb.errors import ForloebError
from forloeb.gateway import takeover, texts
from forloeb.gateway.transactions import write
from forloeb.review import access, cases, pages, summaries, transcript
from forloeb.review.audit import trail
from forloeb.review.keys import INSTALLATION, TIMES
from forloeb.review.views import conversations
from forloeb.review.views.forms import field, nonce, part


async def take(request: web.Request) -> web.Response:
    """POST /conversations/{id}/take: from the assistant, or from a colleague."""
    identifier, by, times = part(request), access.user_of(request).name, request.app[TIMES]()
    values = _values(request, by)

    def work(connection: Connection) -> None:
        row = transcript.head(connection, identifier)
        new, before = takeover.take(connection, identifier, by, times)
        if new:
            said = texts.takeover("colleague" if before else "here", values)
            takeover.announce(connection, identifier, said, times)
            trail(connection, by, "take_over", identifier, row.claimant_id, times.shown)
            summaries.renew(connection, {identifier})

    await write(access.engine_of(request), work)
    await asyncio.to_thread(cases.met, access.bookings_of(request), identifier, by, times.shown)
    return pages.onward(f"/conversations/{identifier}#answer", "taken")


async def say(request: web.Request) -> web.Response:
    """POST /conversations/{id}/say"""
    identifier, by, times = part(request), access.user_of(request).name, request.app[TIMES]()
    text, once = await field(request, "text"), await nonce(request)

    def work(connection: Connection) -> None:
        row = transcript.head(connection, identifier)
        takeover.say(connection, identifier, by, text, once, times)
        trail(connection, by, "say", identifier, row.claimant_id, times.shown)

    try:
        await write(access.engine_of(request), work)
    except ForloebError as error:
        if error.code not in ("not_yours", "empty_text", "too_long", "bad_text"):
            raise
        return await conversations.page(request, problem=error.code, draft=text)
    return pages.onward(f"/conversations/{identifier}#answer", "sent")


async def hand_back(request: web.Request) -> web.Response:
    """POST /conversations/{id}/hand-back: by whoever has it, or for a colleague who has gone."""
    identifier, by, times = part(request), access.user_of(request).name, request.app[TIMES]()

    def work(connection: Connection) -> None:
        row = transcript.head(connection, identifier)
        who = takeover.hand_back(connection, identifier, times)
        if who is not None:
            said = texts.takeover("back", _values(request, who))
            takeover.announce(connection, identifier, said, times)
            trail(connection, by, "hand_back", identifier, row.claimant_id, times.shown)

    await write(access.engine_of(request), work)
    return pages.onward(f"/conversations/{identifier}", "back")


def _values(request: web.Request, name: str) -> dict[str, str]:
    here = request.app[INSTALLATION]
    return {**here.values(), "navn": name, "medarbejdere": here.staff_name}
