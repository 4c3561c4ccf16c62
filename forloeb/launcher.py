"""`forloeb run`: trains when needed, prepares the database, starts every process, watches them, stops them.

The assistant needs the longest to start and not our database: it is started before that is prepared.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import OperationalError

from forloeb import clock, db, training
from forloeb.errors import ForloebError
from forloeb.settings import ROOT, Settings

FREE_MEGABYTES = 600
READY_SECONDS = 180
STOP_SECONDS = 10


class StartError(ForloebError):
    """Starting is impossible; the message is one clear line for whoever started it."""


@dataclass
class Process:
    """One process of the installation: how to start it, and when it was started."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    running: asyncio.subprocess.Process | None = None
    started: float = 0.0
    falls: int = 0


def processes(settings: Settings) -> list[Process]:
    """What `forloeb run` starts."""
    python = sys.executable
    loopback = {"SANIC_HOST": settings.internal_bind}
    actions = [python, "-m", "actions.serve"]
    return [
        Process("actions", actions, loopback),
        Process("assistant", [python, "-m", "forloeb.assistant.serve"], {"OMP_NUM_THREADS": "1"}),
        Process("gateway", [python, "-m", "forloeb.gateway"]),
        Process("deliveries", [python, "-m", "forloeb.booking.runner"]),
        Process("review", [python, "-m", "forloeb.review"]),
    ]


def check(settings: Settings) -> None:
    """Refuse to start where it cannot work.

    Raises:
        StartError: a port is taken, or the disk is nearly full.
    """
    for name, port in (
        ("gateway", settings.gateway_port),
        ("assistant", settings.assistant_port),
        ("actions", settings.actions_port),
        ("review", settings.review_port),
        ("deliveries", settings.deliveries_port),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                variable = f"FORLOEB_{name.upper()}_PORT"
                raise StartError(
                    "port_taken", f"Port {port} ({name}) is taken: stop what uses it, or set {variable}."
                ) from None
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < FREE_MEGABYTES:
        raise StartError("disk_full", f"Only {free} MB are free on the disk; {FREE_MEGABYTES} MB are needed.")


def prepare(settings: Settings) -> None:
    """Migrate and load demo data.

    Raises:
        StartError: the database cannot be opened, or the demo data not be loaded.
    """
    from forloeb.booking.cli import load_command

    say("Database …")
    try:
        db.migrate(settings.database_url)
    except (OSError, OperationalError) as error:
        kind = type(error).__name__
        raise StartError("no_database", f"The database of FORLOEB_DATABASE_URL cannot be opened ({kind}).") from error
    if settings.demo:
        engine = db.connect(settings.database_url)
        if load_command(engine, ROOT / "demo" / "demo.yaml", clock.now(settings), sys.stdout):
            raise StartError("demo_data", "The demo data could not be loaded (see above).")
        engine.dispose()


def say(line: str) -> None:
    """One line of progress."""
    print(line, flush=True)


def run(settings: Settings) -> int:
    """Start everything and stay until stopped.

    Returns:
        The exit status: 0 when stopped on purpose.

    Raises:
        StartError: it cannot work here; nothing is left running.
        TrainingFailed: there was no current model, and none could be made.
    """
    check(settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    if training.current() is None:
        training.train(say)
    return asyncio.run(_stay(settings))


async def _stay(settings: Settings) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RASA_TELEMETRY_ENABLED": "false"}
    if settings.today is not None:
        environment.setdefault("FORLOEB_TODAY_SINCE", str(time.time()))
    logs = settings.var / "log"
    logs.mkdir(parents=True, exist_ok=True)
    every = processes(settings)
    say("Starting …")
    slowest = next(process for process in every if process.name == "assistant")
    await _start(slowest, environment, logs)
    try:
        await asyncio.to_thread(prepare, settings)
    except BaseException:
        await _stop(every)
        raise
    for process in every:
        if process is not slowest and not stopped.is_set():
            await _start(process, environment, logs)
    watchers = [asyncio.create_task(_watch(p, environment, logs, stopped)) for p in every]
    ready = asyncio.create_task(_announce(settings, stopped, logs))
    await stopped.wait()
    say("\nStopping …")
    for task in (*watchers, ready):
        task.cancel()
    await asyncio.gather(*watchers, ready, return_exceptions=True)
    await _stop(every)
    say("Stopped.")
    return 0


async def _start(process: Process, environment: dict[str, str], logs: Path) -> None:
    with (logs / f"{process.name}.log").open("ab") as log:
        process.running = await asyncio.create_subprocess_exec(
            *process.command, cwd=ROOT, env={**environment, **process.environment}, stdin=asyncio.subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    process.started = time.monotonic()


async def _watch(process: Process, environment: dict[str, str], logs: Path, stopped: asyncio.Event) -> None:
    """Start the process again when it falls; what it was doing waits in the database."""
    while process.running and not stopped.is_set():
        status = await process.running.wait()
        if stopped.is_set():
            return
        process.falls = process.falls + 1 if time.monotonic() - process.started < 5 else 1
        say(f"{process.name} ended (status {status}); starting it again. Log: {logs / (process.name + '.log')}")
        await asyncio.sleep(min(2 ** (process.falls - 1), 30) if process.falls > 5 else 0.2)
        await _start(process, environment, logs)


async def _announce(settings: Settings, stopped: asyncio.Event, logs: Path) -> None:
    address = f"http://127.0.0.1:{settings.gateway_port}"
    began = time.monotonic()
    while not stopped.is_set():
        if await asyncio.to_thread(_healthy, f"{address}/health"):
            say(f"\nForløb is ready ({time.monotonic() - began:.0f} s).\n  Chat:   {address}/")
            say(f"  Staff:  http://127.0.0.1:{settings.review_port}/ (first user: forloeb user add NAME --role admin)")
            say(f"  Logs:   {logs}")
            say("Ctrl-C stops it.")
            return
        if time.monotonic() - began > READY_SECONDS:
            say(f"Not ready after {READY_SECONDS} s; still trying. Logs: {logs}")
            began = time.monotonic()
        await asyncio.sleep(0.5)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def _stop(every: list[Process]) -> None:
    alive = [p.running for p in every if p.running and p.running.returncode is None]
    for running in alive:
        _signal(running.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(asyncio.gather(*(r.wait() for r in alive)), STOP_SECONDS)
    except asyncio.TimeoutError:
        for running in alive:
            if running.returncode is None:
                _signal(running.pid, signal.SIGKILL)
        await asyncio.gather(*(r.wait() for r in alive))


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
