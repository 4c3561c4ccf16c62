"""Every answer to every question, as the assistant renders it for each channel, without its processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions import context_answers
from actions.answers import ANSWERS
from actions.gaps import GAPS
from actions.known import Known
from actions.reply import Reply
from forloeb import obligations
from forloeb.obligations import Benefit
from forloeb.settings import ROOT

ON = date(2025, 9, 4)
DAYS = {"no day": None, "fresh": date(2025, 9, 1), "five weeks": date(2025, 7, 28), "seven months": date(2025, 2, 1)}
CHANNELS = ("web", "sms", "messenger")


@dataclass(frozen=True)
class Said:
    """One answer on one channel."""

    name: str
    channel: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    custom: dict[str, Any]


def responses() -> dict[str, list[dict[str, Any]]]:
    files = sorted((ROOT / "data" / "responses").glob("*.yml"))
    return {key: variants for path in files for key, variants in yaml.safe_load(path.read_text())["responses"].items()}


def composer() -> Any:
    from forloeb.assistant.nlg import Composer

    made = Composer()
    made.responses = responses()
    return made


def known(benefit: Benefit | None, day: date | None, channel: str) -> Known:
    claimant = obligations.Claimant(benefit, day, day, day)
    return Known(claimant=claimant, registered=None, on=ON, channel=channel, text="", entities=())


def every_answer(channel: str) -> Iterator[Said]:
    """Each question intent for each benefit and several days, what leans on an answer, and each gap."""
    made = composer()
    for benefit in (*Benefit, None):
        for days, day in DAYS.items():
            for intent in ANSWERS:
                who = known(benefit, day, channel)
                reply = Reply(values=who.values())
                ANSWERS[intent](who, reply)
                yield rendered(made, f"{intent} {benefit} {days}", channel, reply)
        for name in context_answers.ANSWERS:
            who = known(benefit, None, channel)
            reply = Reply(values=who.values())
            context_answers.ANSWERS[name](who, reply)
            if not reply.empty():
                yield rendered(made, f"{name} {benefit}", channel, reply)
        for gap in GAPS:
            reply = Reply(values=known(benefit, None, channel).values())
            reply.say(f"utter_hul_{gap}")
            yield rendered(made, f"{gap} {benefit}", channel, reply)


def rendered(made: Any, name: str, channel: str, reply: Reply) -> Said:
    dispatcher = CollectingDispatcher()
    reply.send(dispatcher)
    (message,) = dispatcher.messages
    more = {
        key: value for key, value in message.items() if key not in ("text", "buttons", "custom", "response", "elements")
    }
    told = asyncio.run(made.generate("utter_svar", None, channel, **more))
    assert told is not None, name
    buttons = tuple((button["title"], button["payload"]) for button in told["buttons"])
    return Said(name, channel, told["text"], buttons, told["custom"])
