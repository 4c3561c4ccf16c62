from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from forloeb import db
from forloeb.booking import tables
from forloeb.booking.acts import trail
from tests.booking.world import NOW

OURS = {name for name, value in vars(tables).items() if isinstance(value, Table)}


def test_the_migration_makes_the_tables_that_the_code_speaks_of(engine: Engine) -> None:
    ours = MetaData(naming_convention=db.metadata.naming_convention)
    for name in OURS:
        getattr(tables, name).to_metadata(ours)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda thing, name, kind, *_: kind != "table" or name in OURS},
        )
        differences = [each for each in compare_metadata(context, ours) if each[0] != "remove_table"]
    assert differences == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_trail_can_only_grow(engine: Engine, statement: str) -> None:
    if statement.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
        statement = "DELETE FROM audit WHERE 1 = 1"
    with db.writing(engine) as connection:
        trail(connection, "system", "test", None, None, NOW)
    with pytest.raises(DBAPIError, match="append-only"), db.writing(engine) as connection:
        connection.execute(text(statement))
    with db.reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 1


def test_down_and_up_again(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(db.Path(db.__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.downgrade(config, "0001")
    command.upgrade(config, "head")
    engine = db.connect(url)
    with db.writing(engine) as connection:
        connection.execute(insert(tables.claimant).values(id="c-1"))
    engine.dispose()
