"""The seam between a channel (web, SMS, Messenger) and the durable path behind it.

A channel proves who is speaking, turns its request into an `Incoming`, and gives it to `intake.receive`. Every
reply is stored first; the web hands it out as an `Outgoing`, SMS and Messenger queue it as a push (`pushes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """What one person sent, before redaction.

    Exactly one of `text` and `payload` is set.

    Args:
        conversation: whose words these are; the channel has proven it.
        id: the sender's own id of the message: the same id is the same message.
        text: what was written; text that begins with "/" is text.
        payload: the token of a pressed button.
    """

    conversation: str
    id: str
    text: str | None = None
    payload: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message of a conversation as a person sees it."""

    seq: int
    author: str  # user | bot | staff
    at: datetime
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # (title, opaque payload)
    custom: dict[str, Any] | None = None
