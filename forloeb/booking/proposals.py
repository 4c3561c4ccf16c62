"""Proposing times: few, different, lawful, possible; and the proof of what was searched when there are none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from forloeb.booking import acts, people
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.model import SUMMONED, Form, Holder, Kind, Slot, Word, must_be_in_person, overlaps, utc, word
from forloeb.booking.notices import stamp
from forloeb.booking.tables import slot_search
from forloeb.booking.wishes import Span, Wish, half_day_of, half_days, without
from forloeb.db import reading, writing
from forloeb.settings import ZONE
from forloeb.workdays import is_workday

HORIZON = timedelta(days=180)  # how far ahead is searched when neither window nor deadline says
PAGE = 20
_LARGEST_PAGE = 2000
_TICK = timedelta(microseconds=1)
_TRIES = 3
_EVER, _NEVER = (moment.replace(tzinfo=timezone.utc) for moment in (datetime.min, datetime.max))


class Reason(Word):
    """Why there is nothing to propose."""

    DEADLINE = "none_in_deadline"
    WINDOW = "none_in_window"
    WISH = "none_matching_wish"


@dataclass(frozen=True)
class Searched:
    """What was searched, for whom, and what was there: staff can see it afterwards.

    Attributes:
        id: of the stored proof; None when everything wished for was found and nothing needed proving.
        start, end: the span searched; `end` exclusive.
        deadline: the holder's booking deadline that bounded it.
        free: free slots of the holder's in that span, whatever their form; counting stops at 1000.
        found: how many were proposed.
    """

    id: str | None
    claimant_id: str
    at: str
    holder: str
    kind: str
    number: int | None
    forms: tuple[str, ...]
    start: str
    end: str
    deadline: str | None
    wish: dict[str, Any]
    excluded_slots: int
    free: int
    found: int
    exact: bool
    reason: str | None


@dataclass(frozen=True)
class Proposals:
    """Slots soonest first. `exact`: they meet the wish; else they are the nearest there is."""

    slots: tuple[Slot, ...]
    exact: bool
    reason: Reason | None
    searched: Searched


@dataclass(frozen=True)
class _Question:
    """All that bounds one search."""

    claimant_id: str
    holder: Holder
    kind: Kind
    number: int | None
    forms: tuple[Form, ...]
    wish: Wish
    wish_allowed: bool
    start: datetime
    end: datetime
    deadline: date | None
    bound_by_deadline: bool
    shown: tuple[Slot, ...]
    moving: str | None
    now: datetime
    limit: int


class Proposing(Desk):
    """Finds times."""

    def propose(
        self,
        claimant_id: str,
        holder: str,
        kind: str,
        number: int | None,
        wish: Wish,
        now: datetime,
        *,
        window: tuple[date | None, date | None] = (None, None),
        limit: int = 3,
        exclude: Collection[str] = (),
        moving: str | None = None,
        hold_until: datetime | None = None,
    ) -> Proposals:
        """Up to `limit` slots that really differ: other half-days before other times in the same.

        Args:
            claimant_id: for whom; the one who acts.
            holder: akasse or jobcenter.
            kind: `jobrettet_samtale` or `anden`.
            number: of the whole course; 1 is held in person.
            wish: what the person said about when and how.
            now: the present moment.
            window: the obligation's first and last day, both included; None leaves a side open.
            limit: how many.
            exclude: slots shown already ("vis flere").
            moving: the appointment that is to be moved; it does not stand in its own way.
            hold_until: hold what is proposed until then, and let go of what was held for this claimant before.

        Raises:
            NotFound: no such claimant, or `moving` is not theirs.
            Refused: `summoned_not_booked`, `bad_value`.
        """
        wanted_holder, wanted_kind = word(Holder, holder), word(Kind, kind)
        if wanted_kind in SUMMONED:
            raise Refused("summoned_not_booked", "the holder summons to this meeting")
        lost: set[str] = set()
        for attempt in range(_TRIES):
            with reading(self.engine) as connection:
                question = self._question(
                    connection, claimant_id, wanted_holder, wanted_kind, number, wish, now, window, limit,
                    (*exclude, *lost), moving,
                )  # fmt: skip
                found, exact, reason, free = self._search(connection, question)
            missed = self._hold(claimant_id, found, hold_until, now) if hold_until else []
            if not missed or attempt == _TRIES - 1:
                break
            lost.update(missed)
        kept = tuple(slot for slot in found if slot.id not in missed)
        return Proposals(kept, exact, reason, self._prove(question, kept, exact, reason, free))

    def search(self, search_id: str) -> dict[str, Any]:
        """The stored proof of a search, for staff.

        Raises:
            NotFound: there is none.
        """
        with reading(self.engine) as connection:
            proof = connection.execute(slot_search.select().where(slot_search.c.id == search_id)).one_or_none()
        if proof is None:
            raise NotFound
        return {"id": proof.id, **proof.proof}

    def _question(
        self,
        connection: Connection,
        claimant_id: str,
        holder: Holder,
        kind: Kind,
        number: int | None,
        wish: Wish,
        now: datetime,
        window: tuple[date | None, date | None],
        limit: int,
        exclude: Collection[str],
        moving: str | None,
    ) -> _Question:
        people.must_exist(connection, claimant_id)
        if moving:
            people.own_appointment(connection, claimant_id, moving)
        today = now.astimezone(ZONE).date()
        deadline = people.next_deadline(connection, claimant_id, holder, today)
        first, last = window
        start = max(utc(now) + _TICK, _midnight(first) if first else utc(now))
        window_end = _midnight(last + timedelta(days=1)) if last else None
        deadline_end = _midnight(deadline + timedelta(days=1)) if deadline else None
        ends = [each for each in (window_end, deadline_end) if each]
        end = min(ends) if ends else start + HORIZON
        in_person = must_be_in_person(kind, number)
        allowed = not (in_person and wish.form not in (None, Form.IN_PERSON))
        return _Question(
            claimant_id=claimant_id,
            holder=holder,
            kind=kind,
            number=number,
            forms=(Form.IN_PERSON,) if in_person else tuple(Form),
            wish=wish,
            wish_allowed=allowed,
            start=start,
            end=end,
            deadline=deadline,
            bound_by_deadline=deadline_end is not None and (window_end is None or deadline_end < window_end),
            shown=tuple(slot for each in exclude if (slot := self.slots.get(connection, each))),
            moving=moving,
            now=now,
            limit=limit,
        )

    def _search(self, connection: Connection, question: _Question) -> tuple[tuple[Slot, ...], bool, Reason | None, int]:
        if question.start >= question.end:
            return (), False, _nothing(question), 0
        engaged = people.busy(connection, question.claimant_id, question.start, question.end, but=question.moving)
        finder = _Finder(self, connection, question, engaged)
        free = self.slots.count(connection, question.holder, question.start, question.end)
        if question.wish_allowed and (found := finder.different(question.wish, question.limit)):
            return _in_order(found), True, None, free
        nearest: list[Slot] = []
        for wish in question.wish.relaxed():
            taken = {slot.start for slot in nearest}
            more = finder.nearest(wish, question.wish, question.limit)
            nearest.extend(slot for slot in more if slot.start not in taken)
            if len(nearest) >= question.limit:
                break
        if nearest:
            return _in_order(nearest[: question.limit]), False, None, free
        anything = _Finder(self, connection, question, engaged, shown=False).different(Wish(), 1)
        return (), False, Reason.WISH if anything else _nothing(question), free

    def _hold(self, claimant_id: str, found: tuple[Slot, ...], until: datetime, now: datetime) -> list[str]:
        def keep(connection: Connection) -> list[str]:
            missed = [slot.id for slot in found if not self.slots.hold(connection, slot.id, claimant_id, until, now)]
            self.slots.release(connection, claimant_id, keep=[slot.id for slot in found])
            return missed

        return acts.written(self.engine, keep)

    def _prove(
        self, question: _Question, found: tuple[Slot, ...], exact: bool, reason: Reason | None, free: int
    ) -> Searched:
        searched = Searched(
            id=None if exact else acts.new_id("q"),
            claimant_id=question.claimant_id,
            at=stamp(question.now),
            holder=question.holder.value,
            kind=question.kind.value,
            number=question.number,
            forms=tuple(form.value for form in question.forms),
            start=stamp(question.start),
            end=stamp(question.end),
            deadline=question.deadline.isoformat() if question.deadline else None,
            wish=question.wish.record(),
            excluded_slots=len(question.shown),
            free=free,
            found=len(found),
            exact=exact,
            reason=reason.value if reason else None,
        )
        if searched.id is not None:
            proof = {name: value for name, value in asdict(searched).items() if name != "id"}
            with writing(self.engine) as connection:
                connection.execute(
                    insert(slot_search).values(
                        id=searched.id, claimant_id=question.claimant_id, at=question.now, proof=proof
                    )
                )
        return searched


class _Finder:
    """Walks a holder's free slots half-day by half-day; it jumps over what is not wanted and never reads it."""

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        question: _Question,
        engaged: list[Span],
        *,
        shown: bool = True,
    ) -> None:
        self.desk, self.connection, self.question, self.engaged = desk, connection, question, engaged
        before = question.shown if shown else ()
        self.shown_starts = {slot.start for slot in before}
        self.shown_half_days = {half_day_of(slot.start) for slot in before}

    def different(
        self, wish: Wish, limit: int, *, backwards: bool = False, spans: list[Span] | None = None
    ) -> list[Slot]:
        """The first slots that meet the wish: one in each half-day, then more in the same ones if need be."""
        if spans is None:
            spans = self.spans(wish)
        found: list[Slot] = []
        again: list[Span] = []
        used = set(self.shown_half_days)
        for span in self._occupied(spans, wish, backwards):
            if half_day_of(span[0]) in used:
                again.append(span)
            elif slot := self._first(span, wish, backwards, self.shown_starts):
                again.append(span)
                used.add(half_day_of(span[0]))
                found.append(slot)
                if len(found) == limit:
                    return found
        for span in again:
            while len(found) < limit:
                slot = self._first(span, wish, backwards, self.shown_starts | {each.start for each in found})
                if slot is None:
                    break
                found.append(slot)
        return found

    def nearest(self, wish: Wish, original: Wish, limit: int) -> list[Slot]:
        """The slots that meet a relaxed wish, nearest in time to the original one first."""
        lower, upper = original.bounds()
        if (lower is None and upper is None) or wish.bounds() != (None, None):
            return self.different(wish, limit)
        centre = lower if lower is not None else upper
        assert centre is not None
        spans = self.spans(wish)
        after = without(spans, [(_EVER, centre)])
        earlier = without(spans, [(centre, _NEVER)])
        both = self.different(wish, limit, spans=after)
        both += self.different(wish, limit, spans=earlier[::-1], backwards=True)
        late, early = upper if upper is not None else centre, centre

        def distance(slot: Slot) -> timedelta:
            start = utc(slot.start)
            return early - start if start < early else max(start - late, timedelta(0))

        return sorted(both, key=lambda slot: (distance(slot), slot.start))[:limit]

    def spans(self, wish: Wish) -> list[Span]:
        """Where a meeting may begin under the wish, less what the claimant's own appointments and exclusions take."""
        spans = half_days(wish, self.question.start, self.question.end, is_workday)
        gaps = [(utc(start), utc(end)) for start, end in wish.excluded]
        return without(spans, gaps + self.engaged)

    def _forms(self, wish: Wish) -> tuple[Form, ...]:
        if wish.form is None or wish.form not in self.question.forms:
            return self.question.forms
        return (wish.form,)

    def _fetch(self, span: Span, wish: Wish, backwards: bool, limit: int, after: Slot | None = None) -> list[Slot]:
        question = self.question
        return self.desk.slots.free(
            self.connection,
            question.holder,
            span[0],
            span[1],
            claimant_id=question.claimant_id,
            now=question.now,
            forms=self._forms(wish),
            limit=limit,
            after=after,
            backwards=backwards,
        )

    def _occupied(self, spans: list[Span], wish: Wish, backwards: bool) -> Iterator[Span]:
        """Those of the spans, in the direction of the walk, in which some slot is free."""
        at = 0
        while at < len(spans):
            whole = (spans[-1][0], spans[at][1]) if backwards else (spans[at][0], spans[-1][1])
            probe = self._fetch(whole, wish, backwards, 1)
            if not probe:
                return
            start = utc(probe[0].start)
            passed: Callable[[Span], bool] = (
                (lambda span: span[0] > start) if backwards else (lambda span: span[1] <= start)  # noqa: B023
            )
            while at < len(spans) and passed(spans[at]):
                at += 1
            if at < len(spans) and spans[at][0] <= start < spans[at][1]:
                yield spans[at]
                at += 1

    def _first(self, span: Span, wish: Wish, backwards: bool, taken: Collection[datetime]) -> Slot | None:
        """The first slot in the span that the claimant can take and that begins at none of the times in `taken`."""
        size, last = PAGE, None
        while True:
            page = self._fetch(span, wish, backwards, size, last)
            for slot in page:
                if slot.start not in taken and self._possible(slot, wish):
                    return slot
            if len(page) < size:
                return None
            size, last = min(size * 10, _LARGEST_PAGE), page[-1]

    def _possible(self, slot: Slot, wish: Wish) -> bool:
        free = not any(overlaps(utc(slot.start), utc(slot.end), *span) for span in self.engaged)
        return free and wish.allows(slot.start, slot.end)


def _nothing(question: _Question) -> Reason:
    return Reason.DEADLINE if question.bound_by_deadline else Reason.WINDOW


def _in_order(found: list[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(found, key=lambda slot: (utc(slot.start), slot.id)))


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time(0), ZONE))
