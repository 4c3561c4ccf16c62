"""The assistant as the gateway sees it: one POST for a turn, one GET for its health; one or several of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import aiohttp

from forloeb.gateway.leases import Waiting
from forloeb.gateway.outbox import Reply
from forloeb.settings import Settings

TURN_SECONDS = 30
HEALTH_SECONDS = 5
CONNECT_SECONDS = 3
AGAIN_SECONDS = 2.0  # between asking each how it is
REPLY_BYTES = 1_000_000


class NoAnswer(Exception):
    """The assistant gave no usable answer. `kind` is for the log."""

    def __init__(self, kind: str) -> None:
        """`kind` is a status, an exception's class, or what was wrong with the answer."""
        super().__init__(kind)
        self.kind = kind


@dataclass
class Place:
    """One assistant's address, and whether it was well when last asked."""

    base: str
    well: bool = True
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # set while it is known to be away

    def is_well(self, well: bool) -> None:
        """Note it; whoever waits for an answer from one that is away waits no longer."""
        self.well = well
        if well:
            self.gone.clear()
        else:
            self.gone.set()


class Assistant:
    """The far side of the internal contract (docs/architecture.md): one assistant or several, each good for anybody.

    A conversation keeps to one of them while that one is well; what it had in hand is handed to another.
    """

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, turn_seconds: float = TURN_SECONDS) -> None:
        """`turn_seconds`: how long one turn may take."""
        self._places = [Place(f"{url}/webhooks/internal") for url in settings.assistant_urls]
        self._headers = {"X-Forloeb-Key": settings.internal_key}
        self._http = http
        self._turn = aiohttp.ClientTimeout(total=turn_seconds, sock_connect=CONNECT_SECONDS)
        self._probes: set[asyncio.Task[bool]] = set()

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
        places = self._order(waiting)
        for place in places:
            try:
                return _replies(await self._unless_gone(place, self._post(place, body)))
            except aiohttp.ClientConnectorError as error:  # nothing was handed over: the next may have it at once
                place.is_well(False)
                if place is places[-1]:
                    raise NoAnswer(type(error).__name__) from error
            except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
                place.is_well(len(self._places) == 1)
                raise NoAnswer(type(error).__name__) from error
        raise AssertionError("unreachable")

    async def watch(self) -> None:
        """Ask each how it is, until cancelled, where there are several: with one alone there is nothing to choose."""
        while len(self._places) > 1:
            await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.gather(*(self._probe(place) for place in self._places))
        await asyncio.Event().wait()

    async def _unless_gone(self, place: Place, posting: Coroutine[Any, Any, bytes]) -> bytes:
        if len(self._places) == 1:
            return await posting
        post, gone = asyncio.ensure_future(posting), asyncio.ensure_future(place.gone.wait())
        try:
            await asyncio.wait({post, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not post.done():
                raise NoAnswer("gone")
            return post.result()
        finally:
            post.cancel()
            gone.cancel()

    async def _post(self, place: Place, body: dict[str, Any]) -> bytes:
        url = f"{place.base}/webhook"
        async with self._http.post(url, json=body, headers=self._headers, timeout=self._turn) as response:
            if response.status != 200:
                raise NoAnswer(f"status_{response.status}")
            raw = await response.content.read(REPLY_BYTES + 1)
            while len(raw) <= REPLY_BYTES and (more := await response.content.read(REPLY_BYTES)):
                raw += more
        if len(raw) > REPLY_BYTES:
            raise NoAnswer("too_large")
        return raw

    def _order(self, waiting: Waiting) -> list[Place]:
        """Those who are well, the conversation's own first; another first each time one has refused."""
        ranked = sorted(self._places, key=lambda p: sha256(f"{waiting.conversation} {p.base}".encode()).digest())
        well = [place for place in ranked if place.well] or ranked
        first = waiting.refusals % len(well)
        return well[first:] + well[:first]

    async def healthy(self) -> bool:
        """Whether a message handed over now would be answered: by the first that says so."""
        asked = [self._probe(place) for place in self._places]
        for answer in asyncio.as_completed(asked):
            if await answer:
                return True
        return False

    def _probe(self, place: Place) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._well(place))
        self._probes.add(task)
        task.add_done_callback(self._probes.discard)
        return task

    async def _well(self, place: Place) -> bool:
        timeout = aiohttp.ClientTimeout(total=HEALTH_SECONDS)
        try:
            url = f"{place.base}/health"
            async with self._http.get(url, headers=self._headers, timeout=timeout) as response:
                place.is_well(response.status == 200)
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError, RuntimeError):
            place.is_well(False)
        return place.well


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
