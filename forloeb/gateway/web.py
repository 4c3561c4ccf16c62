"""The web channel: sessions, messages, long poll (docs/web-channel.md)."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb import logs
from forloeb.gateway import history, identity, intake, responses, sessions
from forloeb.gateway.bells import rung
from forloeb.gateway.channel import Incoming, Outgoing
from forloeb.gateway.errors import Refusal
from forloeb.gateway.keys import BELLS, ENGINE, SETTINGS, TIMES, TUNING, WORKER
from forloeb.gateway.limits import BODY_LIMIT, Buckets, Rate, address_of
from forloeb.gateway.sessions import KnownSessions, Session
from forloeb.gateway.transactions import read, write

BUCKETS = web.AppKey("buckets", Buckets)
KNOWN = web.AppKey("known", KnownSessions)

GREETING_SECONDS = 1.0
_LARGEST_SEQ = 2**31 - 1


def add_routes(app: web.Application) -> None:
    """Add the web channel to the application."""
    app[BUCKETS] = Buckets()
    app[KNOWN] = KnownSessions()
    app.router.add_post("/webhooks/web/session", open_session)
    app.router.add_post("/webhooks/web/messages", post_message)
    app.router.add_get("/webhooks/web/messages", get_messages)
    app.on_shutdown.append(_stop_waiting)


async def open_session(request: web.Request) -> web.Response:
    """POST /webhooks/web/session"""
    limits = request.app[TUNING].limits
    address = address_of(request)
    _take(request, "address", address, limits.address)
    _take(request, "sessions", address, limits.sessions)
    body = await read_object(request, may_be_empty=True)
    token = body.get("login")
    login = None
    if token is not None:
        if not isinstance(token, str):
            raise Refusal(401, "bad_login")
        login = identity.verify(token, request.app[SETTINGS])
    held, times = _bearer(request), request.app[TIMES]()
    issued, conversation = await write(request.app[ENGINE], lambda c: sessions.open_session(c, login, held, times))
    request.app[BELLS].ring(conversation)
    request.app[WORKER].take(conversation)
    logs.event("session_opened", conversation=conversation, signed_in=login is not None)
    session = Session(sessions.hash_of(issued), conversation, login.claimant if login else None)
    await _wait(  # so that the greeting stands above the person's first words
        request, session, GREETING_SECONDS, lambda c: history.page(c, conversation, 0) or None
    )
    return responses.answer({"token": issued, "conversation_id": conversation})


async def post_message(request: web.Request) -> web.Response:
    """POST /webhooks/web/messages"""
    session = await session_of(request, remembered=True)  # it is proven by the transaction that stores
    _take(request, "messages", session.token_hash, request.app[TUNING].limits.messages)
    body = await read_object(request)
    identifier, text, payload = body.get("id"), body.get("text"), body.get("payload")
    if not isinstance(identifier, str):
        raise Refusal(400, "bad_id")
    for value in (text, payload):
        if value is not None and not isinstance(value, str):
            raise Refusal(400, "text_or_payload")
    incoming = Incoming(session.conversation, identifier, text, payload)
    times = request.app[TIMES]()

    def store(connection: Connection) -> tuple[str, bool]:
        sessions.touch(connection, sessions.demand(connection, session.token_hash, times), times)
        return intake.receive(connection, incoming, times)

    message, new = await request.app[WORKER].store(session.conversation, store, lambda stored: stored[1])
    request.app[KNOWN].add(session)
    if new:
        logs.event("received", message=message, conversation=session.conversation, channel="web")
        request.app[BELLS].ring(session.conversation)
    seconds = request.app[TUNING].answer_seconds
    replies = await _wait(request, session, seconds, lambda c: history.replies(c, message), look_first=not new)
    if replies is None:
        return responses.answer({"messages": [], "pending": True}, status=202)
    return _messages(replies)


async def get_messages(request: web.Request) -> web.Response:
    """GET /webhooks/web/messages?after=SEQ&wait=SECONDS"""
    session = await session_of(request)
    _take(request, "reads", session.token_hash, request.app[TUNING].limits.reads)
    after, wait = _query(request)
    seconds = min(wait, request.app[TUNING].longest_wait)
    found = await _wait(request, session, seconds, lambda c: history.page(c, session.conversation, after) or None)
    return _messages(found or [])


async def read_object(request: web.Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refusal: 413 over the limit, 400 when it is not an object in UTF-8.
    """
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refusal(413, "too_large")
    raw = await request.read()
    if may_be_empty and not raw.strip():
        return {}
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "bad_json") from error
    if not isinstance(body, dict):
        raise Refusal(400, "bad_json")
    return body


async def session_of(request: web.Request, *, remembered: bool = False) -> Session:
    """The session of a request's token.

    Args:
        request: the request.
        remembered: one that held a moment ago will do, since whoever asks proves it again.

    Raises:
        Refusal: 401 without one, 429 for an address that asks too often.
    """
    _take(request, "address", address_of(request), request.app[TUNING].limits.address)
    held, times = _bearer(request), request.app[TIMES]()
    known = request.app[KNOWN].get(held) if remembered else None
    if known is not None:
        return known
    return await read(request.app[ENGINE], lambda c: sessions.demand(c, held, times))


async def _wait(
    request: web.Request,
    session: Session,
    seconds: float,
    look: Callable[[Connection], list[Outgoing] | None],
    *,
    look_first: bool = True,
) -> list[Outgoing] | None:
    """What `look` finds within `seconds`; `look_first` False where it is known that nothing can be there yet.

    The token is looked up after the messages: when it still holds then, nobody had signed in when they were read.
    """
    bells, loop = request.app[BELLS], asyncio.get_running_loop()
    deadline = loop.time() + seconds

    def attempt(connection: Connection) -> list[Outgoing] | None:
        found = look(connection)
        sessions.demand(connection, session.token_hash, request.app[TIMES]())
        return found

    with bells.listen(session.conversation) as bell:
        if not look_first:
            await rung(bell, seconds)
        while True:
            bell.clear()
            found = await read(request.app[ENGINE], attempt)
            left = deadline - loop.time()
            if found is not None or left <= 0 or bells.closed:
                return found
            await rung(bell, left)


def _query(request: web.Request) -> tuple[int, float]:
    after, wait = request.query.get("after", "0"), request.query.get("wait", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 12):
        raise Refusal(400, "bad_query")
    try:
        seconds = float(wait)
    except ValueError as error:
        raise Refusal(400, "bad_query") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise Refusal(400, "bad_query")
    return min(int(after), _LARGEST_SEQ), seconds


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return sessions.hash_of(token) if scheme.lower() == "bearer" and 0 < len(token) <= 256 else None


def _messages(outgoing: list[Outgoing]) -> web.Response:
    return responses.answer({"messages": [history.as_json(one) for one in outgoing]})


def _take(request: web.Request, name: str, key: str, rate: Rate) -> None:
    request.app[BUCKETS].take(name, key, rate)


async def _stop_waiting(app: web.Application) -> None:
    app[BELLS].close()
