"""From stored replies to what is sent by SMS and Messenger: in one transaction, neither without the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from forloeb.gateway import discreet, linking, messenger_text, outbox, sms_text, texts, weblinks
from forloeb.gateway.channel_tables import address, push
from forloeb.gateway.inbox import Times
from forloeb.gateway.leases import Waiting
from forloeb.gateway.outbox import Reply
from forloeb.gateway.tables import message

REMEMBERED = 20  # of the person's own messages, for what is not to be sent back
SOURCES = "/hvor_staar_det"


class Pushes:
    """Makes a channel's messages out of replies.

    Args:
        values: the installation's placeholders.
        public_url: where the web page is.
    """

    def __init__(self, values: Mapping[str, str], public_url: str) -> None:
        """See the class."""
        self.values = {**values, "web": public_url}
        self.public_url = public_url

    def answer(
        self, connection: Connection, waiting: Waiting, replies: Sequence[Reply], tokens: Sequence[str], times: Times
    ) -> None:
        """Queue the replies of one turn; `tokens` are those of their buttons, in order."""
        row = linking.of_conversation(connection, waiting.conversation, lock=True)
        if row is None or not replies:
            return
        text = "\n\n".join(part for reply in replies for part in (reply.text, *_links(reply.custom)) if part)
        text = weblinks.filled(connection, text, self.public_url, waiting.id, times)
        text = discreet.without_own_health_words(text, _said(connection, waiting.conversation))
        buttons = [button for reply in replies for button in reply.buttons]
        self._queue(connection, row, text, buttons, tokens, times, answer_to=waiting.id)

    def staff(self, connection: Connection, row: Row, said: Row, times: Times) -> None:
        """Queue what a member of staff has written."""
        self._queue(connection, row, said.text, [], [], times, answer_to=said.id)

    def say(
        self,
        connection: Connection,
        row: Row,
        name: str,
        times: Times,
        *,
        always: bool = False,
        text: str | None = None,
    ) -> None:
        """Store and queue a sentence of the gateway's own: `channels.<name>`, or `text`."""
        said = text if text is not None else texts.channel(name, **self.values)
        outbox.say(connection, row.conversation_id, said, times)
        for each in _pages(row.channel, said):
            _insert(connection, row, each, times, always=always)

    def _queue(
        self,
        connection: Connection,
        row: Row,
        text: str,
        buttons: Sequence[tuple[str, str]],
        tokens: Sequence[str],
        times: Times,
        *,
        answer_to: str | None,
    ) -> None:
        if row.channel == "sms":
            before = [] if row.answered else list(row.offers)
            pages, used = _sms(text, buttons, len(before))
            offers = [*before, *tokens[:used]]
            connection.execute(
                update(address)
                .where(address.c.channel == row.channel, address.c.address == row.address)
                .values(offers=offers, answered=False)
            )
            for nth, each in enumerate(pages):
                state = "held" if nth else "waiting"
                _insert(connection, row, each, times, answer_to=answer_to, claimant_id=row.claimant_id, state=state)
            return
        titled = [{"title": title, "payload": token} for (title, _), token in zip(buttons, tokens, strict=True)]
        for each, quick in messenger_text.messages(text, titled):
            _insert(connection, row, each, times, answer_to=answer_to, claimant_id=row.claimant_id, buttons=quick)


def more(connection: Connection, row: Row, times: Times) -> bool:
    """Let the next page that was held back go; False when there is none."""
    held = (
        select(push.c.id)
        .where(push.c.conversation_id == row.conversation_id, push.c.state == "held")
        .order_by(push.c.id)
        .limit(1)
    )
    identifier = connection.execute(held).scalar_one_or_none()
    if identifier is None:
        return False
    return bool(
        connection.execute(
            update(push).where(push.c.id == identifier, push.c.state == "held").values(state="waiting")
        ).rowcount
    )


def drop_held(connection: Connection, conversation_id: str) -> None:
    """The person has gone on to something else: what was held for MERE is not asked for any more."""
    connection.execute(
        update(push).where(push.c.conversation_id == conversation_id, push.c.state == "held").values(state="dropped")
    )


def _sms(text: str, buttons: Sequence[tuple[str, str]], before: int) -> tuple[list[str], int]:
    """The pages, and how many of the buttons got a digit: the way to the sources gives way where room is short."""
    choices = [sms_text.Choice(before + nth, title) for nth, (title, _) in enumerate(buttons, start=1)]
    pages = sms_text.pages(text, choices)
    if len(pages) > 1 and buttons and buttons[-1][1].startswith(SOURCES):
        shorter = sms_text.pages(text, choices[:-1])
        if len(shorter) < len(pages):
            return shorter, len(choices) - 1
    return pages, len(choices)


def _pages(channel: str, text: str) -> list[str]:
    return sms_text.pages(text) if channel == "sms" else [each for each, _ in messenger_text.messages(text, [])]


def _links(custom: Mapping[str, Any] | None) -> list[str]:
    found = [(custom or {}).get(name) for name in ("download", "link")]
    return [texts.channel("link", title=one["title"], url=one["url"]) for one in found if one and one.get("url")]


def _said(connection: Connection, conversation_id: str) -> list[str]:
    rows = connection.execute(
        select(message.c.text)
        .where(message.c.conversation_id == conversation_id, message.c.author == "user")
        .order_by(message.c.seq.desc())
        .limit(REMEMBERED)
    )
    return [row.text for row in rows]


def _insert(connection: Connection, row: Row, text: str, times: Times, **more: Any) -> None:
    values = {"buttons": [], "always": False, "state": "waiting", "attempts": 0, "uncertain": False, **more}
    connection.execute(
        insert(push).values(
            conversation_id=row.conversation_id,
            channel=row.channel,
            address=row.address,
            text=text,
            created=times.real,
            **values,
        )
    )
