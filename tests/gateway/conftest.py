from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from forloeb import db
from tests.gateway.harness import Running, running
from tests.postgres import postgres_database, postgres_url  # noqa: F401


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway whose assistant is well; for tests that leave it so."""
    with running(tmp_path_factory.mktemp("gateway"), FORLOEB_ORIGINS="https://kommune.example") as one:
        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the gateway's tables alone."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'forloeb.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    config = Config()
    config.set_main_option("script_location", str(Path(db.__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "0001")
    engine = db.connect(url)
    yield engine
    engine.dispose()
