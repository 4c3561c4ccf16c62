"""Alembic's entry: one revision chain for every service's tables."""

from __future__ import annotations

from alembic import context

from forloeb.db import connect, metadata

engine = connect(context.config.attributes["url"])
with engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7203015)")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
