"""What a component with nothing to learn needs to be one of Rasa's."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


class Stateless(GraphComponent):
    """Made from its configuration alone; a subclass needs `process`."""

    def __init__(self, config: dict[str, Any]) -> None:
        """`config`: the defaults with what config.yml says over them."""
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Stateless:
        """Rasa's way of making it; nothing is stored."""
        return cls({**cls.get_default_config(), **config})
