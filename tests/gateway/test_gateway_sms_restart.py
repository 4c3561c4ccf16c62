"""kill -9 while an SMS is on its way: it is sent once, and what waited is sent after the restart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from forloeb import settings as settings_module
from tests.gateway.far_side import FarSide
from tests.gateway.harness import Loop, Running, environment, until
from tests.gateway.phones import NEW, answers, heard, say
from tests.gateway.providers import Providers, settings_for
from tests.gateway.test_gateway_restart import Process


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_kill_between_twilios_taking_it_and_our_knowing_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, providers: Providers, database: str
) -> None:
    more = settings_for(providers.port)
    if database == "postgresql":
        more["FORLOEB_DATABASE_URL"] = request.getfixturevalue("postgres_database")
    env = environment(tmp_path, FORLOEB_DEMO="0", **more)
    settings, loop = settings_module.load(env), Loop()
    far = FarSide(settings.internal_key)
    runner = loop.serve(far.app(), settings.assistant_port)
    process = Process(env, tmp_path / "log")
    process.start()
    gateway = Running(process.base, settings, far, loop, None)  # type: ignore[arg-type]
    try:
        say(gateway, NEW, "hej")
        answers(providers, NEW, 1)
        providers.behave = ["hang"]
        say(gateway, NEW, "på vej")
        until(lambda: "Svar på: på vej" in heard(providers, NEW))
        say(gateway, NEW, "efter")
        until(lambda: any(body["text"] == "efter" for body in far.seen))
        process.kill()
        process.start()
        got = until(lambda: "Svar på: efter" in heard(providers, NEW) and heard(providers, NEW), 20)
        time.sleep(1)
        assert got == heard(providers, NEW) == ["Svar på: hej", "Svar på: på vej", "Svar på: efter"]
        assert providers.searched >= 1
    finally:
        process.kill()
        loop.do(runner.cleanup())
        loop.close()
