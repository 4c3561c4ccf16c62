"""What the course is for."""

from __future__ import annotations

from actions.known import Known
from actions.reply import Reply


def formaal(known: Known, reply: Reply) -> None:
    """Purpose of the meetings, and whose responsibility a job is."""
    reply.say("utter_formaal")
    reply.say("utter_formaal_eget_ansvar")
