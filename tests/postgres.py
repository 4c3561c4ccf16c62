"""A throw-away PostgreSQL cluster for tests that need the real thing. Where it can't be started, the test fails.

Use it with `from tests.postgres import postgres_database, postgres_url` in a conftest.py.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a new cluster's `postgres` database; the cluster ends with the session."""
    with cluster() as url:
        yield url


@contextmanager
def cluster(*, fsync: bool = False) -> Iterator[str]:
    """A new cluster for as long as the block lasts; `fsync` as an installation has it, for measuring."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql (make test does it as root)")
    binaries = found[-1].parent
    home = Path(tempfile.mkdtemp(prefix="forloeb-pg-"))
    if os.getuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    port = _free_port()
    try:
        _as_postgres([binaries / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"])
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync={'on' if fsync else 'off'} -c max_connections=200"
        _as_postgres([binaries / "pg_ctl", "-D", home / "data", "-l", home / "log", "-w", "-o", options, "start"])
        _wait(port)
        yield f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres"
    finally:
        if (home / "data" / "postmaster.pid").exists():
            _as_postgres([binaries / "pg_ctl", "-D", home / "data", "-m", "immediate", "-w", "stop"])
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database in the cluster, dropped after the test."""
    name = f"t{secrets.token_hex(6)}"
    _execute(postgres_url, f"CREATE DATABASE {name}")
    yield postgres_url.rsplit("/", 1)[0] + "/" + name
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def _as_postgres(command: list[str | Path]) -> None:
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(
        words,
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        pytest.fail(f"PostgreSQL cannot be started: {' '.join(words[:4])}: {done.stderr[-400:]}")


def _wait(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("PostgreSQL does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
