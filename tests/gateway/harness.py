"""A real gateway on a real port with a real database, and the far side of the internal contract beside it."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from aiohttp import web

from forloeb import settings as settings_module
from forloeb.gateway.app import init_app
from forloeb.gateway.keys import Tuning
from forloeb.gateway.worker import Patience
from forloeb.settings import Settings
from tests.gateway.far_side import FarSide

KEY = "a-login-key-of-at-least-32-characters"
QUICK = Tuning(
    patience=Patience(first_delay=0.02, longest_delay=0.1, poll_seconds=0.2, outage=timedelta(seconds=600)),
    answer_seconds=1.0,
    longest_wait=3.0,
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Loop:
    """An event loop in a thread of its own, for servers under test."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def serve(self, app: web.Application, port: int) -> web.AppRunner:
        async def start() -> web.AppRunner:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            return runner

        return self.do(start())

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@dataclass
class Person:
    """One holder of a token."""

    base: str
    token: str
    conversation: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: Any, **more: Any) -> requests.Response:
        return requests.post(f"{self.base}/webhooks/web/messages", json=body, headers=self.headers, timeout=30, **more)

    def say(self, text: str, identifier: str | None = None) -> requests.Response:
        return self.post({"id": identifier or secrets.token_hex(8), "text": text})

    def get(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = self.read(after, wait)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def read(self, after: Any = 0, wait: Any = 0) -> requests.Response:
        where = f"{self.base}/webhooks/web/messages"
        return requests.get(where, params={"after": after, "wait": wait}, headers=self.headers, timeout=40)


@dataclass
class Running:
    """The gateway under test."""

    base: str
    settings: Settings
    far: FarSide
    loop: Loop
    app: web.Application
    runners: list[web.AppRunner] = field(default_factory=list)

    def session(self, body: Any = None, **more: Any) -> requests.Response:
        return requests.post(f"{self.base}/webhooks/web/session", json=body, timeout=30, **more)

    def person(self, body: Any = None, **more: Any) -> Person:
        answer = self.session(body, **more)
        assert answer.status_code == 200, answer.text
        return Person(self.base, answer.json()["token"], answer.json()["conversation_id"])


def environment(var: Path, **more: str) -> dict[str, str]:
    return {
        "FORLOEB_VAR": str(var),
        "FORLOEB_LOGIN_KEY": KEY,
        "FORLOEB_INTERNAL_KEY": "internal",
        "FORLOEB_GATEWAY_PORT": str(free_port()),
        "FORLOEB_ASSISTANT_PORT": str(free_port()),
        **more,
    }


@contextmanager
def running(var: Path, tuning: Tuning = QUICK, **more: str) -> Iterator[Running]:
    settings = settings_module.load(environment(var, **more))
    loop = Loop()
    far = FarSide(settings.internal_key)
    runners = []
    try:
        runners.append(loop.serve(far.app(), settings.assistant_port))
        app = init_app(settings, tuning)
        runners.append(loop.serve(app, settings.gateway_port))
        yield Running(f"http://127.0.0.1:{settings.gateway_port}", settings, far, loop, app, runners)
    finally:
        for runner in reversed(runners):
            loop.do(runner.cleanup())
        loop.close()


def until(check: Callable[[], Any], seconds: float = 10) -> Any:
    """What `check` gives once it gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not come in time")
