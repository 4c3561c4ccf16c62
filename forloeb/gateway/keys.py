"""What the application carries, by type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.engine import Engine

from forloeb.gateway.arrivals import Reception
from forloeb.gateway.assistant import Assistant
from forloeb.gateway.bells import Bells
from forloeb.gateway.calls import Calls
from forloeb.gateway.courier import FIRST_DELAY, Courier
from forloeb.gateway.graph import Messenger
from forloeb.gateway.inbox import Times
from forloeb.gateway.limits import Limits
from forloeb.gateway.worker import Patience, Worker
from forloeb.settings import Settings


@dataclass(frozen=True)
class Tuning:
    """What tests and unusual installations turn; the defaults are the contract's."""

    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    answer_seconds: float = 10.0  # how long a POST waits for its answer
    longest_wait: float = 25.0  # of a long poll
    turn_seconds: float = 30.0  # how long the assistant may take for one turn
    first_delay: float = FIRST_DELAY  # before an SMS or Messenger message is tried again


SETTINGS = web.AppKey("settings", Settings)
TUNING = web.AppKey("tuning", Tuning)
TIMES: web.AppKey[Callable[[], Times]] = web.AppKey("times", Callable)  # type: ignore[arg-type]
ENGINE = web.AppKey("engine", Engine)
BELLS = web.AppKey("bells", Bells)
ASSISTANT = web.AppKey("assistant", Assistant)
WORKER = web.AppKey("worker", Worker)
RECEPTION = web.AppKey("reception", Reception)
COURIER = web.AppKey("courier", Courier)
MESSENGER = web.AppKey("messenger", Messenger)
CALLS = web.AppKey("calls", Calls)
