"""The list of conversations: filters, newest first, page by page from a place and never by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.engine import Connection, Row

from forloeb.booking.tables import claimant
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.tables import conversation, message
from forloeb.review import masking
from forloeb.review.tables import review_flag, review_label, review_mark, review_summary, review_turn
from forloeb.settings import ZONE

PAGE = 50
CHANNELS = ("web", "sms", "messenger")
OUTCOMES = ("booked", "moved", "afbud", "handover")
TROUBLES = ("fallback", "unsure", "flagged", "taken_over")
STATES = ("new", "doing", "done")
BENEFITS = ("dagpenge", "kontanthjaelp", "uddannelseshjaelp")
RATED = {"low": (1, 2), "middle": (3, 3), "high": (4, 5)}
_EXCERPT = 160


@dataclass(frozen=True)
class Filters:
    """What is wanted; an empty field wants everything."""

    channel: str = ""
    benefit: str = ""
    first: date | None = None
    last: date | None = None
    outcome: str = ""
    trouble: str = ""
    state: str = ""
    intent: str = ""
    label: str = ""
    rated: str = ""

    def conditions(self) -> tuple[Any, ...]:
        """Conditions on the conversation's row and what is joined to it in `page`."""
        found: list[Any] = []
        if self.channel in CHANNELS:
            found.append(conversation.c.channel == self.channel)
        if self.benefit in BENEFITS:
            found.append(_there(claimant.c.id == conversation.c.claimant_id, claimant.c.benefit == self.benefit))
        if self.first:
            found.append(conversation.c.last_used >= _midnight(self.first))
        if self.last:
            found.append(conversation.c.last_used < _midnight(self.last + timedelta(days=1)))
        if self.outcome in OUTCOMES:
            found.append(_summary(review_summary.c[self.outcome].is_(True)))
        if self.trouble:
            found += _trouble(self.trouble)
        if self.state in STATES:
            own = review_mark.c.conversation_id == conversation.c.id
            found.append(
                ~_there(own, review_mark.c.state != "new")
                if self.state == "new"
                else _there(own, review_mark.c.state == self.state)
            )
        if self.intent:
            found.append(
                _there(review_turn.c.conversation_id == conversation.c.id, review_turn.c.intent == self.intent)
            )
        if self.rated in RATED:
            lowest, highest = RATED[self.rated]
            score = rating.c.score.between(lowest, highest)
            found.append(_there(rating.c.conversation_id == conversation.c.id, score))
        if self.label:
            found.append(
                _there(review_label.c.conversation_id == conversation.c.id, review_label.c.label == self.label)
            )
        return tuple(found)


@dataclass(frozen=True)
class Listed:
    """One conversation in the list."""

    row: Row
    excerpt: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One page; `onward` is where the next begins."""

    rows: list[Listed]
    onward: str | None


def page(connection: Connection, filters: Filters, onward: str, *, personal: bool) -> Page:
    """A page of the list."""
    first_words = (
        select(message.c.text)
        .where(message.c.conversation_id == conversation.c.id, message.c.author == "user")
        .order_by(message.c.seq)
        .limit(1)
        .correlate(conversation)
        .scalar_subquery()
    )
    flagged = exists().where(review_flag.c.conversation_id == conversation.c.id)
    query = (
        select(
            conversation.c.id,
            conversation.c.channel,
            conversation.c.last_used,
            conversation.c.claimant_id,
            conversation.c.taken_over_by,
            claimant.c.name,
            claimant.c.benefit,
            review_mark.c.state,
            review_summary.c.turns,
            review_summary.c.fallbacks,
            review_summary.c.unsure,
            review_summary.c.handover,
            review_summary.c.booked,
            review_summary.c.moved,
            review_summary.c.afbud,
            rating.c.score,
            flagged.label("flagged"),
            first_words.label("words"),
        )
        .outerjoin(claimant, claimant.c.id == conversation.c.claimant_id)
        .outerjoin(review_summary, review_summary.c.conversation_id == conversation.c.id)
        .outerjoin(rating, rating.c.conversation_id == conversation.c.id)
        .outerjoin(review_mark, review_mark.c.conversation_id == conversation.c.id)
        .where(*filters.conditions())
        .order_by(conversation.c.last_used.desc(), conversation.c.id.desc())
        .limit(PAGE + 1)
    )
    place = _place(onward)
    if place:
        moment, identifier = place
        query = query.where(
            or_(
                conversation.c.last_used < moment,
                and_(conversation.c.last_used == moment, conversation.c.id < identifier),
            )
        )
    found = connection.execute(query).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(
        [_listed(row, personal) for row in found[:PAGE]], f"{last.last_used.isoformat()}~{last.id}" if last else None
    )


def _listed(row: Row, personal: bool) -> Listed:
    text = " ".join((row.words or "").split())
    text = text if personal else masking.mask(text)
    return Listed(
        row,
        text[:_EXCERPT] + ("…" if len(text) > _EXCERPT else ""),
        tuple(name for name in OUTCOMES if row._mapping[name]),
    )


def _trouble(kind: str) -> list[Any]:
    if kind == "fallback":
        return [_summary(review_summary.c.fallbacks > 0)]
    if kind == "unsure":
        return [_summary(or_(review_summary.c.unsure > 0, review_summary.c.fallbacks > 0))]
    if kind == "flagged":
        return [conversation.c.id.in_(select(review_flag.c.conversation_id))]
    return [conversation.c.taken_over_by.is_not(None)] if kind == "taken_over" else []


def _summary(condition: Any) -> Any:
    return _there(review_summary.c.conversation_id == conversation.c.id, condition)


def _there(*conditions: Any) -> Any:
    """Whether a row beside the conversation exists; what the list joins for showing has no part in it."""
    return exists().where(*conditions).correlate(conversation)


def _place(onward: str) -> tuple[datetime, str] | None:
    moment, _, identifier = onward.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, identifier) if found.tzinfo and identifier else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
