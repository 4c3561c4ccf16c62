"""One conversation as the person saw it, and beside it what the assistant understood and did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from forloeb.booking import rows
from forloeb.booking.errors import NotFound
from forloeb.booking.model import Claimant
from forloeb.booking.tables import act, claimant
from forloeb.gateway.tables import conversation, message
from forloeb.review import masking, summaries
from forloeb.review.tables import review_correction, review_flag, review_label, review_mark, review_note, review_turn

PAGE = 200


@dataclass(frozen=True)
class Line:
    """One message, with what belongs to it."""

    id: str
    seq: int
    author: str
    at: datetime
    text: str
    buttons: tuple[str, ...]
    pressed: bool
    waiting: bool
    failed: bool
    facts: tuple[str, ...]
    versions: dict[str, str]  # of the facts, on the day they were told (forloeb/law/versions.py)
    sources: tuple[str, ...]
    gap: str | None
    flagged: bool
    turn: Row | None
    entities: tuple[tuple[str, str], ...]
    acts: tuple[Row, ...]
    correction: Row | None


@dataclass(frozen=True)
class Transcript:
    """A conversation for its page."""

    id: str
    channel: str
    last_used: datetime
    person: Claimant | None
    taken_over_by: str | None
    lines: list[Line]
    earlier: int | None
    state: str
    labels: list[str]
    notes: list[Row] = field(repr=False)

    @property
    def last_seq(self) -> int:
        """The newest message's number."""
        return self.lines[-1].seq if self.lines else 0


def load(connection: Connection, conversation_id: str, *, personal: bool, before: int | None = None) -> Transcript:
    """The newest page of a conversation, or the one before a message.

    Args:
        connection: open.
        conversation_id: which.
        personal: personal data is shown; else it is masked.
        before: a message's number.

    Raises:
        NotFound: there is none.
    """
    row = head(connection, conversation_id)
    who = person(connection, row.claimant_id)
    query = _of(conversation_id).order_by(message.c.seq.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(message.c.seq < before)
    found = connection.execute(query).all()
    said = list(reversed(found[:PAGE]))
    mark = connection.execute(
        select(review_mark.c.state).where(review_mark.c.conversation_id == conversation_id)
    ).scalar_one_or_none()
    labels = connection.execute(
        select(review_label.c.label)
        .where(review_label.c.conversation_id == conversation_id)
        .order_by(review_label.c.label)
    )
    notes = connection.execute(
        select(review_note).where(review_note.c.conversation_id == conversation_id).order_by(review_note.c.id)
    )
    return Transcript(
        conversation_id,
        row.channel,
        row.last_used,
        who if personal else None,
        row.taken_over_by,
        _lines(connection, said, None if personal else (who,)),
        said[0].seq if len(found) > PAGE else None,
        mark or "new",
        [each.label for each in labels],
        notes.all(),
    )


def news(connection: Connection, conversation_id: str, after: int, *, personal: bool) -> list[Line]:
    """What has been said after a message."""
    row = head(connection, conversation_id)
    query = _of(conversation_id).where(message.c.seq > after).order_by(message.c.seq).limit(PAGE)
    who = person(connection, row.claimant_id)
    return _lines(connection, connection.execute(query).all(), None if personal else (who,))


def head(connection: Connection, conversation_id: str) -> Row:
    """The conversation's row.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(select(conversation).where(conversation.c.id == conversation_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _of(conversation_id: str) -> Any:
    return select(message).where(message.c.conversation_id == conversation_id, message.c.author != "system")


def person(connection: Connection, claimant_id: str | None) -> Claimant | None:
    """Whose conversation it is, where that is known and registered."""
    if claimant_id is None:
        return None
    row = connection.execute(select(claimant).where(claimant.c.id == claimant_id)).one_or_none()
    return rows.claimant(row) if row else None


def _lines(connection: Connection, said: list[Row], masked: tuple[Claimant | None] | None) -> list[Line]:
    """`masked`: whose personal data is hidden, in a tuple; None shows all."""
    asked = [row.id for row in said if row.author == "user"]
    ids = [row.id for row in said]
    turns = _by(connection, select(review_turn).where(review_turn.c.message_id.in_(asked)), "message_id")
    fixed = _by(connection, select(review_correction).where(review_correction.c.message_id.in_(asked)), "message_id")
    flags = {
        row.message_id
        for row in connection.execute(select(review_flag.c.message_id).where(review_flag.c.message_id.in_(ids)))
    }
    done: dict[str, list[Row]] = {}
    if asked:
        for row in connection.execute(select(act).where(summaries.acts_of(asked)).order_by(act.c.at)):
            done.setdefault(row.key[:32], []).append(row)

    def shown(text: str) -> str:
        return masking.mask(text, masked[0]) if masked else text

    def line(row: Row) -> Line:
        custom, turn = row.custom or {}, turns.get(row.id)
        stands = [f"{each.get('title')}, {each.get('section')}" for each in custom.get("sources") or ()]
        return Line(
            id=row.id,
            seq=row.seq,
            author=row.author,
            at=row.at,
            text=shown(row.text),
            buttons=tuple(shown(each["title"]) for each in row.buttons or ()),
            pressed=row.button is not None,
            waiting=row.author == "user" and row.state == "waiting",
            failed=row.state == "failed",
            facts=tuple(custom.get("facts") or ()),
            versions=dict(custom.get("law") or {}),
            sources=tuple(dict.fromkeys(stands)),
            gap=custom.get("gap"),
            flagged=row.id in flags,
            turn=turn,
            entities=tuple((each["entity"], shown(str(each["value"]))) for each in (turn.entities if turn else ())),
            acts=tuple(done.get(row.id, ())),
            correction=fixed.get(row.id),
        )

    return [line(row) for row in said]


def _by(connection: Connection, query: Any, name: str) -> dict[str, Row]:
    return {row._mapping[name]: row for row in connection.execute(query)}
