"""Reading a load file: every fault with its line, or rows that can be written. Pure but for the working days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from forloeb.booking import fields
from forloeb.booking.fields import Bad, Parser, Value
from forloeb.booking.model import NUMBERED, Form, Holder, Kind, Status, Word
from forloeb.booking.texts import text

BENEFITS = ("dagpenge", "kontanthjaelp", "uddannelseshjaelp")
LONGEST_MINUTES = 480
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"


def _words(vocabulary: type[Word]) -> tuple[str, ...]:
    return tuple(member.value for member in vocabulary)


@dataclass(frozen=True)
class Section:
    """What the rows of one section hold.

    Attributes:
        fields: name -> parser.
        required: the fields that every row has.
        identity: the fields that the id is made from when none is given.
    """

    prefix: str
    fields: dict[str, Parser]
    required: tuple[str, ...]
    identity: tuple[str, ...]


SECTIONS = {
    "claimants": Section(
        "c",
        {
            "id": fields.identifier,
            "name": fields.text(200),
            "benefit": fields.choice(BENEFITS),
            "unemployed_from": fields.day,
            "registered": fields.day,
            "first_contact": fields.day,
            "phone": fields.phone,
            "a_kasse": fields.text(100),
            "municipality": fields.text(100),
        },
        (),
        ("name", "phone", "municipality"),
    ),
    "slots": Section(
        "t",
        {
            "id": fields.identifier,
            "holder": fields.choice(_words(Holder)),
            "caseworker": fields.text(100),
            "start": fields.moment,
            "minutes": fields.whole(5, LONGEST_MINUTES),
            "forms": fields.choices(_words(Form)),
            "place": fields.text(200),
            "withdrawn": fields.yes_no,
        },
        ("holder", "start", "minutes", "forms"),
        ("holder", "caseworker", "start", "place"),
    ),
    "appointments": Section(
        "a",
        {
            "id": fields.identifier,
            "claimant": fields.identifier,
            "holder": fields.choice(_words(Holder)),
            "kind": fields.choice(_words(Kind)),
            "number": fields.whole(1, 6),
            "start": fields.moment,
            "minutes": fields.whole(5, LONGEST_MINUTES),
            "form": fields.choice(_words(Form)),
            "status": fields.choice(_words(Status)),
            "place": fields.text(200),
            "caseworker": fields.text(100),
            "about": fields.text(500),
        },
        ("claimant", "holder", "kind", "start", "minutes", "form", "status"),
        ("claimant", "holder", "kind", "number", "start"),
    ),
    "deadlines": Section(
        "d",
        {
            "id": fields.identifier,
            "claimant": fields.identifier,
            "holder": fields.choice(_words(Holder)),
            "book_by": fields.day,
        },
        ("claimant", "holder", "book_by"),
        ("claimant", "holder", "book_by"),
    ),
}


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and on which line of the file."""

    line: int
    code: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """The fault in Danish."""
        return text(f"fault.{self.code}", **self.values)


@dataclass(frozen=True)
class Item:
    """One row of a section.

    Attributes:
        id: as given, or made from the rest.
        id_given: it stood in the file.
        values: field -> meaning, those not given left out; null is None.
        written: what is compared with the row as loaded last.
        relative: some day in it counts from today.
    """

    section: str
    line: int
    id: str
    id_given: bool
    values: dict[str, Any]
    written: dict[str, Any]
    relative: bool


