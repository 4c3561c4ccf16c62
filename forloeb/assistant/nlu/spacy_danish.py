"""Rasa's own spaCy components over our Danish pipeline."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.spacy_entity_extractor import SpacyEntityExtractor
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.tokens import Doc

from forloeb.danish import nlp

_TYPES = DefaultV1Recipe.ComponentType


@DefaultV1Recipe.register(
    [_TYPES.MODEL_LOADER, _TYPES.MESSAGE_FEATURIZER], is_trainable=False, model_from="DanishSpacy"
)
class DanishSpacy(SpacyNLP):
    """SpacyNLP, but the model is built in the process (`forloeb.danish.nlp.load`), since no Danish package exists."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Case is kept: folding is the pipeline's own, and lower-casing can move offsets."""
        return {"case_sensitive": True}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DanishSpacy:
        """Build the pipeline; its source is part of the name, so that a changed ruler is a changed model."""
        model = SpacyModel(model=nlp.load(), model_name=f"da_forloeb-{nlp.fingerprint()}")
        return cls(model, {**cls.get_default_config(), **config})


@DefaultV1Recipe.register(_TYPES.ENTITY_EXTRACTOR, is_trainable=False, model_from="DanishSpacy")
class DanishEntities(SpacyEntityExtractor):
    """SpacyEntityExtractor, but the value is the ruler's id ("dagpenge"), not the words as typed ("dp")."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Our loader stands for SpacyNLP."""
        return [DanishSpacy]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """Create it with the stock defaults."""
        return cls({**cls.get_default_config(), **config})

    def process(self, messages: list[Message], model: SpacyModel) -> list[Message]:
        """As the stock one, over the document that our loader made of the text as typed; it would make another."""
        for message in messages:
            doc = message.get(SPACY_DOCS[TEXT]) or model.model(message.get(TEXT))
            found = self.add_extractor_name(self._extract_entities(doc))
            kept = self.filter_irrelevant_entities(found, self._config["dimensions"])
            message.set(ENTITIES, message.get(ENTITIES, []) + kept, add_to_output=True)
        return messages

    @staticmethod
    def _extract_entities(doc: Doc) -> list[dict[str, Any]]:
        return [
            {
                "entity": ent.label_,
                "value": ent.ent_id_,
                "start": ent.start_char,
                "confidence": 1.0,
                "end": ent.end_char,
            }
            for ent in doc.ents
            if ent.ent_id_
        ]
