"""What was done last, for "hvad nu?": remembered in the slot `sidste_sag`, said in next_step.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forloeb.booking.model import Appointment


def of(what: str, at: datetime, meeting: Appointment | None, **more: Any) -> dict[str, Any]:
    """An act as the slot remembers it: `what` is missed, afbud, booked, or sent (to staff)."""
    return {"what": what, "at": at.isoformat(), "appointment": meeting.id if meeting else None, **more}
