"""Afbud: the person's own words and the ground they give. Whether it is lawful is a person's act, never ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from forloeb.booking import acts, deliveries, people, rows
from forloeb.booking.acts import Request
from forloeb.booking.agreeing import must_stand
from forloeb.booking.deliveries import Entry
from forloeb.booking.desk import Desk
from forloeb.booking.errors import NotFound
from forloeb.booking.model import (
    JUDGED,
    Appointment,
    Cancellation,
    Cancelled,
    CaseKind,
    DeliveryKind,
    Ground,
    NoticeKind,
    Status,
    Verdict,
    utc,
    word,
)
from forloeb.booking.notices import drop, facts, stamp, tell_about
from forloeb.booking.tables import appointment, cancellation
from forloeb.booking.words import name_of, own_words
from forloeb.db import reading, writing

# How long an afbud may stand without a new time before staff are told; sooner when the dialogue says so itself.
NEW_TIME_WITHIN = timedelta(hours=24)


class Cancelling(Desk):
    """Takes an afbud, and what comes after it."""

    def cancel(
        self,
        claimant_id: str,
        appointment_id: str,
        words: str,
        ground: str,
        key: str,
        now: datetime,
        *,
        warned: bool = False,
    ) -> Cancelled:
        """Take an afbud. The slot is free again at once; a ground that must be judged opens a case.

        Args:
            claimant_id: the one who acts.
            appointment_id: theirs; summoned meetings too.
            words: the person's own, as written.
            ground: sygdom, jobsamtale, privat or andet.
            key: message id + act.
            now: the present moment.
            warned: the person was told the consequence and insisted; recorded for those who judge.

        Raises:
            NotFound: not the claimant's.
            Refused: `not_booked`, `appointment_past` (then it is a missed meeting), `bad_value`.
        """
        stated = word(Ground, ground)

        def work(connection: Connection, receipt: str) -> tuple[str, dict[str, Any]]:
            people.lock_claimant(connection, claimant_id)
            old = people.own_appointment(connection, claimant_id, appointment_id, lock=True)
            must_stand(old, now)
            call_off(connection, old, now)
            if old.slot_id:
                self.slots.give_back(connection, old.slot_id, old.id)
            identifier, said = acts.new_id("c"), own_words(words)
            connection.execute(
                insert(cancellation).values(
                    id=identifier,
                    receipt=receipt,
                    appointment_id=old.id,
                    claimant_id=claimant_id,
                    words=said,
                    ground=stated.value,
                    warned=warned,
                    at=now,
                )
            )
            told = {
                "cancellation": identifier,
                "words": said,
                "ground": stated.value,
                "warned": warned,
                "needs_judgement": stated in JUDGED,
            }
            gone = deliveries.current(connection, old.id)
            entry = Entry(
                DeliveryKind.AFBUD,
                receipt,
                claimant_id,
                now,
                gone,
                cancellation_id=identifier,
                meeting_at=old.start,
                more=told,
            )
            delivery_id, near = deliveries.register(connection, entry, self.alarm)
            case_id = None
            if stated in JUDGED:
                case_id = deliveries.open_case(
                    connection,
                    CaseKind.JUDGEMENT,
                    claimant_id,
                    {**told, **facts(gone)},
                    now,
                    receipt=receipt,
                    delivery_id=delivery_id,
                )
            return identifier, {"call_now": near, "case": case_id}

        request = Request(key, DeliveryKind.AFBUD.value, claimant_id, f"claimant:{claimant_id}", now)
        outcome = acts.once(self.engine, request, work)
        with reading(self.engine) as connection:
            taken = own_cancellation(connection, claimant_id, outcome.ref or "")
            return Cancelled(
                receipt=outcome.receipt,
                cancellation=taken,
                appointment=people.own_appointment(connection, claimant_id, taken.appointment_id),
                case_id=outcome.result.get("case"),
                replayed=outcome.replayed,
                call_now=bool(outcome.result.get("call_now")),
            )

    def no_new_time(self, claimant_id: str, cancellation_id: str, why: str, now: datetime) -> str | None:
        """Tell staff that no new time was agreed after an afbud; the case's id, None when they know already.

        Args:
            claimant_id: the one who acts.
            cancellation_id: theirs.
            why: `none_fits`, `gave_up` or another short code.
            now: the present moment.

        Raises:
            NotFound: not the claimant's.
        """
        with writing(self.engine) as connection:
            own_cancellation(connection, claimant_id, cancellation_id)
            return _no_new_time(connection, cancellation_id, why, now)

    def afbud_left_without_time(self, now: datetime) -> int:
        """Open a case for every afbud that has stood a day without a new time; how many. Safe to run twice at once."""
        with reading(self.engine) as connection:
            left = connection.execute(
                select(cancellation.c.id)
                .where(
                    cancellation.c.at <= utc(now) - NEW_TIME_WITHIN,
                    cancellation.c.new_appointment.is_(None),
                    cancellation.c.no_new_time.is_(None),
                )
                .limit(500)
            ).scalars()
            waiting = list(left)
        opened = 0
        for identifier in waiting:
            with writing(self.engine) as connection:
                opened += _no_new_time(connection, identifier, "a_day_gone", now) is not None
        return opened

    def assess(self, cancellation_id: str, verdict: str, by: str, now: datetime) -> Cancellation:
        """A named member of staff judges an afbud; the claimant is told.

        Raises:
            NotFound: no such afbud.
        """
        found, name = word(Verdict, verdict), name_of(by)
        with writing(self.engine) as connection:
            before = rows.cancellation_where(connection, cancellation.c.id == cancellation_id)
            if not before:
                raise NotFound
            if (before[0].assessed, before[0].assessed_by) == (found, name):
                return before[0]
            connection.execute(
                update(cancellation)
                .where(cancellation.c.id == cancellation_id)
                .values(assessed=found.value, assessed_by=name, assessed_at=now)
            )
            judged = rows.cancellation_where(connection, cancellation.c.id == cancellation_id)[0]
            about = deliveries.current(connection, judged.appointment_id)
            tell_about(connection, NoticeKind.AFBUD_JUDGED, about, now, verdict=found.value, by=name)
            acts.trail(connection, f"staff:{name}", f"assess_{found}", judged.id, judged.claimant_id, now)
        return judged


def call_off(connection: Connection, old: Appointment, now: datetime) -> None:
    """Mark an appointment cancelled, with its reminders and with news that no longer holds."""
    connection.execute(
        update(appointment)
        .where(appointment.c.id == old.id)
        .values(
            status=Status.CANCELLED.value,
            slot_id=None,
            sequence=appointment.c.sequence + 1,
            updated=now,
            remind_day=None,
            remind_hour=None,
        )
    )
    drop(connection, old.id)


def own_cancellation(connection: Connection, claimant_id: str, cancellation_id: str) -> Cancellation:
    """The claimant's afbud.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = rows.cancellation_where(
        connection, cancellation.c.id == cancellation_id, cancellation.c.claimant_id == claimant_id
    )
    if not found:
        raise NotFound
    return found[0]


def _no_new_time(connection: Connection, cancellation_id: str, why: str, now: datetime) -> str | None:
    first = connection.execute(
        update(cancellation)
        .where(
            cancellation.c.id == cancellation_id,
            cancellation.c.new_appointment.is_(None),
            cancellation.c.no_new_time.is_(None),
        )
        .values(no_new_time=now)
    ).rowcount
    if not first:
        return None
    taken = rows.cancellation_where(connection, cancellation.c.id == cancellation_id)[0]
    about = deliveries.current(connection, taken.appointment_id)
    told = {"cancellation": taken.id, "ground": taken.ground.value, "at": stamp(taken.at), "why": own_words(why)}
    case_id = deliveries.open_case(
        connection, CaseKind.NO_NEW_TIME, taken.claimant_id, {**told, **facts(about)}, now, receipt=taken.receipt
    )
    acts.trail(connection, "system", "no_new_time", case_id, taken.claimant_id, now)
    return case_id
