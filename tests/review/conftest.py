from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking.service import Bookings
from tests.review.harness import Desk, load_world, running, settings_for


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An app for tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("desk")
    with running(settings_for(folder), folder) as one:
        yield one


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An app of the test's own."""
    with running(settings_for(tmp_path), tmp_path) as one:
        yield one


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "forloeb.db"
    db.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    url = postgres_url.rsplit("/", 1)[0] + "/review_template"
    _execute(postgres_url, "CREATE DATABASE review_template")
    db.migrate(url)
    return url


@pytest.fixture
def postgres_copy(postgres_template: str, postgres_url: str) -> Iterator[str]:
    name = f"r{secrets.token_hex(6)}"
    _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE review_template")
    yield postgres_url.rsplit("/", 1)[0] + "/" + name
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of either kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_copy"))
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "forloeb.db")
    return f"sqlite:///{tmp_path / 'forloeb.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = db.connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def bookings(engine: Engine, url: str, tmp_path: Path) -> Bookings:
    """The booking service over the small world."""
    load_world(engine, tmp_path)
    return Bookings(engine, settings_for(tmp_path, url))


def _execute(url: str, statement: str) -> None:
    engine = db.connect(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
