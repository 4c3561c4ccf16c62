"""One JSON line per event. Never message text, never a token, never the words of somebody else's exception."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

_logger = logging.getLogger("forloeb.gateway")


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """Log one event.

    Args:
        name: snake_case, what happened.
        level: of the logging module.
        error: only its class and the places it passed are written: its words can hold personal data.
        fields: identifiers, counts and kinds.
    """
    if error is not None:
        fields["error"] = type(error).__name__
        fields["where"] = _places(error.__traceback__)
    _logger.log(level, name, extra={"fields": fields})


def start() -> None:
    """Send every log line of this process to stderr as JSON; other libraries' without their arguments."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == _logger.name else "library",
        }
        if record.name != _logger.name:
            line |= {"library": record.name, "message": str(record.msg)[:200] if record.args else "(withheld)"}
            if record.exc_info and record.exc_info[1] is not None:
                line |= {"error": type(record.exc_info[1]).__name__, "where": _places(record.exc_info[2])}
        line |= getattr(record, "fields", {})
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-6:]]
