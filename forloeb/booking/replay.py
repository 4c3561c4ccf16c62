"""What a message has already done: asked first, so that a message handed over twice is answered as the first time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb.booking.tables import act
from forloeb.db import reading


def done(engine: Engine, claimant_id: str, keys: Sequence[str]) -> str | None:
    """The first of `keys` under which the claimant has already acted, or None."""
    with reading(engine) as connection:
        found = connection.execute(
            select(act.c.key).where(act.c.key.in_(list(keys)), act.c.claimant_id == claimant_id)
        ).scalars()
        known = set(found)
    return next((key for key in keys if key in known), None)
