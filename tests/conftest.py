"""What any test may use: PostgreSQL for real (tests/postgres.py), and how Hypothesis searches."""

from hypothesis import settings

from tests.postgres import postgres_database, postgres_url

__all__ = ["postgres_database", "postgres_url"]

# `make test` says the same of the same code every time, however slow the
# machine; `make test-slow` goes looking for what nobody thought of.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("same")
