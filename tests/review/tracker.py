"""Rasa's event log as Rasa writes it: the table of its SQL tracker store, and turns in it."""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, insert
from sqlalchemy.engine import Connection, Engine

from forloeb.db import writing

metadata = MetaData()
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)


def make(engine: Engine) -> None:
    metadata.create_all(engine)


def turn(
    connection: Connection,
    conversation: str,
    message_id: str,
    intent: str = "cv_frist",
    confidence: float = 0.95,
    *,
    identifier: int | None = None,
    at: float | None = None,
    entities: list[dict[str, Any]] | None = None,
    data: str | None = None,
) -> None:
    moment = time.time() if at is None else at
    event = {
        "event": "user",
        "timestamp": moment,
        "metadata": {"channel": "web", "message_id": message_id, "model_id": "m1"},
        "text": "…",
        "parse_data": {
            "intent": {"name": intent, "confidence": confidence},
            "entities": entities or [],
            "intent_ranking": [
                {"name": intent, "confidence": confidence},
                {"name": "hilsen", "confidence": 1 - confidence},
            ],
        },
        "message_id": message_id,
    }
    values = {"sender_id": conversation, "type_name": "user", "timestamp": moment, "intent_name": intent}
    if identifier is not None:
        values["id"] = identifier
    connection.execute(insert(events).values(**values, data=data or json.dumps(event)))


def turns(engine: Engine, *which: tuple[Any, ...]) -> None:
    with writing(engine) as connection:
        for each in which:
            turn(connection, *each)
