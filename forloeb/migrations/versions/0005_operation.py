"""Operation: the outage notice, whom it was told, and what is switched off."""

import sqlalchemy as sa
from alembic import op

from forloeb.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime()),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("cleared_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_outage_notice"),
    )
    op.create_table(
        "outage_notice_told",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "conversation_id", name="pk_outage_notice_told"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["outage_notice.id"], ondelete="CASCADE", name="fk_outage_notice_told_notice_id"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name="fk_outage_notice_told_conversation_id"
        ),
    )
    op.create_index("ix_outage_notice_told_conversation_id", "outage_notice_told", ["conversation_id"])
    op.create_table(
        "switch",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("off_since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switch"),
    )


def downgrade() -> None:
    op.drop_table("switch")
    op.drop_table("outage_notice_told")
    op.drop_table("outage_notice")
