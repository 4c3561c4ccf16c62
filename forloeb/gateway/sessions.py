"""Who may read a web conversation: the holder of a token the server issued. Only its SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from forloeb.gateway import identity, inbox
from forloeb.gateway.errors import Refusal
from forloeb.gateway.identity import Login
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import conversation, web_session

IDLE_ANONYMOUS = timedelta(days=7)
IDLE_SIGNED_IN = timedelta(hours=12)  # the next person at a shared computer must not read on
TOUCH = timedelta(minutes=5)
REMEMBERED = 20_000  # sessions known without asking; the one unused longest is forgotten


@dataclass(frozen=True)
class Session:
    """A valid token's conversation."""

    token_hash: str
    conversation: str
    claimant: str | None


class KnownSessions:
    """Sessions that held a moment ago. Whoever writes or reads still proves theirs in the same transaction."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Session] = OrderedDict()

    def get(self, token_hash: str | None) -> Session | None:
        """The session that this token had when it was last proven."""
        return self._known.get(token_hash) if token_hash else None

    def add(self, session: Session) -> None:
        """Remember a session that was just proven."""
        self._known[session.token_hash] = session
        self._known.move_to_end(session.token_hash)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find(connection: Connection, token_hash: str, times: Times) -> Session | None:
    """The session of a token, or None when it is unknown, replaced or has lain idle too long."""
    row = connection.execute(
        select(web_session, conversation.c.claimant_id)
        .join(conversation, conversation.c.id == web_session.c.conversation_id)
        .where(web_session.c.token_hash == token_hash)
    ).one_or_none()
    if row is None:
        return None
    idle = IDLE_SIGNED_IN if row.claimant_id else IDLE_ANONYMOUS
    if row.last_seen + idle < times.real:
        return None
    return Session(token_hash, row.conversation_id, row.claimant_id)


def demand(connection: Connection, token_hash: str | None, times: Times) -> Session:
    """The session of a token.

    Raises:
        Refusal: 401 when there is none.
    """
    session = find(connection, token_hash, times) if token_hash else None
    if session is None:
        raise Refusal(401, "no_session", {"WWW-Authenticate": "Bearer"})
    return session


def touch(connection: Connection, session: Session, times: Times) -> None:
    """Keep a session that is in use alive, writing at most every few minutes."""
    connection.execute(
        update(web_session)
        .where(web_session.c.token_hash == session.token_hash, web_session.c.last_seen < times.real - TOUCH)
        .values(last_seen=times.real)
    )


def open_session(connection: Connection, login: Login | None, held_hash: str | None, times: Times) -> tuple[str, str]:
    """Issue a token, for a new conversation or, on sign-in, for the one that comes along.

    An anonymous conversation that is taken along becomes the claimant's, and every token it had stops working: who
    held one before must not read what is personal. A new conversation is greeted.

    Returns:
        The token and the conversation's id.
    """
    held = find(connection, held_hash, times) if held_hash else None
    identifier = None
    if login is not None:
        identity.use_up(connection, login, times.real)
        if held is not None:
            identifier = _taken_along(connection, login, held, times)
    if identifier is None:
        identifier = inbox.create(connection, "web", times, login.claimant if login else None)
        inbox.put(connection, identifier, "system:start", times, command="/start", author="system")
    token = secrets.token_urlsafe(32)
    connection.execute(
        web_session.insert().values(
            token_hash=hash_of(token), conversation_id=identifier, created=times.real, last_seen=times.real
        )
    )
    return token, identifier


def _taken_along(connection: Connection, login: Login, held: Session, times: Times) -> str | None:
    if held.claimant == login.claimant:
        connection.execute(delete(web_session).where(web_session.c.token_hash == held.token_hash))
        return held.conversation
    taken = connection.execute(
        update(conversation)
        .where(conversation.c.id == held.conversation, conversation.c.claimant_id.is_(None))
        .values(claimant_id=login.claimant, last_used=times.real)
    ).rowcount
    if not taken:
        return None
    connection.execute(delete(web_session).where(web_session.c.conversation_id == held.conversation))
    return held.conversation
