"""Who may do what: four roles, and groups of them that the route table speaks of."""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """What a member of staff is here to do."""

    READER = "reader"  # reads transcripts, personal data masked
    REVIEWER = "reviewer"  # reads, judges and corrects what the assistant said, personal data masked
    CASEWORKER = "caseworker"  # helps people: queue, cases, taking over
    ADMIN = "admin"  # all of it, and users and the log

    __str__ = str.__str__


ANYONE = frozenset(Role)
REVIEWING = frozenset({Role.REVIEWER, Role.ADMIN})
HELPING = frozenset({Role.CASEWORKER, Role.ADMIN})
RUNNING = frozenset({Role.ADMIN})

SEES_PERSONAL_DATA = HELPING
