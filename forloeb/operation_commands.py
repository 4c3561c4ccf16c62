"""`forloeb notice` and `forloeb switch`: what staff say to everybody, and what they switch off."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

from sqlalchemy.engine import Engine

from forloeb import logs, operation
from forloeb.db import reading, writing
from forloeb.settings import ZONE


def notice_set(engine: Engine, text: str, until: str | None, now: datetime, out: TextIO) -> int:
    """Tell everybody `text`; the exit status.

    Raises:
        BadNotice: the text or its end cannot be used.
    """
    try:
        end = datetime.fromisoformat(until) if until else None
    except ValueError as error:
        raise operation.BadNotice("bad_notice", "--until must look like 2026-11-22T16:00") from error
    if end is not None and end.tzinfo is None:
        end = end.replace(tzinfo=ZONE)
    with writing(engine) as connection:
        operation.set_notice(connection, text, end, now)
    logs.event("notice_set")
    return show(engine, now, out)


def notice_clear(engine: Engine, now: datetime, out: TextIO) -> int:
    """Tell it no more; the exit status."""
    with writing(engine) as connection:
        cleared = operation.clear_notice(connection, now)
    print("The notice is told no more." if cleared else "No notice was set.", file=out)
    return 0


def switch(engine: Engine, name: str, on: bool, now: datetime, out: TextIO) -> int:
    """Put a switch on or off; the exit status."""
    with writing(engine) as connection:
        changed = operation.put(connection, name, on, now)
    logs.event("switched", switch=name, on=on, changed=changed)
    print(f"{name} is {'on' if on else 'off'}{'' if changed else ', as it was'}.", file=out)
    return 0


def show(engine: Engine, now: datetime, out: TextIO) -> int:
    """Print the notice and the switches; the exit status."""
    with reading(engine) as connection:
        current, off = operation.current_notice(connection, now), operation.off(connection)
    if current is None:
        print("No notice is set.", file=out)
    else:
        until = f"until {current.until.astimezone(ZONE):%Y-%m-%d %H:%M}" if current.until else "until it is cleared"
        print(f"Told {until}: {current.text}", file=out)
    for name in operation.SWITCHES:
        since = off.get(name)
        print(f"{name}: {f'off since {since.astimezone(ZONE):%Y-%m-%d %H:%M}' if since else 'on'}", file=out)
    return 0
