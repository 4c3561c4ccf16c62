"""What a sender of a channel answers: taken, refused for good, or try again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.engine import Row


@dataclass(frozen=True)
class Delivered:
    """The provider has taken it; its id of the message."""

    id: str


class Refused(Exception):
    """It will never be taken. `stopped`: because the person has said so."""

    def __init__(self, code: str, *, stopped: bool = False) -> None:
        """`code` is the provider's."""
        super().__init__(code)
        self.code, self.stopped = code[:64], stopped


class TryAgain(Exception):
    """Not now. `uncertain`: it may have been taken all the same."""

    def __init__(self, code: str, *, uncertain: bool) -> None:
        """`code` is the provider's, or an exception's class."""
        super().__init__(code)
        self.code, self.uncertain = code[:64], uncertain


class Sender(Protocol):
    """A channel's way out."""

    channel: str

    async def send(self, row: Row) -> Delivered:
        """Hand one push over. Raises Refused or TryAgain."""
        ...

    async def find(self, row: Row) -> Delivered | None:
        """What an earlier attempt of unknown end has made, if anything. Raises TryAgain."""
        ...
