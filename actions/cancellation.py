"""Questions about lawful reasons, staying away and cancelling without reason. The acts are in afbud.py."""

from __future__ import annotations

import re

from actions.afbud_words import PRETENDS
from actions.asking import ask_benefit
from actions.gaps import staff_choice
from actions.known import Known
from actions.meeting_words import described
from actions.reply import Reply
from actions.said_benefit import HYPOTHETICAL
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

HOW_MUCH = re.compile(r"\bhvor (?:meget|mange penge|stor\w*)\b")
GROUNDS = {"sygdom": "naevnt", "jobsamtale": "naevnt", "privat": "privat", "andet": "andet"}


def lovlig_grund(known: Known, reply: Reply) -> None:
    """What the source names as lawful; it is an open list and a person judges (tension 4)."""
    if PRETENDS.search(fold(known.text)):
        reply.say("utter_lovlig_grund_paastand")
        reply.offer("utter_flyt_tilbud")
        return
    if known.social:
        reply.say("utter_lovlig_grund_social")
        staff_choice(reply)
        return
    ground = known.entity("afbudsgrund")
    if known.benefit is Benefit.DAGPENGE:
        reply.say(f"utter_lovlig_grund_{GROUNDS.get(ground or '', 'dagpenge')}")
    else:
        reply.say("utter_lovlig_grund_ukendt")
        ask_benefit(known, reply, "lovlig_grund")
    reply.offer("utter_flyt_tilbud")


def udeblivelse(known: Known, reply: Reply) -> None:
    """What staying away costs: known for dagpenge only (tension 5)."""
    _consequence(known, reply, "udeblivelse")


def ulovligt_afbud(known: Known, reply: Reply) -> None:
    """What a cancellation without lawful reason can cost: known for dagpenge only."""
    _consequence(known, reply, "ulovligt_afbud")


def _consequence(known: Known, reply: Reply, intent: str) -> None:
    own = known.registered.benefit if known.registered else None
    if known.afbud is not None and own and known.benefit is Benefit(own) and not HYPOTHETICAL.search(known.text):
        reply.say(f"utter_afbud_penge_{'social' if known.social else 'dagpenge'}", **described(known, known.afbud[0]))
        return
    if known.benefit is None:
        reply.say(f"utter_{intent}_ukendt")
        ask_benefit(known, reply, intent)
    else:
        reply.say(f"utter_{intent}_{'social' if known.social else 'dagpenge'}")
    if HOW_MUCH.search(fold(known.text)):
        reply.say("utter_hul_beloeb_mistet")
    if known.registered is None or known.ahead:
        reply.offer("utter_flyt_tilbud")
    if known.registered is not None or known.social:
        staff_choice(reply)
