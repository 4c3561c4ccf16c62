"""What was known about a person, and free to book, when a conversation began; and what was stored when it ended.

Put together from the booking store as it stands now: what was made since is left out, what was moved or cancelled since
is put back. Without the person: the name is another's, no telephone, no id; the place only where an answer names it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from forloeb.booking import rows, tables
from forloeb.booking.model import Appointment, Claimant, Status, utc
from forloeb.booking.tables import act, appointment, booking_deadline, delivery, slot, staff_case
from forloeb.installation import Installation
from forloeb.review.summaries import acts_of
from forloeb.settings import ZONE

STAND_IN = "Prøve Person"
MOST_SLOTS = 300
STILL = timedelta(minutes=1)  # what is stored may be a moment younger than the answer's clock
_TIME = re.compile(r"\bkl\. \d|\bledig tid|\bledige tider", re.IGNORECASE)


def before(
    connection: Connection, person: Claimant, began: datetime, answers: str, here: Installation, prefix: str
) -> dict[str, Any]:
    """`claimant`, `appointments`, `deadlines` and `slots` for the test.

    Args:
        connection: open.
        person: whose conversation it is.
        began: when.
        answers: all that the assistant answered.
        here: names the places.
        prefix: makes the caseworkers of this test its own.
    """
    found: dict[str, Any] = {"claimant": _claimant(person, answers, here)}
    if meetings := _meetings(connection, person.id, began):
        found["appointments"] = meetings
    own = select(booking_deadline).where(booking_deadline.c.claimant_id == person.id)
    if deadlines := [
        {"holder": row.holder, "book_by": row.book_by}
        for row in connection.execute(own.order_by(booking_deadline.c.id))
    ]:
        found["deadlines"] = deadlines
    if _TIME.search(answers) and (free := _free(connection, began, prefix)):
        found["slots"] = free
    return found


def after(connection: Connection, claimant_id: str, asked: list[str], ended: datetime) -> dict[str, Any]:
    """`stored`: what the conversation left behind, as far as nobody else has changed it since."""
    done = connection.execute(select(act).where(acts_of(asked)).order_by(act.c.at)).all()
    stored: dict[str, Any] = {}
    made = [row.ref for row in done if row.kind == "case" and row.ref]
    kinds = connection.execute(select(staff_case.c.kind).where(staff_case.c.id.in_(made)).distinct())
    if cases := sorted(row.kind for row in kinds):
        stored["cases"] = cases
    standing = rows.appointment_where(connection, appointment.c.claimant_id == claimant_id)
    if all(utc(each.updated) <= utc(ended) + STILL for each in standing) and (done or standing):
        stored["appointments"] = [
            {"start": f"{each.start:%Y-%m-%dT%H:%M}", "form": each.form.value, "status": each.status.value}
            for each in standing
        ]
        grounds = rows.cancellation_where(connection, tables.cancellation.c.claimant_id == claimant_id)
        stored["cancellations"] = [{"ground": each.ground.value} for each in grounds]
    return {"stored": stored} if stored else {}


def _claimant(person: Claimant, answers: str, here: Installation) -> dict[str, Any]:
    found: dict[str, Any] = {"name": STAND_IN} if person.name else {}
    for name in ("benefit", "unemployed_from", "registered", "first_contact"):
        if (value := getattr(person, name)) is not None:
            found[name] = value
    if person.a_kasse and here.akasse(person.a_kasse).name in answers:
        found["a_kasse"] = person.a_kasse
    if person.municipality and here.jobcenter(person.municipality).name in answers:
        found["municipality"] = person.municipality
    return found


def _meetings(connection: Connection, claimant_id: str, began: datetime) -> list[dict[str, Any]]:
    """The person's appointments as they stood when the conversation began."""
    found = []
    for each in rows.appointment_where(connection, appointment.c.claimant_id == claimant_id):
        if utc(each.created) >= utc(began):
            continue
        row = {
            "holder": each.holder.value,
            "kind": each.kind.value,
            "start": f"{each.start:%Y-%m-%dT%H:%M}",
            "minutes": each.minutes,
            "form": each.form.value,
            "status": (Status.BOOKED if utc(each.updated) >= utc(began) else each.status).value,
        }
        if each.number is not None:
            row["number"] = each.number
        found.append(row | _as_it_was(connection, each, began))
    return found


def _as_it_was(connection: Connection, each: Appointment, began: datetime) -> dict[str, Any]:
    """The start, length and form that the first change since replaced."""
    changed = connection.execute(
        select(delivery.c.payload)
        .where(delivery.c.appointment_id == each.id, delivery.c.created >= utc(began))
        .order_by(delivery.c.id)
    )
    for row in changed:
        if replaced := row.payload.get("replaced"):
            start = datetime.fromisoformat(replaced["start"]).astimezone(ZONE)
            return {"start": f"{start:%Y-%m-%dT%H:%M}", "minutes": replaced["minutes"], "form": replaced["form"]}
    return {}


def _free(connection: Connection, began: datetime, prefix: str) -> list[dict[str, Any]]:
    """What could be booked: published, ahead, and taken at the earliest by this conversation."""
    later = select(appointment.c.id).where(appointment.c.created >= utc(began))
    moved = select(delivery.c.appointment_id).where(delivery.c.created >= utc(began), delivery.c.kind == "move")
    query = (
        select(slot)
        .where(
            slot.c.start > utc(began),
            or_(slot.c.withdrawn.is_(None), slot.c.withdrawn >= utc(began)),
            or_(slot.c.booked_by.is_(None), slot.c.booked_by.in_(later), slot.c.booked_by.in_(moved)),
        )
        .order_by(slot.c.start, slot.c.id)
        .limit(MOST_SLOTS)
    )
    names: dict[str, str] = {}
    found = []
    for row in connection.execute(query):
        each = rows.slot(row)
        who = names.setdefault(f"{each.holder}/{each.caseworker}", f"{prefix}-{len(names) + 1}")
        found.append(
            {
                "holder": each.holder.value,
                "caseworker": who,
                "start": f"{each.start:%Y-%m-%dT%H:%M}",
                "minutes": each.minutes,
                "forms": [form.value for form in each.forms],
                "place": each.place,
            }
        )
    return found
