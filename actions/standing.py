"""Where a task stands while its question is open: what is not done yet, and how it gets done."""

from __future__ import annotations

import re
from typing import Any

from actions.reply import Reply
from forloeb.danish.words import fold

# "er det så booket?", "hvornår er det så?": how what was done last, or is under way, stands
STANDS = re.compile(
    r"(?:(?:ok|okay|og|men|saa|fint|tak|hej) )*"
    r"(?:er (?:det|den|jeg|moedet|aftalen|tiden|(?:mit |min )?(?:afbud|besked)\w*)"
    r"(?: (?:nu|saa|helt|rigtigt|blevet|kommet))*"
    r" (?:sikker|sikkert|booket|bestilt|flyttet|aflyst|paa plads|registreret|noteret|sendt|modtaget|bekraeftet"
    r"|naaet frem|gaaet igennem|igennem|frem|i orden|ok|klaret)(?: nu| saa| endnu)?"
    r"|har (?:de|i|a-?kassen|jobcent\w+|nogen|du)(?: (?:nu|saa|ogsaa|mon))*"
    r" (?:svaret|bekraeftet|modtaget|faaet|set|laest|sendt|noteret|registreret|hoert)"
    r"(?: (?:det|den|mig|paa|fra dem|noget|endnu|nu|mit afbud|min besked))*"
    r"|hvornaar (?:er|var) (?:det|den|moedet|aftalen|tiden)(?: (?:nu|saa|jeg skal komme))*)[ .?!]*"
)
YES_OR_NO = frozenset({"confirm", "sure", "anyway", "all"})


def standing(state: dict[str, Any], reply: Reply, first: str | None = None) -> None:
    """Say what is not done yet, and how to go on.

    Args:
        state: the task's memory (slot `opgave`).
        reply: gets the sentence.
        first: the key of what is said before it.
    """
    how = "utter_staar_svar_nu" if state.get("kind") == "afbud" else _how(str(state.get("step")))
    values = {"staar": _not_done(state), "videre": how}
    if first:
        reply.say("utter_staar_linje_efter", foer=first, **values)
    else:
        reply.say("utter_staar_linje", **values)


def done_yet(text: str) -> bool:
    """Whether the message asks only whether it is done now, or when it is."""
    return STANDS.fullmatch(fold(text).replace(",", "").strip()) is not None


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


def _how(step: str) -> str:
    if step == "choose":
        return "utter_staar_vaelg"
    return "utter_staar_svar_ja" if step in YES_OR_NO else "utter_staar_senere"
