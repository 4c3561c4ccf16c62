"""Members of staff."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.booking.words import own_words
from forloeb.errors import ForloebError
from forloeb.review import passwords
from forloeb.review.audit import trail
from forloeb.review.passwords import Passwords
from forloeb.review.roles import Role
from forloeb.review.tables import staff_session, staff_user

VOUCHED = "provider:"


class UserError(ForloebError):
    """`bad_name`, `name_taken`, `no_user`, `by_provider` or `last_admin`."""


@dataclass(frozen=True)
class User:
    """A member of staff who may sign in, or whose access has ended."""

    id: int
    name: str
    role: Role
    disabled: datetime | None


def add(connection: Connection, name: str, role: Role, password: str, by: str, now: datetime, how: Passwords) -> User:
    """A new member of staff.

    Raises:
        UserError: `bad_name` or `name_taken`.
        BadPassword: see `passwords.check`.
    """
    name = own_words(" ".join(name.split()))
    if not 2 <= len(name) <= 100 or not name.isprintable() or "/" in name:
        raise UserError("bad_name", "a name has 2 to 100 letters, and no slash")
    passwords.check(password, name)
    if by_name(connection, name) is not None:
        raise UserError("name_taken", f"there is a user {name} already")
    connection.execute(
        insert(staff_user).values(
            name=name, folded=name.casefold(), role=role.value, password=how.hash(password), created=now
        )
    )
    trail(connection, by, f"user_add_{role}", name, None, now)
    made = by_name(connection, name)
    assert made is not None
    return user(made)


def change(
    connection: Connection,
    name: str,
    by: str,
    now: datetime,
    how: Passwords,
    *,
    role: Role | None = None,
    password: str | None = None,
    disabled: bool | None = None,
) -> User:
    """Change a role, a password or access; whatever changes ends every session of theirs.

    Raises:
        UserError: `no_user`; `last_admin`: nobody would be left to run the app; `by_provider`: role and password of
            somebody that a provider vouches for are the provider's.
        BadPassword: see `passwords.check`.
    """
    row = by_name(connection, name)
    if row is None:
        raise UserError("no_user", f"there is no user {name}")
    if row.password.startswith(VOUCHED) and (password is not None or role not in (None, Role(row.role))):
        raise UserError("by_provider", "a provider vouches for them: change it there")
    if row.role == Role.ADMIN and row.disabled is None and ((role not in (None, Role.ADMIN)) or disabled):
        others = select(staff_user.c.id).where(
            staff_user.c.role == Role.ADMIN.value, staff_user.c.disabled.is_(None), staff_user.c.id != row.id
        )
        if connection.execute(others.limit(1)).first() is None:
            raise UserError("last_admin", "somebody must stay who can run the app")
    values: dict[str, object] = {}
    if role is not None:
        values["role"] = role.value
        trail(connection, by, f"user_role_{role}", row.name, None, now)
    if password is not None:
        passwords.check(password, row.name)
        values["password"] = how.hash(password)
        trail(connection, by, "user_password", row.name, None, now)
    if disabled is not None:
        values["disabled"] = now if disabled else None
        trail(connection, by, "user_disable" if disabled else "user_enable", row.name, None, now)
    if values:
        connection.execute(update(staff_user).where(staff_user.c.id == row.id).values(**values))
        end_sessions(connection, row.id)
    after = by_name(connection, name)
    assert after is not None
    return user(after)


def end_sessions(connection: Connection, user_id: int) -> None:
    """Sign somebody out everywhere."""
    connection.execute(delete(staff_session).where(staff_session.c.user_id == user_id))


def vouched_for(connection: Connection, issuer: str, subject: str) -> Row | None:
    """The user that a provider's subject is."""
    mark = _mark(issuer, subject)
    return connection.execute(select(staff_user).where(staff_user.c.password == mark)).one_or_none()


def add_vouched(connection: Connection, issuer: str, subject: str, name: str, role: Role, now: datetime) -> Row:
    """A new user without a password; a name that somebody here has already gets a number."""
    mark = _mark(issuer, subject)
    wanted = own_words(" ".join("".join(each for each in name if each.isprintable() and each != "/").split()))[:90]
    wanted = wanted if len(wanted) > 1 else mark[: len(VOUCHED) + 8]
    free, number = wanted, 1
    while by_name(connection, free) is not None:
        number += 1
        free = f"{wanted} ({number})"
    values = {"name": free, "folded": free.casefold(), "role": role.value, "password": mark, "created": now}
    connection.execute(insert(staff_user).values(**values))
    trail(connection, "provider", f"user_add_{role}", free, None, now)
    made = vouched_for(connection, issuer, subject)
    assert made is not None
    return made


def set_role(connection: Connection, row: Row, role: Role, now: datetime) -> None:
    """The provider has given them another role."""
    connection.execute(update(staff_user).where(staff_user.c.id == row.id).values(role=role.value))
    end_sessions(connection, row.id)
    trail(connection, "provider", f"user_role_{role}", row.name, None, now)


def _mark(issuer: str, subject: str) -> str:
    """What stands in place of a password: no password has it as its hash."""
    return VOUCHED + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def everyone(connection: Connection) -> list[User]:
    """All users, by name."""
    return [user(row) for row in connection.execute(select(staff_user).order_by(staff_user.c.folded))]


def by_name(connection: Connection, name: str) -> Row | None:
    """The row of a user, however the name is written."""
    folded = " ".join(name.split()).casefold()
    return connection.execute(select(staff_user).where(staff_user.c.folded == folded)).one_or_none()


def user(row: Row) -> User:
    """A user from a row."""
    return User(row.id, row.name, Role(row.role), row.disabled)
