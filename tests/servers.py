"""Debian's own redis-server and nginx, each as its own user, for tests that need the real thing."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg2
import pytest

from tests.stack import ROOT, free_port

TEMPLATE = ROOT / "deploy" / "nginx" / "default.conf.template"


class Server:
    """One server in a folder of its own, which its user owns."""

    package = user = ""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"forloeb-{self.package}-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        words = self.command()
        if shutil.which(words[0], path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            pytest.fail(
                f"{self.package} is not installed: apt-get install {self.package} (make test-slow does it as root)"
            )
        (self.home / "output").touch()
        if os.getuid() == 0:
            for path in [self.home, *self.home.rglob("*")]:
                shutil.chown(path, self.user, self.user)
            words = [*self.as_user(), *words]
        log = (self.home / "output").open("ab")
        self.process = subprocess.Popen(words, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, (self.home / "output").read_text()
            time.sleep(0.1)
        pytest.fail(f"{self.package} does not answer")

    def as_user(self) -> list[str]:
        if os.getuid():
            return []
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--"]

    def pause(self, seconds: float) -> None:
        assert self.process
        paused = family(self.process.pid)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in paused:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            if number == signal.SIGSTOP:
                time.sleep(seconds)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)


class Redis(Server):
    package, user = "redis-server", "redis"

    def command(self) -> list[str]:
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.home)]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Nginx(Server):
    """The proxy with the configuration that is deployed."""

    package, user = "nginx", "www-data"

    def __init__(self, gateways: list[int], reviews: list[int], actions: list[int]) -> None:
        super().__init__()
        self.review_port, self.actions_port = free_port(), free_port()
        self.values = {
            "GATEWAYS": _servers(gateways),
            "REVIEWS": _servers(reviews),
            "ACTIONS": _servers(actions),
            "PUBLIC_LISTEN": f"127.0.0.1:{self.port}",
            "REVIEW_LISTEN": f"127.0.0.1:{self.review_port}",
            "ACTIONS_LISTEN": f"127.0.0.1:{self.actions_port}",
            "TLS": "",
        }

    def command(self) -> list[str]:
        (self.home / "site.conf").write_text(filled(TEMPLATE.read_text(), self.values))
        temporary = "".join(
            f"{kind}_temp_path {self.home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.home / "nginx.conf").write_text(
            f"daemon off;\npid {self.home}/pid;\nworker_processes 1;\nerror_log {self.home}/error.log;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}include {self.home}/site.conf;\n}}\n"
        )
        return ["nginx", "-e", f"{self.home}/error.log", "-c", f"{self.home}/nginx.conf"]


class Postgres(Server):
    """A PostgreSQL of one's own, to be stopped, paused and starved; `home` may be a small disk."""

    package, user = "postgresql", "postgres"

    def __init__(self, home: Path | None = None) -> None:
        super().__init__()
        if home is not None:
            self.home.rmdir()
            self.home = home
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if not found:
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql (make test does it as root)")
        self.binaries = found[-1].parent

    def command(self) -> list[str]:
        data = self.home / "data"
        if not data.exists():
            shutil.chown(self.home, self.user, self.user)
            words = [self.binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
            subprocess.run([*self.as_user(), *words], check=True, cwd="/", stdout=subprocess.DEVNULL)
        small = ["min_wal_size=32MB", "max_wal_size=48MB", "max_connections=150", "shared_buffers=32MB"]
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.home}", *small]
        return [str(self.binaries / "postgres"), "-D", str(data), *(w for o in options for w in ("-c", o))]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        super().start()
        for _ in range(600):
            try:
                psycopg2.connect(self.url.replace("+psycopg2", "")).close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.1)
        pytest.fail("PostgreSQL does not recover")

    def stop_at_once(self) -> None:
        """As if the machine had lost it: no last words, recovery at the next start."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)


def family(pid: int) -> list[int]:
    """A process and those it started: PostgreSQL's have sessions of their own."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def filled(template: str, values: Mapping[str, str]) -> str:
    """As envsubst does it in the official image: only the names that are set."""
    return re.sub(r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def _servers(ports: list[int]) -> str:
    return " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;" for port in ports)
