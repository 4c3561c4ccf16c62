"""Which benefit a message says the person gets: their own, another's, denied, or only thought of."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker

from actions.known import Known, benefit_name
from forloeb import obligations
from forloeb.danish.facts import anothers_benefit, denied_benefits
from forloeb.danish.words import fold
from forloeb.obligations import Benefit

HYPOTHETICAL = re.compile(
    r"\b(hvis|hvad nu|hva nu|ville|gælder det også|gaelder det ogsaa|hvad med|hva med)\b", re.IGNORECASE
)
# said to be only thought of: "og hvis jeg var på dagpenge?", "og på dagpenge?"; "hvis jeg får dagpenge" can be the case
THOUGHT = re.compile(
    r"\bhvis (?:nu )?(?:jeg (?:nu )?(?:var|fik|havde|kommer|ryger|skifter|går over)\b|(?:det|man) )"
    r"|^\W*(?:og|men)\s+\w+\s*\?"
    r"|\bhvis (?:\w+ ){0,5}(?:senere|engang|en dag)\b"
    r"|^\W*(?:(?:og|men|jamen|ok|okay|så|saa) )*(?:hva[d]? med|på|paa|for|gælder det|gaelder det|er det)\b",
    re.IGNORECASE,
)
# said of oneself: "jeg får kontanthjælp", "nej, kontanthjælp"; not "hvor mange samtaler på kontanthjælp"
CLAIMS = re.compile(
    r"\b(?:jeg|j|vi)\b(?:\s+\w+){0,4}?\s+(?:får|faar|far|fik|har|er|modtager|lever|kom)\b|\b(?:er|får|har)\s+jeg\b"
    r"|^\W*(?:nej|hov|jo|ups|er|får|faar|har|på|paa)\b|^\W*\w+\W*$",
    re.IGNORECASE,
)
# "skal han", "for min søn": the question is another's
ASKS_FOR_ANOTHER = re.compile(
    r"\b(?:skal|ska|kan|maa|har|faar|for|mister|er) (?:\w+ )?"
    r"(?:han|hun|ham|hende|(?:min|mit|vores) \w+ (?:til|saa|ogsaa|der))\b"
)
RECENT_MESSAGES = 3
SENTENCE_ENDS = re.compile(r"[.?!](?=\s|$)|[\n;]")
MYSELF = re.compile(r"\b(?:jeg|mig|jg)\b")


def with_benefit(known: Known, message: dict[str, Any], tracker: Tracker) -> Known:
    """With the benefit that this message states, and notes where it pulls apart with what was known."""
    facts, named = message.get("facts"), known.named_benefits()
    said = facts.get("benefit") if facts is not None else known.entity("ydelse")
    if said not in [b.value for b in Benefit]:
        other = anothers_benefit(known.text, named)
        if not named and ASKS_FOR_ANOTHER.search(fold(known.text)):
            other = _spoken_of(tracker)
        if other and _asks_for_another(known.text):
            return _for_another(known, Benefit(other))
        return _without(known, denied_benefits(known.text, named))
    benefit = Benefit(said)
    before = known.benefit
    changed = replace(known, claimant=replace(known.claimant, benefit=benefit))
    own = known.registered.benefit if known.registered else None
    sentence = _sentence(known, benefit)
    claimed = CLAIMS.search(sentence) is not None or bool(message.get("command"))
    hypothetical = HYPOTHETICAL.search(sentence) is not None
    thought = THOUGHT.search(sentence) is not None or not (claimed or hypothetical or not own)
    if own and own != benefit.value and (thought or hypothetical):
        key = "utter_ydelse_taenkt" if thought else "utter_ydelse_anderledes"
        return replace(changed, notes=(*known.notes, (key, _two_benefits(benefit, own))))
    if (thought or hypothetical) and before not in (None, benefit):
        return changed
    slots = {**known.slots, "ydelse": benefit.value}
    if own and own != benefit.value and before is not benefit:
        note = ("utter_ydelse_anderledes", _two_benefits(benefit, own))
        return replace(changed, slots=slots, notes=(*known.notes, note))
    if own or before in (None, benefit):
        return replace(changed, slots=slots)
    return replace(
        changed, slots=slots, notes=(*known.notes, ("utter_ydelse_aendret", {"ydelse": benefit_name(benefit)}))
    )


def _sentence(known: Known, benefit: Benefit) -> str:
    """The sentence that names the benefit: "hvis" in another one ("… hvis jeg ikke kommer? jeg får …") is no doubt."""
    spans = [(start, end) for value, start, end in known.named_benefits() if value == benefit.value]
    if not spans:
        return known.text
    before = [end.end() for end in SENTENCE_ENDS.finditer(known.text, 0, spans[-1][0])]
    after = SENTENCE_ENDS.search(known.text, spans[-1][1])
    return known.text[before[-1] if before else 0 : after.end() if after else len(known.text)].strip()


def _two_benefits(said: Benefit, registered: str) -> dict[str, Any]:
    return {"ydelse": benefit_name(said), "registreret_ydelse": benefit_name(registered)}


def with_claim(known: Known) -> Known:
    """Said before that they get something else than is registered: answered for that, and said so."""
    own = known.registered.benefit if known.registered else None
    if not own or known.benefit in (None, Benefit(own)) or known.anothers or known.notes:
        return known
    assert known.benefit is not None
    return replace(known, notes=(("utter_ydelse_sagt", _two_benefits(known.benefit, own)),))


def _spoken_of(tracker: Tracker) -> str | None:
    """The benefit of somebody else that one of the last messages named ("og hvor mange skal hun til?")."""
    said = [e for e in tracker.events if e.get("event") == "user"][-RECENT_MESSAGES - 1 : -1]
    for event in reversed(said):
        entities = (event.get("parse_data") or {}).get("entities") or []
        named = [
            (str(e["value"]), int(e["start"]), int(e["end"]))
            for e in entities
            if e.get("entity") == "ydelse" and "start" in e
        ]
        if found := anothers_benefit(str(event.get("text") or ""), sorted(named, key=lambda each: each[1])):
            return found
    return None


def _asks_for_another(text: str) -> bool:
    folded = fold(text)
    return ASKS_FOR_ANOTHER.search(folded) is not None or MYSELF.search(folded) is None


def _for_another(known: Known, benefit: Benefit) -> Known:
    return replace(
        known, claimant=obligations.Claimant(benefit, None, None, None), registered=None, ahead=(), afbud=None,
        cancelled=(), without_new_time=(), record=obligations.Record(), anothers=True,
    )  # fmt: skip


def _without(known: Known, denied: frozenset[str]) -> Known:
    """What the person says they do not get is not built on."""
    if known.benefit is None or known.benefit.value not in denied:
        return known
    own = known.registered.benefit if known.registered else None
    notes = (("utter_ydelse_naegtet", {"registreret_ydelse": benefit_name(own)}),) if own else ()
    return replace(
        known,
        claimant=replace(known.claimant, benefit=None),
        slots={**known.slots, "ydelse": None},
        notes=(*known.notes, *notes),
    )
