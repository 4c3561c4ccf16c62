"""What a conversation came to, counted from its turns and from what was done in the booking store."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import case, delete, exists, func, insert, literal_column, select
from sqlalchemy.engine import Connection

from forloeb.booking.model import DeliveryKind
from forloeb.booking.tables import act
from forloeb.gateway.tables import conversation, message
from forloeb.review.tables import review_summary, review_turn

_CHUNK = 200
# Gateway message ids are 32 letters; the migration has an index on just this expression.
MESSAGE_OF_ACT = func.substr(act.c.key, literal_column("1"), literal_column("32"))
WANTS_HUMAN = "tal_med_medarbejder"


def renew(connection: Connection, conversations: Collection[str]) -> None:
    """Count these conversations again, from nothing; those that are erased are left out."""
    wanted = sorted(conversations)
    for start in range(0, len(wanted), _CHUNK):
        _renew(connection, wanted[start : start + _CHUNK])


def acts_of(message_ids: Collection[str]) -> Any:
    """The condition on an act that one of these messages led to it: its key begins with the message's id."""
    return MESSAGE_OF_ACT.in_(sorted(message_ids))


def _renew(connection: Connection, wanted: list[str]) -> None:
    there = select(conversation.c.id).where(conversation.c.id.in_(wanted)).with_for_update(key_share=True)
    alive = [row.id for row in connection.execute(there.order_by(conversation.c.id))]
    connection.execute(delete(review_summary).where(review_summary.c.conversation_id.in_(wanted)))
    gone = set(wanted) - set(alive)
    if gone:
        connection.execute(delete(review_turn).where(review_turn.c.conversation_id.in_(sorted(gone))))
    if not alive:
        return
    staff = exists().where(message.c.conversation_id == review_turn.c.conversation_id, message.c.author == "staff")
    counted = connection.execute(
        select(
            review_turn.c.conversation_id,
            func.count().label("turns"),
            func.sum(case((review_turn.c.fallback, 1), else_=0)).label("fallbacks"),
            func.sum(case((review_turn.c.unsure, 1), else_=0)).label("unsure"),
            func.max(case((review_turn.c.intent == WANTS_HUMAN, 1), (staff, 1), else_=0)).label("handover"),
        )
        .where(review_turn.c.conversation_id.in_(alive))
        .group_by(review_turn.c.conversation_id)
    ).all()
    done = _done(connection, alive)
    rows = [
        {
            "conversation_id": row.conversation_id,
            "turns": row.turns,
            "fallbacks": row.fallbacks,
            "unsure": row.unsure,
            "handover": bool(row.handover),
            "booked": DeliveryKind.BOOKING.value in done.get(row.conversation_id, ()),
            "moved": DeliveryKind.MOVE.value in done.get(row.conversation_id, ()),
            "afbud": DeliveryKind.AFBUD.value in done.get(row.conversation_id, ()),
        }
        for row in counted
    ]
    if rows:
        connection.execute(insert(review_summary), rows)


def _done(connection: Connection, conversations: list[str]) -> dict[str, set[str]]:
    """The kinds of acts that each conversation's messages led to."""
    found: dict[str, set[str]] = {}
    joined = connection.execute(
        select(review_turn.c.conversation_id, act.c.kind)
        .select_from(review_turn)
        .join(act, review_turn.c.message_id == MESSAGE_OF_ACT)
        .where(review_turn.c.conversation_id.in_(conversations))
    )
    for row in joined:
        found.setdefault(row.conversation_id, set()).add(row.kind)
    return found
