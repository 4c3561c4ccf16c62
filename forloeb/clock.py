"""The clock that law, booking, holds and reminders read. Only the edge calls it; the core takes `on: date`.

JWT lifetimes, retries and rate limits use the real clock instead.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone

from forloeb.settings import ZONE, Settings

_STARTED = time.time()


def now(settings: Settings) -> datetime:
    """The present moment, aware, in Europe/Copenhagen; shifted by FORLOEB_TODAY and running on from there."""
    if settings.today is None:
        return datetime.now(ZONE)
    since = settings.today_since if settings.today_since is not None else _STARTED
    started = settings.today.replace(tzinfo=ZONE).astimezone(timezone.utc)
    return (started + timedelta(seconds=time.time() - since)).astimezone(ZONE)


def today(settings: Settings) -> date:
    """The present calendar day in Denmark."""
    return now(settings).date()
