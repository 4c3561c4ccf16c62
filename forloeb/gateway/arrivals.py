"""What has come by SMS or Messenger, proven and in one shape: once each, from whom, and what it is.

Codes, STOP, START, HJÆLP and MERE are the gateway's own business; everything else is stored for the assistant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.gateway import inbox, intake, linking, pushes, texts
from forloeb.gateway.channel import Incoming
from forloeb.gateway.channel_tables import address, webhook_seen
from forloeb.gateway.errors import Refusal
from forloeb.gateway.inbox import Times
from forloeb.gateway.pushes import Pushes

_DIGIT = re.compile(r"\W*(?:svar|nr\.?|nummer|valg)?\s*(\d{1,2})\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """One message as the channel's webhook gave it.

    Args:
        channel: sms | messenger.
        address: who wrote.
        id: the provider's id of the message: the same id is the same message.
        text: what was written; empty for a picture.
        payload: the token of a pressed button.
    """

    channel: str
    address: str
    id: str
    text: str = ""
    payload: str | None = None


@dataclass(frozen=True)
class Taken:
    """Where an arrival went, and whether it was new."""

    conversation: str | None
    new: bool


class Reception:
    """Takes arrivals in.

    Args:
        out: queues what the gateway itself answers.
        may_try: takes one try at a code from the address's allowance; raises Refusal when there is none left.
    """

    def __init__(self, out: Pushes, may_try: Callable[[str], None]) -> None:
        """See the class."""
        self.out, self.may_try = out, may_try

    def take(self, connection: Connection, arrival: Arrival, times: Times) -> Taken:
        """Store an arrival, or answer it, in one transaction."""
        known = exists().where(webhook_seen.c.channel == arrival.channel, webhook_seen.c.id == arrival.id)
        if connection.execute(select(known)).scalar_one():
            return Taken(None, new=False)
        connection.execute(insert(webhook_seen).values(channel=arrival.channel, id=arrival.id, at=times.real))
        row = linking.find(connection, arrival.channel, arrival.address)
        first = row is None
        row = row or _begin(connection, arrival, times)
        _note(connection, row, last_inbound=times.real)
        row = linking.settle(connection, row, times)
        keyword = texts.keyword(arrival.text) if arrival.channel == "sms" and arrival.payload is None else None
        if keyword == "more" and (first or not pushes.more(connection, row, times)):
            keyword = None
        if keyword is not None:
            self._keyword(connection, row, arrival, keyword, times)
        elif code := linking.code_in(arrival.text):
            row = self._code(connection, row, arrival, code, times)
        else:
            self._message(connection, row, arrival, times)
        if first and keyword not in ("stop", "help"):
            self.out.say(connection, row, f"{arrival.channel}_intro", times)
        return Taken(row.conversation_id, new=True)

    def _keyword(self, connection: Connection, row: Row, arrival: Arrival, keyword: str, times: Times) -> None:
        _heard(connection, row, arrival, arrival.text.strip(), times)
        if keyword == "more":
            return
        if keyword == "stop":
            pushes.drop_held(connection, row.conversation_id)
        if keyword in ("stop", "start"):
            _note(connection, row, stopped=times.real if keyword == "stop" else None)
        self.out.say(connection, row, f"{arrival.channel}_{keyword}", times, always=True)

    def _code(self, connection: Connection, row: Row, arrival: Arrival, code: str, times: Times) -> Row:
        _heard(connection, row, arrival, texts.mask("code"), times)
        try:
            self.may_try(f"{arrival.channel}:{arrival.address}")
        except Refusal:
            self.out.say(connection, row, "code_too_many", times)
            return row
        confirmed = linking.confirm(connection, row, code, times)
        if confirmed is None:
            self.out.say(connection, row, "code_wrong", times)
            return row
        self.out.say(connection, confirmed, "linked_shared" if confirmed.linked_until else "linked", times)
        return confirmed

    def _message(self, connection: Connection, row: Row, arrival: Arrival, times: Times) -> None:
        payload = arrival.payload or _offered(row, arrival.text)
        words = None if payload else arrival.text
        incoming = Incoming(row.conversation_id, f"{arrival.channel}:{arrival.id}", words, payload)
        try:
            try:
                intake.receive(connection, incoming, times)
            except Refusal as refusal:
                if refusal.code != "unknown_payload" or not arrival.text:
                    raise
                intake.receive(connection, Incoming(row.conversation_id, incoming.id, arrival.text), times)
        except Refusal as refusal:
            empty = refusal.code == "empty_text"
            self.out.say(connection, row, "only_text", times, text=None if empty else texts.error(refusal.code))
            return
        pushes.drop_held(connection, row.conversation_id)
        _note(connection, row, answered=True)


def _begin(connection: Connection, arrival: Arrival, times: Times) -> Row:
    connection.execute(
        insert(address).values(
            channel=arrival.channel,
            address=arrival.address,
            conversation_id=inbox.create(connection, arrival.channel, times),
            last_inbound=times.real,
            offers=[],
            answered=True,
        )
    )
    row = linking.find(connection, arrival.channel, arrival.address)
    assert row is not None
    return row


def _heard(connection: Connection, row: Row, arrival: Arrival, text: str, times: Times) -> None:
    """Keep what the gateway answered itself in the conversation, as answered."""
    client = f"{arrival.channel}:{arrival.id}"
    inbox.put(connection, row.conversation_id, client, times, text=text, state="answered")


def _note(connection: Connection, row: Row, **values: object) -> None:
    connection.execute(
        update(address).where(address.c.channel == row.channel, address.c.address == row.address).values(**values)
    )


def _offered(row: Row, text: str) -> str | None:
    """The button that a digit stands for in what was offered last."""
    match = _DIGIT.fullmatch(text.strip())
    place = int(match[1]) if match else 0
    return str(row.offers[place - 1]) if 1 <= place <= len(row.offers) else None
