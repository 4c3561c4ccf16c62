"""The tables of SMS and Messenger, ratings, and a trigger that notes a change of a claimant's telephone number."""

import sqlalchemy as sa
from alembic import op

from forloeb.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NOTE_CHANGE = {
    "sqlite": (
        "CREATE TRIGGER claimant_phone_changed AFTER UPDATE OF phone ON claimant "
        "WHEN OLD.phone IS NOT NULL AND OLD.phone IS NOT NEW.phone BEGIN "
        "INSERT INTO phone_change (claimant_id, at) VALUES (NEW.id, strftime('%Y-%m-%d %H:%M:%f000', 'now')) "
        "ON CONFLICT (claimant_id) DO UPDATE SET at = excluded.at; END",
    ),
    "postgresql": (
        "CREATE FUNCTION claimant_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO phone_change (claimant_id, at) VALUES (NEW.id, clock_timestamp()) "
        "ON CONFLICT (claimant_id) DO UPDATE SET at = excluded.at; RETURN NULL; END $$",
        "CREATE TRIGGER claimant_phone_changed AFTER UPDATE OF phone ON claimant FOR EACH ROW "
        "WHEN (OLD.phone IS NOT NULL AND OLD.phone IS DISTINCT FROM NEW.phone) "
        "EXECUTE FUNCTION claimant_phone_changed()",
    ),
}
FORGET_CHANGE = {
    "sqlite": ("DROP TRIGGER claimant_phone_changed",),
    "postgresql": (
        "DROP TRIGGER claimant_phone_changed ON claimant",
        "DROP FUNCTION claimant_phone_changed()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("last_inbound", UtcDateTime, nullable=False),
        sa.Column("stopped", UtcDateTime),
        sa.Column("linked", UtcDateTime),
        sa.Column("linked_by", sa.String(8)),
        sa.Column("linked_until", UtcDateTime),
        sa.Column("offers", sa.JSON, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_address"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name="fk_address_conversation_id"
        ),
        sa.UniqueConstraint("conversation_id", name="uq_address_conversation_id"),
    )
    op.create_table(
        "push",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("answer_to", sa.String(64)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("buttons", sa.JSON, nullable=False),
        sa.Column("claimant_id", sa.String(128)),
        sa.Column("always", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("next_try", UtcDateTime),
        sa.Column("owner", sa.String(128)),
        sa.Column("owner_until", UtcDateTime),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("sent", UtcDateTime),
        sa.Column("provider_id", sa.String(128)),
        sa.Column("receipt", sa.String(16)),
        sa.Column("receipt_at", UtcDateTime),
        sa.Column("error", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_push"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name="fk_push_conversation_id"
        ),
        sa.ForeignKeyConstraint(["answer_to"], ["message.id"], ondelete="CASCADE", name="fk_push_answer_to"),
        sa.UniqueConstraint("provider_id", name="uq_push_provider_id"),
        sa.CheckConstraint(
            "state IN ('held', 'waiting', 'sent', 'blocked', 'failed', 'dropped')", name=op.f("ck_push_state")
        ),
    )
    op.create_index("ix_push_conversation_id", "push", ["conversation_id"])
    op.create_index("ix_push_answer_to", "push", ["answer_to"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_push_waiting", "push", ["channel", "address", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "webhook_seen",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("channel", "id", name="pk_webhook_seen"),
    )
    op.create_index("ix_webhook_seen_at", "webhook_seen", ["at"])
    op.create_table(
        "link_code",
        sa.Column("claimant_id", sa.String(128), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("claimant_id", name="pk_link_code"),
        sa.UniqueConstraint("code_hash", name="uq_link_code_code_hash"),
    )
    op.create_table(
        "web_link",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_link"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE", name="fk_web_link_message_id"),
    )
    op.create_table(
        "rating",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_rating"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name="fk_rating_conversation_id"
        ),
    )
    op.create_table(
        "phone_change",
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("claimant_id", name="pk_phone_change"),
    )
    by_staff = sa.text("author = 'staff'")
    op.create_index(
        "ix_message_staff", "message", ["conversation_id", "seq"], sqlite_where=by_staff, postgresql_where=by_staff
    )
    for statement in NOTE_CHANGE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in FORGET_CHANGE[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index("ix_message_staff", "message")
    for name in ("phone_change", "rating", "web_link", "link_code", "webhook_seen", "push", "address"):
        op.drop_table(name)
