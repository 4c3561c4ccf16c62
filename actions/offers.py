"""Courses and other active offers."""

from __future__ import annotations

from actions.known import Known
from actions.only_dagpenge import only_dagpenge
from actions.reply import Reply


def aktive_tilbud(known: Known, reply: Reply) -> None:
    """The duty to take part."""
    reply.say("utter_aktive_tilbud")


def tilbud_indstilling(known: Known, reply: Reply) -> None:
    """A recommendation by the a-kasse that the jobcenter does not follow."""
    if only_dagpenge(known, reply, "tilbud_indstilling"):
        reply.say("utter_tilbud_indstilling_dagpenge")
