"""A share that says of how many."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Rounded; None of nothing."""
        return round(100 * self.part / self.whole) if self.whole else None
