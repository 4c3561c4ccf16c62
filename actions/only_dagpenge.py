"""Rules that the sources give for dagpenge alone are never carried over (tension 5)."""

from __future__ import annotations

from actions.gaps import staff_choice
from actions.known import Known
from actions.reply import Reply


def only_dagpenge(known: Known, reply: Reply, gap: str) -> bool:
    """Open an answer about a dagpenge rule.

    Returns:
        True when the answer may go on: the person gets dagpenge, or it is not known, which is then said first. False
        when they get something else: the gap (its topic is `gap`) has been said.
    """
    if known.social:
        reply.say("utter_kun_dagpenge")
        reply.extra["gap"] = gap
        staff_choice(reply)
        return False
    if known.benefit is None:
        reply.say("utter_kun_dagpenge_ukendt")
    return True
