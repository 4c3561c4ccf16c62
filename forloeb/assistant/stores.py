"""Rasa's tracker store, placed by our settings (Rasa's endpoints file can only hold fixed text), read back in part.

Conversations never expire, and Rasa reads all of a conversation at every turn. The rules need the slots and what was
said last; so that is what is read. Nothing is ever removed: the store keeps every event.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.orm import sessionmaker

from forloeb import db
from forloeb import settings as settings_module

TURNS = 6


class TrackerStore(SQLTrackerStore):
    """Rasa's SQL store at FORLOEB_TRACKER_URL, over connections that stay open; on SQLite a file of its own.

    Rasa opens SQLite's file anew for every read and every write. Where nobody else has it open, closing it copies the
    write-ahead log into the file, and waits for the disk twice more.
    """

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
        self.engine.dispose()
        self.engine: Engine = db.connect(settings.tracker_url)
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._queries = _Queries(self.SQLEvent.__table__)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """The last TURNS turns and every slot as it stood before them; all of it when all is asked for.

        Events are told apart by their id and not, as Rasa does, by their time: a clock set back would hide them.
        """
        if fetch_events_from_all_sessions:
            return await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        with db.reading(self.engine) as connection:
            events = self._queries.lately(connection, sender_id)
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.read_back = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the tracker was read back; of one read otherwise, as Rasa does."""
        read_back = getattr(tracker, "read_back", None)
        if read_back is None:
            await super().save(tracker)
        else:
            await self.stream_events(tracker)
            new = [_row(tracker.sender_id, event) for event in itertools.islice(tracker.events, read_back, None)]
            if new:
                with db.writing(self.engine) as connection:
                    connection.execute(self._queries.insert, new)
        tracker.read_back = len(tracker.events)


class _Queries:
    """The statements, made once: building them and Rasa's mapped rows cost more than asking the database."""

    def __init__(self, event: sa.Table) -> None:
        mine = event.c.sender_id == sa.bindparam("sender")
        said = sa.select(event.c.id).where(mine, event.c.type_name == UserUttered.type_name)
        self._first = said.order_by(event.c.id.desc()).offset(TURNS - 1).limit(1)
        since = sa.bindparam("first")
        self._lately = sa.select(event.c.data).where(mine, event.c.id >= since).order_by(event.c.id)
        before = sa.select(sa.func.max(event.c.id)).where(
            mine, event.c.id < since, event.c.type_name == SlotSet.type_name
        )
        last_set = before.group_by(event.c.action_name)
        self._slots = sa.select(event.c.data).where(event.c.id.in_(last_set)).order_by(event.c.id)
        self.insert = event.insert()

    def lately(self, connection: Connection, sender_id: str) -> list[dict[str, Any]]:
        """The serialised events of the last TURNS turns, after those that give every slot as it stood before."""

        def read(query: Any, first: int) -> list[dict[str, Any]]:
            rows = connection.execute(query, {"sender": sender_id, "first": first})
            return [json.loads(row.data) for row in rows]

        first = connection.execute(self._first, {"sender": sender_id}).scalar()
        if first is None:
            return read(self._lately, 0)
        opening = [ActionExecuted(ACTION_SESSION_START_NAME).as_dict(), SessionStarted().as_dict()]
        listening = ActionExecuted(ACTION_LISTEN_NAME).as_dict()
        return [*opening, *read(self._slots, first), listening, *read(self._lately, first)]


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """An event as Rasa's own `save` writes it."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
