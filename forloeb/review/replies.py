"""Prepared replies, from replies.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Prepared:
    """One reply that staff can begin from."""

    id: str
    title: str
    text: str


@cache
def _all() -> tuple[Prepared, ...]:
    rows = yaml.safe_load(Path(__file__).with_name("replies.yml").read_text("utf-8"))
    return tuple(Prepared(str(row["id"]), str(row["title"]), str(row["text"])) for row in rows)


def prepared(values: Mapping[str, str]) -> list[Prepared]:
    """All of them, with the installation's values filled in."""
    return [Prepared(each.id, each.title, each.text.format(**values)) for each in _all()]
