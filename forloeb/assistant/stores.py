"""Rasa's tracker store, placed by our settings (Rasa's endpoints file can only hold fixed text), read back in part.

Conversations never expire, and Rasa reads all of a conversation at every turn. The rules need the slots and what was
said last; so that is what is read. Nothing is ever removed: the store keeps every event.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine.url import make_url
from sqlalchemy.orm import Session

from forloeb import settings as settings_module

TURNS = 6


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

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """The last TURNS turns and every slot as it stood before them; all of it when all is asked for.

        Events are told apart by their id and not, as Rasa does, by their time: a clock set back would hide them.
        """
        if fetch_events_from_all_sessions:
            return await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        with self.session_scope() as session:
            events = self._lately(session, sender_id)
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.read_back = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the tracker was read back."""
        await super().save(tracker)
        tracker.read_back = len(tracker.events)

    def _additional_events(self, session: Session, tracker: DialogueStateTracker) -> Iterator[Any]:
        read_back = getattr(tracker, "read_back", None)
        if read_back is None:
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, read_back, None)

    def _lately(self, session: Session, sender_id: str) -> list[dict[str, Any]]:
        event = self.SQLEvent
        mine = session.query(event).filter(event.sender_id == sender_id)
        said = mine.filter(event.type_name == UserUttered.type_name).order_by(event.id.desc())
        first = said.with_entities(event.id).offset(TURNS - 1).limit(1).scalar()
        if first is None:
            return [json.loads(row.data) for row in mine.order_by(event.id)]
        lately = mine.filter(event.id >= first).order_by(event.id)
        before = mine.filter(event.id < first, event.type_name == SlotSet.type_name)
        last_set = before.with_entities(sa.func.max(event.id)).group_by(event.action_name)
        slots = session.query(event).filter(event.id.in_(last_set.subquery().select())).order_by(event.id)
        opening = [ActionExecuted(ACTION_SESSION_START_NAME).as_dict(), SessionStarted().as_dict()]
        listening = ActionExecuted(ACTION_LISTEN_NAME).as_dict()
        return [*opening, *(json.loads(row.data) for row in slots), listening, *(json.loads(r.data) for r in lately)]
