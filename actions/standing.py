"""Where a task stands while its question is open: what is not done yet, and how it gets done."""

from __future__ import annotations

from typing import Any

from actions.reply import Reply

YES_OR_NO = frozenset({"confirm", "sure", "anyway", "all"})


def standing(state: dict[str, Any], reply: Reply) -> None:
    """Say what is not done yet, and how to go on.

    Args:
        state: the task's memory (slot `opgave`).
        reply: gets the sentences.
    """
    reply.say(_not_done(state))
    step = state.get("step")
    if step == "choose":
        reply.say("utter_staar_vaelg")
    elif step in YES_OR_NO:
        reply.say("utter_staar_svar_ja")
    reply.say("utter_staar_senere")


def open_question(state: dict[str, Any], reply: Reply) -> None:
    """The task's question once more, with its buttons and no others."""
    asked = state.get("ask") or {}
    for key, values in asked.get("parts") or []:
        reply.ask(key, **values)
    reply.offers.clear()
    reply.choices[:] = asked.get("choices") or []


def _not_done(state: dict[str, Any]) -> str:
    kind = state.get("kind")
    if kind == "book" and state.get("step") == "akasse":
        return "utter_staar_akasse"
    if kind == "book" and state.get("cancellation"):
        return "utter_staar_afbud_uden_tid"
    if kind == "book" and state.get("after") == "missed":
        return "utter_staar_ny_tid"
    return f"utter_staar_{kind}"
