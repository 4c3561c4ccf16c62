"""The list of conversations: filters, newest first, page by page from a place and never by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.engine import Connection, Row

from forloeb.booking.tables import claimant
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.tables import conversation, message
from forloeb.review import masking, places
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
RARE = 2000  # what so few conversations have is found from there, not by looking through all of them
WINDOW = 20_000  # conversations looked through for one page: the next page goes on from there


@dataclass(frozen=True)
class Filters:
    """What is wanted; an empty field wants everything. `shift`: how far the days are ahead of the real clock's."""

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
    shift: timedelta = timedelta()

    def conditions(self) -> tuple[Any, ...]:
        """Conditions on the conversation's row and what is joined to it in `page`."""
        found: list[Any] = []
        if self.channel in CHANNELS:
            found.append(conversation.c.channel == self.channel)
        if self.benefit in BENEFITS:
            found.append(_there(claimant.c.id == conversation.c.claimant_id, claimant.c.benefit == self.benefit))
        if self.first:
            found.append(conversation.c.last_used >= self._begins(self.first))
        if before := self.before():
            found.append(conversation.c.last_used < before)
        if self.trouble == "taken_over":
            found.append(conversation.c.taken_over_by.is_not(None))
        if self.state == "new":
            found.append(~_there(review_mark.c.conversation_id == conversation.c.id, review_mark.c.state != "new"))
        found += [_there(key == conversation.c.id, condition) for key, condition in self._beside()]
        return tuple(found)

    def before(self) -> datetime | None:
        """The moment on the real clock at which the last day is over; None without one."""
        return self._begins(self.last + timedelta(days=1)) if self.last else None

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZONE).astimezone(timezone.utc) - self.shift

    def rare(self, connection: Connection) -> set[str] | None:
        """The conversations that can match, when some filter leaves at most RARE of them; None when none does."""
        smallest: set[str] | None = None
        for key, condition in self._beside():
            found = connection.execute(select(key).distinct().where(condition).limit(RARE + 1)).scalars().all()
            if len(found) <= RARE:
                smallest = set(found) if smallest is None else smallest & set(found)
        return smallest

    def _beside(self) -> list[tuple[Any, Any]]:
        """What must stand beside the conversation: the other table's conversation id, and the condition there."""
        found: list[tuple[Any, Any]] = []
        if self.outcome in OUTCOMES:
            found.append((review_summary.c.conversation_id, review_summary.c[self.outcome].is_(True)))
        if self.trouble == "fallback":
            found.append((review_summary.c.conversation_id, review_summary.c.fallbacks > 0))
        if self.trouble == "unsure":
            some = or_(review_summary.c.unsure > 0, review_summary.c.fallbacks > 0)
            found.append((review_summary.c.conversation_id, some))
        if self.trouble == "flagged":
            found.append((review_flag.c.conversation_id, review_flag.c.message_id.is_not(None)))
        if self.state in STATES and self.state != "new":
            found.append((review_mark.c.conversation_id, review_mark.c.state == self.state))
        if self.intent:
            found.append((review_turn.c.conversation_id, review_turn.c.intent == self.intent))
        if self.rated in RATED:
            found.append((rating.c.conversation_id, rating.c.score.between(*RATED[self.rated])))
        if self.label:
            found.append((review_label.c.conversation_id, review_label.c.label == self.label))
        return found


@dataclass(frozen=True)
class Listed:
    """One conversation in the list."""

    row: Row
    excerpt: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One page; `onward` is where the next begins. `unfinished`: WINDOW were looked through, older ones are left."""

    rows: list[Listed]
    onward: str | None
    unfinished: bool = False


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
    conditions, end = list(filters.conditions()), None
    place = places.read(onward)
    rare = filters.rare(connection)
    if rare is not None:
        conditions.append(conversation.c.id.in_(sorted(rare)))
    elif conditions:
        end = _end_of_window(connection, filters, place)
        if end:
            conditions.append(~_before(*end))
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
        .where(*conditions)
        .order_by(conversation.c.last_used.desc(), conversation.c.id.desc())
        .limit(PAGE + 1)
    )
    if place:
        query = query.where(_before(*place))
    found = connection.execute(query).all()
    listed = [_listed(row, personal) for row in found[:PAGE]]
    if len(found) > PAGE:
        last = found[PAGE - 1]
        return Page(listed, places.written(last.last_used, last.id))
    return Page(listed, places.written(*end) if end else None, end is not None)


def _before(moment: datetime, identifier: str) -> Any:
    """The condition on a conversation that it comes after this place in the list: it is older."""
    return or_(
        conversation.c.last_used < moment, and_(conversation.c.last_used == moment, conversation.c.id < identifier)
    )


def _end_of_window(
    connection: Connection, filters: Filters, place: tuple[datetime, str] | None
) -> tuple[datetime, str] | None:
    """The last conversation that a page beginning at `place` looks at; None when the oldest is nearer."""
    query = select(conversation.c.last_used, conversation.c.id)
    if place:
        query = query.where(_before(*place))
    elif before := filters.before():
        query = query.where(conversation.c.last_used < before)
    newest = query.order_by(conversation.c.last_used.desc(), conversation.c.id.desc())
    row = connection.execute(newest.offset(WINDOW - 1).limit(1)).one_or_none()
    return (row.last_used, row.id) if row else None


def _listed(row: Row, personal: bool) -> Listed:
    text = " ".join((row.words or "").split())
    text = text if personal else masking.mask(text)
    return Listed(
        row,
        text[:_EXCERPT] + ("…" if len(text) > _EXCERPT else ""),
        tuple(name for name in OUTCOMES if row._mapping[name]),
    )


def _there(*conditions: Any) -> Any:
    """Whether a row beside the conversation exists; what the list joins for showing has no part in it."""
    return exists().where(*conditions).correlate(conversation)
