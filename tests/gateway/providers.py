"""A loopback server that speaks Twilio's and Meta's send APIs, and signs what it sends us as they do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import requests
from aiohttp import web

from tests.gateway.harness import Running

ACCOUNT, TOKEN, OURS = "AC0123456789abcdef0123456789abcdef", "twilio-token", "+4570102030"
SECRET, VERIFY, PAGE_TOKEN, PAGE = "meta-app-secret", "verify-me", "EAApage", "1029384756"


@dataclass
class Providers:
    """What was sent to people, and how the providers are told to behave.

    `behave` is taken from, one word for each send: ok (the default), 429, 500, lose (takes it, says nothing), hang,
    stopped (Twilio's 21610), refuse.
    """

    sent: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    behave: list[str] = field(default_factory=list)
    asked: int = 0
    searched: int = 0
    port: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self.twilio_send)
        app.router.add_get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self.twilio_list)
        app.router.add_post("/v23.0/me/messages", self.meta_send)
        return app

    def to(self, address: str) -> list[str]:
        """The texts that somebody got, in order."""
        return [each["text"] for each in self.sent if each["to"] == address]

    async def twilio_send(self, request: web.Request) -> web.StreamResponse:
        given = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert given == f"{ACCOUNT}:{TOKEN}"
        form = await request.post()
        self.asked += 1
        how = self.behave.pop(0) if self.behave else "ok"
        if how == "429":
            return web.json_response({"code": 20429, "message": "Too many requests", "status": 429}, status=429)
        if how == "500":
            return web.json_response({"code": 20500, "message": "Internal", "status": 500}, status=500)
        if how == "stopped":
            body = {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}
            return web.json_response(body, status=400)
        if how == "refuse":
            return web.json_response({"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}, status=400)
        assert form["From"] == OURS
        sid = "SM" + secrets.token_hex(16)
        made = {"sid": sid, "to": form["To"], "text": form["Body"], "callback": form["StatusCallback"],
                "at": datetime.now(timezone.utc)}  # fmt: skip
        self.sent.append(made)
        if how == "lose":
            request.transport.close()  # type: ignore[union-attr]
        if how == "hang":
            await asyncio.sleep(30)
        return web.json_response(self._shown(made), status=201)

    async def twilio_list(self, request: web.Request) -> web.Response:
        self.searched += 1
        mine = [self._shown(each) for each in self.sent if each["to"] == request.query["To"]]
        return web.json_response({"messages": mine, "page": 0, "page_size": 50})

    async def meta_send(self, request: web.Request) -> web.StreamResponse:
        proof = hmac.new(SECRET.encode(), PAGE_TOKEN.encode(), hashlib.sha256).hexdigest()
        assert request.headers["Authorization"] == f"Bearer {PAGE_TOKEN}"
        assert request.query["appsecret_proof"] == proof
        body = await request.json()
        if "sender_action" in body:
            self.actions.append(body)
            return web.json_response({"recipient_id": body["recipient"]["id"]})
        how = self.behave.pop(0) if self.behave else "ok"
        if how == "500":
            return web.json_response({"error": {"code": 2, "message": "try again", "is_transient": True}}, status=500)
        if how == "429":
            return web.json_response({"error": {"code": 613, "message": "rate"}}, status=400)
        if how == "refuse":
            error = {"code": 10, "error_subcode": 2018278, "message": "outside of allowed window"}
            return web.json_response({"error": error}, status=400)
        mid = "m_" + secrets.token_urlsafe(24)
        message = body["message"]
        self.sent.append(
            {
                "sid": mid,
                "to": body["recipient"]["id"],
                "text": message["text"],
                "type": body["messaging_type"],
                "quick": message.get("quick_replies", []),
                "metadata": message["metadata"],
            }
        )
        if how == "lose":
            request.transport.close()  # type: ignore[union-attr]
        return web.json_response({"recipient_id": body["recipient"]["id"], "message_id": mid})

    @staticmethod
    def _shown(made: dict[str, Any]) -> dict[str, Any]:
        return {
            "sid": made["sid"], "to": made["to"], "from": OURS, "body": made["text"], "status": "queued",
            "account_sid": ACCOUNT, "date_created": format_datetime(made["at"]), "num_segments": "1",
            "direction": "outbound-api", "error_code": None, "api_version": "2010-04-01",
        }  # fmt: skip


def settings_for(port: int) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": OURS,
        "TWILIO_API_BASE": f"http://127.0.0.1:{port}",
        "MESSENGER_APP_SECRET": SECRET,
        "MESSENGER_VERIFY_TOKEN": VERIFY,
        "MESSENGER_PAGE_TOKEN": PAGE_TOKEN,
        "MESSENGER_API_BASE": f"http://127.0.0.1:{port}/v23.0",
    }


def twilio_signature(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    told = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def inbound(sender: str, text: str, sid: str | None = None, **more: str) -> dict[str, str]:
    """What Twilio posts for an SMS to a Danish number (captured shape)."""
    sid = sid or "SM" + secrets.token_hex(16)
    return {
        "ToCountry": "DK", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": text, "FromCountry": "DK",
        "To": OURS, "ToZip": "", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT, "From": sender,
        "ApiVersion": "2010-04-01", **more,
    }  # fmt: skip


def post_sms(
    gateway: Running, form: dict[str, str], signature: str | None = None, path: str = "/webhooks/sms"
) -> requests.Response:
    url = gateway.settings.public_url + path
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": twilio_signature(url, form) if signature is None else signature,
        "User-Agent": "TwilioProxy/1.1",
    }
    return requests.post(gateway.base + path, data=urlencode(form).encode(), headers=headers, timeout=20)


def receipt(gateway: Running, sent: dict[str, Any], status: str, **more: str) -> requests.Response:
    """A delivery receipt as Twilio posts it to the StatusCallback address."""
    form = {"SmsSid": sent["sid"], "SmsStatus": status, "MessageStatus": status, "To": sent["to"], "From": OURS,
            "MessageSid": sent["sid"], "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **more}  # fmt: skip
    return post_sms(gateway, form, path=sent["callback"].removeprefix(gateway.settings.public_url))


def post_messenger(
    gateway: Running, *events: dict[str, Any], signature: str | None = None, raw: bytes | None = None
) -> requests.Response:
    entry = {"id": PAGE, "time": 1700000000000, "messaging": list(events)}
    body = json.dumps({"object": "page", "entry": [entry]}).encode() if raw is None else raw
    right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": right if signature is None else signature}
    return requests.post(f"{gateway.base}/webhooks/messenger", data=body, headers=headers, timeout=20)


def written(psid: str, text: str, mid: str | None = None, **more: Any) -> dict[str, Any]:
    """A message event in Meta's shape."""
    message = {"mid": mid or "m_" + secrets.token_urlsafe(24), "text": text, **more}
    return {"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": 1700000000000, "message": message}


def pressed(psid: str, title: str, payload: str, mid: str | None = None) -> dict[str, Any]:
    """A postback event in Meta's shape."""
    postback = {"title": title, "payload": payload, "mid": mid or "m_" + secrets.token_urlsafe(24)}
    return {"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": 1700000000001, "postback": postback}
