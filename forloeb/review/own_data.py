"""Access: all that is stored about one person, or in one visitor's conversation, table by table, for them to have.

Every table that points at a claimant or a conversation is read, whatever table comes later too; what is left out is
named with its reason (a test holds the two together). That it was taken out is in the log.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, column, func, inspect, select, table
from sqlalchemy.engine import Connection

from forloeb.booking import tables as booking
from forloeb.booking.errors import NotFound
from forloeb.db import metadata, reading, writing
from forloeb.gateway import channel_tables as _channels  # noqa: F401 - its tables are read too
from forloeb.gateway.tables import conversation
from forloeb.review import tables as _review
from forloeb.review.audit import trail
from forloeb.review.privacy import Stores

LEFT_OUT = {
    "web_session": "keys of browsers, stored as hashes",
    "button": "what the buttons of shown messages stand for inside",
    "link_code": "a code that proves a telephone number, short-lived",
    "outage_notice_told": "which notice a conversation has been told",
    "review_flag": "points at a message; the flag says nothing more",
}
_HIDDEN = frozenset(
    {"loaded", "calendar_token", "lease_owner", "lease_until", "command", "button", "client_id", "next_seq"}
    | {"attempts", "refusals", "next_try", "claimed_until", "next_attempt", "sequence", "token", "code_hash", "secret"}
)
_events = table("events", column("sender_id"))

Found = dict[str, list[dict[str, Any]]]


def of_person(stores: Stores, claimant_id: str, by: str, now: datetime) -> Found:
    """Rows by table.

    Raises:
        NotFound: no such claimant.
    """
    with reading(stores.engine) as connection:
        known = select(booking.claimant).where(booking.claimant.c.id == claimant_id)
        if connection.execute(known).one_or_none() is None:
            raise NotFound
        own = select(conversation.c.id).where(conversation.c.claimant_id == claimant_id)
        talks = list(connection.execute(own).scalars())
        found = {"claimant": _rows(connection, booking.claimant, "id", [claimant_id])}
        found |= _pointing(connection, "claimant_id", [claimant_id])
        found |= _pointing(connection, "conversation_id", talks)
        found["review_note"] = [*found.get("review_note", []), *_notes(connection, claimant_id)]
    found["events"] = _log(stores, talks)
    with writing(stores.engine) as connection:
        trail(connection, by, "export_person", claimant_id, claimant_id, now)
    return {name: rows for name, rows in found.items() if rows}


def of_conversation(stores: Stores, conversation_id: str, by: str, now: datetime) -> Found:
    """Rows by table, of a visitor's conversation.

    Raises:
        NotFound: there is none.
    """
    with reading(stores.engine) as connection:
        found = {"conversation": _rows(connection, conversation, "id", [conversation_id])}
        if not found["conversation"]:
            raise NotFound
        found |= _pointing(connection, "conversation_id", [conversation_id])
    found["events"] = _log(stores, [conversation_id])
    with writing(stores.engine) as connection:
        trail(connection, by, "export_conversation", conversation_id, None, now)
    return {name: rows for name, rows in found.items() if rows}


def as_json(found: Found) -> str:
    """For the person's own machine."""
    return json.dumps(found, ensure_ascii=False, indent=1, default=_text)


def readable(found: Found) -> dict[str, list[list[tuple[str, str]]]]:
    """For a page: what is not empty, as texts."""
    return {
        name: [[(key, _said(value)) for key, value in row.items() if value not in (None, "", [], {})] for row in rows]
        for name, rows in found.items()
    }


def _pointing(connection: Connection, by: str, values: list[str]) -> Found:
    found: Found = {}
    for each in metadata.sorted_tables:
        if by in each.c and each.name not in LEFT_OUT and inspect(connection).has_table(each.name):
            found[each.name] = _rows(connection, each, by, values)
    return found


def _rows(connection: Connection, each: Table, by: str, values: list[str]) -> list[dict[str, Any]]:
    shown = [one for one in each.c if one.name not in _HIDDEN]
    order = [each.c[name] for name in ("seq", "at", "id") if name in each.c]
    found = connection.execute(select(*shown).where(each.c[by].in_(values)).order_by(*order))
    return [dict(row._mapping) for row in found]


def _notes(connection: Connection, claimant_id: str) -> list[dict[str, Any]]:
    own = select(booking.staff_case.c.id).where(booking.staff_case.c.claimant_id == claimant_id)
    return _rows(connection, _review.review_note, "case_id", list(connection.execute(own).scalars()))


def _log(stores: Stores, talks: list[str]) -> list[dict[str, Any]]:
    """Rasa's log holds the same messages once more, with what was understood: how many lines."""
    if not talks or not inspect(stores.tracker).has_table("events"):
        return []
    with reading(stores.tracker) as connection:
        query = select(func.count()).select_from(_events).where(_events.c.sender_id.in_(talks))
        count = connection.execute(query).scalar_one()
    return [{"lines": count}] if count else []


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text) if isinstance(value, (dict, list)) else _text(value)
