"""What needs a person now, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from forloeb.booking import rows
from forloeb.booking.model import JUDGED, Case, CaseKind, CaseState, Claimant
from forloeb.booking.tables import cancellation, claimant, staff_case
from forloeb.gateway.tables import conversation, message
from forloeb.settings import ZONE

MOST = 500

# In the order of the page. An open judgement is an afbud that nobody has acknowledged.
SECTIONS: dict[str, tuple[CaseKind, ...]] = {
    "urgent": (CaseKind.ALARM, CaseKind.CRISIS),
    "afbud": (CaseKind.AFBUD, CaseKind.JUDGEMENT),
    "judge": (),
    "human": (CaseKind.WANTS_HUMAN, CaseKind.PRIVACY, CaseKind.OTHER),
    "missed": (
        CaseKind.MISSED,
        CaseKind.WRONGLY_RECORDED,
        CaseKind.NEVER_SAW_SUMMONS,
        CaseKind.PHONE_NOT_RUNG,
        CaseKind.VIDEO_FAILED,
        CaseKind.LATE,
    ),
    "no_time": (CaseKind.NO_FREE_TIME, CaseKind.NO_NEW_TIME, CaseKind.DEADLINE_PASSED),
    "confirm": (
        CaseKind.BOOKING,
        CaseKind.MOVE,
        CaseKind.FORM,
        CaseKind.AKASSE_WISH,
        CaseKind.NOTES,
        CaseKind.DELIVERY_REFUSED,
    ),
}


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person."""

    case: Case
    person: Claimant | None
    since: datetime
    meeting: datetime | None
    said: str
    conversation: str | None


@dataclass(frozen=True)
class Live:
    """A conversation that staff have taken over."""

    conversation: str
    by: str
    person: Claimant | None
    waiting_since: datetime | None


@dataclass(frozen=True)
class Queue:
    """The whole page."""

    sections: dict[str, list[Waiting]]
    live: list[Live]
    more: int

    @property
    def count(self) -> int:
        """How many things wait."""
        return sum(len(each) for each in self.sections.values()) + self.more


def load(connection: Connection) -> Queue:
    """All that waits: soonest meeting first where there is one, else longest waiting first."""
    cases = rows.case_where(connection, staff_case.c.state == CaseState.OPEN.value, limit=MOST)
    total = connection.execute(
        select(func.count()).select_from(staff_case).where(staff_case.c.state == CaseState.OPEN.value)
    ).scalar_one()
    unjudged = _unjudged(connection)
    live = _live(connection)
    wanted = {each.claimant_id for each in (*cases, *unjudged)} | {row.claimant_id for row in live}
    people = _people(connection, wanted - {None})
    sections = {
        name: sorted((_waiting(case, people) for case in cases if case.kind in kinds), key=_urgency)
        for name, kinds in SECTIONS.items()
    }
    sections["judge"] = [_waiting(case, people) for case in unjudged]
    return Queue(
        sections,
        [Live(row.id, row.taken_over_by, people.get(row.claimant_id), row.since) for row in live],
        max(0, total - len(cases)),
    )


def _urgency(waiting: Waiting) -> tuple[bool, datetime]:
    return (waiting.meeting is None, waiting.meeting or waiting.since)


def _waiting(case: Case, people: dict[str, Claimant]) -> Waiting:
    start = case.facts.get("start") or case.facts.get("meeting_at") or (case.facts.get("appointment") or {})
    if isinstance(start, dict):
        start = start.get("start")
    talk = case.facts.get("conversation")
    return Waiting(
        case,
        people.get(case.claimant_id or ""),
        case.at,
        datetime.fromisoformat(start).astimezone(ZONE) if isinstance(start, str) else None,
        str(case.facts.get("words") or ""),
        talk if isinstance(talk, str) else None,
    )


def _unjudged(connection: Connection) -> list[Case]:
    """Cases that somebody has, but whose ground nobody has judged."""
    left = select(cancellation.c.receipt).where(
        cancellation.c.assessed.is_(None), cancellation.c.ground.in_([ground.value for ground in JUDGED])
    )
    return list(
        rows.case_where(
            connection,
            staff_case.c.kind == CaseKind.JUDGEMENT.value,
            staff_case.c.state == CaseState.ACKNOWLEDGED.value,
            staff_case.c.receipt.in_(left),
            limit=MOST,
        )
    )


def _live(connection: Connection) -> list[Any]:
    since = (
        select(func.min(message.c.stored))
        .where(message.c.conversation_id == conversation.c.id, message.c.state == "waiting", message.c.author == "user")
        .correlate(conversation)
        .scalar_subquery()
    )
    return list(
        connection.execute(
            select(conversation.c.id, conversation.c.taken_over_by, conversation.c.claimant_id, since.label("since"))
            .where(conversation.c.taken_over_by.is_not(None))
            .order_by(conversation.c.taken_over_at)
        )
    )


def _people(connection: Connection, wanted: set[Any]) -> dict[str, Claimant]:
    found = connection.execute(select(claimant).where(claimant.c.id.in_(sorted(wanted))))
    return {row.id: rows.claimant(row) for row in found}
