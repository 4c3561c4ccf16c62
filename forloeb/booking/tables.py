"""The booking tables. `forloeb/migrations/versions/0002_booking.py` makes them; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from forloeb.db import Counter, UtcDateTime, metadata

claimant = Table(
    "claimant",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200)),
    Column("benefit", String(32)),
    Column("unemployed_from", Date),
    Column("registered", Date),
    Column("first_contact", Date),
    Column("phone", String(20), index=True),
    Column("a_kasse", String(100)),
    Column("municipality", String(100)),
    Column("loaded", JSON),  # the row as last loaded: a file loaded again changes only what the file changed
)

Index("ix_claimant_a_kasse", claimant.c.a_kasse, claimant.c.id)
Index("ix_claimant_municipality", claimant.c.municipality, claimant.c.id)

caseworker = Table(
    "caseworker",
    metadata,
    Column("holder", String(16), primary_key=True),
    Column("id", String(100), primary_key=True),
)

booking_deadline = Table(
    "booking_deadline",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False, index=True),
    Column("holder", String(16), nullable=False),
    Column("book_by", Date, nullable=False),
    Column("loaded", JSON),
)

slot = Table(
    "slot",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("holder", String(16), nullable=False),
    Column("caseworker", String(100)),
    Column("start", UtcDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("forms", String(40), nullable=False),  # comma separated, in the order of model.Form
    Column("place", String(200)),
    Column("booked_by", String(64), unique=True),  # the appointment that has it
    Column("held_by", String(64)),
    Column("held_until", UtcDateTime),
    Column("withdrawn", UtcDateTime),
    Column("loaded", JSON),
)
Index(
    "ix_slot_free",
    slot.c.holder,
    slot.c.start,
    slot.c.id,
    slot.c.forms,
    sqlite_where=text("booked_by IS NULL AND withdrawn IS NULL"),
    postgresql_where=text("booked_by IS NULL AND withdrawn IS NULL"),
)
Index(
    "ix_slot_held",
    slot.c.held_by,
    sqlite_where=text("held_by IS NOT NULL"),
    postgresql_where=text("held_by IS NOT NULL"),
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False),
    Column("holder", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("number", Integer),
    Column("start", UtcDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("form", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("about", Text),
    Column("notes", Text),
    Column("place", String(200)),
    Column("caseworker", String(100)),
    Column("slot_id", ForeignKey("slot.id")),
    Column("akasse_wanted", Boolean),
    Column("sequence", Integer, nullable=False),
    Column("calendar_token", String(64), nullable=False, unique=True),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("remind_day", UtcDateTime),
    Column("remind_hour", UtcDateTime),
    Column("loaded", JSON),
)
Index("ix_appointment_claimant", appointment.c.claimant_id, appointment.c.start)
Index("ix_appointment_remind_day", appointment.c.remind_day)
Index("ix_appointment_remind_hour", appointment.c.remind_hour)

act = Table(
    "act",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("claimant_id", String(64)),
    Column("at", UtcDateTime, nullable=False),
    Column("ref", String(64)),
    Column("result", JSON),
)

cancellation = Table(
    "cancellation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("appointment_id", ForeignKey("appointment.id"), nullable=False, index=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("ground", String(16), nullable=False),
    Column("warned", Boolean, nullable=False),
    Column("assessed", String(16)),
    Column("assessed_by", String(200)),
    Column("assessed_at", UtcDateTime),
    Column("new_appointment", ForeignKey("appointment.id")),
    Column("no_new_time", UtcDateTime),  # when staff were told that nothing new was agreed
    Column("at", UtcDateTime, nullable=False),
)
Index(
    "ix_cancellation_unreplaced",
    cancellation.c.at,
    sqlite_where=text("new_appointment IS NULL AND no_new_time IS NULL"),
    postgresql_where=text("new_appointment IS NULL AND no_new_time IS NULL"),
)

contact = Table(
    "contact",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False, index=True),
    Column("appointment_id", ForeignKey("appointment.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("about", String(32), nullable=False),
    Column("words", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("receipt", String(16), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("claimant_id", String(64)),
    Column("appointment_id", ForeignKey("appointment.id")),
    Column("cancellation_id", ForeignKey("cancellation.id")),
    Column("contact_id", ForeignKey("contact.id")),
    Column("payload", JSON, nullable=False),
    Column("meeting_at", UtcDateTime),  # the meeting that it is urgent for
    Column("state", String(16), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    # attempts, next_attempt and claimed_until run on the real clock, the rest on ours
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    Column("refused", Integer),  # the receiver's status, when it said that it will never take this
    Column("delivered_at", UtcDateTime),
    Column("receiver_receipt", String(200)),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", UtcDateTime),
    Column("alarmed_at", UtcDateTime),
)
Index("ix_delivery_appointment", delivery.c.appointment_id, delivery.c.id)
Index("ix_delivery_cancellation", delivery.c.cancellation_id)
Index("ix_delivery_contact", delivery.c.contact_id)
Index(
    "ix_delivery_waiting",
    delivery.c.id,
    sqlite_where=text("delivered_at IS NULL"),
    postgresql_where=text("delivered_at IS NULL"),
)
Index(
    "ix_delivery_unacknowledged",
    delivery.c.meeting_at,
    sqlite_where=text("acknowledged_at IS NULL AND alarmed_at IS NULL"),
    postgresql_where=text("acknowledged_at IS NULL AND alarmed_at IS NULL"),
)
Index(
    "ix_delivery_waits_for_somebody",
    delivery.c.kind,
    delivery.c.meeting_at,
    sqlite_where=text("acknowledged_at IS NULL"),
    postgresql_where=text("acknowledged_at IS NULL"),
)

staff_case = Table(
    "staff_case",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("claimant_id", String(64), index=True),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("receipt", String(16)),
    Column("delivery_id", ForeignKey("delivery.id"), unique=True),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", UtcDateTime),
)
Index("ix_staff_case_state", staff_case.c.state, staff_case.c.at)

notice = Table(
    "notice",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("values", JSON, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime),  # pointless from then on: a reminder once the meeting has begun
    Column("created", UtcDateTime, nullable=False),
    Column("appointment_id", ForeignKey("appointment.id")),
    Column("sent", UtcDateTime),  # set by the gateway; an unsent notice that has become pointless is deleted
)
Index(
    "ix_notice_waiting",
    notice.c.not_before,
    sqlite_where=text("sent IS NULL"),
    postgresql_where=text("sent IS NULL"),
)
Index("ix_notice_appointment", notice.c.appointment_id)

slot_search = Table(
    "slot_search",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("claimant_id", ForeignKey("claimant.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("proof", JSON, nullable=False),
)

holder_request = Table(
    "holder_request",
    metadata,
    Column("signature", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(64), nullable=False),
    Column("ref", String(64)),
    Column("claimant_id", String(64), index=True),
)
