"""Proposing times: few, different, lawful, possible; and the proof of what was searched when there are none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from forloeb.booking import acts, people
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound, Refused
from forloeb.booking.finding import Finder, Question
from forloeb.booking.model import SUMMONED, Form, Holder, Kind, Slot, Word, must_be_in_person, utc, word
from forloeb.booking.notices import stamp
from forloeb.booking.tables import slot_search
from forloeb.booking.wishes import Wish
from forloeb.db import reading, writing
from forloeb.settings import ZONE

HORIZON = timedelta(days=180)  # how far ahead is searched when neither window nor deadline says
_TICK = timedelta(microseconds=1)
_TRIES = 3
_TRIES_IN_TURN = 20  # in PostgreSQL somebody who is not in the queue can still be quicker
_QUEUE = 0x666F726C  # the name of the queue among PostgreSQL's advisory locks


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
        asked = (claimant_id, wanted_holder, wanted_kind, number, wish, now, window, limit)
        lost: set[str] = set()
        for _ in range(_TRIES):
            with reading(self.engine) as connection:
                question = self._question(connection, *asked, (*exclude, *lost), moving)
                found, exact, reason, free = self._search(connection, question)
            missed = self._hold(claimant_id, found, hold_until, now) if hold_until else []
            if not missed:
                break
            lost.update(missed)
        if hold_until and missed:
            with reading(self.engine) as connection:
                question = self._question(connection, *asked, exclude, moving)
            found, exact, reason, free, missed = self._in_turn(question, hold_until)
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
    ) -> Question:
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
        return Question(
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

    def _search(self, connection: Connection, question: Question) -> tuple[tuple[Slot, ...], bool, Reason | None, int]:
        if question.start >= question.end:
            return (), False, _nothing(question), 0
        engaged = people.busy(connection, question.claimant_id, question.start, question.end, but=question.moving)
        finder = Finder(self, connection, question, engaged)
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
        anything = Finder(self, connection, question, engaged, shown=False).different(Wish(), 1)
        return (), False, Reason.WISH if anything else _nothing(question), free

    def _hold(self, claimant_id: str, found: tuple[Slot, ...], until: datetime, now: datetime) -> list[str]:
        return acts.written(self.engine, lambda connection: self._keep(connection, claimant_id, found, until, now))

    def _keep(
        self, connection: Connection, claimant_id: str, found: tuple[Slot, ...], until: datetime, now: datetime
    ) -> list[str]:
        """Hold what was found and nothing else; those that somebody else was quicker to hold."""
        missed = [slot.id for slot in found if not self.slots.hold(connection, slot.id, claimant_id, until, now)]
        self.slots.release(connection, claimant_id, keep=[slot.id for slot in found])
        return missed

    def _in_turn(
        self, question: Question, until: datetime
    ) -> tuple[tuple[Slot, ...], bool, Reason | None, int, list[str]]:
        """Search and hold in one transaction, one claimant after the other.

        When many ask at once, all find the same soonest times; whoever always came second would be told that there
        is no free time while there are hundreds.
        """

        def work(connection: Connection) -> tuple[tuple[Slot, ...], bool, Reason | None, int, list[str]]:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_QUEUE)))
            for _ in range(_TRIES_IN_TURN):
                found, exact, reason, free = self._search(connection, question)
                missed = self._keep(connection, question.claimant_id, found, until, question.now)
                if len(missed) < len(found) or not found:
                    break
            return found, exact, reason, free, missed

        return acts.written(self.engine, work)

    def _prove(
        self, question: Question, found: tuple[Slot, ...], exact: bool, reason: Reason | None, free: int
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


def _nothing(question: Question) -> Reason:
    return Reason.DEADLINE if question.bound_by_deadline else Reason.WINDOW


def _in_order(found: list[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(found, key=lambda slot: (utc(slot.start), slot.id)))


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time(0), ZONE))
