"""Debian's own redis-server and nginx, each as its own user, for tests that need the real thing."""

from __future__ import annotations

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
            words = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--", *words]
        log = (self.home / "output").open("ab")
        self.process = subprocess.Popen(words, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, (self.home / "output").read_text()
            time.sleep(0.1)
        pytest.fail(f"{self.package} does not answer")

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


def filled(template: str, values: Mapping[str, str]) -> str:
    """As envsubst does it in the official image: only the names that are set."""
    return re.sub(r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def _servers(ports: list[int]) -> str:
    return " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;" for port in ports)
