"""Whose address it is: when a telephone number alone is trusted, and one-time codes from the signed-in web page.

A number is trusted when exactly one claimant has it registered and it has not been changed since we first knew it.
Any other address becomes a claimant's only by a code, and stops being so when the ground for it goes away; then a new
conversation begins, so that nobody reads on in another's. docs/decisions/0006-channels.md says why.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.gateway import inbox
from forloeb.gateway.channel_tables import address, claimant, link_code, phone_change
from forloeb.gateway.inbox import Times
from forloeb.gateway.tables import conversation

CODE_MINUTES = 10
SHARED = timedelta(hours=12)  # as long as a signed-in web conversation may lie idle
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: a code is never a word
_CODE = re.compile(rf"(?:kode\s*:?\s*)?([{_LETTERS}]{{3}})[\s-]?(\d{{5}})[\s.]*", re.IGNORECASE)


@dataclass(frozen=True)
class Code:
    """A one-time code as it is shown, and for how many minutes it is good."""

    text: str
    minutes: int = CODE_MINUTES


def issue(connection: Connection, claimant_id: str, times: Times) -> Code:
    """A new code for a signed-in claimant; an earlier one stops working."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(3))
    text = f"{letters}-{secrets.randbelow(100_000):05}"
    connection.execute(delete(link_code).where(link_code.c.claimant_id == claimant_id))
    connection.execute(
        link_code.insert().values(
            claimant_id=claimant_id, code_hash=_hash(text), expires=times.real + timedelta(minutes=CODE_MINUTES)
        )
    )
    return Code(text)


def code_in(text: str) -> str | None:
    """The code that a message consists of, in its one form; None when it is something else."""
    match = _CODE.fullmatch(text.strip())
    return f"{match[1].upper()}-{match[2]}" if match else None


def confirm(connection: Connection, row: Row, code: str, times: Times) -> Row | None:
    """Make the address the claimant's whose code it is; None for a code that is wrong, used or too old."""
    found = connection.execute(
        select(link_code.c.claimant_id).where(link_code.c.code_hash == _hash(code), link_code.c.expires > times.real)
    ).scalar_one_or_none()
    if found is None:
        return None
    used = connection.execute(delete(link_code).where(link_code.c.code_hash == _hash(code))).rowcount
    if not used:
        return None
    shared = row.channel == "sms" and _registered(connection, row.address) not in ([], [found])
    until = times.real + SHARED if shared else None
    return _become(connection, row, found, "code", times, until)


def settle(connection: Connection, row: Row, times: Times) -> Row:
    """The address as it may be used now: linked where its number is trusted, cut loose where a link no longer holds."""
    owner = _owner(connection, row) if row.channel == "sms" else None
    if row.claimant_id is not None and not holds(connection, row, times):
        row = _become(connection, row, None, None, times)
    if row.claimant_id is None and owner is not None:
        row = _become(connection, row, owner, "number", times)
    return row


def holds(connection: Connection, row: Row, times: Times) -> bool:
    """Whether what is the claimant's may be sent to this address now."""
    if row.claimant_id is None:
        return False
    if row.linked_until is not None and row.linked_until <= times.real:
        return False
    if row.channel != "sms":
        return True
    if row.linked_by == "number":
        return bool(_owner(connection, row) == row.claimant_id)
    if _changed(connection, row.claimant_id, since=row):
        return False
    return row.linked_until is not None or _registered(connection, row.address) in ([], [row.claimant_id])


def find(connection: Connection, channel: str, where: str) -> Row | None:
    """The address with its conversation's claimant, locked while the transaction lasts."""
    return connection.execute(
        select(address, conversation.c.claimant_id)
        .join(conversation, conversation.c.id == address.c.conversation_id)
        .where(address.c.channel == channel, address.c.address == where)
        .with_for_update(of=address)
    ).one_or_none()


def of_conversation(connection: Connection, conversation_id: str, *, lock: bool = False) -> Row | None:
    """The address that writes in a conversation; None for the web, and for one that was left behind."""
    query = (
        select(address, conversation.c.claimant_id)
        .join(conversation, conversation.c.id == address.c.conversation_id)
        .where(address.c.conversation_id == conversation_id)
    )
    return connection.execute(query.with_for_update(of=address) if lock else query).one_or_none()


def _become(
    connection: Connection, row: Row, claimant_id: str | None, how: str | None, times: Times, until: object = None
) -> Row:
    """Give the address to a claimant; an anonymous conversation comes along, another's is left behind."""
    where = row.conversation_id
    if row.claimant_id is None:
        connection.execute(update(conversation).where(conversation.c.id == where).values(claimant_id=claimant_id))
    elif row.claimant_id != claimant_id:
        where = inbox.create(connection, row.channel, times, claimant_id)
    connection.execute(
        update(address)
        .where(address.c.channel == row.channel, address.c.address == row.address)
        .values(
            conversation_id=where,
            linked=times.real if claimant_id else None,
            linked_by=how,
            linked_until=until,
            **({} if where == row.conversation_id else {"offers": [], "answered": True}),
        )
    )
    found = find(connection, row.channel, row.address)
    assert found is not None
    return found


def _owner(connection: Connection, row: Row) -> str | None:
    """Whose number it is, when it is one claimant's alone and has not been changed."""
    people = _registered(connection, row.address)
    return people[0] if len(people) == 1 and not _changed(connection, people[0]) else None


def _registered(connection: Connection, number: str) -> list[str]:
    found = connection.execute(select(claimant.c.id).where(claimant.c.phone == number).order_by(claimant.c.id))
    return [row.id for row in found]


def _changed(connection: Connection, claimant_id: str, since: Row | None = None) -> bool:
    at = connection.execute(
        select(phone_change.c.at).where(phone_change.c.claimant_id == claimant_id)
    ).scalar_one_or_none()
    return at is not None and (since is None or since.linked is None or at > since.linked)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
