"""Numbers that cannot flatter: what is still waiting counts as waiting, and every share says of how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from statistics import median
from typing import Any

from sqlalchemy import and_, case, exists, func, literal_column, select
from sqlalchemy.engine import Connection

from forloeb.booking.model import DeliveryKind, Status
from forloeb.booking.tables import appointment, delivery, staff_case
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.tables import conversation, message
from forloeb.review import back
from forloeb.review.shares import Share
from forloeb.review.summaries import WANTS_HUMAN
from forloeb.review.tables import review_turn
from forloeb.settings import ZONE

TOPICS = 15


@dataclass(frozen=True)
class Numbers:
    """One period."""

    first: date
    last: date
    channels: list[tuple[str, int]]  # messages from people
    by_hour: dict[str, list[int]]  # the same by channel and Danish hour, 24 of them
    topics: list[tuple[str, int]]
    fallback: Share  # of turns
    unsure: Share  # of turns
    handover: Share  # of conversations with a turn: asked for a human, or staff wrote
    cases: Share  # acknowledged, of those opened
    acknowledge_minutes: int | None  # median of those acknowledged
    oldest_minutes: int | None  # how long the longest waiting has waited
    afbud_in_time: Share  # acknowledged before the meeting, of those whose meeting has begun
    held: Share  # meetings held, of those held or missed
    ratings: list[int]  # how many gave 1, 2, 3, 4 and 5
    back: Share  # questions that the same person asked again within a week, of all that a person asked

    @property
    def hours(self) -> list[int]:
        """Messages by hour, whatever the channel."""
        return [sum(each[hour] for each in self.by_hour.values()) for hour in range(24)]


def count(connection: Connection, first: date, last: date, now: datetime) -> Numbers:
    """The numbers of the days from `first` to `last`, both included, in Danish time."""
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    said = and_(message.c.author == "user", message.c.at >= start, message.c.at < end)
    turned = and_(review_turn.c.at >= start, review_turn.c.at < end)
    turns = connection.execute(
        select(
            func.count().label("n"),
            func.coalesce(func.sum(case((review_turn.c.fallback, 1), else_=0)), 0).label("fallback"),
            func.coalesce(func.sum(case((review_turn.c.unsure, 1), else_=0)), 0).label("unsure"),
        ).where(turned)
    ).one()
    waits, oldest, cases = _cases(connection, start, end, now)
    return Numbers(
        first,
        last,
        _pairs(
            connection,
            select(conversation.c.channel, func.count().label("n"))
            .join(message, message.c.conversation_id == conversation.c.id)
            .where(said)
            .group_by(conversation.c.channel),
        ),
        _hours(connection, said),
        _pairs(
            connection,
            select(review_turn.c.intent, func.count().label("n"))
            .where(turned, review_turn.c.intent.is_not(None))
            .group_by(review_turn.c.intent),
        )[:TOPICS],
        Share(turns.fallback, turns.n),
        Share(turns.unsure, turns.n),
        _handover(connection, turned, start, end),
        cases,
        round(median(waits)) if waits else None,
        oldest,
        _in_time(connection, start, min(end, now)),
        _held(connection, start, end),
        _ratings(connection, start, end),
        back.count(connection, start, end),
    )


def _pairs(connection: Connection, query: Any) -> list[tuple[str, int]]:
    found = [(str(row[0]), int(row.n)) for row in connection.execute(query)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _hours(connection: Connection, said: Any) -> dict[str, list[int]]:
    if connection.dialect.name == "sqlite":
        hour = func.strftime("%Y-%m-%dT%H", message.c.at)
    else:
        hour = func.to_char(func.timezone("UTC", message.c.at), literal_column("'YYYY-MM-DD\"T\"HH24'"))
    query = (
        select(conversation.c.channel, hour.label("hour"), func.count().label("n"))
        .join(message, message.c.conversation_id == conversation.c.id)
        .where(said)
        .group_by(conversation.c.channel, literal_column("hour"))
        .order_by(conversation.c.channel)
    )
    counted: dict[str, list[int]] = {}
    for row in connection.execute(query):
        moment = datetime.strptime(row.hour, "%Y-%m-%dT%H").replace(tzinfo=timezone.utc)
        counted.setdefault(row.channel, [0] * 24)[moment.astimezone(ZONE).hour] += row.n
    return counted


def _handover(connection: Connection, turned: Any, start: datetime, end: datetime) -> Share:
    all_of_them = select(func.count(review_turn.c.conversation_id.distinct())).where(turned)
    staff = exists().where(
        message.c.conversation_id == review_turn.c.conversation_id,
        message.c.author == "staff",
        message.c.at >= start,
        message.c.at < end,
    )
    asked = all_of_them.where((review_turn.c.intent == WANTS_HUMAN) | staff)
    return Share(connection.execute(asked).scalar_one(), connection.execute(all_of_them).scalar_one())


def _cases(
    connection: Connection, start: datetime, end: datetime, now: datetime
) -> tuple[list[float], int | None, Share]:
    opened = connection.execute(
        select(staff_case.c.at, staff_case.c.acknowledged_at).where(staff_case.c.at >= start, staff_case.c.at < end)
    ).all()
    waits = [(row.acknowledged_at - row.at).total_seconds() / 60 for row in opened if row.acknowledged_at]
    waiting = [row.at for row in opened if row.acknowledged_at is None]
    oldest = int((now - min(waiting)).total_seconds() // 60) if waiting else None
    return waits, oldest, Share(len(waits), len(opened))


def _in_time(connection: Connection, start: datetime, end: datetime) -> Share:
    rows = connection.execute(
        select(delivery.c.acknowledged_at, delivery.c.meeting_at).where(
            delivery.c.kind == DeliveryKind.AFBUD.value, delivery.c.meeting_at >= start, delivery.c.meeting_at < end
        )
    ).all()
    return Share(sum(1 for row in rows if row.acknowledged_at and row.acknowledged_at < row.meeting_at), len(rows))


def _held(connection: Connection, start: datetime, end: datetime) -> Share:
    found = dict(
        _pairs(
            connection,
            select(appointment.c.status, func.count().label("n"))
            .where(appointment.c.start >= start, appointment.c.start < end)
            .group_by(appointment.c.status),
        )
    )
    held = found.get(Status.HELD.value, 0)
    return Share(held, held + found.get(Status.MISSED.value, 0))


def _ratings(connection: Connection, start: datetime, end: datetime) -> list[int]:
    query = (
        select(rating.c.score, func.count().label("n"))
        .where(rating.c.at >= start, rating.c.at < end)
        .group_by(rating.c.score)
    )
    counted = dict(_pairs(connection, query))
    return [counted.get(str(score), 0) for score in range(1, 6)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
