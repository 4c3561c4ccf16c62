"""Where a list goes on: the place of the last row shown, as the page's link carries it."""

from __future__ import annotations

from datetime import datetime


def written(moment: datetime, identifier: str) -> str:
    """The place after a row with this moment and id."""
    return f"{moment.isoformat()}~{identifier}"


def read(onward: str) -> tuple[datetime, str] | None:
    """The moment and id that a link names; None at the beginning, and where the link names no place."""
    moment, _, identifier = onward.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, identifier) if found.tzinfo and identifier else None
