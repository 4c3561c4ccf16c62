"""`forloeb times`: JSON lines in, JSON lines out (contract: section 6 of the design)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TextIO

from forloeb.danish.time import Direction, read
from forloeb.errors import ForloebError

_OLDEST, _NEWEST = 1900, 2199


class BadLine(ForloebError):
    """A line that is not `{"text", "now", "direction"}`."""


def run(stdin: TextIO, stdout: TextIO) -> int:
    """Answer every line; a bad one gets `{"error": {"code", "message"}}` and the next is read. 0, or 1 after errors."""
    failed = False
    for line in stdin:
        if not line.strip():
            continue
        try:
            answer = _answer(line)
        except BadLine as bad:
            failed = True
            answer = {"error": {"code": bad.code, "message": bad.message}}
        stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        stdout.flush()
    return int(failed)


def _answer(line: str) -> dict[str, object]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadLine("bad_json", "the line is not JSON") from problem
    if not isinstance(asked, dict):
        raise BadLine("bad_line", "the line must be an object with text, now and direction")
    text = asked.get("text")
    if not isinstance(text, str):
        raise BadLine("bad_text", "text must be a string")
    return read(text, _now(asked.get("now")), _direction(asked.get("direction", "future"))).as_json()


def _now(value: object) -> datetime:
    """The moment; without an offset it is Danish time. A trailing Z is UTC (Python 3.10 does not read it)."""
    try:
        if not isinstance(value, str):
            raise ValueError
        now = datetime.fromisoformat(value.removesuffix("Z") + ("+00:00" if value.endswith("Z") else ""))
        if not _OLDEST <= now.year <= _NEWEST:
            raise ValueError
        return now
    except ValueError as problem:
        raise BadLine(
            "bad_now", "now must be an ISO 8601 moment, such as 2025-09-04T10:00, from 1900 to 2199"
        ) from problem


def _direction(value: object) -> Direction:
    if value == "future":
        return "future"
    if value == "past":
        return "past"
    raise BadLine("bad_direction", 'direction must be "future" or "past"')
