"""Dated legal values and the facts they belong to, as the core sees them (read from YAML by `forloeb.law`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forloeb.errors import LawError
from forloeb.obligations.model import Benefit, Fact


@dataclass(frozen=True)
class Parameter:
    """One legal value over time.

    `values` are (day from which it holds, value), oldest first. None as day means that the source is undated: the
    value is taken to hold on every day before the first dated one. There are no end days: the next value ends it.
    `fact` is the fact that states it.
    """

    id: str
    unit: str
    values: tuple[tuple[date | None, int], ...]
    fact: str = ""

    def on(self, day: date) -> int:
        """The value that holds on `day`, in `unit`.

        Raises:
            LawError: no value covers the day.
        """
        found: int | None = None
        for begins, value in self.values:
            if begins is None or begins <= day:
                found = value
        if found is None:
            raise LawError("day_not_covered", f"{self.id} has no value on {day.isoformat()}")
        return found


@dataclass(frozen=True)
class Law:
    """Every fact and parameter, by id."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]

    def fact(self, fact_id: str) -> Fact:
        """The fact with this id.

        Raises:
            LawError: there is none.
        """
        try:
            return self.facts[fact_id]
        except KeyError:
            raise LawError("unknown_fact", f"no fact {fact_id}") from None

    def value(self, parameter_id: str, on: date) -> int:
        """The parameter's value on a day (unit: see the parameter).

        Raises:
            LawError: there is no such parameter, or no value covers the day.
        """
        try:
            return self.parameters[parameter_id].on(on)
        except KeyError:
            raise LawError("unknown_parameter", f"no parameter {parameter_id}") from None

    def holds_for(self, fact_id: str, benefit: Benefit) -> bool:
        """Whether the fact speaks about people with this benefit."""
        return benefit in self.fact(fact_id).benefits
