"""kill -9 of a real gateway process in the middle: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from forloeb import settings as settings_module
from tests.gateway.far_side import FarSide
from tests.gateway.harness import Loop, Person, environment, free_port, until

ROOT = Path(__file__).resolve().parent.parent.parent


class Process:
    """`python -m forloeb.gateway` as a process that can be killed and started again."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.log = {**os.environ, **env}, log
        self.base = f"http://127.0.0.1:{env['FORLOEB_GATEWAY_PORT']}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "forloeb.gateway"], cwd=ROOT, env=self.env, stderr=log
            )
        until(self.answers, 20)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.base}/health", timeout=5).status_code in (200, 503)
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def person(self) -> Person:
        body = requests.post(f"{self.base}/webhooks/web/session", timeout=10).json()
        return Person(self.base, body["token"], body["conversation_id"])


@pytest.fixture(params=["sqlite", "postgresql"])
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Process, FarSide]]:
    more = {}
    if request.param == "postgresql":
        more["FORLOEB_DATABASE_URL"] = request.getfixturevalue("postgres_database")
    env = environment(tmp_path, **more)
    settings = settings_module.load(env)
    loop, far = Loop(), FarSide(settings.internal_key)
    runner = loop.serve(far.app(), settings.assistant_port)
    one = Process(env, tmp_path / "log")
    one.start()
    try:
        yield one, far
    finally:
        if one.process.poll() is None:
            one.kill()
        loop.do(runner.cleanup())
        loop.close()


def test_what_was_in_hand_and_what_waited_is_answered_after_the_restart(process: tuple[Process, FarSide]) -> None:
    gateway, far = process
    people = [gateway.person() for _ in range(3)]
    for person in people:
        person.get(wait=5)
    far.delay = 0.6

    def send(person: Person, number: int) -> None:
        try:
            person.say(f"besked {number}", f"k{number}")
        except requests.RequestException:
            return  # the connection died with the process

    threads = []
    for number in range(4):
        for person in people:
            threads.append(threading.Thread(target=send, args=(person, number)))
            threads[-1].start()
        time.sleep(0.1)
    time.sleep(0.3)
    gateway.kill()
    for thread in threads:
        thread.join(20)
    far.delay = 0
    gateway.start()
    for person in people:
        for number in range(4):  # what a widget does: the same id again
            assert person.say(f"besked {number}", f"k{number}").status_code in (200, 202)
        history = until(lambda person=person: len(person.get()) == 9 and person.get(), 20)
        said = [one["text"] for one in history if one["from"] == "user"]
        answered = [one["text"] for one in history if one["from"] == "bot"]
        assert sorted(said) == [f"besked {number}" for number in range(4)]
        assert answered[1:] == [f"Svar på: {one}" for one in said]


def test_killed_again_and_again_under_load(process: tuple[Process, FarSide]) -> None:
    gateway, far = process
    person = gateway.person()
    person.get(wait=5)
    far.delay = 0.01
    stop = threading.Event()
    sent: list[str] = []

    def talk() -> None:
        number = 0
        while not stop.is_set():
            text = f"nr {number}"
            try:
                if person.say(text, f"n{number}").status_code in (200, 202):
                    sent.append(text)
                    number += 1
                else:
                    time.sleep(0.05)
            except requests.RequestException:
                time.sleep(0.02)  # and the same id again

    thread = threading.Thread(target=talk)
    thread.start()
    for _ in range(2):
        time.sleep(0.35)
        gateway.kill()
        gateway.start()
    time.sleep(0.2)
    stop.set()
    thread.join(20)
    assert sent
    history = until(lambda: (page := person.get())[-1]["from"] == "bot" and page, 20)
    assert [one["text"] for one in history if one["from"] == "user"] == sent
    assert [one["text"] for one in history if one["from"] == "bot"][1:] == [f"Svar på: {text}" for text in sent]


def test_it_ends_at_once_when_told_to_even_while_somebody_waits(process: tuple[Process, FarSide]) -> None:
    gateway, _ = process
    person = gateway.person()
    person.get(wait=5)
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(person.read(after=1000, wait=20)))
    thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(10) == 0 and time.monotonic() - started < 5
    thread.join(5)
    assert answers[0].json() == {"messages": []}
    events = [json.loads(line) for line in gateway.log.read_text().splitlines()]
    assert {"starting", "session_opened", "answered"} <= {line["event"] for line in events}
    assert "maskine" not in gateway.log.read_text() and person.token not in gateway.log.read_text()


def test_a_taken_port_or_a_bad_setting_gets_one_clear_line(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = {**os.environ, **environment(tmp_path, FORLOEB_GATEWAY_PORT=str(taken.getsockname()[1]))}
        done = subprocess.run(
            [sys.executable, "-m", "forloeb.gateway"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1 and "cannot be opened" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    env = {**os.environ, **environment(tmp_path, FORLOEB_GATEWAY_PORT=str(free_port()), FORLOEB_LOGIN_ALG="RS256")}
    done = subprocess.run(
        [sys.executable, "-m", "forloeb.gateway"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "FORLOEB_LOGIN_KEY" in done.stderr
