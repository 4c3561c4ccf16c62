from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, text
from sqlalchemy.engine import Engine, make_url

from forloeb import db
from forloeb.booking import tables
from forloeb.booking.cli import load_command
from forloeb.booking.service import Bookings
from tests.booking.world import NOW, WORLD, booking_settings
from tests.postgres import postgres_url  # noqa: F401


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "forloeb.db"
    db.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:  # noqa: F811
    _execute(postgres_url, "CREATE DATABASE booking")
    url = postgres_url.rsplit("/", 1)[0] + "/booking"
    db.migrate(url)
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "forloeb.db")
    return f"sqlite:///{tmp_path / 'forloeb.db'}"


@pytest.fixture
def postgres_copy(postgres_template: str) -> str:
    """The migrated database, emptied: quicker by far than a new one for each test."""
    names = ", ".join(sorted(table.name for table in vars(tables).values() if isinstance(table, Table)))
    _execute(postgres_template, "SET session_replication_role = replica", f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return postgres_template


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_copy"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = db.connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def load(engine: Engine, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    def load(source: str, now: Any = NOW) -> tuple[int, str]:
        path = tmp_path / "file.yaml"
        path.write_text(source, encoding="utf-8")
        out = StringIO()
        return load_command(engine, path, now, out), out.getvalue()

    return load


@pytest.fixture
def bookings(engine: Engine, load: Callable[..., tuple[int, str]]) -> Bookings:
    """The service over a small world: two claimants and a few slots."""
    status, told = load(WORLD)
    assert status == 0, told
    return Bookings(engine, booking_settings(str(engine.url)))


def _execute(url: str, *statements: str) -> None:
    engine = db.connect(str(make_url(url)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
