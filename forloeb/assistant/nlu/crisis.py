"""A net under the classifier: what always means despair, violence or acute danger is `krise`, whatever else it says."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from forloeb.assistant.nlu.classifiers import set_ranking
from forloeb.assistant.nlu.language import DANISH
from forloeb.assistant.nlu.scope import OUTSIDE
from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.words import fold, one_of

SOURCE = Path(__file__).with_name("crisis.yml")
CRISIS = "krise"
_SURE = 0.98
_LONGEST = 4_000


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    with SOURCE.open(encoding="utf-8") as file:
        source: dict[str, list[str]] = yaml.safe_load(file)
    return one_of(source["patterns"]), one_of(source["refused"])


def is_crisis(text: str) -> bool:
    """Whether the text holds words that always mean a crisis."""
    folded = fold(text[:_LONGEST])
    meant, refused = _patterns()
    return bool(meant.search(folded)) and not refused.search(folded)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CrisisNet(Stateless, IntentClassifier):
    """Puts `krise` first in the ranking where the net catches.

    In another language the classifier is not believed, about a crisis or anything else: it knows too few of its words.
    """

    def process(self, messages: list[Message]) -> list[Message]:
        """Look at each message."""
        for message in messages:
            if is_crisis(message.get(TEXT) or ""):
                rest = [
                    (r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY] * (1 - _SURE))
                    for r in message.get(INTENT_RANKING_KEY) or []
                    if r[INTENT_NAME_KEY] != CRISIS
                ]
                set_ranking(message, [(CRISIS, _SURE), *rest])
            elif message.get("sprog", DANISH) != DANISH:
                _outside(message)
        return messages


# What means the same in every language, and is answered as such.
_EVERYWHERE = frozenset(("bekraeft", "afkraeft", "tak", "hilsen", "farvel", "oplys", "tal_med_medarbejder", OUTSIDE))


def _outside(message: Message) -> None:
    ranking = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in message.get(INTENT_RANKING_KEY) or []]
    if ranking and ranking[0][0] not in _EVERYWHERE:
        rest = [(name, sure * (1 - _SURE)) for name, sure in ranking if name != OUTSIDE]
        set_ranking(message, [(OUTSIDE, _SURE), *rest])
