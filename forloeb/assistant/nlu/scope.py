"""Decides when not to answer: clearly outside the subject, or unsure between topics."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

OUTSIDE = "out_of_scope"
UNSURE = "nlu_fallback"


def decide(ranking: list[tuple[str, float]], *, outside: float, unsure: float) -> tuple[str, float]:
    """The intent to act on.

    Args:
        ranking: (intent, probability), best first.
        outside: from this probability of `out_of_scope` on, nothing else is considered.
        unsure: below this probability the best intent is not acted on.
    """
    name, likely = ranking[0]
    out = next((p for intent, p in ranking if intent == OUTSIDE), 0.0)
    if out >= outside:
        return OUTSIDE, out
    if name == OUTSIDE and len(ranking) > 1:
        name, likely = (OUTSIDE, out) if out >= unsure else (UNSURE, 1 - out)
    return (name, likely) if likely >= unsure else (UNSURE, 1 - likely)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScopeDecision(IntentClassifier, GraphComponent):
    """`out_of_scope` when clearly outside, `nlu_fallback` when unsure; the ranking stays as it was."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Both found by cross-validation."""
        return {"outside": 0.4, "unsure": 0.25}

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
    ) -> ScopeDecision:
        """Create it."""
        return cls({**cls.get_default_config(), **config})

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide for each message."""
        for message in messages:
            ranked = message.get(INTENT_RANKING_KEY) or []
            if not (message.get(TEXT) or "").strip():
                message.set(INTENT, {INTENT_NAME_KEY: UNSURE, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True)
            elif ranked:
                pairs = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in ranked]
                name, likely = decide(pairs, outside=self._config["outside"], unsure=self._config["unsure"])
                message.set(
                    INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: round(likely, 4)}, add_to_output=True
                )
        return messages
