"""Checking who somebody is: by a password, or because a provider (OpenID Connect) vouches for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import update
from sqlalchemy.engine import Engine

from forloeb import metrics
from forloeb.db import reading, writing
from forloeb.review import attempts, sessions, users
from forloeb.review.audit import trail
from forloeb.review.organisations import Organisation
from forloeb.review.passwords import Passwords
from forloeb.review.roles import Role
from forloeb.review.tables import staff_user
from forloeb.review.users import User

REFUSED = metrics.Counter("forloeb_sign_ins_refused_total", "Sign-ins of staff that were refused, by reason")


@dataclass(frozen=True)
class Attempt:
    """Somebody says who they are."""

    name: str
    password: str
    address: str
    device: str | None


@dataclass(frozen=True)
class Vouched:
    """A provider says who somebody is: `subject` never changes there, `name` may. `role` is None for no access.

    `places`: it says to which organisation they belong, too; else that is decided here.
    """

    issuer: str
    subject: str
    name: str
    role: str | None
    places: bool = False
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Proven:
    """They are; `device` says that this browser was known."""

    user: User
    known_device: bool


@dataclass(frozen=True)
class Turned:
    """They are not, or must wait this many seconds."""

    wait: int


A_contra = TypeVar("A_contra", contravariant=True)


class Authenticator(Protocol[A_contra]):
    """A way of proving who somebody is, from one kind of attempt."""

    def prove(self, attempt: A_contra, real: datetime, shown: datetime) -> Proven | Turned:
        """Check an attempt; sync."""
        ...


class ByPassword:
    """Name and password."""

    def __init__(self, engine: Engine, passwords: Passwords) -> None:
        """See the class."""
        self._engine, self._passwords = engine, passwords

    def prove(self, attempt: Attempt, real: datetime, shown: datetime) -> Proven | Turned:
        """Check a password, in the same time whether or not the name exists; every failure is counted and logged."""
        with reading(self._engine) as connection:
            row = users.by_name(connection, attempt.name)
            known = row is not None and sessions.known_device(connection, row.id, attempt.device, real)
            place = _place(attempt, known)
            seconds = attempts.wait(connection, attempt.name, place, real)
        if seconds:
            REFUSED.add(why="too_often")
            return Turned(seconds)
        right = self._passwords.right(row.password if row else None, attempt.password)
        with writing(self._engine) as connection:
            if not right or row is None or row.disabled is not None:
                attempts.failed(connection, attempt.name, place, real)
                REFUSED.add(why="closed" if right and row is not None else "wrong")
                if row is not None:
                    trail(connection, row.name, "sign_in_failed", None, None, shown)
                return Turned(attempts.wait(connection, attempt.name, place, real))
            attempts.succeeded(connection, attempt.name, place)
            if self._passwords.outdated(row.password):
                stronger = self._passwords.hash(attempt.password)
                connection.execute(update(staff_user).where(staff_user.c.id == row.id).values(password=stronger))
            trail(connection, row.name, "sign_in", None, None, shown)
        return Proven(users.user(row), known)


class ByProvider:
    """What a provider vouches for. The first time makes the user; the role is the provider's every time."""

    def __init__(self, engine: Engine) -> None:
        """See the class."""
        self._engine = engine

    def prove(self, attempt: Vouched, real: datetime, shown: datetime) -> Proven | Turned:
        """Find or make the user; who has no role there, or no access here, is turned away and every session ends."""
        with writing(self._engine) as connection:
            row = users.vouched_for(connection, attempt.issuer, attempt.subject)
            role = Role(attempt.role) if attempt.role else None
            if role is None or (row is not None and row.disabled is not None):
                REFUSED.add(why="closed" if role else "no_role")
                if row is not None:
                    users.end_sessions(connection, row.id)
                trail(connection, row.name if row else "unknown", "sign_in_refused", None, None, shown)
                return Turned(0)
            own = attempt.organisation.stored if attempt.organisation else None
            if row is None:
                row = users.add_vouched(
                    connection, attempt.issuer, attempt.subject, attempt.name, role, shown, attempt.organisation
                )
            elif row.role != role.value or (attempt.places and row.organisation != own):
                users.set_place(connection, row, role, own if attempt.places else row.organisation, shown)
                row = users.vouched_for(connection, attempt.issuer, attempt.subject)
            assert row is not None
            trail(connection, row.name, "sign_in", None, None, shown)
            return Proven(users.user(row), True)


def _place(attempt: Attempt, known_device: bool) -> str:
    if known_device and attempt.device:
        return "device:" + hashlib.sha256(attempt.device.encode()).hexdigest()
    return f"address:{attempt.address}"[:100]
