"""How often a name is tried from a place. Nobody can lock anybody else out, and nobody can guess on.

A place is a browser that this user has signed in from before (it holds a cookie that says so), or else an address.
Failures count for the name at that place only: whoever tries Kim's name from elsewhere slows themselves, not Kim; and
somebody behind the same router does not slow the browser that Kim always uses.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from forloeb.review.tables import staff_attempt

FREE = 4  # wrong passwords before there is any wait
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)


def wait(connection: Connection, name: str, place: str, now: datetime) -> int:
    """Seconds until the next try is allowed; 0 when it is."""
    row = connection.execute(select(staff_attempt).where(*_here(name, place))).one_or_none()
    if row is None:
        return 0
    left = row.last + _pause(row.failures) - now
    return max(0, math.ceil(left.total_seconds()))


def failed(connection: Connection, name: str, place: str, now: datetime) -> None:
    """Count a wrong password."""
    connection.execute(delete(staff_attempt).where(staff_attempt.c.last < now - FORGOTTEN))
    counted = connection.execute(
        update(staff_attempt).where(*_here(name, place)).values(failures=staff_attempt.c.failures + 1, last=now)
    ).rowcount
    if not counted:
        connection.execute(insert(staff_attempt).values(name_hash=_hash(name), place=place, failures=1, last=now))


def succeeded(connection: Connection, name: str, place: str) -> None:
    """Forget what went wrong here."""
    connection.execute(delete(staff_attempt).where(*_here(name, place)))


def _pause(failures: int) -> timedelta:
    if failures < FREE:
        return timedelta(0)
    return min(LONGEST, timedelta(seconds=2 ** min(failures - FREE + 1, 12)))


def _here(name: str, place: str) -> tuple:  # type: ignore[type-arg]
    return staff_attempt.c.name_hash == _hash(name), staff_attempt.c.place == place


def _hash(name: str) -> str:
    return hashlib.sha256(" ".join(name.split()).casefold().encode("utf-8", "replace")).hexdigest()
