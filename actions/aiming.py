"""Which meeting a person books next, and the span of days that it must lie in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from actions.course import course
from actions.turn import Turn
from forloeb.booking.model import NUMBERED, Appointment, Holder, Kind, Status
from forloeb.obligations import Benefit, Step
from forloeb.obligations import Holder as CoreHolder

MOST = 6
Aim = dict[str, Any]


async def aim(turn: Turn, holder: Holder | None = None) -> Aim | None:
    """Holder, kind, number and window of the next meeting; None when the benefit decides and is unknown."""
    claimant = turn.known.claimant
    if holder is None and claimant.benefit is None:
        return None
    computed = course(turn.known, turn.reply) if claimant.benefit else None
    if holder is None:
        holder = Holder.JOBCENTER if turn.known.social else await _holder_now(turn, computed)
    stands = await turn.call(turn.service.appointments, turn.claimant_id)
    counted = [a for a in stands if a.status in (Status.BOOKED, Status.HELD) and a.kind in NUMBERED]
    number = next_number([a.number for a in counted])
    return _as_state(holder, Kind.JOB, number, _window(turn, holder, number, computed))


async def aim_for(turn: Turn, meeting: Appointment) -> Aim:
    """Another time for a meeting there is or was: its own holder, kind and number, within the obligation's window."""
    computed = course(turn.known, turn.reply) if turn.known.claimant.benefit and meeting.kind is Kind.JOB else None
    window = _window(turn, meeting.holder, meeting.number, computed)
    return _as_state(meeting.holder, meeting.kind, meeting.number, window)


def next_number(numbers: list[int | None]) -> int | None:
    """The number of the next meeting of the course; None after the last."""
    if len(numbers) >= MOST:
        return None
    return min(max([len(numbers), *(n or 0 for n in numbers)]) + 1, MOST)


def _as_state(holder: Holder, kind: Kind, number: int | None, window: tuple[date | None, date | None]) -> Aim:
    first, last = window
    return {
        "holder": holder.value,
        "kind": kind.value,
        "number": number,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
    }


async def _holder_now(turn: Turn, computed: Any) -> Holder:
    """The holder of the next booking deadline; without one, whoever the course says on this day."""
    deadlines = await turn.call(turn.service.deadlines, turn.claimant_id)
    ahead = [d for d in deadlines if d.book_by >= turn.known.on]
    if ahead:
        return ahead[0].holder
    handover = computed.of(Step.HANDOVER) if computed else None
    return Holder.JOBCENTER if handover and handover.ends and turn.known.on >= handover.ends else Holder.AKASSE


def _window(turn: Turn, holder: Holder, number: int | None, computed: Any) -> tuple[date | None, date | None]:
    """The obligation's span as far as it lies ahead; open where it has passed or is not known."""
    if computed is None:
        return None, None
    on = turn.known.on
    if turn.known.benefit is Benefit.DAGPENGE:
        line = computed.of(Step.MEETINGS, CoreHolder(holder.value))
        begins = line.begins if line and holder is Holder.JOBCENTER and line.begins and line.begins > on else None
        last = line.ends - timedelta(days=1) if line and line.ends else None
    else:
        line = computed.of(Step.FIRST_MEETING if number == 1 else Step.MEETINGS)
        begins = None
        last = line.ends if line else None
    return begins, last if last and last >= on else None
