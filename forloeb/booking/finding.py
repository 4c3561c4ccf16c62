"""Finding slots that really differ: walks a holder's free times half-day by half-day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from sqlalchemy.engine import Connection

from forloeb.booking.desk import Desk
from forloeb.booking.model import Form, Holder, Kind, Slot, overlaps, utc
from forloeb.booking.wishes import Span, Wish, half_day_of, half_days, without
from forloeb.workdays import is_workday

PAGE = 20
_LARGEST_PAGE = 2000
_EVER, _NEVER = (moment.replace(tzinfo=timezone.utc) for moment in (datetime.min, datetime.max))


@dataclass(frozen=True)
class Question:
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


class Finder:
    """Walks a holder's free slots half-day by half-day; it jumps over what is not wanted and never reads it."""

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        question: Question,
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
