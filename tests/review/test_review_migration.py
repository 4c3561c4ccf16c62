from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.review import tables

OURS = {name for name, value in vars(tables).items() if isinstance(value, Table)}


def test_the_migration_makes_the_tables_that_the_code_speaks_of(engine: Engine) -> None:
    ours = MetaData(naming_convention=db.metadata.naming_convention)
    for each in db.metadata.tables.values():
        each.to_metadata(ours)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _, name, kind, *__: kind != "table" or name in OURS},
        )
        differences = [each for each in compare_metadata(context, ours) if each[0] not in ("add_table", "remove_table")]
    assert len(OURS) == 12 and differences == []
