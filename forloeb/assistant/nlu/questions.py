"""The message property `questions`: what is asked, in the order of the text, when a message asks several things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.scope import OUTSIDE, UNSURE, ScopeDecision
from forloeb.assistant.nlu.tokens import CLAUSES
from forloeb.danish.words import fold, words

TALK = frozenset(
    ("hilsen", "farvel", "tak", "bekraeft", "afkraeft", "oplys", "hjaelp", "bot_identitet", "frustration", "krise")
)
_STATED = frozenset(("meld_afbud", "misset_samtale"))  # said without asking: "jeg er syg i dag"
_ASKS = re.compile(
    r"\?|\b(?:hva|hvad|hvornaa?r|hvonaar|hvor|hvordan|hvem|hvilke[nt]?|hvorfor|hvad)\b"
    r"|\b(?:skal|ska|kan|ka|maa|ma|er|faar|far|har|vil|mister|gaelder|behoever|findes)\s+(?:jeg|man|det|der|de|den|du|i|a|min|mit|mine|jg)\b"
    r"|\b(?:book|bestil|flyt|aflys|afmeld|vis|find|lav|slet|ring|ret|skift|ryk|gerne|hjaelp|hjalp|oensker|onsker|vil ha)\b"
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
    in_scope = main.intent not in TALK and main.intent not in (OUTSIDE, UNSURE)
    found: list[Asked] = []
    for clause in clauses:
        if clause.intent in TALK or clause.intent in (OUTSIDE, UNSURE) or len(words(clause.text)) < 3:
            continue
        asks = bool(_ASKS.search(fold(clause.text)))
        enough = sure if asks else stated if clause.intent in _STATED else 2.0
        if clause.confidence >= enough and clause.intent not in {each.intent for each in found}:
            found.append(clause)
    if not in_scope:
        return found if len(found) > 1 or main.intent == UNSURE else []
    if main.intent in {each.intent for each in found}:
        return found
    return [main, *found] if len(found) > 1 else [main]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class QuestionCollector(GraphComponent):
    """Sets `questions` from the clauses that the tokenizer cut and the classifiers named."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The main intent must be decided."""
        return [ScopeDecision]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Both found by cross-validation over joined training utterances."""
        return {"sure": 0.6, "stated": 0.85}

    def __init__(self, config: dict[str, Any]) -> None:
        """Keep the thresholds."""
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionCollector:
        """Create it."""
        return cls({**cls.get_default_config(), **config})

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
