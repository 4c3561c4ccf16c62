"""Messenger by Meta's protocol: verification, signed events in. What goes out is the courier's (docs/channels.md)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from forloeb import logs
from forloeb.gateway import posting, responses
from forloeb.gateway.arrivals import Arrival
from forloeb.gateway.errors import Refusal
from forloeb.gateway.graph import MARK
from forloeb.gateway.keys import CALLS, ENGINE, MESSENGER, SETTINGS, TIMES, TUNING
from forloeb.gateway.limits import BODY_LIMIT
from forloeb.gateway.posting import Receipt
from forloeb.gateway.sms import take
from forloeb.gateway.transactions import write
from forloeb.gateway.web import BUCKETS
from forloeb.settings import Settings

LONGEST_TEXT = 8_000  # Meta's own limit is lower; what is longer is cut to what intake refuses with a sentence


def add_routes(app: web.Application) -> None:
    """Add the webhook to the application."""
    app.router.add_get("/webhooks/messenger", verify)
    app.router.add_post("/webhooks/messenger", events)


async def verify(request: web.Request) -> web.Response:
    """GET /webhooks/messenger: Meta asks whether this is ours."""
    settings = _settings(request)
    given = request.query.get("hub.verify_token", "").encode("utf-8", "replace")
    right = hmac.compare_digest(given, (settings.messenger_verify or "").encode())
    challenge = request.query.get("hub.challenge", "")
    if not right or request.query.get("hub.mode") != "subscribe" or not challenge.isalnum() or len(challenge) > 128:
        raise Refusal(403, "bad_signature")
    return web.Response(text=challenge, content_type="text/plain")


async def events(request: web.Request) -> web.Response:
    """POST /webhooks/messenger: answered 200 when everything in it is stored; Meta sends it again otherwise."""
    settings, app = _settings(request), request.app
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refusal(413, "too_large")
    raw = await request.read()
    if not signed(settings, raw, request.headers.get("X-Hub-Signature-256", "")):
        raise Refusal(403, "bad_signature")
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "bad_json") from error
    if not isinstance(body, dict) or body.get("object") != "page":
        raise Refusal(404, "not_found")
    for event in _events(body):
        await _event(app, event)
    return responses.answer({"status": "ok"})


def signed(settings: Settings, body: bytes, signature: str) -> bool:
    """Whether Meta has signed this body; SHA-256 and nothing else."""
    right = "sha256=" + hmac.new((settings.messenger_secret or "").encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))


async def _event(app: web.Application, event: dict[str, Any]) -> None:
    message = event.get("message")
    if isinstance(message, dict) and message.get("is_echo"):
        await _echo(app, message)
        return
    if isinstance(event.get("delivery"), dict):
        for mid in event["delivery"].get("mids") or []:
            await _receipt(app, Receipt(str(mid)[:128], None, "delivered"))
        return
    arrival = arrival_of(event)
    if arrival is None:
        return
    try:
        app[BUCKETS].take("messenger", arrival.address, app[TUNING].limits.messages)
    except Refusal:
        logs.event("too_many", level=logging.WARNING, channel="messenger")
        raise
    taken = await take(app, arrival)
    if taken.new:
        logs.event("received", conversation=taken.conversation, channel="messenger")
        typing = asyncio.create_task(app[MESSENGER].typing(arrival.address))
        typing.add_done_callback(lambda task: task.cancelled() or task.exception())


def arrival_of(event: dict[str, Any]) -> Arrival | None:
    """What a person wrote or pressed; None for everything else that Meta tells."""
    sender = event.get("sender")
    psid = sender.get("id") if isinstance(sender, dict) else None
    if not isinstance(psid, str) or not psid.isalnum() or len(psid) > 64:
        return None
    for kind in ("message", "postback"):
        told = event.get(kind)
        if not isinstance(told, dict):
            continue
        quick = told.get("quick_reply")
        payload = quick.get("payload") if isinstance(quick, dict) else told.get("payload")
        text = told.get("text") if kind == "message" else told.get("title")
        identifier = told.get("mid") or _made_up(event)
        if not isinstance(identifier, str) or not identifier.isprintable():
            return None
        return Arrival(
            "messenger",
            psid,
            identifier if len(identifier) <= 110 else hashlib.sha256(identifier.encode()).hexdigest(),
            text[:LONGEST_TEXT] if isinstance(text, str) else "",
            payload if isinstance(payload, str) and payload.isascii() and 1 <= len(payload) <= 64 else None,
        )
    return None


async def _echo(app: web.Application, message: dict[str, Any]) -> None:
    """Our own message, told back: it went through, whatever became of Meta's answer."""
    mark, mid = message.get("metadata"), message.get("mid")
    if isinstance(mark, str) and mark.startswith(MARK) and isinstance(mid, str):
        ours = mark.removeprefix(MARK)
        if ours.isascii() and ours.isdigit() and len(ours) < 16:
            await _receipt(app, Receipt(mid[:128], int(ours), "sent"))


async def _receipt(app: web.Application, receipt: Receipt) -> None:
    times = app[TIMES]()
    lost = await write(app[ENGINE], lambda c: posting.record(c, receipt, times))
    if lost is not None:
        await asyncio.to_thread(app[CALLS].for_push, lost, "undelivered", times)


def _events(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of all entries, oldest first as far as they say when they were."""
    found: list[dict[str, Any]] = []
    entries = body.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        told = entry.get("messaging") if isinstance(entry, dict) else None
        found += [event for event in told if isinstance(event, dict)] if isinstance(told, list) else []
    return iter(sorted(found, key=lambda event: event["timestamp"] if isinstance(event.get("timestamp"), int) else 0))


def _made_up(event: dict[str, Any]) -> str:
    """An id for an event without one: the same event has the same."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _settings(request: web.Request) -> Settings:
    settings = request.app[SETTINGS]
    if not settings.messenger:
        raise Refusal(404, "not_found")
    return settings
