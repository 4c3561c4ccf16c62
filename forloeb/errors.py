"""The one family of errors. The core raises them; the edge turns them into Danish (claimant, staff) or a status."""

from __future__ import annotations


class ForloebError(Exception):
    """Base of every error this project raises on purpose.

    Args:
        code: stable snake_case English identifier; the edge maps it to a sentence or an HTTP status.
        message: English, for developers and logs; must hold no personal data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SettingsError(ForloebError):
    """A setting in the environment cannot be used."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__("bad_setting", f"{name}: {message}")
        self.name = name


class LawError(ForloebError):
    """The law data is faulty, or does not cover the day asked for."""


class MissingFact(ForloebError):
    """A fact that decides the answer is not known: ask the person, never guess.

    Args:
        fact: name of the field of `forloeb.obligations.Claimant` to ask for.
    """

    def __init__(self, fact: str) -> None:
        super().__init__("missing_fact", f"{fact} is not known")
        self.fact = fact


class ImpossibleFact(ForloebError):
    """A stated fact cannot be right (for example a registration in the future)."""

    def __init__(self, fact: str, message: str) -> None:
        super().__init__("impossible_fact", f"{fact}: {message}")
        self.fact = fact
