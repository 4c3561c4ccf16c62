"""The gateway's own sentences, read from texts.yml."""

from __future__ import annotations

import re
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


def switched_off(values: Mapping[str, str]) -> str:
    """What the person reads while staff have switched the assistant off."""
    return str(_all()["switched_off"]).format(**values)


def channel(name: str, **values: object) -> str:
    """A sentence of the channels; `values` fill it."""
    return str(_all()["channels"][name]).format(**values)


def call(reason: str) -> str:
    """What staff read about a message that did not reach its person."""
    return str(_all()["calls"][reason])


@cache
def urgent() -> tuple[re.Pattern[str], ...]:
    """What a sentence looks like that must not wait for MERE."""
    return tuple(re.compile(pattern) for pattern in _all()["urgent"])


@cache
def health() -> re.Pattern[str]:
    """A word about health, whatever its ending."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _all()['health']))})\w*", re.IGNORECASE)


def keyword(text: str) -> str | None:
    """The keyword that a whole message is: stop, start, help or more."""
    return _keywords().get(" ".join(re.sub(r"[^\w\s]", " ", text).upper().split()))


@cache
def _keywords() -> dict[str, str]:
    return {word: name for name, words in _all()["keywords"].items() for word in words}


def takeover(key: str, values: Mapping[str, str]) -> str:
    """What the person reads when staff come or go: `here`, `colleague`, `back` or `left`."""
    return str(_all()["takeover"][key]).format(**values)
