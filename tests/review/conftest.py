from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking.service import Bookings
from tests.postgres import postgres_database, postgres_url  # noqa: F401
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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of either kind."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'forloeb.db'}"
    else:
        found = str(request.getfixturevalue("postgres_database"))
    db.migrate(found)
    return found


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
