"""SMS by Twilio's protocol: messages in, delivery receipts in. What goes out is the courier's (docs/channels.md)."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import parse_qsl

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from forloeb import logs
from forloeb.gateway import posting, twilio
from forloeb.gateway.arrivals import Arrival, Taken
from forloeb.gateway.errors import Refusal
from forloeb.gateway.keys import BELLS, CALLS, COURIER, ENGINE, RECEPTION, SETTINGS, TIMES, TUNING, WORKER
from forloeb.gateway.limits import BODY_LIMIT
from forloeb.gateway.posting import RECEIPTS, Receipt
from forloeb.gateway.transactions import write
from forloeb.gateway.web import BUCKETS

EMPTY = "<Response/>"
_NUMBER = re.compile(r"\+?[0-9A-Za-z][0-9A-Za-z .:_-]{1,62}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")


def add_routes(app: web.Application) -> None:
    """Add the webhooks to the application."""
    app.router.add_post("/webhooks/sms", message)
    app.router.add_post("/webhooks/sms/status", status)


async def message(request: web.Request) -> web.Response:
    """POST /webhooks/sms: one SMS. Answered when it is stored; the same MessageSid again changes nothing."""
    form = await _form(request)
    identifier, sender = form.get("MessageSid", ""), form.get("From", "")
    if not _ID.fullmatch(identifier) or not _NUMBER.fullmatch(sender):
        raise Refusal(400, "bad_form")
    request.app[BUCKETS].take("sms", sender, request.app[TUNING].limits.messages)
    taken = await take(request.app, Arrival("sms", sender, identifier, form.get("Body", "")))
    if taken.new:
        logs.event("received", conversation=taken.conversation, channel="sms")
    return web.Response(text=EMPTY, content_type="text/xml")


async def status(request: web.Request) -> web.Response:
    """POST /webhooks/sms/status: how far one of our messages has come."""
    form, app = await _form(request), request.app
    identifier, told = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not _ID.fullmatch(identifier):
        raise Refusal(400, "bad_form")
    ours = request.query.get("push", "")
    if told in RECEIPTS:
        known = int(ours) if ours.isascii() and ours.isdigit() and len(ours) < 16 else None
        receipt = Receipt(identifier, known, told, form.get("ErrorCode") or None)
        times = app[TIMES]()
        lost = await write(app[ENGINE], lambda c: posting.record(c, receipt, times))
        if lost is not None:
            stopped = receipt.error == twilio.STOPPED
            await asyncio.to_thread(app[CALLS].for_push, lost, "stopped" if stopped else "undelivered", times)
        logs.event("receipt", push=known, status=told, code=receipt.error)
    return web.Response(status=204)


async def take(app: web.Application, arrival: Arrival) -> Taken:
    """Store an arrival and wake who must act on it. Two at once of the same are one."""
    for attempt in range(3):
        try:
            times = app[TIMES]()
            taken = await write(app[ENGINE], lambda c: app[RECEPTION].take(c, arrival, times))  # noqa: B023
            break
        except IntegrityError:  # another gateway, or another thread, has just stored it or met its sender
            if attempt == 2:
                raise
    if taken.conversation is not None:
        app[BELLS].ring(taken.conversation)
        app[WORKER].wake()
        app[COURIER].wake()
    return taken


async def _form(request: web.Request) -> dict[str, str]:
    """The parameters of a request that Twilio has signed.

    Raises:
        Refusal: 404 when SMS is not set up, 413, 403 for a wrong signature, 400 for what is no form.
    """
    settings = request.app[SETTINGS]
    if not settings.sms:
        raise Refusal(404, "not_found")
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refusal(413, "too_large")
    raw = await request.read()
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise Refusal(400, "bad_form") from error
    if not twilio.signed(settings, request.raw_path, pairs, request.headers.get("X-Twilio-Signature", "")):
        raise Refusal(403, "bad_signature")
    form = dict(pairs)
    if form.get("AccountSid") != settings.twilio_account:
        raise Refusal(403, "bad_signature")
    return form
