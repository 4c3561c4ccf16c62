"""The list of conversations, searching in them, and one of them."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb.gateway.transactions import read, write
from forloeb.review import access, corrections, marks, pages, replies, search, transcript, transcripts
from forloeb.review.audit import trail
from forloeb.review.keys import INSTALLATION, TIMES
from forloeb.review.roles import SEES_PERSONAL_DATA
from forloeb.review.transcripts import Filters
from forloeb.review.views.forms import asked, day, number, part


async def listed(request: web.Request) -> web.Response:
    """GET /conversations: the list, or what a search found."""
    times = request.app[TIMES]()
    filters = Filters(
        asked(request, "channel"),
        asked(request, "benefit"),
        day(asked(request, "first")),
        day(asked(request, "last")),
        asked(request, "outcome"),
        asked(request, "trouble"),
        asked(request, "state"),
        asked(request, "intent"),
        asked(request, "label"),
        asked(request, "rated"),
        times.shown - times.real,
    )
    wanted, onward = asked(request, "q"), asked(request, "onward")
    personal, by, now = sees_all(request), access.user_of(request).name, times.shown

    def load(connection: Connection) -> tuple[Any, Any, list[str]]:
        known = marks.labels(connection)
        if wanted:
            return None, search.find(connection, wanted, onward or None, filters.conditions()), known
        return transcripts.page(connection, filters, onward, personal=personal), None, known

    if wanted:
        await write(access.engine_of(request), lambda c: trail(c, by, "search", None, None, now))
    page, found, labels = await read(access.engine_of(request), load)
    found = found if personal or found is None else search.masked(found)
    further = (page or found).onward
    return pages.render(
        request,
        "conversations.html",
        filters=filters,
        q=wanted,
        page=page,
        found=found,
        labels=labels,
        vocabulary=corrections.vocabulary(),
        onward=str(request.rel_url.update_query(onward=further)) if further else None,
    )


async def one(request: web.Request) -> web.Response:
    """GET /conversations/{id}"""
    return await page(request)


async def page(request: web.Request, problem: str | None = None, draft: str = "") -> web.Response:
    """The page of one conversation; the look is in the log before anything is shown."""
    identifier, user = part(request), access.user_of(request)
    now, personal = request.app[TIMES]().shown, sees_all(request)
    before = number(asked(request, "before"))

    def load(connection: Connection) -> transcript.Transcript:
        row = transcript.head(connection, identifier)
        trail(connection, user.name, "view_conversation", identifier, row.claimant_id, now)
        return transcript.load(connection, identifier, personal=personal, before=before)

    shown = await write(access.engine_of(request), load)
    ready = replies.prepared(request.app[INSTALLATION].values())
    chosen = asked(request, "reply")
    return pages.render(
        request,
        "conversation.html",
        status=409 if problem else 200,
        talk=shown,
        problem=problem,
        replies=ready,
        draft=draft or next((each.text for each in ready if each.id == chosen), ""),
        nonce=secrets.token_urlsafe(12),
        correcting=asked(request, "correct"),
        vocabulary=corrections.vocabulary(),
    )


async def news(request: web.Request) -> web.Response:
    """GET /conversations/{id}/news?after=SEQ: what has been said since, as a piece of the page."""
    identifier, after = part(request), number(asked(request, "after")) or 0
    personal = sees_all(request)
    lines = await read(access.engine_of(request), lambda c: transcript.news(c, identifier, after, personal=personal))
    return pages.render(request, "lines.html", lines=lines, conversation=identifier)


def sees_all(request: web.Request) -> bool:
    """Whether who is signed in sees personal data."""
    return access.user_of(request).role in SEES_PERSONAL_DATA
