"""The tables of the channels that push: who writes from where, what is to be sent, what has been seen."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    column,
    table,
    text,
)

from forloeb.db import Counter, UtcDateTime, metadata

# All moments are of the real clock: they order, limit and expire.
address = Table(
    "address",
    metadata,
    Column("channel", String(16), primary_key=True),  # sms | messenger
    Column("address", String(64), primary_key=True),  # a telephone number, or Meta's id of the person on our page
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("last_inbound", UtcDateTime, nullable=False),  # Messenger's 24 hours run from here
    Column("stopped", UtcDateTime),  # STOP
    Column("linked", UtcDateTime),  # when the conversation became its claimant's
    Column("linked_by", String(8)),  # number | code
    Column("linked_until", UtcDateTime),  # a shared telephone is trusted for a while only
    Column("offers", JSON, nullable=False),  # tokens of the buttons that digits stand for, 1 first
    Column("answered", Boolean, nullable=False),  # the person has written since those were offered
)

push = Table(
    "push",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("answer_to", ForeignKey("message.id", ondelete="CASCADE"), index=True),  # null: the gateway's own words
    Column("text", Text, nullable=False),  # as it is sent
    Column("buttons", JSON, nullable=False),  # [{"title", "payload"}] where the channel has buttons
    Column("claimant_id", String(128)),  # whose case it may speak of; sent only while the address is theirs
    Column("always", Boolean, nullable=False),  # the answer to STOP, START and HJÆLP goes out whatever was said
    Column("state", String(8), nullable=False),  # held (for MERE) | waiting | sent | blocked | failed | dropped
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),  # an attempt ended without our knowing how
    Column("next_try", UtcDateTime),
    Column("owner", String(128)),
    Column("owner_until", UtcDateTime),
    Column("created", UtcDateTime, nullable=False),
    Column("sent", UtcDateTime),
    Column("provider_id", String(128), unique=True),
    Column("receipt", String(16)),  # the furthest state that the provider has told of
    Column("receipt_at", UtcDateTime),
    Column("error", String(64)),  # a code of the provider's, or our reason
    CheckConstraint("state IN ('held', 'waiting', 'sent', 'blocked', 'failed', 'dropped')", name="state"),
)
Index(
    "ix_push_waiting",
    push.c.channel,
    push.c.address,
    push.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

webhook_seen = Table(
    "webhook_seen",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("id", String(200), primary_key=True),  # the provider's id of a message
    Column("at", UtcDateTime, nullable=False, index=True),
)

link_code = Table(
    "link_code",
    metadata,
    Column("claimant_id", String(128), primary_key=True),  # a new code takes the place of an earlier one
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires", UtcDateTime, nullable=False),
)

web_link = Table(
    "web_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE")),  # the question it takes along
    Column("expires", UtcDateTime, nullable=False),
)

rating = Table(
    "rating",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Integer, nullable=False),  # 1 (no help) to 5
    Column("at", UtcDateTime, nullable=False),
)

# A trigger (migration 0003) notes here when a claimant's registered number becomes another.
phone_change = Table(
    "phone_change",
    metadata,
    Column("claimant_id", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Booking's table (migration 0002), named here only as far as the channels read it.
claimant = table("claimant", column("id", String()), column("phone", String()))
