"""Who is signed in: sessions on the server, found by the hash of a random cookie, made anew at every sign-in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from forloeb.review.tables import staff_device, staff_session, staff_user
from forloeb.review.users import User, user

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
DEVICE = timedelta(days=180)
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A valid cookie's user, and the token that forms of this session carry."""

    user: User
    csrf: str


def csrf_of(token: str) -> str:
    """The form token of a session or of a browser that is not signed in: nobody has it without the cookie."""
    return hmac.new(token.encode(), b"forloeb-review-csrf", hashlib.sha256).hexdigest()


def find(connection: Connection, token: str, now: datetime) -> Session | None:
    """The session of a cookie; None when it is unknown, ended, too old, or its user has lost access."""
    row = connection.execute(
        select(staff_user, staff_session.c.last_seen, staff_session.c.created.label("since"))
        .join(staff_session, staff_session.c.user_id == staff_user.c.id)
        .where(staff_session.c.token_hash == _hash(token))
    ).one_or_none()
    if row is None or row.disabled is not None or row.last_seen + IDLE < now or row.since + LONGEST < now:
        return None
    return Session(user(row), csrf_of(token))


def stale(connection: Connection, token: str, now: datetime) -> bool:
    """Whether it is time to note that the session is in use."""
    query = select(staff_session.c.token_hash).where(
        staff_session.c.token_hash == _hash(token), staff_session.c.last_seen < now - TOUCH
    )
    return connection.execute(query).first() is not None


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Keep a session that is in use alive, writing at most once a minute."""
    connection.execute(
        update(staff_session)
        .where(staff_session.c.token_hash == _hash(token), staff_session.c.last_seen < now - TOUCH)
        .values(last_seen=now)
    )


def begin(connection: Connection, user_id: int, old: str | None, now: datetime) -> str:
    """A new session; its token. What the browser held before stops working."""
    stale = (staff_session.c.last_seen < now - IDLE) | (staff_session.c.created < now - LONGEST)
    connection.execute(delete(staff_session).where(stale))
    if old:
        end(connection, old)
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(staff_session).values(token_hash=_hash(token), user_id=user_id, created=now, last_seen=now)
    )
    return token


def end(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(delete(staff_session).where(staff_session.c.token_hash == _hash(token)))


def known_device(connection: Connection, user_id: int, token: str | None, now: datetime) -> bool:
    """Whether this user has signed in from this browser before."""
    if not token:
        return False
    where = (staff_device.c.token_hash == _hash(token), staff_device.c.user_id == user_id)
    row = connection.execute(select(staff_device.c.last_used).where(*where)).one_or_none()
    return row is not None and row.last_used + DEVICE > now


def remember_device(connection: Connection, user_id: int, now: datetime) -> str:
    """A cookie that says that this user has signed in from this browser."""
    connection.execute(delete(staff_device).where(staff_device.c.last_used < now - DEVICE))
    token = secrets.token_urlsafe(24)
    connection.execute(insert(staff_device).values(token_hash=_hash(token), user_id=user_id, last_used=now))
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
