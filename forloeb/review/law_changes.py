"""Conversations whose answer would be different today, because a fact that it cites has changed since.

Each answer carries the version of every fact it cites on the day it was given (`custom.law`, forloeb/law/versions.py).
A changed value counts from the day it comes into force, a changed sentence or source at once. Answers from before
versions were stored cannot be compared, and are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection, Row

from forloeb.errors import LawError
from forloeb.gateway.tables import conversation, message
from forloeb.law import version
from forloeb.obligations import Law
from forloeb.review import places

PAGE = 50
BATCH = 200
MOST = 5000  # conversations read for one page: a few seconds at the most


@dataclass(frozen=True)
class Changed:
    """A conversation with the facts that its answers cite and that have changed, and the first such message."""

    id: str
    channel: str
    last_used: datetime
    message: str
    facts: tuple[str, ...]


@dataclass
class Found:
    """`onward`: where to go on; None when every conversation has been read."""

    rows: list[Changed] = field(default_factory=list)
    read: int = 0
    unversioned: int = 0
    onward: str | None = None


def find(
    connection: Connection, today: date, onward: str = "", *, of: Law | None = None, most: int = MOST, page: int = PAGE
) -> Found:
    """Conversations, newest first, from a place on."""
    found, known = Found(), _Versions(today, of)
    for row, answers in _conversations(connection, onward):
        facts: dict[str, None] = {}
        first = ""
        for answer in answers:
            custom = answer.custom or {}
            cited = custom.get("law")
            if not isinstance(cited, dict):
                found.unversioned += bool(custom.get("facts"))
                continue
            changed = [fact for fact, then in cited.items() if known.now(fact) != then]
            first = first or (answer.id if changed else "")
            facts |= dict.fromkeys(changed)
        found.read += 1
        if facts:
            found.rows.append(Changed(row.id, row.channel, row.last_used, first, tuple(facts)))
        if len(found.rows) == page or found.read == most:
            found.onward = places.written(row.last_used, row.id)
            break
    return found


class _Versions:
    def __init__(self, today: date, of: Law | None) -> None:
        self._today, self._of = today, of
        self._known: dict[str, str | None] = {}

    def now(self, fact: str) -> str | None:
        """The fact's version today; None when it is gone."""
        if fact not in self._known:
            try:
                self._known[fact] = version(fact, self._today, self._of)
            except LawError:
                self._known[fact] = None
        return self._known[fact]


def _conversations(connection: Connection, onward: str) -> Iterator[tuple[Row, list[Row]]]:
    place = places.read(onward)
    while True:
        query = select(conversation.c.id, conversation.c.channel, conversation.c.last_used)
        if place:
            moment, identifier = place
            query = query.where(
                or_(
                    conversation.c.last_used < moment,
                    and_(conversation.c.last_used == moment, conversation.c.id < identifier),
                )
            )
        newest = query.order_by(conversation.c.last_used.desc(), conversation.c.id.desc()).limit(BATCH)
        batch = connection.execute(newest).all()
        answers: dict[str, list[Row]] = {}
        said = (
            select(message.c.id, message.c.conversation_id, message.c.custom)
            .where(
                message.c.conversation_id.in_([row.id for row in batch]),
                message.c.author == "bot",
                message.c.custom.is_not(None),
            )
            .order_by(message.c.conversation_id, message.c.seq)
        )
        for row in connection.execute(said):
            answers.setdefault(row.conversation_id, []).append(row)
        for row in batch:
            yield row, answers.get(row.id, [])
        if len(batch) < BATCH:
            return
        place = (batch[-1].last_used, batch[-1].id)
