"""News for a claimant, written in the transaction of what it tells. The gateway sends it (docs/architecture.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from forloeb.booking.acts import new_id
from forloeb.booking.desk import Desk
from forloeb.booking.model import ABOUT_THE_TIME, Appointment, NoticeKind, Status
from forloeb.booking.rows import appointment_where
from forloeb.booking.tables import appointment as appointments
from forloeb.booking.tables import notice
from forloeb.db import reading
from forloeb.settings import ZONE


@dataclass(frozen=True)
class Notice:
    """One piece of news.

    Attributes:
        appointment: what it is about, as it stands now; None when it is about none.
        stale: it has been overtaken between being queued and being told: say nothing.
    """

    id: str
    claimant_id: str
    kind: NoticeKind
    values: dict[str, Any]
    created: datetime
    appointment: Appointment | None
    stale: bool


class Telling(Desk):
    """Reads news for whoever renders it."""

    def notice(self, notice_id: str, now: datetime) -> Notice | None:
        """The notice behind `/besked{"notice": …}`, with its appointment as it stands."""
        with reading(self.engine) as connection:
            row = connection.execute(select(notice).where(notice.c.id == notice_id)).one_or_none()
            if row is None:
                return None
            about = None
            if row.appointment_id:
                about = appointment_where(connection, appointments.c.id == row.appointment_id)[0]
        kind = NoticeKind(row.kind)
        stale = row.not_after is not None and row.not_after <= now
        if about and kind in ABOUT_THE_TIME:
            stale = (
                stale or about.status is not Status.BOOKED or row._mapping["values"].get("start") != stamp(about.start)
            )
        return Notice(row.id, row.claimant_id, kind, row._mapping["values"], row.created.astimezone(ZONE), about, stale)


def tell(
    connection: Connection,
    kind: NoticeKind,
    claimant_id: str,
    now: datetime,
    values: dict[str, Any],
    *,
    appointment_id: str | None = None,
    not_after: datetime | None = None,
    not_before: datetime | None = None,
) -> str:
    """Write a notice, due at once or at `not_before`; its id."""
    identifier = new_id("n")
    connection.execute(
        insert(notice).values(
            id=identifier,
            claimant_id=claimant_id,
            kind=kind.value,
            values=values,
            not_before=not_before or now,
            not_after=not_after,
            created=now,
            appointment_id=appointment_id,
        )
    )
    return identifier


def tell_about(
    connection: Connection,
    kind: NoticeKind,
    about: Appointment,
    now: datetime,
    *,
    not_before: datetime | None = None,
    **more: Any,
) -> str:
    """Write a notice about an appointment: its values are the appointment's facts and `more`."""
    return tell(
        connection, kind, about.claimant_id, now, {**facts(about), **more}, appointment_id=about.id,
        not_after=about.start if kind in ABOUT_THE_TIME else None, not_before=not_before,
    )  # fmt: skip


def drop(connection: Connection, appointment_id: str) -> None:
    """Take back unsent news that a move or a cancellation has made pointless."""
    connection.execute(
        delete(notice).where(
            notice.c.appointment_id == appointment_id,
            notice.c.sent.is_(None),
            notice.c.kind.in_([kind.value for kind in ABOUT_THE_TIME]),
        )
    )


def drop_stale(connection: Connection, now: datetime) -> int:
    """Take back unsent news whose time has gone."""
    stale = delete(notice).where(notice.c.sent.is_(None), notice.c.not_after <= now)
    return int(connection.execute(stale).rowcount)


def facts(about: Appointment) -> dict[str, Any]:
    """The appointment as a notice or a delivery tells it."""
    return {
        "appointment": about.id,
        "holder": about.holder.value,
        "kind": about.kind.value,
        "number": about.number,
        "start": stamp(about.start),
        "minutes": about.minutes,
        "form": about.form.value,
        "place": about.place,
        "status": about.status.value,
    }


def stamp(moment: datetime) -> str:
    """A moment as JSON holds it: Danish local time with its offset."""
    return moment.astimezone(ZONE).isoformat(timespec="minutes")
