"""The assistant as the gateway sees it: one POST for a turn, one GET for its health."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from forloeb.gateway.leases import Waiting
from forloeb.gateway.outbox import Reply
from forloeb.settings import Settings

TURN_SECONDS = 30
HEALTH_SECONDS = 5
REPLY_BYTES = 1_000_000


class NoAnswer(Exception):
    """The assistant gave no usable answer. `kind` is for the log."""

    def __init__(self, kind: str) -> None:
        """`kind` is a status, an exception's class, or what was wrong with the answer."""
        super().__init__(kind)
        self.kind = kind


class Assistant:
    """The far side of the internal contract (docs/architecture.md)."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, turn_seconds: float = TURN_SECONDS) -> None:
        """`turn_seconds` must be well below `leases.LEASE`."""
        self._base = f"http://127.0.0.1:{settings.assistant_port}/webhooks/internal"
        self._headers = {"X-Forloeb-Key": settings.internal_key}
        self._http = http
        self._turn = aiohttp.ClientTimeout(total=turn_seconds)

    async def hand_over(self, waiting: Waiting) -> list[Reply]:
        """The replies to one message. Handing the same message over again is safe.

        Raises:
            NoAnswer: unreachable, slow, not 200, empty, or not as the contract says.
        """
        metadata: dict[str, Any] = {
            "channel": waiting.channel,
            "claimant_id": waiting.claimant,
            "message_id": waiting.id,
        }
        if waiting.redacted:
            metadata["redacted"] = list(waiting.redacted)
        body = {
            "conversation": waiting.conversation,
            "message_id": waiting.id,
            "text": waiting.text,
            "command": waiting.command,
            "metadata": metadata,
            "attempt": waiting.attempt,
        }
        url = f"{self._base}/webhook"
        try:
            async with self._http.post(url, json=body, headers=self._headers, timeout=self._turn) as response:
                if response.status != 200:
                    raise NoAnswer(f"status_{response.status}")
                raw = await response.content.read(REPLY_BYTES + 1)
                while len(raw) <= REPLY_BYTES and (more := await response.content.read(REPLY_BYTES)):
                    raw += more
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from error
        if len(raw) > REPLY_BYTES:
            raise NoAnswer("too_large")
        return _replies(raw)

    async def healthy(self) -> bool:
        """Whether a message handed over now would be answered."""
        timeout = aiohttp.ClientTimeout(total=HEALTH_SECONDS)
        try:
            async with self._http.get(f"{self._base}/health", headers=self._headers, timeout=timeout) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            return False


def _replies(raw: bytes) -> list[Reply]:
    try:
        messages = _storable(json.loads(raw))["messages"]
        replies = [
            Reply(
                message.get("text") or "",
                tuple((str(button["title"]), str(button["payload"])) for button in message.get("buttons") or ()),
                message.get("custom") or None,
            )
            for message in messages
        ]
        if not all(isinstance(r.text, str) and isinstance(r.custom, dict | None) for r in replies):
            raise TypeError("text must be a string and custom an object")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoAnswer("malformed") from error
    replies = [reply for reply in replies if reply.text or reply.custom or reply.buttons]
    if not replies:
        raise NoAnswer("empty")
    return replies


def _storable(value: Any) -> Any:
    """Without NUL and half characters, which PostgreSQL refuses."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
