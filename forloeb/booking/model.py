"""What is booked, by whom, and how sure we are that the other side has it. Pure: no clock, no SQL, no text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, TypeVar

from forloeb.booking.errors import Refused


class Word(str, Enum):
    """A closed vocabulary whose members print, compare and serialise as their word."""

    __str__ = str.__str__


class Holder(Word):
    """Who holds a meeting."""

    AKASSE = "akasse"
    JOBCENTER = "jobcenter"


class Kind(Word):
    """What a meeting is."""

    CV = "cv_samtale"
    JOB = "jobrettet_samtale"
    AVAILABILITY = "raadighedssamtale"
    OTHER = "anden"


SUMMONED = frozenset({Kind.CV, Kind.AVAILABILITY})
NUMBERED = frozenset({Kind.CV, Kind.JOB})


class Form(Word):
    """How a meeting is held."""

    IN_PERSON = "personligt"
    PHONE = "telefon"
    DIGITAL = "digital"


class Status(Word):
    """Where an appointment stands."""

    BOOKED = "booked"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Ground(Word):
    """The ground of an afbud as the person gave it. Whether it is lawful is a person's judgement, never ours."""

    ILLNESS = "sygdom"
    INTERVIEW = "jobsamtale"
    PRIVATE = "privat"
    OTHER = "andet"


JUDGED = frozenset({Ground.PRIVATE, Ground.OTHER})


class Verdict(Word):
    """What a named member of staff found about an afbud."""

    LAWFUL = "lawful"
    NOT_LAWFUL = "not_lawful"


class DeliveryState(Word):
    """Committed here; taken by the receiver's system; confirmed by a named person or the receiver's own receipt."""

    REGISTERED = "registered"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"


class DeliveryKind(Word):
    """What a delivery tells the receiver."""

    BOOKING = "booking"
    MOVE = "move"
    FORM = "form"
    AFBUD = "afbud"
    MISSED = "missed"
    AKASSE_WISH = "akasse_wish"
    NOTES = "notes"
    CASE = "case"


# The deliveries that change when, how or whether a meeting is held: the state of the newest is the appointment's.
DECISIVE = (DeliveryKind.BOOKING, DeliveryKind.MOVE, DeliveryKind.FORM, DeliveryKind.AFBUD)


class CaseKind(Word):
    """Why staff must look. `open_case` takes any of these; the service opens the last eight itself."""

    WANTS_HUMAN = "wants_human"
    WRONGLY_RECORDED = "wrongly_recorded"
    NEVER_SAW_SUMMONS = "never_saw_summons"
    PHONE_NOT_RUNG = "phone_not_rung"
    VIDEO_FAILED = "video_failed"
    LATE = "late"
    NO_FREE_TIME = "no_free_time"
    DEADLINE_PASSED = "deadline_passed"
    CRISIS = "crisis"
    PRIVACY = "privacy"
    OTHER = "other"
    # opened by the service
    NO_NEW_TIME = "no_new_time"
    JUDGEMENT = "judgement"
    MISSED = "missed"
    AFBUD = "afbud"
    BOOKING = "booking"
    MOVE = "move"
    FORM = "form"
    AKASSE_WISH = "akasse_wish"
    NOTES = "notes"
    ALARM = "alarm"
    DELIVERY_REFUSED = "delivery_refused"


