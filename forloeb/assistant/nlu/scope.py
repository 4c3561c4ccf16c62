"""Decides when not to answer: clearly outside the subject, or unsure between topics."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.short import short_answer
from forloeb.assistant.nlu.stateless import Stateless

OUTSIDE = "out_of_scope"
UNSURE = "nlu_fallback"
CRISIS = "krise"
YES = "bekraeft"


def decide(
    ranking: list[tuple[str, float]], *, outside: float, unsure: float, unsure_yes: float = 0.0, crisis: float = 1.0
) -> tuple[str, float]:
    """The intent to act on.

    Args:
        ranking: (intent, probability), best first.
        outside: from this probability of `out_of_scope` on, nothing else is considered.
        unsure: below this probability the best intent is not acted on.
        unsure_yes: the same for a yes, on which meetings are booked and cancelled.
        crisis: from this probability of `krise` on, nothing else is considered: one missed is worse than one too many.
    """
    name, likely = ranking[0]
    chances = dict(ranking)
    if chances.get(CRISIS, 0.0) >= crisis:
        return CRISIS, chances[CRISIS]
    out = chances.get(OUTSIDE, 0.0)
    if out >= outside:
        return OUTSIDE, out
    if name == OUTSIDE and len(ranking) > 1:
        name, likely = (OUTSIDE, out) if out >= unsure else (UNSURE, 1 - out)
    enough = max(unsure, unsure_yes) if name == YES else unsure
    return (name, likely) if likely >= enough else (UNSURE, 1 - likely)


def is_wordless(text: str) -> bool:
    """Whether a text is signs alone, and none that mean something ("👍", "?"): a classifier only guesses."""
    return not any(letter.isalnum() for letter in text) and "?" not in text and short_answer(text) is None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScopeDecision(Stateless, IntentClassifier):
    """`krise` when it may be one, `out_of_scope` when clearly outside, `nlu_fallback` when unsure.

    The ranking stays as it was.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The first two found by cross-validation; the others are caution."""
        return {"outside": 0.4, "unsure": 0.25, "unsure_yes": 0.5, "crisis": 0.3}

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide for each message."""
        for message in messages:
            ranked = message.get(INTENT_RANKING_KEY) or []
            if is_wordless(message.get(TEXT) or ""):
                message.set(INTENT, {INTENT_NAME_KEY: UNSURE, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True)
            elif ranked:
                pairs = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in ranked]
                bounds = {name: float(self._config[name]) for name in self.get_default_config()}
                name, likely = decide(pairs, **bounds)
                message.set(
                    INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: round(likely, 4)}, add_to_output=True
                )
        return messages
