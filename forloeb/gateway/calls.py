"""When a message cannot reach its person, staff get a case: somebody calls. Reminders are let go."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine, Row

from forloeb import logs
from forloeb.booking.errors import BookingError
from forloeb.booking.model import CaseKind, NoticeKind
from forloeb.booking.service import Bookings
from forloeb.booking.tables import staff_case
from forloeb.db import reading
from forloeb.gateway import texts
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import message, notice
from forloeb.settings import Settings

# What a person can do without: the meeting stands whether they are reminded or not.
DISPENSABLE = frozenset({NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE, NoticeKind.HELD, NoticeKind.SLOT_GONE})
PREFIX = "/besked"


class Calls:
    """Opens the cases, each once, before what failed is marked as failed."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """The staff queue is booking's."""
        self._engine, self._bookings = engine, Bookings(engine, settings)

    def for_notice(self, row: Row, reason: str, times: Times) -> bool:
        """A case for news (a row of `notice`) that nobody can be told; False when it is dispensable."""
        with reading(self._engine) as connection:
            if not _matters(connection, row):
                return False
        facts = {"about": row.kind, "appointment": row.appointment_id}
        return self._open(row.claimant_id, reason, facts, f"notice:{row.id}:call", times)

    def for_push(self, row: Row, reason: str, times: Times) -> bool:
        """A case for a stored message that did not go out; False when it is dispensable."""
        with reading(self._engine) as connection:
            about = _answered(connection, row)
            if about is None:
                return False
            told = notice_of(connection, about.command) if about.author == "system" else None
        if told is not None:
            return self.for_notice(told, reason, times)
        if about.author == "system":
            return False
        facts = {"about": about.author, "conversation": row.conversation_id}
        if row.claimant_id is None:
            facts["phone"] = row.address
        return self._open(row.claimant_id, reason, facts, f"push:{row.conversation_id}:{times.shown:%Y-%m-%d}", times)

    def _open(self, claimant: str | None, reason: str, facts: dict[str, Any], key: str, times: Times) -> bool:
        whole = {"call": True, "reason": reason, "words": texts.call(reason), **facts}
        try:
            case = self._bookings.open_case(claimant, CaseKind.OTHER.value, whole, key, times.shown)
        except BookingError as error:
            logs.event("call_without_claimant", code=error.code)
            whole.pop("appointment", None)
            case = self._bookings.open_case(
                None, CaseKind.OTHER.value, {**whole, "claimant": claimant}, key, times.shown
            )
        logs.event("call_opened", case=case.id, reason=reason)
        return True


def notice_of(connection: Connection, command: str | None) -> Row | None:
    """The notice behind a system message."""
    if not command or not command.startswith(PREFIX):
        return None
    identifier = json.loads(command.removeprefix(PREFIX))["notice"]
    return connection.execute(select(notice).where(notice.c.id == identifier)).one_or_none()


def _answered(connection: Connection, row: Row) -> Row | None:
    if row.answer_to is None:
        return None
    return connection.execute(select(message).where(message.c.id == row.answer_to)).one_or_none()


def _matters(connection: Connection, row: Row) -> bool:
    """Whether staff must call; that somebody has taken the case of such a call is no news for one."""
    if row.kind in {kind.value for kind in DISPENSABLE}:
        return False
    if row.kind != NoticeKind.MESSAGE_RECEIVED.value:
        return True
    receipt = (row._mapping["values"] or {}).get("receipt")
    facts = connection.execute(select(staff_case.c.facts).where(staff_case.c.receipt == receipt)).scalars().first()
    return not (facts or {}).get("call")
