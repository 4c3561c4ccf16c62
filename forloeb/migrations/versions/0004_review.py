"""The staff app: users, sessions, the read model, marks; who has taken a conversation over; full-text search."""

import sqlalchemy as sa
from alembic import op

from forloeb.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The database itself indexes what is said, in the transaction that stores it: there is nothing to follow or rebuild.
SEARCH = {
    "sqlite": (
        "CREATE TABLE message_index (id INTEGER PRIMARY KEY, message_id VARCHAR(64) NOT NULL UNIQUE)",
        "CREATE VIRTUAL TABLE message_search USING fts5"
        "(text, tokenize = \"unicode61 remove_diacritics 0\", prefix = '3 4 5')",
        "CREATE TRIGGER message_search_in AFTER INSERT ON message WHEN new.author <> 'system' BEGIN "
        "INSERT INTO message_index (message_id) VALUES (new.id); "
        "INSERT INTO message_search (rowid, text) "
        "SELECT id, new.text FROM message_index WHERE message_id = new.id; END",
        "CREATE TRIGGER message_search_change AFTER UPDATE OF text ON message BEGIN "
        "UPDATE message_search SET text = new.text "
        "WHERE rowid = (SELECT id FROM message_index WHERE message_id = new.id); END",
        "CREATE TRIGGER message_search_out AFTER DELETE ON message BEGIN "
        "DELETE FROM message_search WHERE rowid = (SELECT id FROM message_index WHERE message_id = old.id); "
        "DELETE FROM message_index WHERE message_id = old.id; END",
        "INSERT INTO message_index (message_id) SELECT id FROM message WHERE author <> 'system' ORDER BY stored",
        "INSERT INTO message_search (rowid, text) "
        "SELECT i.id, m.text FROM message_index i JOIN message m ON m.id = i.message_id",
    ),
    "postgresql": (
        "CREATE INDEX ix_message_search ON message USING gin (to_tsvector('danish', text)) WHERE author <> 'system'",
    ),
}
FORGET_SEARCH = {
    "sqlite": (
        "DROP TRIGGER message_search_in",
        "DROP TRIGGER message_search_change",
        "DROP TRIGGER message_search_out",
        "DROP TABLE message_search",
        "DROP TABLE message_index",
    ),
    "postgresql": ("DROP INDEX ix_message_search",),
}
TABLES = (
    "review_correction",
    "review_flag",
    "review_note",
    "review_label",
    "review_mark",
    "review_cursor",
    "review_turn",
    "review_summary",
    "staff_attempt",
    "staff_device",
    "staff_session",
    "staff_user",
)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("taken_over_by", sa.String(100)))
    op.add_column("conversation", sa.Column("taken_over_at", UtcDateTime()))
    op.create_index("ix_conversation_last_used", "conversation", ["last_used", "id"])
    taken = sa.text("taken_over_by IS NOT NULL")
    op.create_index(
        "ix_conversation_taken_over", "conversation", ["taken_over_by"], sqlite_where=taken, postgresql_where=taken
    )
    op.execute("CREATE INDEX ix_act_message ON act (substr(key, 1, 32))")
    _staff()
    _read_model()
    _marks()
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)


def _staff() -> None:
    op.create_table(
        "staff_user",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("folded", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("disabled", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_staff_user"),
        sa.UniqueConstraint("folded", name="uq_staff_user_folded"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", Counter, nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], ondelete="CASCADE", name="fk_staff_session_user_id"),
    )
    op.create_index("ix_staff_session_user_id", "staff_session", ["user_id"])
    op.create_table(
        "staff_device",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", Counter, nullable=False),
        sa.Column("last_used", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_device"),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], ondelete="CASCADE", name="fk_staff_device_user_id"),
    )
    op.create_index("ix_staff_device_user_id", "staff_device", ["user_id"])
    op.create_table(
        "staff_attempt",
        sa.Column("name_hash", sa.String(64), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", "place", name="pk_staff_attempt"),
    )
    op.create_index("ix_staff_attempt_last", "staff_attempt", ["last"])


def _read_model() -> None:
    op.create_table(
        "review_summary",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("fallbacks", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("handover", sa.Boolean(), nullable=False),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("afbud", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_review_summary"),
    )
    op.create_table(
        "review_turn",
        sa.Column("event_id", Counter, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("intent", sa.String(64)),
        sa.Column("confidence", sa.Float()),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(64)),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_review_turn"),
    )
    op.create_index("ix_review_turn_message_id", "review_turn", ["message_id"])
    op.create_index("ix_review_turn_conversation_id", "review_turn", ["conversation_id"])
    op.create_index("ix_review_turn_intent_conversation_id", "review_turn", ["intent", "conversation_id"])
    op.create_index("ix_review_turn_at", "review_turn", ["at"])
    op.create_table(
        "review_cursor",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("position", Counter, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_review_cursor"),
    )


def _marks() -> None:
    def conversation(table: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name=f"fk_{table}_conversation_id"
        )

    op.create_table(
        "review_mark",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_review_mark"),
        conversation("review_mark"),
        sa.CheckConstraint("state IN ('new', 'doing', 'done')", name=op.f("ck_review_mark_state")),
    )
    op.create_table(
        "review_label",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "label", name="pk_review_label"),
        conversation("review_label"),
    )
    op.create_index("ix_review_label_label", "review_label", ["label"])
    op.create_table(
        "review_note",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("case_id", sa.String(64)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_note"),
        conversation("review_note"),
        sa.ForeignKeyConstraint(["case_id"], ["staff_case.id"], ondelete="CASCADE", name="fk_review_note_case_id"),
    )
    op.create_index("ix_review_note_conversation_id", "review_note", ["conversation_id"])
    op.create_index("ix_review_note_case_id", "review_note", ["case_id"])
    op.create_table(
        "review_flag",
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_review_flag"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE", name="fk_review_flag_message_id"),
        conversation("review_flag"),
    )
    op.create_index("ix_review_flag_conversation_id", "review_flag", ["conversation_id"])
    op.create_table(
        "review_correction",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("said", sa.String(64)),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_correction"),
        sa.UniqueConstraint("message_id", name="uq_review_correction_message_id"),
    )


def downgrade() -> None:
    for statement in FORGET_SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
    for name in TABLES:
        op.drop_table(name)
    op.execute("DROP INDEX ix_act_message")
    op.drop_index("ix_conversation_taken_over", "conversation")
    op.drop_index("ix_conversation_last_used", "conversation")
    op.drop_column("conversation", "taken_over_at")
    op.drop_column("conversation", "taken_over_by")
