"""Single rules as pure functions. Each names the fact (docs/coverage.md) that it computes."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from forloeb.errors import ImpossibleFact, MissingFact
from forloeb.obligations.model import Anchor, Assumption, Claimant, Form
from forloeb.obligations.parameters import Law

_STAND_INS: dict[Anchor, tuple[Anchor, ...]] = {
    Anchor.UNEMPLOYED_FROM: (Anchor.UNEMPLOYED_FROM, Anchor.REGISTERED, Anchor.FIRST_CONTACT),
    Anchor.REGISTERED: (Anchor.REGISTERED, Anchor.UNEMPLOYED_FROM, Anchor.FIRST_CONTACT),
    Anchor.FIRST_CONTACT: (Anchor.FIRST_CONTACT, Anchor.REGISTERED, Anchor.UNEMPLOYED_FROM),
}


def anchor_day(claimant: Claimant, wanted: Anchor) -> tuple[date, Assumption | None]:
    """The day that a rule counts from, and what had to be assumed when the day itself is not known.

    Raises:
        MissingFact: none of the three days is known.
    """
    for used in _STAND_INS[wanted]:
        day: date | None = getattr(claimant, used.value)
        if day is not None:
            return day, None if used is wanted else Assumption(wanted, used)
    raise MissingFact("unemployed_from")


def check_days(claimant: Claimant, on: date) -> None:
    """Refuse days that cannot be right.

    Becoming unemployed may lie ahead (a notice period runs); having registered or made contact may not.

    Raises:
        ImpossibleFact: a registration or first contact after `on`, or a day too far away to count with.
    """
    for anchor in (Anchor.REGISTERED, Anchor.FIRST_CONTACT):
        day = getattr(claimant, anchor.value)
        if day is not None and day > on:
            raise ImpossibleFact(anchor.value, "lies in the future")
    for anchor in Anchor:
        day = getattr(claimant, anchor.value)
        if day is not None and abs((day - on).days) > 366 * 20:
            raise ImpossibleFact(anchor.value, "lies too far away")


def months_after(day: date, months: int) -> date:
    """Calendar months later; the last day of the month where the day does not exist (31 August + 6 = 28 February)."""
    return day + relativedelta(months=months)


def first_meeting_by(first_contact: date, law: Law, on: date) -> date:
    """Last guiding day of the first jobcenter meeting for kontant- and uddannelseshjælp (meetings.social)."""
    return first_contact + timedelta(weeks=law.value("meetings.social.first_within_weeks", on))


def form_choice(number: int | None) -> tuple[Form, ...]:
    """Forms that a meeting may have: the first in person (form.first), later ones as chosen (form.choice).

    Args:
        number: 1-based over the whole course; None when not known, which allows in person only.
    """
    return (Form.PERSONLIGT,) if number is None or number <= 1 else tuple(Form)


def no_applications_from(event: date, law: Law, on: date) -> date:
    """First day from which applications may be left out before a job, leave or pension on `event` (six_weeks).

    Meetings are not part of the exemption.
    """
    return event - timedelta(weeks=law.value("six_weeks.weeks", on))
