"""What the application carries, by type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.engine import Engine

from forloeb.gateway.inbox import Times
from forloeb.installation import Installation
from forloeb.review.oidc import Provider
from forloeb.review.passwords import Passwords
from forloeb.review.signing_in import Attempt, Authenticator
from forloeb.settings import Settings


@dataclass(frozen=True)
class Tuning:
    """What tests turn."""

    passwords: Passwords = field(default_factory=Passwords)
    follow_seconds: float = 1.0  # between looks at Rasa's event log; 0: don't follow


SETTINGS = web.AppKey("settings", Settings)
TUNING = web.AppKey("tuning", Tuning)
TIMES: web.AppKey[Callable[[], Times]] = web.AppKey("times", Callable)  # type: ignore[arg-type]
ENGINE = web.AppKey("engine", Engine)
TRACKER = web.AppKey("tracker", Engine)
INSTALLATION = web.AppKey("installation", Installation)
AUTHENTICATOR: web.AppKey[Authenticator[Attempt]] = web.AppKey("authenticator", Authenticator)  # type: ignore[type-abstract]
PROVIDER: web.AppKey[Provider | None] = web.AppKey("provider", Provider)  # type: ignore[arg-type]
TASKS = web.AppKey("tasks", list[asyncio.Task[None]])  # what the app does by itself
FOLLOWED = web.AppKey("followed", list[float])  # when the last look at Rasa's log ended well (monotonic), alone
SIGN_INS = web.AppKey("sign_ins", asyncio.Semaphore)
