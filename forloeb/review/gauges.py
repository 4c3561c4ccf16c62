"""What the staff app tells Prometheus of its stores: the queue, afbud that nobody has acknowledged, the follower's lag.

Kinds and counts of the whole installation, never a person's id or words.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, column, func, inspect, literal_column, select, table
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from forloeb import logs, metrics
from forloeb.booking.model import CaseKind, CaseState, DeliveryKind
from forloeb.booking.tables import delivery, staff_case
from forloeb.db import reading
from forloeb.metrics import Gauge
from forloeb.review import follower

# The time left to the meeting is at most this; else "more".
_LEFT = {
    "gone_by": timedelta(0),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "24h": timedelta(hours=24),
}
_events = table("events", column("id"))


def now(engine: Engine, tracker: Engine, shown: datetime) -> list[Gauge]:
    """The gauges; those of a database that does not answer are left out."""
    found: list[Gauge] = []
    try:
        with reading(engine) as connection:
            found += [*_queue(connection, shown), _afbud(connection, shown)]
            position = follower.stored_position(connection)
        if inspect(tracker).has_table("events"):
            with reading(tracker) as connection:
                newest = connection.execute(select(func.max(_events.c.id))).scalar_one() or 0
            about = "Events of Rasa's log that may not be in the read model yet"
            found.append(("forloeb_follower_events_behind", about, float(max(0, newest - position))))
    except SQLAlchemyError as error:
        logs.event("database_not_readable", error=error)
    return found


def _queue(connection: Connection, shown: datetime) -> list[Gauge]:
    query = (
        select(staff_case.c.kind, func.count().label("n"), func.min(staff_case.c.at).label("oldest"))
        .where(staff_case.c.state == CaseState.OPEN.value)
        .group_by(staff_case.c.kind)
    )
    rows = {row.kind: row for row in connection.execute(query)}
    counts: dict[metrics.Labels, float] = {}
    ages: dict[metrics.Labels, float] = {}
    for kind in CaseKind:
        label: metrics.Labels = (("kind", kind.value),)
        row = rows.get(kind.value)
        counts[label] = float(row.n) if row else 0.0
        ages[label] = max(0.0, (shown - row.oldest).total_seconds()) if row else 0.0
    return [
        ("forloeb_queue_waiting", "Cases that nobody has taken, by kind", counts),
        ("forloeb_queue_oldest_seconds", "How long the oldest of them has waited, by kind", ages),
    ]


def _afbud(connection: Connection, shown: datetime) -> Gauge:
    """Afbud that nobody has acknowledged, by how long it is until the meeting."""
    left = case(*[(delivery.c.meeting_at <= shown + until, name) for name, until in _LEFT.items()], else_="more").label(
        "time_left"
    )
    query = (
        select(left, func.count().label("n"))
        .where(delivery.c.kind == DeliveryKind.AFBUD.value, delivery.c.acknowledged_at.is_(None))
        .group_by(literal_column("time_left"))
    )
    rows = {row.time_left: row.n for row in connection.execute(query)}
    counts: dict[metrics.Labels, float] = {(("left", name),): float(rows.get(name, 0)) for name in (*_LEFT, "more")}
    return ("forloeb_afbud_waiting", "Afbud that nobody has acknowledged, by the time left to the meeting", counts)
