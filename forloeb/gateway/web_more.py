"""What the web page can ask besides the conversation: a code, a rating, a question brought along by a link."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from forloeb import logs
from forloeb.gateway import linking, responses, weblinks
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.errors import Refusal
from forloeb.gateway.keys import ENGINE, SETTINGS, TIMES, TUNING
from forloeb.gateway.limits import address_of
from forloeb.gateway.transactions import write
from forloeb.gateway.web import BUCKETS, read_object, session_of

BEST = 5


def add_routes(app: web.Application) -> None:
    """Add these to the application."""
    app.router.add_post("/webhooks/web/code", code)
    app.router.add_post("/webhooks/web/rating", rate)
    app.router.add_post("/webhooks/web/carried", carried)


async def code(request: web.Request) -> web.Response:
    """POST /webhooks/web/code: a one-time code that a signed-in person sends from their telephone or Messenger."""
    session = await session_of(request)
    if session.claimant is None:
        raise Refusal(403, "not_signed_in")
    claimant, times = session.claimant, request.app[TIMES]()
    request.app[BUCKETS].take("issued", claimant, request.app[TUNING].limits.issued)
    issued = await write(request.app[ENGINE], lambda c: linking.issue(c, claimant, times))
    logs.event("code_issued", conversation=session.conversation)
    ours = request.app[SETTINGS].twilio_from or ""
    sms = ours if request.app[SETTINGS].sms and ours.startswith("+") else None
    return responses.answer({"code": issued.text, "minutes": issued.minutes, "sms": sms})


async def rate(request: web.Request) -> web.Response:
    """POST /webhooks/web/rating {"score"}: how the conversation went, 1 to 5; a new one takes its place."""
    session = await session_of(request)
    score = (await read_object(request)).get("score")
    if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= BEST:
        raise Refusal(400, "bad_rating")
    times = request.app[TIMES]()
    values = {"score": score, "at": times.real}

    def store(connection: Connection) -> None:
        mine = rating.c.conversation_id == session.conversation
        if not connection.execute(update(rating).where(mine).values(values)).rowcount:
            connection.execute(insert(rating).values(conversation_id=session.conversation, **values))

    await write(request.app[ENGINE], store)
    return responses.answer({"score": score})


async def carried(request: web.Request) -> web.Response:
    """POST /webhooks/web/carried {"link"}: the question that a link from SMS or Messenger brings along, once."""
    request.app[BUCKETS].take("sessions", address_of(request), request.app[TUNING].limits.sessions)
    link = (await read_object(request)).get("link")
    times = request.app[TIMES]()
    if not isinstance(link, str) or not 1 <= len(link) <= 64:
        raise Refusal(404, "link_expired")
    text = await write(request.app[ENGINE], lambda c: weblinks.redeem(c, link, times))
    if text is None:
        raise Refusal(404, "link_expired")
    return responses.answer({"text": text})
