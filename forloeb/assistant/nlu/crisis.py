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
from forloeb.assistant.nlu.scope import CRISIS, OUTSIDE
from forloeb.assistant.nlu.stateless import Stateless
from forloeb.danish.words import fold, one_of

SOURCE = Path(__file__).with_name("crisis.yml")
_SURE = 0.98
_LONGEST = 4_000
_LITTLE = 8  # words that may stand beside a way of speaking


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    with SOURCE.open(encoding="utf-8") as file:
        source: dict[str, list[str]] = yaml.safe_load(file)
    return one_of(source["patterns"]), one_of(source["refused"]), one_of(source["idioms"])


def is_crisis(text: str) -> bool:
    """Whether the text holds words that always mean a crisis, besides those that are only a way of speaking."""
    folded = fold(text[:_LONGEST])
    meant, refused, idioms = _patterns()
    return bool(meant.search(idioms.sub(" ", folded))) and not refused.search(folded)


def is_way_of_speaking(text: str) -> bool:
    """Whether the text is little more than what sounds like a crisis and is none ("jeg griner mig ihjel")."""
    rest, found = _patterns()[2].subn(" ", fold(text[:_LONGEST]))
    return bool(found) and len(rest.split()) <= _LITTLE and not is_crisis(text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CrisisNet(Stateless, IntentClassifier):
    """Puts `krise` first in the ranking where the net catches, and takes it away from mere ways of speaking.

    In another language the classifier is not believed, about a crisis or anything else: it knows too few of its words.
    """

    def process(self, messages: list[Message]) -> list[Message]:
        """Look at each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            others = [
                (r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY])
                for r in message.get(INTENT_RANKING_KEY) or []
                if r[INTENT_NAME_KEY] != CRISIS
            ]
            if is_crisis(text):
                set_ranking(message, [(CRISIS, _SURE), *((name, sure * (1 - _SURE)) for name, sure in others)])
            elif others and is_way_of_speaking(text):
                whole = sum(sure for _, sure in others) or 1.0
                set_ranking(message, [(name, sure / whole) for name, sure in others])
            elif message.get("sprog", DANISH) != DANISH:
                _outside(message)
        return messages


# What means the same in every language, and is answered as such.
_EVERYWHERE = frozenset(
    ("bekraeft", "afkraeft", "tak", "hilsen", "farvel", "oplys", "tal_med_medarbejder", "bot_identitet", OUTSIDE)
)


def _outside(message: Message) -> None:
    ranking = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in message.get(INTENT_RANKING_KEY) or []]
    if ranking and ranking[0][0] not in _EVERYWHERE:
        rest = [(name, sure * (1 - _SURE)) for name, sure in ranking if name != OUTSIDE]
        set_ranking(message, [(OUTSIDE, _SURE), *rest])
