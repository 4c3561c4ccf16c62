"""The table of time expressions: what the grammar reads, against a calendar that shares nothing with it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from time_oracle import Calendar

from forloeb.danish.time import Reading, read

TABLE = yaml.safe_load(Path(__file__).with_name("cases.yml").read_text(encoding="utf-8"))


class Case(NamedTuple):
    category: str
    text: str
    now: str
    direction: str
    expectation: str


def cases() -> list[Case]:
    listed = []
    for group in TABLE["groups"]:
        for row in group["cases"]:
            for name in [row["at"]] if "at" in row else group["at"]:
                now = TABLE["moments"].get(name, name)
                listed.append(Case(group["category"], row["text"], now, group["direction"], row["is"]))
    return listed


def outcome(case: Case) -> tuple[bool, Reading, Any]:
    """Whether the reading is the one derived; with both for the message."""
    reading = read(case.text, datetime.fromisoformat(case.now), case.direction)  # type: ignore[arg-type]
    kind, expected = Calendar(case.now, case.direction).evaluate(case.expectation)
    if kind == "ask":
        asked = reading.ask or ""
        return not reading.times and bool(asked) and all(word in asked for word in expected), reading, expected
    fields = ("start", "end", "grain", "kind", "excluded")
    got = [tuple(found[field] for field in fields) for found in (time.as_json() for time in reading.times)]
    return reading.ask is None and got == expected, reading, expected


def rows() -> list[list[Case]]:
    """The cases of one line of the table: the same text at each of its moments."""
    return [list(line) for _, line in groupby(cases(), key=lambda case: (case.category, case.direction, case.text))]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0].category} {row[0].direction}: {row[0].text}")
def test_reads_what_the_calendar_says(row: list[Case]) -> None:
    for case in row:
        right, reading, expected = outcome(case)
        assert right, f"{case.text!r} at {case.now}: {reading.as_json()} instead of {expected}"


def test_table_is_wide_enough() -> None:
    assert len({(case.text, case.direction) for case in cases()}) >= 1000
    assert len(Counter(case.category for case in cases())) >= 15
