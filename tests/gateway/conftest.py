from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from forloeb import db
from tests.gateway.harness import QUICK, Loop, Running, free_port, running
from tests.gateway.providers import Providers, settings_for
from tests.postgres import postgres_database, postgres_url  # noqa: F401


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway whose assistant is well; for tests that leave it so."""
    with running(tmp_path_factory.mktemp("gateway"), FORLOEB_ORIGINS="https://kommune.example") as one:
        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database that is migrated."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'forloeb.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    config = Config()
    config.set_main_option("script_location", str(Path(db.__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
    engine = db.connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def providers() -> Iterator[Providers]:
    """Twilio and Meta on a port of their own."""
    loop, one = Loop(), Providers()
    one.port = free_port()
    runner = loop.serve(one.app(), one.port)
    yield one
    loop.do(runner.cleanup())
    loop.close()


@pytest.fixture
def channels(tmp_path: Path, providers: Providers) -> Iterator[Running]:
    """A gateway with SMS and Messenger set up against `providers`."""
    quick = replace(QUICK, first_delay=0.05)
    with running(tmp_path, quick, FORLOEB_DEMO="0", **settings_for(providers.port)) as one:
        yield one
