"""A real staff app on a real port with a real database, and browsers that sign in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from io import StringIO
from pathlib import Path
from typing import Any

import requests
from aiohttp import web
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb import settings as settings_module
from forloeb.booking.cli import load_command
from forloeb.booking.service import Bookings
from forloeb.db import writing
from forloeb.gateway import inbox
from forloeb.gateway.inbox import Times
from forloeb.review import users
from forloeb.review.app import init_app
from forloeb.review.keys import Tuning
from forloeb.review.passwords import Passwords
from forloeb.review.roles import Role
from forloeb.settings import Settings
from tests.booking.world import NOW, WORLD
from tests.gateway.harness import Loop, free_port

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "hest og vogn 42"
NAMES = {Role.READER: "Lise", Role.REVIEWER: "Rune", Role.CASEWORKER: "Kim", Role.ADMIN: "Anna"}
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Browser:
    """One browser: its cookies, and the form token of the page it last saw."""

    base: str
    http: requests.Session
    csrf: str = ""

    def get(self, path: str, **more: Any) -> requests.Response:
        return self._seen(self.http.get(self.base + path, timeout=30, **more))

    def post(self, path: str, follow: bool = False, csrf: str | None = None, **fields: Any) -> requests.Response:
        data = {"csrf": self.csrf if csrf is None else csrf, **fields}
        return self._seen(self.http.post(self.base + path, data=data, timeout=30, allow_redirects=follow))

    def sign_in(self, name: str, password: str = PASSWORD, **more: Any) -> requests.Response:
        self.get("/sign-in")
        answer = self.post("/sign-in", name=name, password=password, **more)
        if answer.status_code == 303:
            self.get("/conversations")
        return answer

    def _seen(self, answer: requests.Response) -> requests.Response:
        if found := _TOKEN.search(answer.text):
            self.csrf = found[1]
        return answer


@dataclass
class Desk:
    """The app under test."""

    base: str
    settings: Settings
    engine: Engine
    bookings: Bookings
    app: web.Application
    loop: Loop

    def browser(self, role: Role | None = None) -> Browser:
        one = Browser(self.base, requests.Session())
        if role is not None:
            assert one.sign_in(NAMES[role]).status_code == 303
        return one

    def conversation(self, claimant: str | None = None, *said: str, channel: str = "web") -> str:
        """A conversation in which a person has said something that waits."""
        with writing(self.engine) as connection:
            where = inbox.create(connection, channel, times(), claimant)
            for number, text in enumerate(said):
                inbox.put(connection, where, f"p{number}", times(), text=text)
        return where


def times() -> Times:
    return Times(datetime.now(timezone.utc), NOW)


def settings_for(var: Path, url: str | None = None, **more: str) -> Settings:
    return settings_module.load(
        {
            "FORLOEB_VAR": str(var),
            "FORLOEB_TODAY": "2025-09-04T10:00",
            "FORLOEB_LOGIN_KEY": "a-login-key-of-at-least-32-characters",
            "FORLOEB_INTERNAL_KEY": "internal",
            "FORLOEB_REVIEW_PORT": str(free_port()),
            **({"FORLOEB_DATABASE_URL": url} if url else {}),
            **more,
        }
    )


def load_world(engine: Engine, folder: Path, source: str = WORLD) -> None:
    path = folder / "world.yaml"
    path.write_text(source, encoding="utf-8")
    out = StringIO()
    assert load_command(engine, path, NOW, out) == 0, out.getvalue()


def add_staff(engine: Engine) -> None:
    with writing(engine) as connection:
        for role, name in NAMES.items():
            users.add(connection, name, role, PASSWORD, "test", NOW, QUICK)


@contextmanager
def running(settings: Settings, folder: Path, follow_seconds: float = 0) -> Iterator[Desk]:
    db.migrate(settings.database_url)
    engine = db.connect(settings.database_url)
    load_world(engine, folder)
    add_staff(engine)
    loop = Loop()
    app = init_app(settings, Tuning(QUICK, follow_seconds))
    runner = loop.serve(app, settings.review_port)
    try:
        base = f"http://127.0.0.1:{settings.review_port}"
        yield Desk(base, settings, engine, Bookings(engine, settings), app, loop)
    finally:
        loop.do(runner.cleanup())
        loop.close()
        engine.dispose()
