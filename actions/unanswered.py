"""An afbud that is asked about: news is kept ready in case the person leaves it there, and taken back once settled."""

from __future__ import annotations

from typing import Any

from actions import afbud
from actions.turn import Turn


def meetings(state: dict[str, Any]) -> tuple[str, ...]:
    """The meetings that an afbud under way can be about, also once the person rather moves them; () without one."""
    under_way = state.get("kind") == "afbud" or (state.get("kind") == "flyt" and state.get("ground"))
    if not under_way or not state.get("step"):
        return ()
    if state["step"] == "which":
        return tuple(state.get("meetings") or ())
    return tuple(state.get("all") or filter(None, [state.get("appointment")]))


async def follow(turn: Turn, before: tuple[str, ...]) -> None:
    """After a turn: keep the news ready, or take it back.

    Args:
        turn: the turn, its step taken.
        before: `meetings` as they were when it began.
    """
    left_open = () if turn.over else meetings(turn.state)
    if left_open:
        words = afbud.words_of(turn)
        await turn.call(turn.service.afbud_unanswered, turn.claimant_id, left_open, words, turn.now)
    elif before and turn.over:
        await turn.call(turn.service.afbud_settled, turn.claimant_id, before)
