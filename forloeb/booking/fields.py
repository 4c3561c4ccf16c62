"""One field of a load file: what it may hold, and what is wrong with it. Pure; a fault is a key in texts.yml."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import yaml

from forloeb.booking.words import has_cpr
from forloeb.settings import ZONE
from forloeb.workdays import add_workdays, is_workday

_RELATIVE = re.compile(r"([+-]\d{1,3})d(?: (\d{2}):(\d{2}))?")
_ID = re.compile(r"[A-Za-z0-9ÆØÅæøå._:-]{1,64}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:\d{2})$")
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)


class Bad(Exception):
    """A field cannot be used."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Value:
    """A field that can be used.

    Attributes:
        value: what it means.
        written: what is compared with the file loaded last: a relative day as it is written, else the meaning.
        relative: it was written as a number of working days from today.
    """

    value: Any
    written: Any
    relative: bool = False


Parser = Callable[[yaml.Node, datetime], Value]


def text(most: int) -> Parser:
    """A line of text, at most so long, without control characters and without a CPR number."""

    def parse(node: yaml.Node, _now: datetime) -> Value:
        value = _scalar(node).strip()
        if not value:
            raise Bad("blank")
        if len(value) > most:
            raise Bad("too_long", most=most)
        if _CONTROL.search(value):
            raise Bad("control_character")
        if has_cpr(value):
            raise Bad("cpr")
        return Value(value, value)

    return parse


def identifier(node: yaml.Node, _now: datetime) -> Value:
    """An id of at most 64 letters, digits, `.`, `_`, `:` and `-`."""
    value = _scalar(node)
    if has_cpr(value):
        raise Bad("cpr")
    if not _ID.fullmatch(value):
        raise Bad("bad_id", value=_short(value))
    return Value(value, value)


def phone(node: yaml.Node, _now: datetime) -> Value:
    """A telephone number with its country code."""
    value = _scalar(node).replace(" ", "")
    if not _PHONE.fullmatch(value):
        raise Bad("phone", value=_short(value))
    return Value(value, value)


def choice(words: tuple[str, ...]) -> Parser:
    """One of some words."""

    def parse(node: yaml.Node, _now: datetime) -> Value:
        value = _scalar(node)
        if value not in words:
            raise Bad("choice", value=_short(value), known=", ".join(words))
        return Value(value, value)

    return parse


def choices(words: tuple[str, ...]) -> Parser:
    """A list of some of the words, each once; kept in the order of `words`."""

    def parse(node: yaml.Node, _now: datetime) -> Value:
        found = [each.value for each in node.value] if isinstance(node, yaml.SequenceNode) else []
        if not found or len({str(each) for each in found}) != len(found) or any(each not in words for each in found):
            raise Bad("choices", known=", ".join(words))
        value = [each for each in words if each in found]
        return Value(value, value)

    return parse


def whole(low: int, high: int) -> Parser:
    """A whole number."""

    def parse(node: yaml.Node, _now: datetime) -> Value:
        value = _scalar(node)
        if not re.fullmatch(r"\d{1,6}", value) or not low <= int(value) <= high:
            raise Bad("whole_number", value=_short(value), low=low, high=high)
        return Value(int(value), int(value))

    return parse


def yes_no(node: yaml.Node, _now: datetime) -> Value:
    """True or false."""
    value = {"true": True, "false": False}.get(_scalar(node).lower())
    if value is None:
        raise Bad("yes_no", value=_short(_scalar(node)))
    return Value(value, value)


def day(node: yaml.Node, now: datetime) -> Value:
    """A date; or working days from today, such as `-20d`."""
    written = _scalar(node)
    if (match := _RELATIVE.fullmatch(written)) and match[2] is None:
        return Value(_workday(now, int(match[1])), written, relative=True)
    try:
        value = date.fromisoformat(written)
    except ValueError:
        raise Bad("date", value=_short(written)) from None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written) or not _EARLIEST <= value < _LATEST:
        raise Bad("date", value=_short(written))
    return Value(value, value.isoformat())


def moment(node: yaml.Node, now: datetime) -> Value:
    """A Danish local time to the minute; or working days from today and a time, such as `+5d 10:00`."""
    written = _scalar(node)
    if (match := _RELATIVE.fullmatch(written)) and match[2] is not None:
        hour, minute = int(match[2]), int(match[3])
        if hour > 23 or minute > 59:
            raise Bad("moment", value=_short(written))
        return Value(_local(datetime.combine(_workday(now, int(match[1])), time(hour, minute))), written, relative=True)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:00)?(Z|[+-]\d{2}:\d{2})?", written):
        raise Bad("moment", value=_short(written))
    try:
        value = datetime.fromisoformat(_OFFSET.sub(lambda found: found[1].replace("Z", "+00:00"), written))
    except ValueError:
        raise Bad("moment", value=_short(written)) from None
    if not _EARLIEST <= value.date() < _LATEST:
        raise Bad("moment", value=_short(written))
    exact = value.astimezone(ZONE) if value.tzinfo else _local(value)
    return Value(exact, exact.isoformat(timespec="minutes"))


def _local(value: datetime) -> datetime:
    exact = value.replace(tzinfo=ZONE)
    # a wall clock time that the spring Sunday leaps over comes back as another
    if datetime.fromtimestamp(exact.timestamp(), ZONE).replace(tzinfo=None) != value:
        raise Bad("no_such_time", value=value.isoformat(timespec="minutes"))
    return exact


def _workday(now: datetime, n: int) -> date:
    """The n-th working day from today; 0 is today, or the next working day when today is none."""
    today = now.astimezone(ZONE).date()
    if n == 0:
        while not is_workday(today):
            today += timedelta(days=1)
        return today
    return add_workdays(today, n)


def _scalar(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Bad("not_a_scalar")
    return str(node.value)


def _short(value: str) -> str:
    """What is wrong, as far as it can be shown: never a number that may be a person's."""
    return "…" if has_cpr(value) else value[:60]
