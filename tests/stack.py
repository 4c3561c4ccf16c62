"""Starts the real processes (gateway, assistant, actions, deliveries) for a test; talks to them as the widget does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import jwt
from sqlalchemy.engine import Connection, Engine

from forloeb import clock, db
from forloeb import settings as settings_module
from forloeb.booking.cli import load_command, show_command
from forloeb.booking.service import Bookings
from forloeb.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
KEY = "tests-only-login-key-0123456789abcdef"
READY_SECONDS = 240
ANSWER_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """One running installation of its own, with its own database, ports and day."""

    var: Path
    today: str
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Stack:
        self.ports = {name: free_port() for name in ("GATEWAY", "ASSISTANT", "ACTIONS", "REVIEW", "DELIVERIES")}
        self.environment = {
            **os.environ,
            "FORLOEB_VAR": str(self.var),
            "FORLOEB_TODAY": self.today,
            "FORLOEB_TODAY_SINCE": str(time.time()),
            "FORLOEB_DEMO": "0",
            "FORLOEB_LOGIN_KEY": KEY,
            "FORLOEB_API_TOKEN": "tests",
            **{f"FORLOEB_{name}_PORT": str(port) for name, port in self.ports.items()},
            **self.environment,
        }
        self.output = self.var / "run.log"
        self.var.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "forloeb.cli", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        end = time.monotonic() + READY_SECONDS
        try:
            while "is ready" not in self.output.read_text():
                assert self.process.poll() is None, self.output.read_text()
                assert time.monotonic() < end, self.logs()
                time.sleep(0.3)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def logs(self) -> str:
        folder = self.var / "log"
        parts = [self.output.read_text()] + [p.read_text()[-3000:] for p in sorted(folder.glob("*.log"))]
        return "\n".join(parts)

    def settings(self) -> Settings:
        """The running installation's settings."""
        return settings_module.load({k: v for k, v in self.environment.items() if k.startswith("FORLOEB_")})

    def using(self, act: Callable[[Engine, datetime], Any]) -> Any:
        """Do `act(engine, now)`, in this process, on the running installation's database."""
        current = self.settings()
        engine = db.connect(current.database_url)
        try:
            return act(engine, clock.now(current))
        finally:
            engine.dispose()

    def change(self, write: Callable[[Connection, datetime], Any]) -> None:
        """Do `write(connection, now)` in one transaction."""

        def act(engine: Engine, now: datetime) -> None:
            with db.writing(engine) as connection:
                write(connection, now)

        self.using(act)

    def bookings(self, engine: Engine) -> Bookings:
        """The booking service over the running installation's database."""
        return Bookings(engine, self.settings())

    def load(self, text: str) -> None:
        """`forloeb load`."""
        path, out = self.var / f"load-{uuid.uuid4().hex}.yaml", StringIO()
        path.write_text(text)
        assert self.using(lambda engine, now: load_command(engine, path, now, out)) == 0, out.getvalue()

    def show(self, claimant: str) -> dict[str, Any]:
        """`forloeb show CLAIMANT --json`."""
        out = StringIO()
        assert self.using(lambda engine, _now: show_command(engine, claimant, True, out)) == 0, out.getvalue()
        return dict(json.loads(out.getvalue()))

    def chat(self, claimant: str | None = None) -> Chat:
        return Chat(f"http://127.0.0.1:{self.ports['GATEWAY']}", claimant)


def login(claimant: str) -> str:
    now = int(time.time())
    claims = {"sub": claimant, "aud": "forloeb", "iat": now, "exp": now + 300, "jti": uuid.uuid4().hex}
    return jwt.encode(claims, KEY, "HS256")


class Chat:
    """One conversation on the web channel."""

    def __init__(self, address: str, claimant: str | None) -> None:
        self.address = address
        body = {"login": login(claimant)} if claimant else {}
        self.token = self.call("POST", "/webhooks/web/session", body)["token"]
        self.buttons: list[dict[str, str]] = []
        self.seq = 0

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))

    def send(self, **content: str) -> list[dict[str, Any]]:
        message = {"id": uuid.uuid4().hex, **content}
        end = time.monotonic() + ANSWER_SECONDS
        while (answer := self.call("POST", "/webhooks/web/messages", message)).get("pending"):
            assert time.monotonic() < end, f"no answer within {ANSWER_SECONDS} seconds"
        replies = [m for m in answer["messages"] if m["from"] == "bot"]
        self.seq = max([self.seq, *(m["seq"] for m in answer["messages"])])
        self.buttons = [b for m in replies for b in m.get("buttons") or []]
        return replies

    def say(self, text: str) -> list[dict[str, Any]]:
        return self.send(text=text)

    def press(self, title: str) -> list[dict[str, Any]]:
        payload = next((b["payload"] for b in self.buttons if b["title"].startswith(title)), None)
        assert payload, f"no button {title!r} among {[b['title'] for b in self.buttons]}"
        return self.send(payload=payload)

    def history(self, after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/webhooks/web/messages?after={after}&wait={wait}")["messages"])


def clean(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


__all__ = ["KEY", "ROOT", "Chat", "Stack", "free_port", "login", "urllib"]
