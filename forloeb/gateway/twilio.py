"""Twilio's protocol: the signature on what it sends us, and its REST API for what we send."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy.engine import Row

from forloeb.gateway.sending import Delivered, Refused, TryAgain
from forloeb.settings import Settings

SECONDS = 15
STOPPED = "21610"  # the person has answered STOP, and Twilio itself holds the message back
_RECENT = timedelta(minutes=2)

Pairs = Sequence[tuple[str, str]]


def signed(settings: Settings, path: str, pairs: Pairs, signature: str) -> bool:
    """Whether Twilio has signed this request to `path` (with its query) and these parameters."""
    given = signature.encode("utf-8", "replace")
    right = False
    for url in _addresses(settings.public_url, path):
        right |= hmac.compare_digest(sign(settings.twilio_token or "", url, pairs).encode(), given)
    return right


def sign(token: str, url: str, pairs: Pairs) -> str:
    """Twilio's signature: base64 of the HMAC-SHA1 of the address and the sorted parameters."""
    told = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), told.encode("utf-8", "replace"), hashlib.sha1).digest()).decode()


class Twilio:
    """Sends SMS. `find` tells whether an attempt of unknown end went through: the API has no idempotency key."""

    channel = "sms"

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        """Nothing is sent before `send`."""
        self._settings, self._http = settings, http
        self._url = f"{settings.twilio_base}/2010-04-01/Accounts/{settings.twilio_account}/Messages.json"
        self._auth = aiohttp.BasicAuth(settings.twilio_account or "", settings.twilio_token or "")

    async def send(self, row: Row) -> Delivered:
        """Hand one SMS over to Twilio.

        Raises:
            Refused: it will never be taken.
            TryAgain: not now; `uncertain` when it may have been taken all the same.
        """
        ours = self._settings.twilio_from or ""
        form = {
            "To": row.address,
            "MessagingServiceSid" if ours.startswith("MG") else "From": ours,
            "Body": row.text,
            "StatusCallback": f"{self._settings.public_url}/webhooks/sms/status?push={row.id}",
        }
        status, body = await self._ask("POST", data=form)
        if status in (200, 201) and body.get("sid"):
            return Delivered(str(body["sid"]))
        code = str(body.get("code") or status)
        if status == 429:
            raise TryAgain(code, uncertain=False)
        if 400 <= status < 500 and status != 408:
            raise Refused(code, stopped=code == STOPPED)
        raise TryAgain(code, uncertain=True)

    async def find(self, row: Row) -> Delivered | None:
        """The message that an earlier attempt made, if it did.

        Raises:
            TryAgain: Twilio could not be asked.
        """
        query = {"To": row.address, "PageSize": "50", "DateSent>": f"{(row.created - _RECENT):%Y-%m-%d}"}
        status, body = await self._ask("GET", params=query)
        if status != 200:
            raise TryAgain(str(status), uncertain=True)
        for each in body.get("messages") or []:
            made = parsedate_to_datetime(each["date_created"]) if each.get("date_created") else None
            if each.get("body") == row.text and (made is None or made >= row.created - _RECENT):
                return Delivered(str(each["sid"]))
        return None

    async def _ask(self, method: str, **more: Any) -> tuple[int, dict[str, Any]]:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._http.request(method, self._url, auth=self._auth, timeout=timeout, **more) as answer:
                body = await answer.json(content_type=None)
                return answer.status, body if isinstance(body, dict) else {}
        except aiohttp.ClientConnectorError as error:
            raise TryAgain(type(error).__name__, uncertain=False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise TryAgain(type(error).__name__, uncertain=True) from error


def _addresses(public_url: str, path: str) -> list[str]:
    """The address as Twilio may have signed it: with and without the port that goes without saying."""
    whole = public_url + path
    parts = urlsplit(public_url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    if parts.port is None and usual:
        return [whole, f"{parts.scheme}://{parts.netloc}:{usual}{parts.path}{path}"]
    if parts.port == usual:
        return [whole, f"{parts.scheme}://{parts.hostname}{parts.path}{path}"]
    return [whole]
