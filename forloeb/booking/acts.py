"""How an act is done once: its key, its receipt, its work, its delivery and its trail in one transaction."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import Pool

from forloeb.booking.errors import Refused
from forloeb.booking.tables import act, audit
from forloeb.db import writing

_ATTEMPTS = 4
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that are misread or misheard: 0 O 1 I L
_DEADLOCK = frozenset({"40001", "40P01"})
_KEY_LENGTH = 200
_TURNS: WeakKeyDictionary[Pool, threading.Lock] = WeakKeyDictionary()  # engines with options share their pool
_TURNS_LOCK = threading.Lock()


@dataclass(frozen=True)
class Request:
    """One act that is asked for.

    Attributes:
        key: message id + act; the same key acts once.
        kind: what is done.
        claimant_id: whose thing it is; None where no claimant is known.
        who: who does it, for the trail: `claimant:<id>`, `staff:<name>`, `holder:<holder>`, `system`.
        now: when.
    """

    key: str
    kind: str
    claimant_id: str | None
    who: str
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What came of it: `ref` is the id of what was made or changed, `result` what cannot be read from there."""

    receipt: str
    ref: str | None
    result: dict[str, Any]
    replayed: bool


T = TypeVar("T")
Work = Callable[[Connection, str], "tuple[str | None, dict[str, Any]]"]


def once(engine: Engine, request: Request, work: Work) -> Outcome:
    """Do `work(connection, receipt)` and commit it with the act's row and trail; with a known key, do nothing.

    Two at once with the same key: the second waits at the key for the first, then finds what it did.

    Raises:
        Refused: `key_conflict`, when the key has done something else.
    """
    key = _stored_key(request.key)
    for attempt in range(_ATTEMPTS):
        try:
            with _turn(engine), writing(engine) as connection:
                if found := _find(connection, key):
                    return _replay(found, request)
                receipt = new_receipt()
                connection.execute(
                    insert(act).values(
                        key=key, receipt=receipt, kind=request.kind, claimant_id=request.claimant_id, at=request.now
                    )
                )
                ref, result = work(connection, receipt)
                connection.execute(update(act).where(act.c.key == key).values(ref=ref, result=result))
                trail(connection, request.who, request.kind, ref, request.claimant_id, request.now)
            return Outcome(receipt, ref, result, replayed=False)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        except DBAPIError as error:
            if not _is_deadlock(error) or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _turn(engine: Engine) -> AbstractContextManager[Any]:
    """SQLite has one writer and lets the others poll: threads of one process queue here instead, each in its turn."""
    if engine.dialect.name != "sqlite":
        return nullcontext()
    with _TURNS_LOCK:
        return _TURNS.setdefault(engine.pool, threading.Lock())


def written(engine: Engine, work: Callable[[Connection], T]) -> T:
    """What `work` gives, committed; begun again when the database had to break a deadlock."""
    for attempt in range(_ATTEMPTS):
        try:
            with _turn(engine), writing(engine) as connection:
                return work(connection)
        except DBAPIError as error:
            if not _is_deadlock(error) or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _is_deadlock(error: DBAPIError) -> bool:
    return getattr(error.orig, "pgcode", None) in _DEADLOCK


def done_before(connection: Connection, request: Request) -> Outcome | None:
    """What the act's key has already done, if anything; takes no write lock."""
    found = _find(connection, _stored_key(request.key))
    return _replay(found, request) if found else None


def trail(connection: Connection, who: str, what: str, ref: str | None, claimant_id: str | None, now: datetime) -> None:
    """Add to the audit trail: ids only, nothing of what was said."""
    connection.execute(insert(audit).values(at=now, who=who, what=what, ref=ref, claimant_id=claimant_id))


def new_receipt() -> str:
    """A number to read out on the phone: ten letters and digits in two groups, unguessable."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def new_id(prefix: str) -> str:
    """An unguessable id."""
    return f"{prefix}-{secrets.token_hex(8)}"


def new_token() -> str:
    """A link that nobody guesses."""
    return secrets.token_urlsafe(24)


def _stored_key(key: str) -> str:
    if not key:
        raise Refused("bad_value", "an act needs a key")
    return key if len(key) <= _KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _find(connection: Connection, key: str) -> Row | None:
    return connection.execute(select(act).where(act.c.key == key)).one_or_none()


def _replay(found: Row, request: Request) -> Outcome:
    if (found.kind, found.claimant_id) != (request.kind, request.claimant_id):
        raise Refused("key_conflict", "the key has done another act")
    return Outcome(found.receipt, found.ref, found.result or {}, replayed=True)
