"""Reads the law data, once, and refuses anything that could make a wrong or unsourced statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from forloeb.errors import LawError
from forloeb.obligations import Benefit, Citation, Fact, Force, Law, Parameter

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Document:
    """A source: its title, whose page it is (in Danish), when it was read, and from when it holds (None: undated)."""

    id: str
    title: str
    publisher: str
    read_on: date
    in_force: date | None


@lru_cache(maxsize=1)
def documents() -> dict[str, Document]:
    """The sources by id."""
    rows = yaml.safe_load((FOLDER / "documents.yml").read_text(encoding="utf-8"))["documents"]
    return {r["id"]: Document(r["id"], r["title"], r["publisher"], r["read_on"], _day(r["in_force"])) for r in rows}


@lru_cache(maxsize=1)
def law() -> Law:
    """The project's law, checked and cached.

    Raises:
        LawError: the data is faulty.
    """
    return read(FOLDER / "facts")


def read(folder: Path) -> Law:
    """Facts and parameters from every `<topic>.yml` in a folder.

    Raises:
        LawError: an id twice, an unknown document, an empty paraphrase, values out of order, …
    """
    facts: dict[str, Fact] = {}
    parameters: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in data["facts"]:
            fact = _fact(row, path.stem)
            if fact.id in facts:
                raise LawError("fact_twice", f"{fact.id} stands twice")
            facts[fact.id] = fact
        for row in data.get("parameters", []):
            parameter = _parameter(row)
            if parameter.id in parameters:
                raise LawError("parameter_twice", f"{parameter.id} stands twice")
            if row["fact"] not in facts:
                raise LawError("unknown_fact", f"{parameter.id} belongs to no fact")
            parameters[parameter.id] = parameter
    return Law(facts, parameters)


def _fact(row: dict[str, Any], topic: str) -> Fact:
    known = documents()
    citations = tuple(Citation(w["document"], w["section"]) for w in row["where"])
    if not citations or any(c.document not in known for c in citations):
        raise LawError("unknown_document", f"{row['id']} cites no known document")
    if not row["says"].strip():
        raise LawError("empty_paraphrase", f"{row['id']} says nothing")
    return Fact(
        id=row["id"],
        topic=topic,
        force=Force(row["force"]),
        benefits=frozenset(Benefit(b) for b in row["for"]),
        citations=citations,
        says=row["says"],
        read_on=known[citations[0].document].read_on,
        in_force=known[citations[0].document].in_force,
        interpretation=row.get("interpretation"),
    )


def _parameter(row: dict[str, Any]) -> Parameter:
    values = tuple((_day(v["in_force"]), int(v["value"])) for v in row["values"])
    dated = [d for d, _ in values if d is not None]
    if dated != sorted(set(dated)) or any(d is None for d, _ in values[1:]):
        raise LawError("values_out_of_order", f"{row['id']} must list its values oldest first, an undated one first")
    return Parameter(row["id"], row["unit"], values, row["fact"])


def _day(value: object) -> date | None:
    if value == "unknown":
        return None
    if isinstance(value, date):
        return value
    raise LawError("bad_day", f"{value!r} is neither a day nor 'unknown'")
