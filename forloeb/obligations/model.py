"""The words of the core as frozen values. Legal terms follow docs/glossary.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Benefit(str, Enum):
    """What the claimant lives on; decides which rules hold."""

    DAGPENGE = "dagpenge"
    KONTANTHJAELP = "kontanthjaelp"
    UDDANNELSESHJAELP = "uddannelseshjaelp"


class Holder(str, Enum):
    """Who holds a meeting."""

    AKASSE = "akasse"
    JOBCENTER = "jobcenter"


class Form(str, Enum):
    """How a meeting is held."""

    PERSONLIGT = "personligt"
    TELEFON = "telefon"
    DIGITAL = "digital"


class Force(str, Enum):
    """What kind of statement a fact is."""

    DUTY = "duty"
    RIGHT = "right"
    ADVICE = "advice"
    INFORMATION = "information"


class Status(str, Enum):
    """Where an obligation stands on a day.

    COMING: its time has not begun. DUE: its time is running. MET: known to be done.
    OVERDUE: its last day has passed and it is not known to be done (which is no accusation: we may not know).
    """

    COMING = "coming"
    DUE = "due"
    MET = "met"
    OVERDUE = "overdue"


class Anchor(str, Enum):
    """The three different days that rules count from (design, section 1, point 6)."""

    UNEMPLOYED_FROM = "unemployed_from"
    REGISTERED = "registered"
    FIRST_CONTACT = "first_contact"


class Step(str, Enum):
    """What a line of the plan is about."""

    CV = "cv"
    SUMMONS = "summons"
    FIRST_MEETING = "first_meeting"
    MEETINGS = "meetings"
    HANDOVER = "handover"
    AVAILABILITY = "availability"
    SIX_MONTHS = "six_months"


AUTHORITY_OF: dict[Benefit, Holder] = {
    Benefit.DAGPENGE: Holder.AKASSE,
    Benefit.KONTANTHJAELP: Holder.JOBCENTER,
    Benefit.UDDANNELSESHJAELP: Holder.JOBCENTER,
}
"""Who approves the CV: the a-kasse for dagpenge, the jobcenter for others (kommune, Betingelser)."""


@dataclass(frozen=True)
class Citation:
    """Where a rule stands: document id ("kommune" or "akasse") and the section's heading."""

    document: str
    section: str


@dataclass(frozen=True)
class Fact:
    """One row of the fact table: what holds, how strongly, for whom and where it stands.

    `interpretation` is True where the sources do not say it outright and we had to read them.
    `in_force` is None where the source gives no date.
    """

    id: str
    topic: str
    force: Force
    benefits: frozenset[Benefit]
    citations: tuple[Citation, ...]
    says: str
    read_on: date
    in_force: date | None = None
    interpretation: str | None = None


@dataclass(frozen=True)
class Claimant:
    """What is known about a person. Every field may be unknown (None)."""

    benefit: Benefit | None = None
    unemployed_from: date | None = None
    registered: date | None = None
    first_contact: date | None = None

    def known_day(self) -> bool:
        """Whether any of the three days is known."""
        return any((self.unemployed_from, self.registered, self.first_contact))


@dataclass(frozen=True)
class Assumption:
    """`wanted` was not known, so the day known as `used` stood for it: to be said to the person."""

    wanted: Anchor
    used: Anchor


@dataclass(frozen=True)
class Record:
    """What is known to have happened: held meetings by holder, the CV approved, the summons to the CV meeting come."""

    held: tuple[Holder, ...] = ()
    cv_done: bool = False
    summoned: bool = False


@dataclass(frozen=True)
class Obligation:
    """One dated line of the plan.

    `begins` and `ends` are calendar days; `ends` is the guiding last day or turning day, None where the
    sources give none (a duty by need, or "around six months").
    """

    step: Step
    fact: str
    status: Status
    holder: Holder | None = None
    count: int = 0
    done: int = 0
    begins: date | None = None
    ends: date | None = None
    forms: tuple[Form, ...] = ()
    assumption: Assumption | None = None
    citations: tuple[Citation, ...] = ()
    interpretation: bool = False


@dataclass(frozen=True)
class Plan:
    """A person's course. Dates are guiding: the person's own summons decides."""

    benefit: Benefit
    on: date
    obligations: tuple[Obligation, ...]
    assumptions: tuple[Assumption, ...] = field(default=())

    def next(self) -> Obligation | None:
        """The earliest dated thing that is not met and not past, or None."""
        ahead = [o for o in self.obligations if o.status in (Status.DUE, Status.COMING) and o.ends is not None]
        acts = [o for o in ahead if o.step not in (Step.HANDOVER, Step.SIX_MONTHS)]
        return min(acts, key=lambda o: (o.ends or date.max, list(Step).index(o.step)), default=None)

    def of(self, step: Step, holder: Holder | None = None) -> Obligation | None:
        """The line about `step` (and `holder`, when given), or None."""
        return next((o for o in self.obligations if o.step is step and holder in (None, o.holder)), None)
