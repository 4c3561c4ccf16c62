"""Full-text search in what people and the assistant have said. Danish inflections are one word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, column, func, literal_column, or_, select, table
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection, Row

from forloeb.gateway.tables import conversation, message
from forloeb.review import masking, places
from forloeb.review.stemming import stem, words

PAGE = 30
_BATCH = 200
_MOST_BATCHES = 6
RECENT = 2000  # messages that PostgreSQL looks through before it asks the index
_AROUND = 120

_index = table("message_index", column("id"), column("message_id"))
_search = table("message_search", column("rowid"))
_SHOWN = (
    message.c.id,
    message.c.conversation_id,
    message.c.seq,
    message.c.author,
    message.c.text,
    message.c.at,
    message.c.stored,
)


@dataclass(frozen=True)
class Hit:
    """One message that was found; `before`, `found` and `after` are its text around the word."""

    conversation: str
    message: str
    seq: int
    author: str
    channel: str
    at: datetime
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Found:
    """A page of hits, newest first; `onward` is where the next page begins."""

    hits: list[Hit]
    onward: str | None


def find(connection: Connection, wanted: str, onward: str | None, conditions: tuple[Any, ...] = ()) -> Found:
    """Messages that hold every word of `wanted`, in whatever form."""
    stems = [stem(word) for word in words(wanted)][:8]
    if not stems:
        return Found([], None)
    further: str | None = None
    if connection.dialect.name == "sqlite":
        rows, further = _sqlite(connection, wanted, stems, onward, conditions)
    else:
        rows = _postgresql(connection, wanted, stems, onward, conditions)
    hits = [_hit(row, stems) for row in rows[:PAGE]]
    return Found(hits, _place(connection, rows[PAGE - 1]) if len(rows) > PAGE else further)


def _sqlite(
    connection: Connection, _wanted: str, stems: list[str], onward: str | None, conditions: tuple[Any, ...]
) -> tuple[list[Row], str | None]:
    """Words that begin like the stem, and of these the ones whose stem it is; where to go on, if unfinished."""
    match = " AND ".join(f'"{each}"*' for each in stems)
    place = int(onward) if onward and onward.isascii() and onward.isdigit() else None
    found: list[Row] = []
    for _ in range(_MOST_BATCHES):
        # so many that match first, whatever the filter: else one that lets nothing through would read them all
        hits = select(_search.c.rowid).where(sql("message_search MATCH :match").bindparams(match=match))
        if place is not None:
            hits = hits.where(_search.c.rowid < place)
        places = connection.execute(hits.order_by(_search.c.rowid.desc()).limit(_BATCH)).scalars().all()
        query = (
            select(*_SHOWN, conversation.c.channel, _index.c.id.label("place"))
            .select_from(_index)
            .join(message, message.c.id == _index.c.message_id)
            .join(conversation, conversation.c.id == message.c.conversation_id)
            .where(_index.c.id.in_(places), *conditions)
            .order_by(_index.c.id.desc())
        )
        batch = connection.execute(query).all()
        found += [row for row in batch if set(stems) <= {stem(word) for word in words(row.text)}]
        if len(places) < _BATCH or len(found) > PAGE:
            return found, None
        place = places[-1]
    return found, str(place)


def _postgresql(
    connection: Connection, wanted: str, _stems: list[str], onward: str | None, conditions: tuple[Any, ...]
) -> list[Row]:
    """Among the newest RECENT first, in their order, until the page is full; for a rarer word by the index.

    The index names all that match, and a fifth of a million must then be put in order for the thirty newest.
    """
    before: tuple[Any, ...] = ()
    if onward:
        place = places.read(onward)
        if place is None:
            return []
        moment, identifier = place
        before = (or_(message.c.stored < moment, and_(message.c.stored == moment, message.c.id < identifier)),)
    said = (message.c.author != literal_column("'system'"), *before)
    danish = literal_column("'danish'")

    def holds(text: Any) -> Any:
        return func.to_tsvector(danish, text).op("@@")(func.plainto_tsquery(danish, wanted))

    newest = (
        select(*_SHOWN)
        .where(*said)
        .order_by(message.c.stored.desc(), message.c.id.desc())
        .limit(RECENT)
        .subquery("newest")
    )
    found = connection.execute(
        select(*newest.c, conversation.c.channel)
        .select_from(newest)
        .join(conversation, conversation.c.id == newest.c.conversation_id)
        .where(holds(newest.c.text), *conditions)
        .order_by(newest.c.stored.desc(), newest.c.id.desc())
        .limit(PAGE + 1)
    ).all()
    if len(found) > PAGE:
        return found
    # no plain column: for a rare word PostgreSQL would walk a million messages by their time, hoping to find it soon
    by_time = func.coalesce(message.c.stored, message.c.stored)
    return connection.execute(
        select(*_SHOWN, conversation.c.channel)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(holds(message.c.text), *said, *conditions)
        .order_by(by_time.desc(), message.c.id.desc())
        .limit(PAGE + 1)
    ).all()


def _place(connection: Connection, row: Row) -> str:
    return str(row.place) if connection.dialect.name == "sqlite" else places.written(row.stored, row.id)


def _hit(row: Row, stems: list[str]) -> Hit:
    start, end = 0, 0
    place = 0
    low = row.text.lower()
    for word in words(row.text):
        place = low.find(word, place)
        if stem(word) in stems:
            start, end = place, place + len(word)
            break
        place += len(word)
    before, after = row.text[max(0, start - _AROUND) : start], row.text[end : end + _AROUND]
    return Hit(
        row.conversation_id,
        row.id,
        row.seq,
        row.author,
        row.channel,
        row.at,
        ("… " if start > _AROUND else "") + before,
        row.text[start:end],
        after + (" …" if len(row.text) > end + _AROUND else ""),
    )


def masked(found: Found) -> Found:
    """Without personal data, for roles that must not see it; what was found is masked with its surroundings."""
    hits = []
    for hit in found.hits:
        whole = masking.mask(hit.before + hit.found + hit.after)
        hits.append(replace(hit, before=whole, found="", after=""))
    return Found(hits, found.onward)
