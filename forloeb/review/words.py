"""Danish for the codes that the pages show, from words.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _all() -> dict[str, dict[str, str]]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8"))
    return {name: {str(key): str(text) for key, text in group.items()} for name, group in loaded.items()}


def word(group_: str, code: object) -> str:
    """The Danish word for a code; the code itself where there is none (an intent that is new)."""
    return _all()[group_].get(str(code), str(code))


def find(group_: str, code: str) -> str | None:
    """The Danish word for a code, or None."""
    return _all()[group_].get(code)


def group(name: str) -> dict[str, str]:
    """A whole group, in the order of the file."""
    return _all()[name]
