"""The gateway's own sentences, read from texts.yml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _all() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("texts.yml").read_text("utf-8"))
    return loaded


def error(code: str) -> str:
    """The Danish sentence for an error code."""
    return str(_all()["errors"][code])


def mask(kind: str) -> str:
    """What replaces a redacted `kind`."""
    return str(_all()["masks"][kind])


def failed(values: Mapping[str, str]) -> str:
    """What the person reads when their message could not be answered; `values` are the installation's."""
    return str(_all()["failed"]).format(**values)
