"""An afbud that was spoken of and never confirmed: nobody must believe it given because they wrote of it here.

While the person is asked (which meeting, why, whether really), nothing is cancelled. If they leave it there, news is
due after a while: the person reads that no afbud has been given, and staff get a case (`actions/notices.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.engine import Connection

from forloeb.booking.desk import Desk
from forloeb.booking.model import NoticeKind, Status
from forloeb.booking.notices import tell_about
from forloeb.booking.rows import appointment_where
from forloeb.booking.tables import appointment, notice
from forloeb.db import writing

WAIT = timedelta(minutes=10)


class Unanswered(Desk):
    """Remembers what is left open, and that it is settled."""

    def afbud_unanswered(self, claimant_id: str, appointment_ids: Sequence[str], words: str, now: datetime) -> None:
        """An afbud of one of these is asked about; the news comes `WAIT` from now, or half way to the next of them.

        Called again, it is put off. A meeting that is cancelled or moved takes its news along (`notices.drop`).

        Args:
            claimant_id: whose they are; another's are left alone.
            appointment_ids: the meetings that can be meant.
            words: the person's own.
            now: the present moment.
        """
        with writing(self.engine) as connection:
            _settle(connection, claimant_id, appointment_ids)
            theirs = appointment.c.claimant_id == claimant_id
            found = appointment_where(connection, theirs, appointment.c.id.in_(appointment_ids))
            first = next((each for each in found if each.status is Status.BOOKED and each.start > now), None)
            if first is not None:
                due = now + min(WAIT, (first.start - now) / 2)
                tell_about(connection, NoticeKind.AFBUD_UNANSWERED, first, now, not_before=due, words=words)

    def afbud_settled(self, claimant_id: str, appointment_ids: Sequence[str]) -> None:
        """The person has answered: no news is due."""
        with writing(self.engine) as connection:
            _settle(connection, claimant_id, appointment_ids)


def _settle(connection: Connection, claimant_id: str, appointment_ids: Sequence[str]) -> None:
    connection.execute(
        delete(notice).where(
            notice.c.claimant_id == claimant_id,
            notice.c.appointment_id.in_(appointment_ids),
            notice.c.kind == NoticeKind.AFBUD_UNANSWERED.value,
            notice.c.sent.is_(None),
        )
    )
