"""The plan: every dated obligation of a person's course (docs/coverage.md says how each rule is simplified)."""

from __future__ import annotations

from datetime import date, timedelta

from forloeb.errors import MissingFact
from forloeb.obligations.model import (
    Anchor,
    Assumption,
    Benefit,
    Claimant,
    Form,
    Holder,
    Obligation,
    Plan,
    Record,
    Status,
    Step,
)
from forloeb.obligations.parameters import Law
from forloeb.obligations.rules import anchor_day, check_days, first_meeting_by, months_after


def plan(claimant: Claimant, law: Law, on: date, record: Record | None = None) -> Plan:
    """A person's dated obligations as they stand on a day.

    Args:
        claimant: what is known; the benefit and one of the three days must be.
        law: facts and parameters.
        on: the day to judge status by and to read the law of.
        record: what is known to have happened.

    Returns:
        The plan in the order of time, undated lines last in their group.

    Raises:
        MissingFact: benefit, or all three days, unknown.
        ImpossibleFact: a day that cannot be right.
        LawError: the law data does not cover `on`.
    """
    if claimant.benefit is None:
        raise MissingFact("benefit")
    check_days(claimant, on)
    start, assumed_start = anchor_day(claimant, Anchor.UNEMPLOYED_FROM)
    known = record or Record()
    build = _dagpenge if claimant.benefit is Benefit.DAGPENGE else _social
    lines = [_cv(claimant, law, on, known), *build(claimant, start, assumed_start, law, on, known)]
    ordered = sorted(lines, key=lambda o: (o.ends or date.max, list(Step).index(o.step)))
    assumptions = tuple(dict.fromkeys(o.assumption for o in ordered if o.assumption is not None))
    return Plan(claimant.benefit, on, tuple(ordered), assumptions)


def _cv(claimant: Claimant, law: Law, on: date, known: Record) -> Obligation:
    registered, assumed = anchor_day(claimant, Anchor.REGISTERED)
    ends = registered + timedelta(weeks=law.value("cv.weeks", on))
    status = Status.MET if known.cv_done else _status(registered, ends, on)
    return _line(law, Step.CV, "cv", status, begins=registered, ends=ends, assumption=assumed)


def _dagpenge(
    claimant: Claimant, start: date, assumed: Assumption | None, law: Law, on: date, known: Record
) -> list[Obligation]:
    handover = months_after(start, law.value("meetings.dagpenge.akasse_months", on))
    finish = months_after(start, law.value("meetings.dagpenge.months", on))
    registered, assumed_registered = anchor_day(claimant, Anchor.REGISTERED)
    summons = registered + timedelta(days=law.value("cv_meeting.summons_days", on))
    at_akasse = law.value("meetings.dagpenge.akasse", on)
    at_jobcenter = law.value("meetings.dagpenge.jobcenter", on)
    met_at_akasse, met_at_jobcenter = (known.held.count(h) for h in (Holder.AKASSE, Holder.JOBCENTER))
    return [
        _line(
            law,
            Step.SUMMONS,
            "cv_meeting",
            Status.MET if met_at_akasse or known.summoned else _status(registered, summons, on),
            holder=Holder.AKASSE,
            count=1,
            begins=registered,
            ends=summons,
            forms=(Form.PERSONLIGT,),
            assumption=assumed_registered,
        ),
        _line(
            law,
            Step.MEETINGS,
            "meetings.dagpenge",
            Status.MET if met_at_akasse >= at_akasse else _within(start, handover, on),
            holder=Holder.AKASSE,
            count=at_akasse,
            done=min(met_at_akasse, at_akasse),
            begins=start,
            ends=handover,
            forms=tuple(Form),
            assumption=assumed,
        ),
        _line(
            law,
            Step.HANDOVER,
            "meetings.dagpenge",
            Status.MET if on >= handover else Status.COMING,
            begins=handover,
            ends=handover,
            assumption=assumed,
        ),
        _line(
            law,
            Step.MEETINGS,
            "meetings.dagpenge",
            Status.MET if met_at_jobcenter >= at_jobcenter else _within(handover, finish, on),
            holder=Holder.JOBCENTER,
            count=at_jobcenter,
            done=min(met_at_jobcenter, at_jobcenter),
            begins=handover,
            ends=finish,
            forms=tuple(Form),
            assumption=assumed,
        ),
        _line(
            law,
            Step.SIX_MONTHS,
            "jobcenter.ongoing",
            Status.DUE if on >= finish else Status.COMING,
            begins=finish,
            ends=finish,
            assumption=assumed,
        ),
        _line(
            law,
            Step.AVAILABILITY,
            "availability",
            Status.COMING if on < finish else Status.DUE,
            holder=Holder.AKASSE,
            count=law.value("availability.count", on),
            forms=(Form.PERSONLIGT, Form.DIGITAL),
        ),
    ]


def _social(
    claimant: Claimant, start: date, assumed: Assumption | None, law: Law, on: date, known: Record
) -> list[Obligation]:
    contact, assumed_contact = anchor_day(claimant, Anchor.FIRST_CONTACT)
    first_by = first_meeting_by(contact, law, on)
    finish = months_after(start, law.value("meetings.social.months", on))
    total = law.value("meetings.social.total", on)
    held = known.held.count(Holder.JOBCENTER)
    return [
        _line(
            law,
            Step.FIRST_MEETING,
            "meetings.social",
            Status.MET if held else _status(contact, first_by, on),
            holder=Holder.JOBCENTER,
            count=1,
            done=min(held, 1),
            begins=contact,
            ends=first_by,
            forms=(Form.PERSONLIGT,),
            assumption=assumed_contact,
        ),
        _line(
            law,
            Step.MEETINGS,
            "meetings.social",
            Status.MET if held >= total else _within(start, finish, on),
            holder=Holder.JOBCENTER,
            count=total,
            done=min(held, total),
            begins=start,
            ends=finish,
            forms=tuple(Form),
            assumption=assumed,
        ),
        _line(
            law,
            Step.SIX_MONTHS,
            "meetings.social",
            Status.DUE if on >= finish else Status.COMING,
            begins=finish,
            ends=finish,
            assumption=assumed,
        ),
    ]


def _status(begins: date, last: date, on: date) -> Status:
    if on < begins:
        return Status.COMING
    return Status.DUE if on <= last else Status.OVERDUE


def _within(begins: date, turning: date, on: date) -> Status:
    """Status of a time given in months, which ends the day before its turning day."""
    return _status(begins, turning - timedelta(days=1), on)


def _line(
    law: Law,
    step: Step,
    fact_id: str,
    status: Status,
    *,
    holder: Holder | None = None,
    count: int = 0,
    done: int = 0,
    begins: date | None = None,
    ends: date | None = None,
    forms: tuple[Form, ...] = (),
    assumption: Assumption | None = None,
) -> Obligation:
    fact = law.fact(fact_id)
    return Obligation(
        step, fact_id, status, holder, count, done, begins, ends, forms, assumption,
        fact.citations, fact.interpretation is not None,
    )  # fmt: skip
