"""The booking tables, the notices, and an audit trail that can only grow."""

import sqlalchemy as sa
from alembic import op

from forloeb.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("claimant_id", sa.String(64)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ref", sa.String(64)),
        sa.Column("result", sa.JSON()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_act")),
        sa.UniqueConstraint("receipt", name=op.f("uq_act_receipt")),
    )
    op.create_table(
        "audit",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("ref", sa.String(64)),
        sa.Column("claimant_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_claimant_id"), "audit", ["claimant_id"])
    op.create_table(
        "caseworker",
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("id", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("holder", "id", name=op.f("pk_caseworker")),
    )
    op.create_table(
        "claimant",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("benefit", sa.String(32)),
        sa.Column("unemployed_from", sa.Date()),
        sa.Column("registered", sa.Date()),
        sa.Column("first_contact", sa.Date()),
        sa.Column("phone", sa.String(20)),
        sa.Column("a_kasse", sa.String(100)),
        sa.Column("municipality", sa.String(100)),
        sa.Column("loaded", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claimant")),
    )
    op.create_index(op.f("ix_claimant_phone"), "claimant", ["phone"])
    op.create_table(
        "holder_request",
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_holder_request")),
    )
    op.create_index(op.f("ix_holder_request_at"), "holder_request", ["at"])
    op.create_table(
        "slot",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("caseworker", sa.String(100)),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("forms", sa.String(40), nullable=False),
        sa.Column("place", sa.String(200)),
        sa.Column("booked_by", sa.String(64)),
        sa.Column("held_by", sa.String(64)),
        sa.Column("held_until", UtcDateTime()),
        sa.Column("withdrawn", UtcDateTime()),
        sa.Column("loaded", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("booked_by", name=op.f("uq_slot_booked_by")),
    )
    op.create_index(
        "ix_slot_free",
        "slot",
        ["holder", "start", "id", "forms"],
        sqlite_where=sa.text("booked_by IS NULL AND withdrawn IS NULL"),
        postgresql_where=sa.text("booked_by IS NULL AND withdrawn IS NULL"),
    )
    op.create_index(
        "ix_slot_held",
        "slot",
        ["held_by"],
        sqlite_where=sa.text("held_by IS NOT NULL"),
        postgresql_where=sa.text("held_by IS NOT NULL"),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("about", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("place", sa.String(200)),
        sa.Column("caseworker", sa.String(100)),
        sa.Column("slot_id", sa.String(64)),
        sa.Column("akasse_wanted", sa.Boolean()),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("calendar_token", sa.String(64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("remind_day", UtcDateTime()),
        sa.Column("remind_hour", UtcDateTime()),
        sa.Column("loaded", sa.JSON()),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_appointment_claimant_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_appointment_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("calendar_token", name=op.f("uq_appointment_calendar_token")),
    )
    op.create_index("ix_appointment_claimant", "appointment", ["claimant_id", "start"])
    op.create_index("ix_appointment_remind_day", "appointment", ["remind_day"])
    op.create_index("ix_appointment_remind_hour", "appointment", ["remind_hour"])
    op.create_table(
        "booking_deadline",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("book_by", sa.Date(), nullable=False),
        sa.Column("loaded", sa.JSON()),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_booking_deadline_claimant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_deadline")),
    )
    op.create_index(op.f("ix_booking_deadline_claimant_id"), "booking_deadline", ["claimant_id"])
    op.create_table(
        "slot_search",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_slot_search_claimant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_search")),
    )
    op.create_index(op.f("ix_slot_search_claimant_id"), "slot_search", ["claimant_id"])
    op.create_table(
        "cancellation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("appointment_id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ground", sa.String(16), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("assessed", sa.String(16)),
        sa.Column("assessed_by", sa.String(200)),
        sa.Column("assessed_at", UtcDateTime()),
        sa.Column("new_appointment", sa.String(64)),
        sa.Column("no_new_time", UtcDateTime()),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_cancellation_appointment_id")),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_cancellation_claimant_id")),
        sa.ForeignKeyConstraint(["new_appointment"], ["appointment.id"], name=op.f("fk_cancellation_new_appointment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellation")),
        sa.UniqueConstraint("receipt", name=op.f("uq_cancellation_receipt")),
    )
    op.create_index(op.f("ix_cancellation_appointment_id"), "cancellation", ["appointment_id"])
    op.create_index(op.f("ix_cancellation_claimant_id"), "cancellation", ["claimant_id"])
    op.create_index(
        "ix_cancellation_unreplaced",
        "cancellation",
        ["at"],
        sqlite_where=sa.text("new_appointment IS NULL AND no_new_time IS NULL"),
        postgresql_where=sa.text("new_appointment IS NULL AND no_new_time IS NULL"),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("appointment_id", sa.String(64)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_contact_appointment_id")),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_contact_claimant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("receipt", name=op.f("uq_contact_receipt")),
    )
    op.create_index(op.f("ix_contact_claimant_id"), "contact", ["claimant_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime()),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("appointment_id", sa.String(64)),
        sa.Column("sent", UtcDateTime()),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_notice_appointment_id")),
        sa.ForeignKeyConstraint(["claimant_id"], ["claimant.id"], name=op.f("fk_notice_claimant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_appointment", "notice", ["appointment_id"])
    op.create_index(op.f("ix_notice_claimant_id"), "notice", ["claimant_id"])
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["not_before"],
        sqlite_where=sa.text("sent IS NULL"),
        postgresql_where=sa.text("sent IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", Counter, autoincrement=True, nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("claimant_id", sa.String(64)),
        sa.Column("appointment_id", sa.String(64)),
        sa.Column("cancellation_id", sa.String(64)),
        sa.Column("contact_id", sa.String(64)),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("meeting_at", UtcDateTime()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt", UtcDateTime()),
        sa.Column("claimed_until", UtcDateTime()),
        sa.Column("refused", sa.Integer()),
        sa.Column("delivered_at", UtcDateTime()),
        sa.Column("receiver_receipt", sa.String(200)),
        sa.Column("acknowledged_by", sa.String(200)),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("alarmed_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_delivery_appointment_id")),
        sa.ForeignKeyConstraint(["cancellation_id"], ["cancellation.id"], name=op.f("fk_delivery_cancellation_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_delivery_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_appointment", "delivery", ["appointment_id", "id"])
    op.create_index("ix_delivery_cancellation", "delivery", ["cancellation_id"])
    op.create_index("ix_delivery_contact", "delivery", ["contact_id"])
    op.create_index(op.f("ix_delivery_receipt"), "delivery", ["receipt"])
    op.create_index(
        "ix_delivery_unacknowledged",
        "delivery",
        ["meeting_at"],
        sqlite_where=sa.text("acknowledged_at IS NULL AND alarmed_at IS NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL AND alarmed_at IS NULL"),
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["id"],
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "staff_case",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("claimant_id", sa.String(64)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("receipt", sa.String(16)),
        sa.Column("delivery_id", Counter),
        sa.Column("acknowledged_by", sa.String(200)),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_staff_case_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_case")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_staff_case_delivery_id")),
    )
    op.create_index(op.f("ix_staff_case_claimant_id"), "staff_case", ["claimant_id"])
    op.create_index("ix_staff_case_state", "staff_case", ["state", "at"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "staff_case",
        "delivery",
        "notice",
        "contact",
        "cancellation",
        "slot_search",
        "booking_deadline",
        "appointment",
        "slot",
        "holder_request",
        "claimant",
        "caseworker",
        "audit",
        "act",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
