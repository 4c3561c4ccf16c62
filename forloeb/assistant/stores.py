"""Rasa's tracker store, placed by our settings (Rasa's endpoints file can only hold fixed text)."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from sqlalchemy.engine.url import make_url

from forloeb import settings as settings_module


class TrackerStore(SQLTrackerStore):
    """Rasa's SQL store at FORLOEB_TRACKER_URL; on SQLite in WAL mode, in a file of its own."""

    def __init__(self, domain: Domain | None = None, host: str | None = None, **kwargs: Any) -> None:
        """Rasa passes `domain` and the endpoint's own keys, of which none are used."""
        settings = settings_module.load()
        settings.var.mkdir(parents=True, exist_ok=True)
        url = make_url(settings.tracker_url)
        super().__init__(
            domain=domain,
            dialect=url.drivername,
            host=url.host,
            port=url.port,
            db=url.database or "",
            username=url.username,
            password=url.password,
            query=dict(url.query) or None,
            event_broker=kwargs.get("event_broker"),
        )
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
