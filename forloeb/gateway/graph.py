"""Meta's Send API: one message out, and the three dots."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import aiohttp
from sqlalchemy.engine import Row

from forloeb import logs
from forloeb.gateway.sending import Delivered, Refused, TryAgain
from forloeb.settings import Settings

SECONDS = 15
THROTTLED = {4, 17, 32, 613}  # Graph's codes for "too many": not taken
MARK = "forloeb:"


class Messenger:
    """Sends by Graph API. Meta has no idempotency key; our own id travels along and comes back in its echo."""

    channel = "messenger"

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        """Nothing is sent before `send`."""
        token, secret = settings.messenger_token or "", settings.messenger_secret or ""
        self._http, self._url = http, f"{settings.messenger_base}/me/messages"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof = {"appsecret_proof": hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()}

    async def send(self, row: Row) -> Delivered:
        """Hand one message over to Meta.

        Raises:
            Refused: it will never be taken.
            TryAgain: not now; `uncertain` when it may have been taken all the same.
        """
        message: dict[str, Any] = {"text": row.text, "metadata": f"{MARK}{row.id}"}
        if row.buttons:
            message["quick_replies"] = [
                {"content_type": "text", "title": each["title"], "payload": each["payload"]} for each in row.buttons
            ]
        kind = "RESPONSE" if row.answer_to else "UPDATE"
        status, body = await self._ask({"recipient": {"id": row.address}, "messaging_type": kind, "message": message})
        if status == 200 and body.get("message_id"):
            return Delivered(str(body["message_id"]))
        error = body.get("error") if isinstance(body.get("error"), dict) else {}
        code = error.get("code") if isinstance(error, dict) else None
        if code in THROTTLED or status == 429:
            raise TryAgain(str(code or status), uncertain=False)
        if 400 <= status < 500 and not (isinstance(error, dict) and error.get("is_transient")):
            raise Refused(str(code or status))
        raise TryAgain(str(code or status), uncertain=True)

    async def find(self, row: Row) -> Delivered | None:
        """Nothing can be asked: an echo that came meanwhile has settled the row already."""
        return None

    async def typing(self, psid: str) -> None:
        """Show that an answer is on its way. Best effort: it is worth nothing later."""
        try:
            await self._ask({"recipient": {"id": psid}, "sender_action": "typing_on"})
        except TryAgain as error:
            logs.event("typing_failed", code=error.code)

    async def _ask(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._http.post(
                self._url, json=body, params=self._proof, headers=self._headers, timeout=timeout
            ) as answer:
                told = await answer.json(content_type=None)
                return answer.status, told if isinstance(told, dict) else {}
        except aiohttp.ClientConnectorError as error:
            raise TryAgain(type(error).__name__, uncertain=False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise TryAgain(type(error).__name__, uncertain=True) from error
