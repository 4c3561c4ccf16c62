"""A short name for what a fact says on a day: it changes when the fact, its source or a value of its own changes."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from forloeb.errors import LawError
from forloeb.law.reader import law
from forloeb.obligations import Law, Parameter

LETTERS = 10


def version(fact_id: str, on: date, of: Law | None = None) -> str:
    """The version of a fact as it holds on `on`.

    A value that has not come into force yet changes nothing before its day.

    Raises:
        LawError: there is no such fact.
    """
    known = of or law()
    fact = known.fact(fact_id)
    says = [
        fact.id,
        fact.force.value,
        sorted(benefit.value for benefit in fact.benefits),
        [[each.document, each.section] for each in fact.citations],
        fact.says,
        fact.interpretation,
        [[each.id, each.unit, _value(known, each.id, on)] for each in _own(known, fact_id)],
    ]
    return hashlib.sha256(json.dumps(says, ensure_ascii=False).encode()).hexdigest()[:LETTERS]


def _own(known: Law, fact_id: str) -> list[Parameter]:
    return sorted((each for each in known.parameters.values() if each.fact == fact_id), key=lambda each: each.id)


def _value(known: Law, parameter_id: str, on: date) -> int | None:
    try:
        return known.value(parameter_id, on)
    except LawError:
        return None  # nothing holds on that day yet
