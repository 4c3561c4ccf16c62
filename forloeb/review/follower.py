"""Follows Rasa's event log into the read model: at least once, resumable, no gap when transactions commit out of order.

Rasa appends to `events`; PostgreSQL hands out ids before commits, so a lower id can appear after a higher one. An id
that is missing between two that are there is looked for again until the event after it is `SETTLED` old: no
transaction of Rasa's lives that long. Only then does the stored position pass it. Everything written is an upsert by
the event's id, in the transaction that moves the position, so a kill repeats work and never loses any.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import column, delete, inspect, select, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, Row

from forloeb.db import reading, writing
from forloeb.gateway.tables import message
from forloeb.review import summaries
from forloeb.review.tables import review_cursor, review_summary, review_turn
from forloeb.review.turns import turn

SETTLED = timedelta(minutes=5).total_seconds()
BATCH = 1000
_LOOKED_FOR = 400  # missing ids asked for at once
_NAME = "events"

_events = table("events", column("id"), column("sender_id"), column("type_name"), column("timestamp"), column("data"))


class Follower:
    """One for each process; any number may run at once."""

    def __init__(self, engine: Engine, tracker: Engine) -> None:
        """See the module.

        Args:
            engine: our database.
            tracker: Rasa's.
        """
        self._engine, self._tracker = engine, tracker
        self._position: int | None = None
        self._missing: dict[int, float] = {}  # id -> unix time at which it counts as never coming

    def step(self) -> int:
        """Take in what is new; how many events. 0: nothing for now."""
        if not inspect(self._tracker).has_table("events"):
            return 0
        if self._position is None:
            with reading(self._engine) as connection:
                self._position = stored_position(connection)
        with reading(self._tracker) as connection:
            late = self._late(connection)
            fresh = connection.execute(
                select(_events).where(_events.c.id > self._position).order_by(_events.c.id).limit(BATCH)
            ).all()
        now = time.time()
        position = self._note(fresh, self._position, now)
        for row in late:
            self._missing.pop(row.id, None)
        for identifier in [each for each, until in self._missing.items() if until < now]:
            del self._missing[identifier]
        if fresh or late:
            with writing(self._engine) as connection:
                self._store(connection, [*late, *fresh])
                _move(connection, min(self._missing, default=position + 1) - 1)
        self._position = position
        return len(fresh) + len(late)

    def _late(self, connection: Connection) -> list[Row]:
        wanted = sorted(self._missing)
        found: list[Row] = []
        for start in range(0, len(wanted), _LOOKED_FOR):
            some = wanted[start : start + _LOOKED_FOR]
            found += connection.execute(select(_events).where(_events.c.id.in_(some))).all()
        return found

    def _note(self, fresh: Iterable[Row], position: int, now: float) -> int:
        """Note the ids that are missing between what is there; the highest id seen."""
        for row in fresh:
            until = (row.timestamp or 0) + SETTLED
            if row.id > position + 1 and until > now:
                self._missing.update((each, until) for each in range(position + 1, row.id))
            position = row.id
        return position

    def _store(self, connection: Connection, found: list[Row]) -> None:
        turns = [made for row in found if row.type_name == "user" and (made := turn(row.id, row.sender_id, row.data))]
        if turns:
            _upsert(connection, _at_their_messages(connection, turns))
        summaries.renew(connection, {row.sender_id[:64] for row in found if row.type_name in ("user", "bot")})


def rebuild(engine: Engine, tracker: Engine) -> int:
    """Make the read model again from nothing; how many events were read."""
    with writing(engine) as connection:
        for each in (review_turn, review_summary, review_cursor):
            connection.execute(delete(each))
    follower, read = Follower(engine, tracker), 0
    while taken := follower.step():
        read += taken
    return read


def stored_position(connection: Connection) -> int:
    """Every event up to here is in the read model."""
    found = connection.execute(select(review_cursor.c.position).where(review_cursor.c.name == _NAME))
    return int(found.scalar_one_or_none() or 0)


def _move(connection: Connection, position: int) -> None:
    """Note that everything up to `position` is in; never back, whoever else is following."""
    insert = _insert(connection)(review_cursor).values(name=_NAME, position=position)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["name"], set_={"position": position}, where=review_cursor.c.position < position
        )
    )


def _at_their_messages(connection: Connection, turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns at the times that people saw: the gateway's clock can be shifted, Rasa's log never is."""
    wanted = sorted({each["message_id"] for each in turns})
    seen: dict[str, Any] = {}
    for start in range(0, len(wanted), _LOOKED_FOR):
        some = select(message.c.id, message.c.at).where(message.c.id.in_(wanted[start : start + _LOOKED_FOR]))
        seen.update((row.id, row.at) for row in connection.execute(some))
    return [{**each, "at": seen.get(each["message_id"], each["at"])} for each in turns]


def _upsert(connection: Connection, turns: list[dict[str, Any]]) -> None:
    insert = _insert(connection)(review_turn)
    kept = {name: insert.excluded[name] for name in turns[0] if name != "event_id"}
    connection.execute(insert.on_conflict_do_update(index_elements=["event_id"], set_=kept), turns)


def _insert(connection: Connection) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
