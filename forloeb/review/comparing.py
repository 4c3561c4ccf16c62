"""What the present model understands differently in conversations that have been reviewed.

Each message that a person typed is sent to the running assistant's `/model/parse`; its intent and entities now stand
beside those in Rasa's log. Where the intent is another, the facts that the answer cited then stand beside those that
the newest stored answer to the present intent cites. Not compared: pressed buttons, and the sentences: rules, forms and
what is stored about the person decide those, and a conversation taken out as a test proves them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from forloeb.errors import ForloebError
from forloeb.gateway.tables import conversation, message
from forloeb.gateway.transactions import read
from forloeb.review import masking, transcript
from forloeb.review.tables import review_mark, review_turn
from forloeb.review.turns import entity
from forloeb.settings import Settings

MOST = 100  # conversations
AT_ONCE = 4
_WORD_JOINER = "\u2060"  # as the assistant's channel does: text that begins with "/" is text
_SECONDS = aiohttp.ClientTimeout(total=60)


class NoAssistant(ForloebError):
    """`no_token`: FORLOEB_API_TOKEN is not set; `no_assistant`: it does not answer."""


@dataclass(frozen=True)
class Understood:
    """What a message was understood as."""

    intent: str
    confidence: float
    entities: tuple[tuple[str, str], ...]
    model: str | None = None


@dataclass(frozen=True)
class Asked:
    """A message, and what it was understood as then. `text` is what is parsed, `shown` what may be seen."""

    conversation: str
    message: str
    at: datetime
    text: str
    shown: str
    then: Understood
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Different:
    """A message that is understood differently now; `facts` are those the newest answer to that intent cites."""

    asked: Asked
    now: Understood
    facts: tuple[str, ...]

    @property
    def other_intent(self) -> bool:
        """Whether it is the intent that differs, not only the entities."""
        return self.now.intent != self.asked.then.intent


@dataclass(frozen=True)
class Report:
    """Of `messages` in `conversations`, those that are understood differently."""

    conversations: int
    messages: int
    different: list[Different]


Parse = Callable[[str], Awaitable[Understood]]


def load(connection: Connection, last: int, *, personal: bool) -> list[list[Asked]]:
    """The typed messages of the last reviewed conversations, the last reviewed first."""
    reviewed = connection.execute(
        select(conversation.c.id, conversation.c.claimant_id)
        .join(review_mark, review_mark.c.conversation_id == conversation.c.id)
        .where(review_mark.c.state == "done")
        .order_by(review_mark.c.at.desc(), conversation.c.id)
        .limit(min(last, MOST))
    ).all()
    return [_asked(connection, row.id, row.claimant_id, personal) for row in reviewed]


def _asked(connection: Connection, conversation_id: str, claimant_id: str | None, personal: bool) -> list[Asked]:
    person = transcript.person(connection, claimant_id)
    answers: dict[str, list[str]] = {}
    said = (message.c.conversation_id == conversation_id, message.c.author == "bot", message.c.custom.is_not(None))
    for row in connection.execute(select(message.c.answer_to, message.c.custom).where(*said).order_by(message.c.seq)):
        answers.setdefault(row.answer_to or "", []).extend(row.custom.get("facts") or ())
    found = connection.execute(
        select(message.c.id, message.c.at.label("said_at"), message.c.text, review_turn)
        .join(review_turn, review_turn.c.message_id == message.c.id)
        .where(message.c.conversation_id == conversation_id, message.c.author == "user", message.c.button.is_(None))
        .order_by(message.c.seq)
    )
    return [
        Asked(
            conversation_id,
            row.id,
            row.said_at,
            row.text,
            row.text if personal else masking.mask(row.text, person),
            Understood(row.intent or "", row.confidence or 0, _pairs(row.entities), row.model),
            tuple(dict.fromkeys(answers.get(row.id, ()))),
        )
        for row in found
    ]


def facts_now(connection: Connection, intent: str) -> tuple[str, ...]:
    """The facts that the newest stored answer to an intent cites."""
    newest = connection.execute(
        select(message.c.custom)
        .join(review_turn, review_turn.c.message_id == message.c.answer_to)
        .where(review_turn.c.intent == intent, message.c.author == "bot", message.c.custom.is_not(None))
        .order_by(review_turn.c.event_id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return tuple((newest or {}).get("facts") or ())


async def compare(engine: Engine, parse: Parse, last: int, *, personal: bool) -> Report:
    """The report over the last reviewed conversations.

    Args:
        engine: our database.
        parse: what the present model understands.
        last: how many conversations, at most MOST.
        personal: personal data is shown; else masked.

    Raises:
        NoAssistant: it does not answer.
    """
    talks = await read(engine, lambda connection: load(connection, last, personal=personal))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(asked: Asked) -> tuple[Asked, Understood]:
        async with gate:
            return asked, await parse(asked.text)

    every = await asyncio.gather(*(one(asked) for talk in talks for asked in talk))
    differing = [
        (asked, now) for asked, now in every if (now.intent, now.entities) != (asked.then.intent, asked.then.entities)
    ]
    others = {now.intent for asked, now in differing if now.intent != asked.then.intent}
    facts = await read(engine, lambda connection: {intent: facts_now(connection, intent) for intent in others})
    found = [Different(asked, now, facts.get(now.intent, ())) for asked, now in differing]
    return Report(len(talks), len(every), sorted(found, key=lambda each: not each.other_intent))


def parser(settings: Settings, http: aiohttp.ClientSession) -> Parse:
    """Asks the running assistant.

    Raises:
        NoAssistant: `no_token`.
    """
    if not settings.api_token:
        raise NoAssistant("no_token", "set FORLOEB_API_TOKEN: the assistant's own API is off")
    url, token = f"http://127.0.0.1:{settings.assistant_port}/model/parse", settings.api_token

    async def parse(text: str) -> Understood:
        given = _WORD_JOINER + text if text.lstrip().startswith("/") else text
        try:
            async with http.post(url, params={"token": token}, json={"text": given}, timeout=_SECONDS) as answer:
                answer.raise_for_status()
                return understood(await answer.json())
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError, TypeError, KeyError) as error:
            raise NoAssistant("no_assistant", f"the assistant does not answer: {type(error).__name__}") from error

    return parse


def understood(parsed: dict[str, Any]) -> Understood:
    """What Rasa's answer says."""
    intent = parsed["intent"]
    return Understood(
        str(intent.get("name") or ""),
        float(intent.get("confidence") or 0),
        _pairs([entity(each) for each in parsed.get("entities") or []]),
    )


def _pairs(entities: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(each["entity"]), str(each["value"])) for each in entities))
