"""Who wanted another time because they cannot come, and takes none, is asked whether it is to be an afbud then."""

from __future__ import annotations

from typing import Any

from actions.afbud_words import CANCELS
from actions.meeting_words import described
from actions.turn import Turn
from forloeb.booking.model import Ground
from forloeb.danish.words import fold

NAMED_IN_THE_SOURCE = (Ground.ILLNESS.value, Ground.INTERVIEW.value)


def reason_in(turn: Turn) -> dict[str, Any] | None:
    """The reason that a move has, as the afbud would need it; None when none is known.

    A reason given in an afbud that became a move was warned about; one in the wish to move was not.
    """
    if turn.state.get("kind") == "afbud":
        return {name: turn.state.get(name) for name in ("ground", "words") if turn.state.get(name)} | {"warned": True}
    ground = turn.known.entity("afbudsgrund")
    if ground not in NAMED_IN_THE_SOURCE:
        return None
    return {"ground": ground, "words": turn.text[:1000], "warned": False}


def back(turn: Turn) -> dict[str, Any] | None:
    """The afbud that a move came from, when it is to be given after all: its state, the reason known already."""
    told = turn.state.get("afbud")
    says_so = turn.chosen == "cancel" or (turn.intent == "meld_afbud" and not turn.pressed)
    other = turn.known.entity("afbudsgrund") not in (None, (told or {}).get("ground"))
    plain = turn.chosen is not None or CANCELS.search(fold(turn.text)) is not None
    if not (turn.state.get("moving") and told and told.get("ground")) or not says_so or not plain or other:
        return None
    return {"kind": "afbud", "appointment": turn.state["appointment"], **told}


async def ask(turn: Turn) -> bool:
    """Ask, when the move that was given up has such a reason; False when it has none."""
    told = turn.state.get("afbud")
    if not (turn.state.get("moving") and told and told.get("ground")):
        return False
    meeting = await turn.call(turn.service.appointment, turn.claimant_id, turn.state["appointment"])
    turn.state = {"kind": "afbud", "appointment": meeting.id, "ground": told["ground"], "words": told["words"]}
    turn.over = False
    turn.reply.ask("utter_afbud_laes_op", **described(turn.known, meeting))
    turn.reply.choice("utter_knap_ja_afbud", "valg", {"trin": "cancel"})
    turn.reply.choice("utter_knap_behold", "valg", {"trin": "keep"})
    turn.wait("anyway" if told["warned"] else "sure")
    return True
