"""Members of staff."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.booking.errors import NotFound
from forloeb.booking.words import own_words
from forloeb.errors import ForloebError
from forloeb.review import organisations, passwords
from forloeb.review.audit import trail
from forloeb.review.organisations import ALL, Organisation
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
    organisation: Organisation | None = None  # whose claimants they see; None: everybody's


def add(
    connection: Connection,
    name: str,
    role: Role,
    password: str,
    by: str,
    now: datetime,
    how: Passwords,
    organisation: Organisation | None = None,
) -> User:
    """A new member of staff, who sees the claimants of an organisation; of all for None.

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
            name=name,
            folded=name.casefold(),
            role=role.value,
            password=how.hash(password),
            created=now,
            organisation=organisation.stored if organisation else None,
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
    organisation: str | None = None,
    within: Organisation | None = None,
) -> User:
    """Change a role, a password, access or organisation; whatever changes ends every session of theirs.

    Args:
        connection: open.
        name: whose.
        by: who changes it, for the log.
        now: when.
        how: hashes passwords.
        role: another role.
        password: a new password.
        disabled: whether access is closed.
        organisation: another organisation as it is stored, or `all`.
        within: only users of this organisation are there to be changed; None: everybody.

    Raises:
        NotFound: there is such a user, of another organisation.
        UserError: `no_user`; `last_admin`: nobody would be left to run the app; `by_provider`: role and password of
            somebody that a provider vouches for are the provider's.
        BadPassword: see `passwords.check`.
    """
    row = by_name(connection, name)
    if row is None:
        raise UserError("no_user", f"there is no user {name}")
    if within is not None and row.organisation != within.stored:
        raise NotFound
    belongs = row.organisation if organisation is None else None if organisation == ALL else organisation
    if row.password.startswith(VOUCHED) and (password is not None or role not in (None, Role(row.role))):
        raise UserError("by_provider", "a provider vouches for them: change it there")
    runs_all = row.role == Role.ADMIN and row.disabled is None and row.organisation is None
    if runs_all and (role not in (None, Role.ADMIN) or disabled or belongs is not None):
        others = select(staff_user.c.id).where(
            staff_user.c.role == Role.ADMIN.value,
            staff_user.c.disabled.is_(None),
            staff_user.c.organisation.is_(None),
            staff_user.c.id != row.id,
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
    if belongs != row.organisation:
        values["organisation"] = belongs
        trail(connection, by, f"user_organisation_{belongs or ALL}", row.name, None, now)
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


def add_vouched(
    connection: Connection,
    issuer: str,
    subject: str,
    name: str,
    role: Role,
    now: datetime,
    organisation: Organisation | None = None,
) -> Row:
    """A new user without a password; a name that somebody here has already gets a number."""
    mark = _mark(issuer, subject)
    wanted = own_words(" ".join("".join(each for each in name if each.isprintable() and each != "/").split()))[:90]
    wanted = wanted if len(wanted) > 1 else mark[: len(VOUCHED) + 8]
    free, number = wanted, 1
    while by_name(connection, free) is not None:
        number += 1
        free = f"{wanted} ({number})"
    own = organisation.stored if organisation else None
    values = {"name": free, "folded": free.casefold(), "role": role.value, "password": mark, "created": now}
    connection.execute(insert(staff_user).values(organisation=own, **values))
    trail(connection, "provider", f"user_add_{role}", free, None, now)
    made = vouched_for(connection, issuer, subject)
    assert made is not None
    return made


def set_place(connection: Connection, row: Row, role: Role, organisation: str | None, now: datetime) -> None:
    """The provider has given them another role, or another organisation (as it is stored)."""
    values = {"role": role.value, "organisation": organisation}
    connection.execute(update(staff_user).where(staff_user.c.id == row.id).values(**values))
    end_sessions(connection, row.id)
    if row.role != role.value:
        trail(connection, "provider", f"user_role_{role}", row.name, None, now)
    if row.organisation != organisation:
        trail(connection, "provider", f"user_organisation_{organisation or ALL}", row.name, None, now)


def _mark(issuer: str, subject: str) -> str:
    """What stands in place of a password: no password has it as its hash."""
    return VOUCHED + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def everyone(connection: Connection, within: Organisation | None = None) -> list[User]:
    """All users, or those of an organisation, by name."""
    query = select(staff_user).order_by(staff_user.c.folded)
    if within is not None:
        query = query.where(staff_user.c.organisation == within.stored)
    return [user(row) for row in connection.execute(query)]


def by_name(connection: Connection, name: str) -> Row | None:
    """The row of a user, however the name is written."""
    folded = " ".join(name.split()).casefold()
    return connection.execute(select(staff_user).where(staff_user.c.folded == folded)).one_or_none()


def user(row: Row) -> User:
    """A user from a row."""
    return User(row.id, row.name, Role(row.role), row.disabled, organisations.read(row.organisation))
