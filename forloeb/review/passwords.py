"""Passwords: Argon2id, slow on purpose, the same time for a name that does not exist."""

from __future__ import annotations

from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from forloeb.errors import ForloebError

SHORTEST = 12
LONGEST = 200


class BadPassword(ForloebError):
    """A password that cannot be used: `too_short`, `too_long` or `like_name`."""


@dataclass
class Passwords:
    """Hashes and checks; `hasher` sets the cost."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _nobody: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the hash that stands in for a user who does not exist."""
        self._nobody = self.hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What is stored of a password."""
        return self.hasher.hash(password)

    def right(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`; with no user the answer is no, as slowly."""
        if stored is not None and not stored.startswith("$argon2"):
            stored = None  # a provider vouches for them: no password is right
        try:
            return self.hasher.verify(stored or self._nobody, password[:LONGEST]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Whether the cost has been raised since."""
        return self.hasher.check_needs_rehash(stored)


def check(password: str, name: str) -> None:
    """Raise BadPassword for a password that should not be used."""
    if len(password) < SHORTEST:
        raise BadPassword("too_short", f"a password needs at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise BadPassword("too_long", f"a password has at most {LONGEST} characters")
    if len(set(password)) < 5 or (len(name) > 2 and name.casefold() in password.casefold()):
        raise BadPassword("like_name", "a password must not hold the user's name, nor repeat few characters")
