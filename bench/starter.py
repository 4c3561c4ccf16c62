"""Rasa's own starter assistant (`rasa init`), with one custom action and the SQL tracker store: the baseline.

Nothing of it is tuned: the files of the installed package, its default pipeline and policies, `rasa run` and
`rasa run actions` as its documentation says. Trained once per version of Rasa and kept under var/bench.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import IO

from forloeb import settings
from tests.stack import free_port

QUESTION = "are you a bot?"
ACTION = """
from rasa_sdk import Action


class ActionWhoAmI(Action):
    def name(self):
        return "action_who_am_i"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="I am a bot, powered by Rasa.")
        return []
"""
ENDPOINTS = """
action_endpoint:
  url: http://127.0.0.1:{actions}/webhook
tracker_store:
  type: SQL
  dialect: sqlite
  db: {database}
"""
READY_SECONDS = 300


class Starter:
    """The starter assistant as processes of its own on free ports."""

    name = "Rasa's starter"

    def __init__(self) -> None:
        """Makes the project and trains it where that has not been done."""
        kept = settings.load().var / "bench" / f"starter-{version('rasa')}"
        self.folder = kept.absolute()
        self.trained_in = self._prepare()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.logs: list[IO[bytes]] = []

    def _prepare(self) -> float:
        seconds = self.folder / "seconds"
        if seconds.exists():
            return float(seconds.read_text())
        import rasa.cli

        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(Path(rasa.cli.__file__).parent / "initial_project", self.folder)
        (self.folder / "actions" / "actions.py").write_text(ACTION)
        domain = self.folder / "domain.yml"
        domain.write_text(domain.read_text() + "\nactions:\n  - action_who_am_i\n")
        rules = self.folder / "data" / "rules.yml"
        rules.write_text(rules.read_text().replace("utter_iamabot", "action_who_am_i"))
        print("training Rasa's starter assistant (once, a minute or two) ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        self._rasa("train").check_returncode()
        seconds.write_text(f"{time.monotonic() - began:.1f}")
        return float(seconds.read_text())

    def _rasa(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        where = {"cwd": self.folder, "env": self._environment()}
        return subprocess.run(self._command(*arguments), capture_output=True, check=False, **where)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "rasa", *arguments]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def start(self) -> float:
        """Start both processes; the seconds until the first answer."""
        self.port, actions = free_port(), free_port()
        database = self.folder / "tracker.db"
        database.unlink(missing_ok=True)
        endpoints = self.folder / "endpoints.bench.yml"
        endpoints.write_text(ENDPOINTS.format(actions=actions, database=database))
        began = time.monotonic()
        self._spawn("run", "actions", "--port", str(actions))
        self._spawn("run", "--port", str(self.port), "--endpoints", endpoints.name, "--credentials", "credentials.yml")
        while not self._answers():
            if time.monotonic() - began > READY_SECONDS:
                raise RuntimeError(f"the starter assistant does not answer; see {self.folder}/bench.log")
            time.sleep(0.2)
        return time.monotonic() - began

    def _spawn(self, *arguments: str) -> None:
        log = (self.folder / "bench.log").open("ab")
        self.logs.append(log)
        where = {"cwd": self.folder, "env": {**self._environment(), "SANIC_HOST": "127.0.0.1"}}
        command = self._command(*arguments)
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **where))

    def _answers(self) -> bool:
        body = b'{"sender": "first", "message": "are you a bot?"}'
        request = urllib.request.Request(self.address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return b"powered" in answer.read()
        except OSError:
            return False

    @property
    def address(self) -> str:
        """Where a message goes."""
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    def pids(self) -> list[int]:
        """Every process."""
        return [p.pid for p in self.processes]

    def stop(self) -> None:
        """End them."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for log in self.logs:
            log.close()
        self.processes, self.logs = [], []
