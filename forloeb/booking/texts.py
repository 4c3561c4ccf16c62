"""The texts for staff, by key, from `texts.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("texts.yml")


def text(key: str, **values: Any) -> str:
    """The Danish text under a dotted key, with `values` put in."""
    return str(_texts()[key]).format(**values)


@cache
def _texts() -> dict[str, str]:
    flat: dict[str, str] = {}

    def walk(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for name, child in node.items():
                walk(f"{prefix}.{name}" if prefix else str(name), child)
        else:
            flat[prefix] = node

    walk("", yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    return flat
