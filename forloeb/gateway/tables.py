"""The gateway's tables: conversations, their messages, the buttons offered, and who may read what."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)

from forloeb.db import UtcDateTime, metadata

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),  # unguessable
    Column("channel", String(16), nullable=False),
    Column("claimant_id", String(128), index=True),  # null while nobody has signed in
    Column("created", UtcDateTime, nullable=False),
    Column("last_used", UtcDateTime, nullable=False),  # real clock: the conversation that news goes to
    Column("next_seq", Integer, nullable=False),  # the row's lock also orders the sequence numbers
    Column("lease_owner", String(128)),  # the gateway that has a message of this conversation in hand
    Column("lease_until", UtcDateTime),
    Column("taken_over_by", String(100)),  # the member of staff who answers instead of the assistant (migration 0004)
    Column("taken_over_at", UtcDateTime),
    Column("a_kasse", String(100)),  # the claimant's; triggers keep them (migration 0006)
    Column("municipality", String(100)),
    Index("ix_conversation_last_used", "last_used", "id"),
    Index(
        "ix_conversation_taken_over",
        "taken_over_by",
        sqlite_where=text("taken_over_by IS NOT NULL"),
        postgresql_where=text("taken_over_by IS NOT NULL"),
    ),
)

for _each in (conversation.c.a_kasse, conversation.c.municipality):
    Index(
        f"ix_conversation_{_each.name}",
        _each,
        conversation.c.last_used,
        conversation.c.id,
        sqlite_where=_each.is_not(None),
        postgresql_where=_each.is_not(None),
    )

message = Table(
    "message",
    metadata,
    Column("id", String(64), primary_key=True),  # the idempotency key that travels to the actions
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("author", String(8), nullable=False),  # user | bot | staff | system
    Column("client_id", String(128)),  # the sender's own id of it; null for the bot
    Column("text", Text, nullable=False),  # redacted
    Column("command", Text),  # what a button or a notice stands for; never leaves the gateway towards a client
    Column("button", String(64)),  # the pressed button's token
    Column("redacted", JSON, nullable=False),  # kinds masked, such as ["cpr"]
    Column("buttons", JSON, nullable=False),  # offered with a reply: [{"title", "payload"}]
    Column("custom", JSON(none_as_null=True)),
    Column("answer_to", ForeignKey("message.id", ondelete="CASCADE")),
    Column("state", String(8), nullable=False),  # waiting | answered | failed, or said (bot, staff)
    Column("attempts", Integer, nullable=False),  # times handed to the assistant
    Column("refusals", Integer, nullable=False),  # times a live assistant gave no answer
    Column("next_try", UtcDateTime),  # real clock; null: at once
    Column("stored", UtcDateTime, nullable=False),  # real clock
    Column("at", UtcDateTime, nullable=False),  # the clock the person sees
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
    CheckConstraint("author IN ('user', 'bot', 'staff', 'system')", name="author"),
    CheckConstraint("state IN ('waiting', 'answered', 'failed', 'said')", name="state"),
    Index(
        "ix_message_waiting",
        "conversation_id",
        "seq",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_message_answer_to", "answer_to"),
    Index(  # migration 0006: a search begins with the newest
        "ix_message_newest",
        "stored",
        "id",
        sqlite_where=text("author <> 'system'"),
        postgresql_where=text("author <> 'system'"),
    ),
    Index(  # migration 0003: what staff have written, to be sent on the channels that push
        "ix_message_staff",
        "conversation_id",
        "seq",
        sqlite_where=text("author = 'staff'"),
        postgresql_where=text("author = 'staff'"),
    ),
)

button = Table(
    "button",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("command", Text, nullable=False),
    Column("title", Text, nullable=False),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256, hex: the token itself is never stored
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
)

login_seen = Table(
    "login_seen",
    metadata,
    Column("jti_hash", String(64), primary_key=True),
    Column("expires", UtcDateTime, nullable=False),
)

pulse = Table(
    "pulse",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Booking's table (migration 0002), named here only as far as the gateway reads it.
notice = table(
    "notice",
    column("id", String()),
    column("claimant_id", String()),
    column("kind", String()),
    column("values", JSON()),
    column("appointment_id", String()),
    column("not_before", UtcDateTime()),
    column("created", DateTime(timezone=True)),
    column("sent", UtcDateTime()),
)
