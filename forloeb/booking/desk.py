"""What every part of the service stands on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Engine

from forloeb.booking.slots import SlotSource, StoredSlots
from forloeb.settings import Settings


class Desk:
    """The store, the settings and the source of slots.

    Args:
        engine: from `forloeb.db.connect`; safe to share between threads.
        settings: the installation's.
        slots: where slots come from; our own store when None.
    """

    def __init__(self, engine: Engine, settings: Settings, slots: SlotSource | None = None) -> None:
        self.engine = engine
        self.settings = settings
        self.slots: SlotSource = slots if slots is not None else StoredSlots()
        self.alarm = timedelta(minutes=settings.alarm_minutes)
