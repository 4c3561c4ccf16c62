"""Reading a conversation: the page after a sequence number, the replies to one message, and the web's MESSAGE."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from forloeb.gateway.channel import Outgoing
from forloeb.gateway.tables import message
from forloeb.settings import ZONE

PAGE = 200


def page(connection: Connection, conversation_id: str, after: int) -> list[Outgoing]:
    """Up to a page of what the person sees after `after`, in order; system messages are not seen."""
    rows = connection.execute(
        select(message)
        .where(message.c.conversation_id == conversation_id, message.c.seq > after, message.c.author != "system")
        .order_by(message.c.seq)
        .limit(PAGE)
    )
    return [_outgoing(row) for row in rows]


def replies(connection: Connection, message_id: str) -> list[Outgoing] | None:
    """The replies to a message; None while it waits."""
    state = connection.execute(select(message.c.state).where(message.c.id == message_id)).scalar_one()
    if state == "waiting":
        return None
    rows = connection.execute(select(message).where(message.c.answer_to == message_id).order_by(message.c.seq))
    return [_outgoing(row) for row in rows]


def as_json(outgoing: Outgoing) -> dict[str, Any]:
    """The MESSAGE of the web contract."""
    shape: dict[str, Any] = {
        "seq": outgoing.seq,
        "from": outgoing.author,
        "at": outgoing.at.astimezone(ZONE).isoformat(timespec="seconds"),
        "text": outgoing.text,
    }
    if outgoing.buttons:
        shape["buttons"] = [{"title": title, "payload": payload} for title, payload in outgoing.buttons]
    if outgoing.custom:
        shape["custom"] = outgoing.custom
    return shape


def _outgoing(row: Row) -> Outgoing:
    buttons = tuple((offer["title"], offer["payload"]) for offer in row.buttons)
    return Outgoing(row.seq, row.author, row.at, row.text, buttons, row.custom)
