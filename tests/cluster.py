"""The whole topology on loopback: two of each process, nginx in front, PostgreSQL and Redis behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forloeb import db
from tests.servers import Nginx, Redis
from tests.stack import KEY, READY_SECONDS, ROOT, Stack, free_port

MODULES = {
    "actions": "actions.serve",
    "assistant": "forloeb.assistant.serve",
    "gateway": "forloeb.gateway",
    "deliveries": "forloeb.booking.runner",
    "review": "forloeb.review",
}
WATCHED = ("gateway", "actions", "deliveries")  # they read the clock; libfaketime would break others' time.sleep


@dataclass
class Member:
    """One process of the cluster."""

    name: str
    module: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        assert self.process
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Cluster:
    """Start it, talk to `address`, end it. `each` is how many there are of every process."""

    var: Path
    url: str
    today: str = "2025-09-04T10:00"
    each: int = 2
    more: Mapping[str, str] = field(default_factory=dict)
    preload: Mapping[str, str] = field(default_factory=dict)  # for gateways, actions and deliveries
    members: dict[str, Member] = field(default_factory=dict)

    def start(self) -> Cluster:
        self.var.mkdir(parents=True, exist_ok=True)
        ports = {f"{kind}-{n}": free_port() for kind in MODULES for n in range(1, self.each + 1)}
        self.redis = Redis()
        self.nginx = Nginx(
            *([ports[f"{kind}-{n}"] for n in range(1, self.each + 1)] for kind in ("gateway", "review", "actions"))
        )
        self.common = {
            "FORLOEB_DATABASE_URL": self.url,
            "FORLOEB_REDIS_URL": self.redis.url,
            "FORLOEB_TODAY": self.today,
            "FORLOEB_TODAY_SINCE": str(time.time()),
            "FORLOEB_DEMO": "0",
            "FORLOEB_LOGIN_KEY": KEY,
            "FORLOEB_INTERNAL_KEY": "tests-only-internal",
            "FORLOEB_PUBLIC_URL": f"http://127.0.0.1:{self.nginx.port}",
            "FORLOEB_ASSISTANT_URLS": ",".join(
                f"http://127.0.0.1:{ports[f'assistant-{n}']}" for n in range(1, self.each + 1)
            ),
            "FORLOEB_ACTIONS_URL": f"http://127.0.0.1:{self.nginx.actions_port}",
            **self.more,
        }
        self.ports = ports
        db.migrate(self.url)
        try:
            self.redis.start()
            for name, port in ports.items():
                kind = name.partition("-")[0]
                environment = {
                    **os.environ, **self.common, **(self.preload if kind in WATCHED else {}), "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1",
                    "FORLOEB_VAR": str(self.var / name), f"FORLOEB_{kind.upper()}_PORT": str(port),
                }  # fmt: skip
                self.members[name] = Member(name, MODULES[kind], environment, self.var / f"{name}.log")
                self.members[name].start()
            self.nginx.start()
            for n in range(1, self.each + 1):
                self.wait(f"gateway-{n}", "/health")
                self.wait(f"assistant-{n}", "/webhooks/internal/ready")
        except BaseException:
            self.close()
            raise
        return self

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.nginx.port}"

    def at(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def wait(self, name: str, path: str, seconds: float = READY_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not answers(self.at(name) + path):
            process = self.members[name].process
            assert process and process.poll() is None, f"{name} ended:\n{self.members[name].log.read_text()[-3000:]}"
            assert time.monotonic() < end, f"{name} is not ready:\n{self.members[name].log.read_text()[-3000:]}"
            time.sleep(0.5)

    def desk(self) -> Stack:
        """What loads, shows and changes the installation's data."""
        (self.var / "desk").mkdir(exist_ok=True)
        return Stack(self.var / "desk", self.today, {**self.common, "FORLOEB_VAR": str(self.var / "desk")})

    def close(self) -> None:
        for member in self.members.values():
            member.close()
        self.nginx.close()
        self.redis.close()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=8) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
