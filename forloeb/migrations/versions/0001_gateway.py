"""The gateway's tables: conversation, message, button, web_session, login_seen, pulse."""

import sqlalchemy as sa
from alembic import op

from forloeb.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("claimant_id", sa.String(128)),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("last_used", UtcDateTime, nullable=False),
        sa.Column("next_seq", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String(128)),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_claimant_id", "conversation", ["claimant_id"])
    op.create_table(
        "message",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("client_id", sa.String(128)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("command", sa.Text),
        sa.Column("button", sa.String(64)),
        sa.Column("redacted", sa.JSON, nullable=False),
        sa.Column("buttons", sa.JSON, nullable=False),
        sa.Column("custom", sa.JSON),
        sa.Column("answer_to", sa.String(64)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("refusals", sa.Integer, nullable=False),
        sa.Column("next_try", UtcDateTime),
        sa.Column("stored", UtcDateTime, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name="fk_message_conversation_id"
        ),
        sa.ForeignKeyConstraint(["answer_to"], ["message.id"], ondelete="CASCADE", name="fk_message_answer_to"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_conversation_id_seq"),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_message_conversation_id_client_id"),
        sa.CheckConstraint("author IN ('user', 'bot', 'staff', 'system')", name=op.f("ck_message_author")),
        sa.CheckConstraint("state IN ('waiting', 'answered', 'failed', 'said')", name=op.f("ck_message_state")),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_message_waiting", "message", ["conversation_id", "seq"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_message_answer_to", "message", ["answer_to"])
    for name, columns in (
        (
            "button",
            [
                sa.Column("token", sa.String(64), primary_key=True),
                sa.Column("command", sa.Text, nullable=False),
                sa.Column("title", sa.Text, nullable=False),
            ],
        ),
        (
            "web_session",
            [
                sa.Column("token_hash", sa.String(64), primary_key=True),
                sa.Column("created", UtcDateTime, nullable=False),
                sa.Column("last_seen", UtcDateTime, nullable=False),
            ],
        ),
    ):
        op.create_table(
            name,
            *columns,
            sa.Column("conversation_id", sa.String(64), nullable=False),
            sa.ForeignKeyConstraint(
                ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name=f"fk_{name}_conversation_id"
            ),
        )
        op.create_index(f"ix_{name}_conversation_id", name, ["conversation_id"])
    op.create_table(
        "login_seen",
        sa.Column("jti_hash", sa.String(64), primary_key=True),
        sa.Column("expires", UtcDateTime, nullable=False),
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for name in ("pulse", "login_seen", "web_session", "button", "message", "conversation"):
        op.drop_table(name)
