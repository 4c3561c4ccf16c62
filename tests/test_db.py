"""The database layer: moments in UTC, transactions whole or not at all, migrations repeatable, on both dialects."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from forloeb import db


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'x.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    )
    made = db.connect(url)
    yield made
    made.dispose()


def test_moments_come_back_aware_in_utc(engine):
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", db.UtcDateTime()))
    local = datetime(2025, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Copenhagen"), fold=1)
    with db.writing(engine) as connection:
        table.create(connection)
        connection.execute(table.insert().values(at=local))
    with db.reading(engine) as connection:
        assert connection.execute(sa.select(table.c.at)).scalar_one() == local.astimezone(timezone.utc)
    with pytest.raises(sa.exc.StatementError), db.writing(engine) as connection:
        connection.execute(table.insert().values(at=datetime(2025, 1, 1)))


def test_a_failed_transaction_leaves_nothing(engine):
    table = sa.Table("things", sa.MetaData(), sa.Column("n", sa.Integer))
    with db.writing(engine) as connection:
        table.create(connection)
    with pytest.raises(RuntimeError), db.writing(engine) as connection:
        connection.execute(table.insert().values(n=1))
        raise RuntimeError
    with db.reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_migrating_twice_changes_nothing(engine):
    url = engine.url.render_as_string(hide_password=False)
    db.migrate(url)
    before = set(sa.inspect(engine).get_table_names())
    db.migrate(url)
    assert set(sa.inspect(engine).get_table_names()) == before
    assert {"claimant", "appointment", "message", "conversation"} <= before
