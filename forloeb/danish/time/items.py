"""One phrase as read: what it names, how it is bounded, whether it is ruled out, and the tokens it covers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from forloeb.danish.time.grammar_core import Point

_NEAR = 8


class Bound(str, Enum):
    """How a phrase lies to the point it names."""

    AT = "at"
    FROM = "from"
    AFTER = "after"
    BEFORE = "before"
    THROUGH = "through"
    RANGE = "range"


@dataclass(frozen=True)
class Item:
    """A phrase, from token `first` to before token `end`."""

    left: Point
    first: int
    end: int
    bound: Bound = Bound.AT
    right: Point | None = None
    excluded: bool = False
    link: str = ""  # what joins it to the item before: "", ",", "og", "men"
    sentence: int = 0  # which sentence of the text it stands in

    whole: bool = False  # whether the whole of it was said ("hele dagen i dag"), so that no hours are lent to it

    hours_first: bool = False  # whether the time of day was said before the day ("efter 12 mandag eller tirsdag")

    refused: bool = False  # whether a refusal of its own stands before it

    denied: bool = False  # whether the refusal that rules it out stands after it

    def at(self) -> bool:
        """Whether it names its point itself, without bound or range."""
        return self.bound is Bound.AT and self.right is None

    def plain(self) -> bool:
        """Whether it is days without a time of day, unbounded, and not ruled out."""
        return self.at() and self.left.hours is None and self.left.spec is not None and not self.excluded

    def near(self, other: Item) -> bool:
        """Whether both stand in one sentence, a few words apart."""
        return self.sentence == other.sentence and 0 <= other.first - self.end <= _NEAR
