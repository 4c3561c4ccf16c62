"""What we change in Rasa 3.6.21 while it runs, and why: each patch with its reason and what it bought.

The figures are processor time per turn of the assistant on one core (bench/README.md). A test holds the patched source
against Rasa's, so that a new Rasa cannot change underneath.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event

resolve_uncached = Event.resolve_by_type


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    return kind(schema)


def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """As Rasa's, but the constant schema is itself checked once per process, not once per action: 13 ms a turn.

    Raises:
        ValidationError: the action server's answer has another shape.
    """
    error = next(_validator().iter_errors(result), None)
    if error is not None:
        raise ValidationError(f"the action server's answer has another shape: {error.message}")
    return True


@lru_cache(maxsize=256)
def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """As Rasa's, which walks every subclass of Event for each event that it reads back: 2 ms a turn, more later."""
    found: type[Event] | None = resolve_uncached(type_name, default)
    return found


def apply() -> None:
    """Put the patches in place; before the server starts."""
    RemoteAction._validate_action_result = validate_action_result
    Event.resolve_by_type = staticmethod(resolve_by_type)


def settle() -> None:
    """After the model is loaded: its objects live as long as the process, so collections need not walk them."""
    gc.collect()
    gc.freeze()
