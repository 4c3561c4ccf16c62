"""One path in: what any channel received is checked, redacted and stored, in this order, before it is handed on."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy.engine import Connection

from forloeb.gateway import inbox, redaction
from forloeb.gateway.channel import Incoming
from forloeb.gateway.errors import Refusal
from forloeb.gateway.inbox import Times

TEXT_LIMIT = 2000
ID_LIMIT = 128

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def receive(connection: Connection, incoming: Incoming, times: Times) -> tuple[str, bool]:
    """Store one message.

    Returns:
        Its global id, and whether it is new.

    Raises:
        Refusal: it cannot be taken; the code says why.
    """
    check_id(incoming.id)
    if (incoming.text is None) == (incoming.payload is None):
        raise Refusal(400, "text_or_payload")
    if incoming.payload is not None:
        if not incoming.payload.isascii() or not 1 <= len(incoming.payload) <= 64 or "\0" in incoming.payload:
            raise Refusal(400, "unknown_payload")
        return inbox.put(connection, incoming.conversation, incoming.id, times, payload=incoming.payload)
    redacted = redaction.redact(clean(incoming.text or ""))
    return inbox.put(connection, incoming.conversation, incoming.id, times, text=redacted.text, redacted=redacted.kinds)


def clean(text: str) -> str:
    """The text in one form: composed letters, plain line ends, no control characters.

    Raises:
        Refusal: it is empty, too long, or holds NUL or half a character.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Refusal(400, "bad_text")
    text = redaction.visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not text:
        raise Refusal(400, "empty_text")
    if len(text) > TEXT_LIMIT:
        raise Refusal(400, "too_long")
    return text


def check_id(identifier: str) -> None:
    """Refuse an id that is empty, too long, or not made of visible characters."""
    if not 1 <= len(identifier) <= ID_LIMIT or not identifier.isprintable():
        raise Refusal(400, "bad_id")
