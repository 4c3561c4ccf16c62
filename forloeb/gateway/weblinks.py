"""Short-lived links from SMS and Messenger to the web page, where a person signs in and goes on.

A link opens nothing by itself and signs nobody in: it brings the person's own last question to the page's text field.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from forloeb.gateway.channel_tables import web_link
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import message

MINUTES = 15
PLACE = "{web_link}"


def filled(connection: Connection, text: str, public_url: str, message_id: str | None, times: Times) -> str:
    """`text` with `{web_link}` made into a new link that takes the message along."""
    if PLACE not in text:
        return text
    token = secrets.token_urlsafe(12)
    connection.execute(
        web_link.insert().values(
            token_hash=_hash(token), message_id=message_id, expires=times.real + timedelta(minutes=MINUTES)
        )
    )
    return text.replace(PLACE, f"{public_url}/#fra={token}")


def redeem(connection: Connection, token: str, times: Times) -> str | None:
    """The question behind a link, once; None when the link is unknown, used or too old."""
    connection.execute(delete(web_link).where(web_link.c.expires <= times.real))
    found = connection.execute(select(web_link.c.message_id).where(web_link.c.token_hash == _hash(token))).one_or_none()
    if found is None or not connection.execute(delete(web_link).where(web_link.c.token_hash == _hash(token))).rowcount:
        return None
    question = select(message.c.text).where(message.c.id == found.message_id, message.c.author == "user")
    return str(connection.execute(question).scalar_one_or_none() or "")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
