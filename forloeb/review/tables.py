"""The staff app's tables. `forloeb/migrations/versions/0004_review.py` makes them; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from forloeb.booking import tables as _booking  # noqa: F401 - review_note points at its cases
from forloeb.db import Counter, UtcDateTime, metadata
from forloeb.gateway import tables as _gateway  # noqa: F401 - the marks point at its conversations


def _conversation(**more: bool) -> Column:
    return Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), **more)


staff_user = Table(
    "staff_user",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    Column("folded", String(100), nullable=False, unique=True),  # "Kim" and "kim" are one
    Column("role", String(16), nullable=False),
    Column("password", String(200), nullable=False),  # Argon2id, or whom a provider vouches for (users.VOUCHED)
    Column("created", UtcDateTime, nullable=False),
    Column("disabled", UtcDateTime),
    Column("organisation", String(120)),  # akasse:FAK, jobcenter:Rudersdal; null: all (review/organisations.py)
)

# Sessions, devices and attempts run on the real clock.
staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
)

staff_device = Table(  # browsers that somebody has signed in from: their attempts are counted by themselves
    "staff_device",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("last_used", UtcDateTime, nullable=False),
)

staff_attempt = Table(
    "staff_attempt",
    metadata,
    Column("name_hash", String(64), primary_key=True),  # a hash: people type their password in the wrong field
    Column("place", String(100), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", UtcDateTime, nullable=False, index=True),
)

# The read model: made from Rasa's event log and made again from nothing by `rebuild`.
review_summary = Table(
    "review_summary",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("turns", Integer, nullable=False),
    Column("fallbacks", Integer, nullable=False),
    Column("unsure", Integer, nullable=False),
    Column("handover", Boolean, nullable=False),
    Column("booked", Boolean, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("afbud", Boolean, nullable=False),
)

review_turn = Table(
    "review_turn",
    metadata,
    Column("event_id", Counter, primary_key=True, autoincrement=False),
    Column("message_id", String(64), nullable=False, index=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("intent", String(64)),
    Column("confidence", Float),
    Column("ranking", JSON, nullable=False),  # [[intent, confidence], …], the first five
    Column("entities", JSON, nullable=False),  # [{"entity", "value", "start", "end"}]
    Column("model", String(64)),
    Column("fallback", Boolean, nullable=False),
    Column("unsure", Boolean, nullable=False),
)
Index("ix_review_turn_intent_conversation_id", review_turn.c.intent, review_turn.c.conversation_id)

review_cursor = Table(
    "review_cursor",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("position", Counter, nullable=False),  # every event up to here is in the read model
)

# What reviewers say of a conversation.
review_mark = Table(
    "review_mark",
    metadata,
    _conversation(primary_key=True),
    Column("state", String(16), nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('new', 'doing', 'done')", name="state"),
)

review_label = Table(
    "review_label",
    metadata,
    _conversation(primary_key=True),
    Column("label", String(40), primary_key=True),
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_review_label_label", review_label.c.label)

review_note = Table(
    "review_note",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    _conversation(index=True),
    Column("case_id", ForeignKey("staff_case.id", ondelete="CASCADE"), index=True),
    Column("text", Text, nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

review_flag = Table(
    "review_flag",
    metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    _conversation(nullable=False, index=True),
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

review_correction = Table(
    "review_correction",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("message_id", String(64), nullable=False, unique=True),  # no key: an example outlives its conversation
    Column("said", String(64)),  # the intent that the model had named
    Column("intent", String(64), nullable=False),
    Column("example", Text, nullable=False),  # a line of Rasa's NLU format, without personal data
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
