"""One case: all that staff need to decide it, and the deciding, by the booking service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Row

from forloeb.booking import notices
from forloeb.booking.errors import Refused
from forloeb.booking.model import (
    SUMMONED,
    Act,
    Appointment,
    Cancellation,
    Case,
    CaseKind,
    CaseState,
    Claimant,
    Contact,
    Deadline,
    Form,
    Kind,
    NoticeKind,
    word,
)
from forloeb.booking.proposals import Proposals
from forloeb.booking.service import Bookings
from forloeb.booking.tables import notice
from forloeb.booking.wishes import Wish
from forloeb.booking.words import own_words
from forloeb.db import reading, writing
from forloeb.gateway.tables import conversation
from forloeb.review.audit import trail
from forloeb.review.tables import review_note
from forloeb.settings import ZONE

PROPOSED = 5


@dataclass(frozen=True)
class Opened:
    """What the page of a case shows."""

    case: Case
    facts: dict[str, Any]
    person: Claimant | None
    afbud: Cancellation | None
    appointments: tuple[Appointment, ...]
    deadlines: tuple[Deadline, ...]
    contacts: tuple[Contact, ...]
    others: tuple[Case, ...]
    notes: list[Row]
    conversation: str | None


@dataclass(frozen=True)
class Search:
    """Which meeting a time is sought for."""

    holder: str
    kind: str
    number: int | None
    first: date | None = None
    last: date | None = None
    form: str | None = None

    @property
    def booked_here(self) -> bool:
        """Whether such a meeting is booked at all; the holder summons to the others."""
        return self.kind not in SUMMONED


def load(bookings: Bookings, case_id: str, by: str, now: datetime) -> Opened:
    """A case for its page. The look is in the log before anything is shown.

    Raises:
        NotFound: there is none.
    """
    case = bookings.case(case_id)
    with writing(bookings.engine) as connection:
        trail(connection, by, "view_case", case.id, case.claimant_id, now)
    who = case.claimant_id
    facts = {**(case.facts.get("appointment") or {})} if isinstance(case.facts.get("appointment"), dict) else {}
    facts |= {name: value for name, value in case.facts.items() if not isinstance(value, dict)}
    afbud = None
    if who and facts.get("cancellation"):
        afbud = next((each for each in bookings.cancellations(who) if each.id == facts["cancellation"]), None)
    with reading(bookings.engine) as connection:
        notes = connection.execute(
            select(review_note).where(review_note.c.case_id == case.id).order_by(review_note.c.id)
        ).all()
        talk = _conversation(connection, facts.get("conversation"), who)
    return Opened(
        case,
        facts,
        bookings.claimant(who) if who else None,
        afbud,
        bookings.appointments(who) if who else (),
        bookings.deadlines(who) if who else (),
        bookings.contacts(who) if who else (),
        tuple(each for each in bookings.cases(who) if each.id != case.id) if who else (),
        notes,
        talk,
    )


def acknowledge(bookings: Bookings, case_id: str, by: str, now: datetime) -> Case:
    """Somebody has the case, and with it every other open case about the same delivery."""
    case = bookings.acknowledge(case_id, by, now)
    about = case.delivery_id or case.facts.get("delivery")
    if about is not None and case.claimant_id:
        for other in bookings.cases(case.claimant_id, state=CaseState.OPEN):
            if about in (other.delivery_id, other.facts.get("delivery")):
                bookings.acknowledge(other.id, by, now)
    return case


def met(bookings: Bookings, conversation_id: str, by: str, now: datetime) -> None:
    """Whoever steps into a conversation has the cases of people who asked for a human there."""
    for case in bookings.cases(state=CaseState.OPEN):
        if case.kind in (CaseKind.WANTS_HUMAN, CaseKind.CRISIS) and case.facts.get("conversation") == conversation_id:
            bookings.acknowledge(case.id, by, now)


def judge(bookings: Bookings, case_id: str, verdict: str, note: str, by: str, now: datetime) -> None:
    """A named person judges the ground of an afbud; the case is theirs with it, the claimant is told.

    Raises:
        NotFound: no such case.
        Refused: `bad_value`: the case is about no afbud, or there is no such verdict.
    """
    case = bookings.case(case_id)
    if not case.facts.get("cancellation"):
        raise Refused("bad_value", "the case is about no afbud")
    bookings.assess(str(case.facts["cancellation"]), verdict, by, now)
    if note.strip():
        add_note(bookings, case_id, note, by, now)
    acknowledge(bookings, case_id, by, now)


def add_note(bookings: Bookings, case_id: str, text: str, by: str, now: datetime) -> None:
    """Write a note on a case."""
    case, said = bookings.case(case_id), own_words(text)
    if not said:
        raise Refused("bad_value", "an empty note")
    with writing(bookings.engine) as connection:
        connection.execute(insert(review_note).values(case_id=case.id, text=said, by=by, at=now))
        trail(connection, by, "note_case", case.id, case.claimant_id, now)


def search_for(opened: Opened) -> Search:
    """The meeting that the case is about, as far as it says."""
    person, facts = opened.person, opened.facts
    usual = "akasse" if person and person.benefit == "dagpenge" else "jobcenter"
    number = facts.get("number")
    return Search(
        str(facts.get("holder") or usual),
        str(facts.get("kind") if facts.get("kind") in set(Kind) else Kind.JOB.value),
        number if isinstance(number, int) else None,
    )


def propose(bookings: Bookings, claimant_id: str, search: Search, now: datetime) -> Proposals:
    """Times that fit, soonest first."""
    wish = Wish(
        not_before=_midnight(search.first) if search.first else None,
        not_after=_midnight(search.last + timedelta(days=1)) if search.last else None,
        form=word(Form, search.form) if search.form else None,
    )
    return bookings.propose(claimant_id, search.holder, search.kind, search.number, wish, now, limit=PROPOSED)


def book(
    bookings: Bookings, case_id: str, slot_id: str, form: str, search: Search, nonce: str, by: str, now: datetime
) -> Act:
    """Book on the person's behalf, once for each nonce; they are told of their new appointment.

    Raises:
        SlotTaken, SlotWithdrawn, NotFound, Refused.
    """
    case = bookings.case(case_id)
    if case.claimant_id is None:
        raise Refused("bad_value", "nobody is known to book for")
    key = f"review:{case.id}:{nonce}"
    number = search.number
    made = bookings.book(case.claimant_id, slot_id, form, "", search.kind, number, key, now)
    with writing(bookings.engine) as connection:
        told = select(notice.c.id).where(
            notice.c.appointment_id == made.appointment.id, notice.c.kind == NoticeKind.NEW_APPOINTMENT.value
        )
        if connection.execute(told.limit(1)).first() is None:
            notices.tell_about(connection, NoticeKind.NEW_APPOINTMENT, made.appointment, now)
            trail(connection, by, "book_for", made.appointment.id, case.claimant_id, now)
    acknowledge(bookings, case.id, by, now)
    return made


def _conversation(connection: Connection, named: Any, claimant_id: str | None) -> str | None:
    if isinstance(named, str):
        known: str | None = connection.execute(
            select(conversation.c.id).where(conversation.c.id == named)
        ).scalar_one_or_none()
        if known:
            return known
    if claimant_id is None:
        return None
    latest: str | None = connection.execute(
        select(conversation.c.id)
        .where(conversation.c.claimant_id == claimant_id)
        .order_by(conversation.c.last_used.desc())
        .limit(1)
    ).scalar_one_or_none()
    return latest


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


NO_TIME = frozenset({CaseKind.NO_FREE_TIME, CaseKind.NO_NEW_TIME, CaseKind.DEADLINE_PASSED})
