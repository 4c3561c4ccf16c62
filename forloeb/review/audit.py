"""The trail of what staff look at and change, in the table that only grows (migration 0002 sees to that)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from forloeb.booking import acts
from forloeb.booking.tables import audit

PAGE = 100


def trail(connection: Connection, by: str, what: str, ref: str | None, claimant_id: str | None, now: datetime) -> None:
    """Add a line: ids only, nothing of what was said. `by` is a name; commands at the terminal say `terminal`."""
    acts.trail(connection, f"staff:{by}", what[:64], ref[:64] if ref else None, claimant_id, now)


def page(connection: Connection, before: int | None, who: str = "") -> list[Row]:
    """A page of the trail, newest first; `before` is the id to go on from."""
    query = select(audit).order_by(audit.c.id.desc()).limit(PAGE)
    if before is not None:
        query = query.where(audit.c.id < before)
    if who:
        query = query.where(audit.c.who.in_([who, f"staff:{who}"]))
    return list(connection.execute(query))
