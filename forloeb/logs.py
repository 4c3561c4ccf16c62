"""One JSON line per event. Never message text, never a token, never the words of somebody else's exception.

`message` in a line is the message's id: the one trace id from channel to database (docs/operations.md).
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from forloeb import metrics

_logger = logging.getLogger("forloeb.events")


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """Log one event, and count it.

    Args:
        name: snake_case, what happened.
        level: of the logging module.
        error: only its class and the places it passed are written: its words can hold personal data.
        fields: identifiers, counts and kinds.
    """
    metrics.EVENTS.add(event=name)
    if error is not None:
        fields["error"] = type(error).__name__
        fields["where"] = _places(error.__traceback__)
    _logger.log(level, name, extra={"fields": fields})


def start(process: str = "", *, alone: bool = True) -> None:
    """Write this process's log lines to stderr as JSON; other libraries' without their arguments.

    Args:
        process: its name, on every line.
        alone: whether other libraries' lines are taken too; False where Rasa arranges its own.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(process))
    if alone:
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.getLogger("alembic").setLevel(logging.WARNING)
    else:
        _logger.setLevel(logging.INFO)
        _logger.handlers = [handler]
        _logger.propagate = False


class _JsonLines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == _logger.name else "library",
        }
        if self._process:
            line["process"] = self._process
        if record.name != _logger.name:
            line |= {"library": record.name, "message": _said(record)}
            if record.exc_info and record.exc_info[1] is not None:
                line |= {"error": type(record.exc_info[1]).__name__, "where": _places(record.exc_info[2])}
        line |= getattr(record, "fields", {})
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(record: logging.LogRecord) -> str:
    """Ours whole (ids and counts); of another library's line only what stood in its source."""
    if record.name.startswith("forloeb."):
        return record.getMessage()[:500]
    return str(record.msg)[:200] if record.args else "(withheld)"


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-6:]]