class CaseState(Word):
    """Whether somebody has taken a case."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


class NoticeKind(Word):
    """News for a claimant; `actions/notices.py` renders each. Danish, because the texts are keyed by them."""

    BOOKING_RECEIVED = "booking_modtaget"
    MOVE_RECEIVED = "flytning_modtaget"
    FORM_RECEIVED = "formskift_modtaget"
    AFBUD_RECEIVED = "afbud_modtaget"
    MESSAGE_RECEIVED = "besked_modtaget"
    AFBUD_JUDGED = "afbud_vurderet"
    CALL = "ring_selv"
    SUMMONED = "indkaldelse"
    NEW_APPOINTMENT = "ny_aftale"
    MOVED = "aftale_flyttet"
    CANCELLED = "aftale_aflyst"
    CHANGED = "aftale_aendret"
    HELD = "aftale_afholdt"
    MISSED = "aftale_udeblevet"
    SLOT_GONE = "tid_trukket"
    NEW_DEADLINE = "ny_frist"
    DAY_BEFORE = "paamindelse_dagen_foer"
    HOUR_BEFORE = "paamindelse_time_foer"
    AFBUD_UNANSWERED = "afbud_ubesvaret"


# News that is pointless once the appointment has been moved or cancelled: dropped unsent with it.
ABOUT_THE_TIME = (
    NoticeKind.DAY_BEFORE,
    NoticeKind.HOUR_BEFORE,
    NoticeKind.SUMMONED,
    NoticeKind.NEW_APPOINTMENT,
    NoticeKind.MOVED,
    NoticeKind.CHANGED,
    NoticeKind.AFBUD_UNANSWERED,
)


@dataclass(frozen=True)
class Claimant:
    """A person with a course of meetings, as a holder has told us of them."""

    id: str
    name: str | None = None
    benefit: str | None = None
    unemployed_from: date | None = None
    registered: date | None = None
    first_contact: date | None = None
    phone: str | None = field(default=None, repr=False)
    a_kasse: str | None = None
    municipality: str | None = None


@dataclass(frozen=True)
class Deadline:
    """The day by which a holder wants the next meeting booked."""

    id: str
    claimant_id: str
    holder: Holder
    book_by: date


@dataclass(frozen=True)
class Slot:
    """A time that a holder has published. `start` is aware."""

    id: str
    holder: Holder
    caseworker: str | None
    start: datetime
    minutes: int
    forms: tuple[Form, ...]
    place: str | None
    withdrawn: bool = False
    booked: bool = False
    held_by: str | None = None
    held_until: datetime | None = None

    @property
    def end(self) -> datetime:
        """The moment the meeting is over."""
        return (utc(self.start) + timedelta(minutes=self.minutes)).astimezone(self.start.tzinfo)


@dataclass(frozen=True)
class Appointment:
    """A meeting of a claimant's. `delivery` is how sure we are that the holder knows it as it stands."""

    id: str
    claimant_id: str
    holder: Holder
    kind: Kind
    number: int | None
    start: datetime
    minutes: int
    form: Form
    status: Status
    about: str | None
    notes: str | None = field(repr=False)
    place: str | None
    caseworker: str | None
    slot_id: str | None
    akasse_wanted: bool | None
    sequence: int
    calendar_token: str = field(repr=False)
    created: datetime
    updated: datetime
    delivery: DeliveryState
    acknowledged_by: str | None

    @property
    def end(self) -> datetime:
        """The moment the meeting is over."""
        return (utc(self.start) + timedelta(minutes=self.minutes)).astimezone(self.start.tzinfo)


@dataclass(frozen=True)
class Cancellation:
    """An afbud as the person gave it."""

    id: str
    receipt: str
    appointment_id: str
    claimant_id: str
    words: str = field(repr=False)
    ground: Ground
    warned: bool
    assessed: Verdict | None
    assessed_by: str | None
    new_appointment: str | None
    at: datetime
    delivery: DeliveryState
    acknowledged_by: str | None


@dataclass(frozen=True)
class Contact:
    """That the person told us something, and when: proof of the moment."""

    id: str
    claimant_id: str
    appointment_id: str | None
    at: datetime
    about: str
    words: str = field(repr=False)
    receipt: str
    case_id: str | None
    delivery: DeliveryState
    acknowledged_by: str | None


@dataclass(frozen=True)
class Case:
    """Something for staff."""

    id: str
    claimant_id: str | None
    kind: CaseKind
    state: CaseState
    facts: dict[str, Any] = field(repr=False)
    at: datetime
    receipt: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    delivery_id: int | None
    delivery: DeliveryState | None


@dataclass(frozen=True)
class Act:
    """What an act led to.

    Attributes:
        receipt: the number that the person is given.
        appointment: as it stands now.
        replaced: for a move or a change of form, when it was to be and how before.
        replayed: the same key had done this before; nothing was done now.
        call_now: the meeting is so near that the person must call as well.
    """

    receipt: str
    appointment: Appointment
    replaced: dict[str, Any] | None
    replayed: bool
    call_now: bool


@dataclass(frozen=True)
class Cancelled:
    """What an afbud led to; fields as in `Act`. `case_id`: the case that asks staff to judge, if there is one."""

    receipt: str
    cancellation: Cancellation
    appointment: Appointment
    case_id: str | None
    replayed: bool
    call_now: bool


W = TypeVar("W", bound=Word)


def word(vocabulary: type[W], value: str) -> W:
    """`value` as a member of `vocabulary`.

    Raises:
        Refused: `bad_value`.
    """
    try:
        return vocabulary(value)
    except ValueError:
        raise Refused("bad_value", f"not a {vocabulary.__name__.lower()}") from None


def must_be_in_person(kind: Kind, number: int | None) -> bool:
    """Whether the meeting is the first of the course, which is held in person (form.first; cv_meeting)."""
    return kind is Kind.CV or (kind is Kind.JOB and number == 1)


def overlaps(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Whether two half-open spans share a moment."""
    return start < other_end and other_start < end


def utc(moment: datetime) -> datetime:
    """`moment` in UTC, where sums and comparisons are right on the two Sundays when Danish clocks change.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is not a moment")
    return moment.astimezone(timezone.utc)
