"""The intent classifier, twice in the pipeline: over words alone, and over words and sentence where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack
from threadpoolctl import threadpool_limits

from forloeb.assistant.nlu.embedding import idle_processors
from forloeb.assistant.nlu.featurizers import SENTENCE, WORDS, NgramFeaturizer
from forloeb.assistant.nlu.kernel import KernelModel, fit
from forloeb.assistant.nlu.tokens import units

_TYPES = DefaultV1Recipe.ComponentType
RANKED = 10


def feature(message: Message, origin: str) -> Any:
    """The features that the featurizer of this origin set, or None."""
    return next((f.features for f in message.features if f.origin == origin and f.attribute == TEXT), None)


def set_ranking(message: Message, ranking: list[tuple[str, float]]) -> None:
    """Put intent and ranking on the message as Rasa does."""
    named = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: round(float(p), 4)} for name, p in ranking[:RANKED]]
    message.set(INTENT, dict(named[0]), add_to_output=True)
    message.set(INTENT_RANKING_KEY, named, add_to_output=True)


@DefaultV1Recipe.register(_TYPES.INTENT_CLASSIFIER, is_trainable=True)
class KernelClassifier(IntentClassifier, GraphComponent):
    """Names the intent with a calibrated probability; leaves a message alone that lacks the features it needs."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The words are always used."""
        return [NgramFeaturizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`sentence` is the share of the sentence vectors: 0 looks at words alone. See `kernel.fit`."""
        return {"ridge": 0.7, "sentence": 0.0, "power": 4}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: KernelModel | None = None
    ) -> None:
        """Keep the model, if there is one yet."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KernelClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KernelClassifier:
        """The trained classifier; one that was trained without what it needs stays silent."""
        with model_storage.read_from(resource) as folder:
            there = (Path(folder) / "intent.json").exists()
            model = KernelModel.load(Path(folder)) if there else None
        return cls({**cls.get_default_config(), **config}, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the messages that have an intent and the features."""
        examples = [e for e in training_data.training_examples if e.get(INTENT) and self._ready(e)]
        labels = [e.get(INTENT) for e in examples]
        with self._storage.write_to(self._resource) as folder:
            if len(set(labels)) > 1:
                vectors = np.vstack([feature(e, SENTENCE) for e in examples]) if self._config["sentence"] else None
                with threadpool_limits(idle_processors(), user_api="blas"):
                    self._model = fit(
                        vstack([feature(e, WORDS) for e in examples]).tocsr(),
                        labels,
                        vectors,
                        ridge=float(self._config["ridge"]),
                        share=float(self._config["sentence"]),
                        power=int(self._config["power"]),
                    )
                self._model.save(Path(folder))
            else:
                (Path(folder) / "untrained").touch()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of each message and its clauses."""
        ready = [u for message in messages for u in units(message) if self._model is not None and self._ready(u)]
        for unit in ready:
            assert self._model is not None
            vectors = feature(unit, SENTENCE) if self._config["sentence"] else None
            likely = self._model.probabilities(feature(unit, WORDS), vectors)[0]
            set_ranking(unit, [(self._model.labels[i], float(likely[i])) for i in np.argsort(-likely)])
        return messages

    def _ready(self, message: Message) -> bool:
        return feature(message, WORDS) is not None and (
            not self._config["sentence"] or feature(message, SENTENCE) is not None
        )
