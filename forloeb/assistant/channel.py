"""The one channel that Rasa has: from our gateway, on loopback, one message in, its replies out.

Raw text never becomes a command: a text that begins with "/" is kept as text, and commands come only in their own
field, which the gateway fills from payloads that it issued itself.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from sanic.response import text as text_response

from forloeb import logs, metrics
from forloeb import settings as settings_module
from forloeb.assistant import tuning, without_tensorflow

log = logging.getLogger(__name__)
KEEP = 2_000
TURNS = metrics.Histogram("forloeb_turn_seconds", "Turns in the assistant, with their actions")
WORD_JOINER = "\u2060"


class Collected(OutputChannel):
    """Collects replies, one message each with its buttons and custom part, under the person's own channel name."""

    def __init__(self, channel: str) -> None:
        """`channel` chooses the response variants (web, sms, messenger)."""
        self.channel = channel
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """The name by which Rasa picks channel variants."""
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply whole; Rasa's own would split text and custom into two."""
        self.messages.append(_reply(message.get("text"), message.get("buttons"), message.get("custom")))


class InternalChannel(InputChannel):
    """`POST /webhooks/internal/webhook` and `GET /webhooks/internal/health` (docs/architecture.md)."""

    def __init__(self) -> None:
        """Reads the settings once."""
        self.settings = settings_module.load()
        self.answered: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """The part of the address."""
        return "internal"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Rasa's way of making a channel; there is nothing to set."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("internal")

        def allowed(request: Request) -> bool:
            given = request.headers.get("x-forloeb-key", "")
            return hmac.compare_digest(given.encode(), self.settings.internal_key.encode())

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            if not allowed(request):
                return json_response({"error": {"code": "forbidden", "message": "key"}}, 403)
            agent = getattr(request.app.ctx, "agent", None)
            model = bool(agent and agent.is_ready())
            actions = await asyncio.to_thread(_actions_answer, self.settings.actions_url)
            return json_response({"model": model, "actions": actions}, 200 if model and actions else 503)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            """For whoever starts and watches this process: the model is loaded."""
            agent = getattr(request.app.ctx, "agent", None)
            model = bool(agent and agent.is_ready())
            return json_response({"model": model}, 200 if model else 503)

        @routes.get("/metrics")
        async def numbers(request: Request) -> HTTPResponse:
            return text_response(metrics.text(), content_type=metrics.CONTENT_TYPE)

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            if not allowed(request):
                return json_response({"error": {"code": "forbidden", "message": "key"}}, 403)
            body = request.json
            key, began = body["message_id"], time.monotonic()
            if key not in self.answered and body.get("attempt", 2) > 1:
                earlier = await _earlier(request.app.ctx.agent, body["conversation"], key)
                if earlier is not None:
                    self._keep(key, earlier)
            if key not in self.answered:
                replies = await _hand_over(body, on_new_message)
                TURNS.observe(time.monotonic() - began)
                milliseconds = round(1000 * (time.monotonic() - began))
                logs.event("turn", message=key, replies=len(replies), milliseconds=milliseconds)
                if not replies:
                    return json_response({"messages": []})
                self._keep(key, replies)
            return json_response({"messages": self.answered[key]})

        @routes.listener("after_server_start")
        async def settled(_app: Any, _loop: Any) -> None:
            tuning.settle()
            without_tensorflow.seal()

        return routes

    def _keep(self, key: str, replies: list[dict[str, Any]]) -> None:
        self.answered[key] = replies
        while len(self.answered) > KEEP:
            self.answered.popitem(last=False)


async def _hand_over(
    body: dict[str, Any], on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> list[dict[str, Any]]:
    output = Collected(body["metadata"].get("channel", "web"))
    text = body.get("text") or ""
    message = UserMessage(
        text=WORD_JOINER + text if text.lstrip().startswith("/") else text,
        output_channel=output,
        sender_id=body["conversation"],
        parse_data=parsed_command(body["command"], text) if body.get("command") else None,
        input_channel=output.channel,
        message_id=body["message_id"],
        metadata=body["metadata"],
    )
    await on_new_message(message)
    return output.messages


def parsed_command(command: str, text: str) -> dict[str, Any]:
    """What NLU would say of an internal command.

    Args:
        command: `/intent` or `/intent{json object of entities}`.
        text: what the person saw on the button.
    """
    name, brace, rest = command.removeprefix("/").partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return {
        "text": text,
        "intent": {"name": name, "confidence": 1.0},
        "intent_ranking": [{"name": name, "confidence": 1.0}],
        "entities": [{"entity": k, "value": v, "start": 0, "end": len(text)} for k, v in entities.items()],
        "command": True,
    }


async def _earlier(agent: Any, conversation: str, message_id: str) -> list[dict[str, Any]] | None:
    """The replies that the tracker already holds for this message, or None when it was not answered."""
    async with agent.lock_store.lock(conversation):
        tracker = await agent.tracker_store.retrieve(conversation)
    return replies_to(tracker, message_id) if tracker else None


def replies_to(tracker: DialogueStateTracker, message_id: str) -> list[dict[str, Any]] | None:
    """The bot's replies that follow the message with this id, or None when there are none."""
    found: list[dict[str, Any]] | None = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if found:
                break
            found = [] if event.message_id == message_id else None
        elif isinstance(event, BotUttered) and found is not None:
            found.append(_reply(event.text, event.data.get("buttons"), event.data.get("custom")))
    return found or None


def _reply(text: Any, buttons: Any, custom: Any) -> dict[str, Any]:
    return {"text": text or "", "buttons": list(buttons or []), "custom": dict(custom or {})}


def _actions_answer(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
