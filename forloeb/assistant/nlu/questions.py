"""The message property `questions`: what is asked, in the order of the text, when a message asks several things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.scope import OUTSIDE, UNSURE, ScopeDecision
from forloeb.assistant.nlu.stateless import Stateless
from forloeb.assistant.nlu.tokens import CLAUSES
from forloeb.danish.words import fold, loose, words

TALK = frozenset(
    ("hilsen", "farvel", "tak", "bekraeft", "afkraeft", "oplys", "hjaelp", "bot_identitet", "frustration", "krise")
)
_UNANSWERED = TALK | {OUTSIDE, UNSURE}
_CLEAR = 0.8  # a main intent this sure is not doubted because of one clause
# Said without asking: "jeg er syg i dag", "der er ingen tider".
_STATED = frozenset(("meld_afbud", "misset_samtale", "ingen_ledig_tid", "raadighed_tvivl", "tilbud_indstilling"))
# A question of these words alone ("hvad gør jeg nu", "hvem gør det") hangs on what was said before it.
_HANGING = frozenset(
    loose(word)
    for line in (
        "hvad hva hvordan hvem hvor hvornår gør gøre skal ska bør kan ka må jeg man vi de det der den du nu så her er",
        "en et i og at til for mig får tid frist sige vente på besked eller ikke ik passer",
        "rigtigt sker hvorfor lige mere gerne godt ok okay okej passer sandt muligt normalt",
        "hvilken hvilket hvilke side sted dag henne lovligt tit ofte skrive udfylde gang gange afslå afvise nej slippe",
        "akassen akassens a-kassen a-kassens jobcentret jobcenteret jobcentrets jobcenterets kommunen kommunens jobnet",
    )
    for word in line.split()
)
_ASKS = re.compile(
    r"\?|\b(?:hva|hvad|hvornaa?r|hvonaar|hvordan|hvem|hvilke[nt]?|hvorfor)\b|(?<!\w )\bhvor\b"
    r"|\b(?:skal|ska|kan|ka|maa|ma|har|er|faar|vil|kunne|bliver)\s+(?:jeg|man|i|du|vi|jg|jej|der)\b"
    r"|^\W*(?:(?:og|saa|sa|men|samt|hej|ogsaa|ogsa|vil jeg vide|tak)\s+)*"
    r"(?:er|kan|ka|skal|ska|maa|ma|faar|bliver|gaelder|mister|findes|kommer|stopper|taeller|behoever|tager|holder|deltager"
    r"|book\w*|bestil|reserve\w*|flyt|ryk|aflys|afmeld|annull\w*|vis|find|lav|slet|fjern|ring|ret|skift|aendr|goer|gor"
    r"|start|giv|saet|oev|fortael|forklar|sig|meld|send|stil|hjaelp|hjalp|forbered|lad|luk"
    r"|jeg\s+(?:vil|oensker|onsker|skal\s+(?:have|ha|bruge)))\b"
    r"|\bom\s+(?:jeg|man|vi|det|der)\s+(?:\w+\s+)?(?:skal|ska|kan|ka|maa|er|har|faar|behoever|bliver|gaelder)\b"
    r"|\b(?:vil\s+(?:gerne|ogsaa|osse|hellere|ha\b|have\b)|oensker|onsker|maa\s+jeg|tak$)"
)


@dataclass(frozen=True)
class Asked:
    """One intent with how sure it is and the words it was read from."""

    intent: str
    confidence: float
    text: str


def collect(main: Asked, clauses: Sequence[Asked], *, sure: float, stated: float) -> list[Asked]:
    """The questions and tasks of a message, the main one always among them.

    Args:
        main: the whole message's intent.
        clauses: its clauses in order; empty when it is one clause.
        sure: from here on a clause that asks something counts.
        stated: from here on one that only states something does (an afbud, a missed meeting).
    """
    in_scope = main.intent not in _UNANSWERED
    found: list[Asked] = []
    hanging: set[str] = set()
    for clause in clauses:
        spoken = [loose(word.text) for word in words(clause.text)]
        # "joblog? antal job?": a word or two with a question mark of their own ask
        short = len(spoken) < 3 and not (clause.text.rstrip().endswith("?") and clause.confidence >= _CLEAR)
        if clause.intent in _UNANSWERED or short or _HANGING.issuperset(spoken):
            hanging.add(clause.intent)
            continue
        asks = bool(_ASKS.search(fold(clause.text)))
        enough = sure if asks else stated if clause.intent in _STATED else 2.0
        if clause.confidence >= enough and clause.intent not in {each.intent for each in found}:
            found.append(clause)
    if not in_scope:
        return found if len(found) > 1 or main.intent == UNSURE else []
    if main.intent in {each.intent for each in found}:
        return found
    if found and main.intent in hanging and main.confidence < _CLEAR:
        return found  # named by nothing but words that hang on the rest
    if len(found) == 1 and (found[0].confidence <= main.confidence or main.confidence >= _CLEAR):
        return [main]
    return [main, *found]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class QuestionCollector(Stateless):
    """Sets `questions` from the clauses that the tokenizer cut and the classifiers named."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The main intent must be decided."""
        return [ScopeDecision]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Both found by cross-validation over joined training utterances."""
        return {"sure": 0.6, "stated": 0.93}

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the property on each message."""
        for message in messages:
            clauses = [_asked(clause) for clause in message.get(CLAUSES) or () if clause.get(INTENT)]
            found = collect(_asked(message), clauses, sure=self._config["sure"], stated=self._config["stated"])
            message.set(
                "questions",
                [{"intent": a.intent, "confidence": round(a.confidence, 4), "text": a.text} for a in found],
                add_to_output=True,
            )
        return messages


def _asked(message: Message) -> Asked:
    intent = message.get(INTENT) or {}
    return Asked(
        intent.get(INTENT_NAME_KEY) or UNSURE,
        float(intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0),
        message.get(TEXT) or "",
    )
