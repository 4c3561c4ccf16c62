"""Reminders: the day before and an hour before, once each, never at night, never about what no longer stands."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from forloeb.booking.deliveries import current
from forloeb.booking.desk import Desk
from forloeb.booking.model import NoticeKind, Status, utc
from forloeb.booking.notices import tell_about
from forloeb.booking.tables import appointment
from forloeb.db import reading, writing
from forloeb.settings import ZONE

QUIET_FROM = time(21)
QUIET_UNTIL = time(8)
EVENING = time(20)
HOUR_MOVES_TO_MORNING_AFTER = time(8, 30)
PAGE = 200
# A reminder for the day before that could not be sent in time is still worth sending this long before the meeting.
STILL_USEFUL = timedelta(hours=2)

Schedule = tuple["datetime | None", "datetime | None"]


def schedule(start: datetime, now: datetime) -> Schedule:
    """When to remind of a meeting that was agreed `now`: the day before, and the hour before.

    None where the moment had gone by already when the time was agreed: the person has just heard it.
    """
    day, hour = day_before(start), hour_before(start)
    return (day if day > utc(now) else None), (hour if hour > utc(now) else None)


def day_before(start: datetime) -> datetime:
    """The same clock time on the day before, or the evening before the night it falls in."""
    local = start.astimezone(ZONE).replace(fold=0)
    due = utc(local - timedelta(days=1))
    return _evening_before(due) if is_quiet(due) else due


def hour_before(start: datetime) -> datetime:
    """An hour before; at night: 08:00 when the meeting is after 08:30, else the evening before."""
    due = utc(start) - timedelta(hours=1)
    if not is_quiet(due):
        return due
    local = start.astimezone(ZONE)
    morning = utc(local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0))
    if local.time() > HOUR_MOVES_TO_MORNING_AFTER and due < morning < utc(start):
        return morning
    return _evening_before(due)


def is_quiet(moment: datetime) -> bool:
    """Whether it is night in Denmark: 21:00 to 08:00."""
    clock = moment.astimezone(ZONE).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def _evening_before(due: datetime) -> datetime:
    local = due.astimezone(ZONE)
    day = local.date() if local.time() >= QUIET_FROM else local.date() - timedelta(days=1)
    return utc(datetime.combine(day, EVENING, ZONE))


class Reminding(Desk):
    """Sends what is due."""

    def due_reminders(self, now: datetime) -> int:
        """Write a notice for every reminder whose time has come; how many. Safe to run twice at once."""
        if is_quiet(now):
            return 0
        return sum(
            self._due(column, kind, latest, now)
            for column, kind, latest in (
                ("remind_day", NoticeKind.DAY_BEFORE, STILL_USEFUL),
                ("remind_hour", NoticeKind.HOUR_BEFORE, timedelta(0)),
            )
        )

    def _due(self, column: str, kind: NoticeKind, latest: timedelta, now: datetime) -> int:
        when = appointment.c[column]
        told = 0
        while True:
            with reading(self.engine) as connection:
                due = connection.execute(
                    select(appointment.c.id, when).where(when <= now).order_by(when).limit(PAGE)
                ).all()
            for identifier, moment in due:
                with writing(self.engine) as connection:
                    told += _remind(connection, identifier, column, moment, kind, latest, now)
            if len(due) < PAGE:
                return told


def _remind(
    connection: Connection,
    identifier: str,
    column: str,
    moment: datetime,
    kind: NoticeKind,
    latest: timedelta,
    now: datetime,
) -> int:
    """Strike the reminder out, and tell it when that was ours to do and the meeting still stands ahead."""
    ours = connection.execute(
        update(appointment)
        .where(appointment.c.id == identifier, appointment.c[column] == moment)
        .values({column: None})
    ).rowcount
    if not ours:
        return 0
    about = current(connection, identifier)
    if about.status is not Status.BOOKED or utc(about.start) - latest <= utc(now):
        return 0
    tell_about(connection, kind, about, now)
    return 1