@dataclass(frozen=True)
class Parsed:
    """A whole file. `items` are only to be written when there are no faults."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...]


def parse(source: str, now: datetime) -> Parsed:
    """Read a load file.

    Args:
        source: YAML (or JSON, which is YAML).
        now: days relative to today count from here.
    """
    faults: list[Fault] = []
    items: list[Item] = []
    for name, node in _sections(source, faults):
        for row in node.value:
            item = _row(name, row, now, faults)
            if item:
                items.append(item)
    _no_doubles(items, faults)
    return Parsed(tuple(items), tuple(sorted(faults)))


def _sections(source: str, faults: list[Fault]) -> Iterator[tuple[str, yaml.SequenceNode]]:
    try:
        documents = list(yaml.compose_all(source, Loader=_Loader))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or type(error).__name__
        faults.append(Fault(mark.line + 1 if mark else 1, "yaml", {"reason": reason}))
        return
    if not documents or documents[0] is None or _is_null(documents[0]):
        faults.append(Fault(1, "empty"))
        return
    if len(documents) > 1:
        faults.append(Fault(_line(documents[1]), "many_documents"))
        return
    if not isinstance(documents[0], yaml.MappingNode):
        faults.append(Fault(_line(documents[0]), "not_a_mapping"))
        return
    # claimants first: what follows speaks of them
    for name, node in sorted(_pairs(documents[0], faults), key=lambda pair: pair[0] != "claimants"):
        if name not in SECTIONS:
            faults.append(Fault(_line(node), "unknown_section", {"section": name[:60], "known": ", ".join(SECTIONS)}))
        elif isinstance(node, yaml.SequenceNode):
            yield name, node
        elif not _is_null(node):
            faults.append(Fault(_line(node), "not_a_list", {"section": name}))


def _row(name: str, node: yaml.Node, now: datetime, faults: list[Fault]) -> Item | None:
    section, before = SECTIONS[name], len(faults)
    if not isinstance(node, yaml.MappingNode):
        faults.append(Fault(_line(node), "not_a_mapping"))
        return None
    found: dict[str, Value] = {}
    for key, value in _pairs(node, faults):
        if key not in section.fields:
            told = {"section": name, "field": key[:60], "known": ", ".join(section.fields)}
            faults.append(Fault(_line(value), "unknown_field", told))
            continue
        if _is_null(value):
            found[key] = Value(None, None)
            continue
        try:
            found[key] = section.fields[key](value, now)
        except Bad as bad:
            found[key] = Value(None, None)
            faults.append(Fault(_line(value), bad.code, {"field": key, **bad.values}))
            continue
    bad_fields = {fault.values.get("field") for fault in faults[before:]}
    for missing in section.required:
        if found.get(missing, Value(None, None)).value is None and missing not in bad_fields:
            faults.append(Fault(_line(node), "missing", {"section": name, "field": missing}))
    values = {key: each.value for key, each in found.items() if key != "id"}
    if values.get("number") is not None and values.get("kind") not in (None, *(kind.value for kind in NUMBERED)):
        faults.append(Fault(_line(node), "number_of_uncounted", {"kind": values["kind"]}))
    given = found.get("id", Value(None, None)).value
    if name == "claimants" and not given and not values.get("name") and len(faults) == before:
        faults.append(Fault(_line(node), "who_is_it"))
    if len(faults) > before:
        return None
    made = given or stable_id(section.prefix, *(values.get(part) for part in section.identity))
    written = {key: each.written for key, each in sorted(found.items()) if key != "id"}
    relative = any(each.relative for each in found.values())
    return Item(name, _line(node), made, given is not None, values, written, relative)


def stable_id(prefix: str, *parts: Any) -> str:
    """An id made from the rest of a row: the same row gives the same id."""
    told = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"{prefix}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _no_doubles(items: list[Item], faults: list[Fault]) -> None:
    seen: dict[tuple[str, str], Item] = {}
    for item in items:
        first = seen.setdefault((item.section, item.id), item)
        if first is not item:
            code = "same_id" if item.id_given or first.id_given else "same_row"
            faults.append(Fault(item.line, code, {"id": item.id, "other": first.line}))


def _pairs(node: yaml.MappingNode, faults: list[Fault]) -> Iterator[tuple[str, yaml.Node]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in seen:
            faults.append(Fault(_line(key), "twice", {"field": name[:60]}))
            continue
        seen.add(name)
        yield name, value


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
