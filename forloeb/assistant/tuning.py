"""What we change in Rasa 3.6.21 while it runs, and why: each patch with its reason and what it bought.

The figures are processor time per turn of the assistant on one core (bench/README.md). A test holds the patched source
against Rasa's, so that a new Rasa cannot change underneath.
"""

from __future__ import annotations

import gc
import logging
from collections import defaultdict
from functools import lru_cache
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import SHOULD_NOT_BE_SET, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.events import Event
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.utils.endpoints import EndpointConfig

KEEP_ALIVE_SECONDS = 3  # less than the action server's 5, so that a connection that it is closing is not used

resolve_uncached = Event.resolve_by_type
stock_states_for_log = Policy.format_tracker_states
stock_possible_keys = RulePolicy._get_possible_keys


@lru_cache(maxsize=1)
def _validators() -> tuple[Any, dict[str, Any]]:
    """The whole schema's validator, and that of each kind of event by its name."""
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    events = schema["properties"]["events"]["items"]["oneOf"]
    return kind(schema), {event["properties"]["event"]["const"]: kind(event) for event in events}


def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """As Rasa's, but the constant schema is itself checked once per process, not once per action: 13 ms a turn.

    An event fits one of the schema's kinds at most, the one with its name; so it is held against that one, and the
    answer against all of them only when something is not right: 0.5 ms a turn.

    Raises:
        ValidationError: the action server's answer has another shape.
    """
    whole, kinds = _validators()
    events = result.get("events") if isinstance(result, dict) else None
    fits = isinstance(events, list) and all(_fits(event, kinds) for event in events)
    error = next(whole.iter_errors({**result, "events": []} if fits else result), None)
    if error is not None:
        raise ValidationError(f"the action server's answer has another shape: {error.message}")
    return True


def _fits(event: Any, kinds: dict[str, Any]) -> bool:
    name = event.get("event") if isinstance(event, dict) else None
    return isinstance(name, str) and name in kinds and kinds[name].is_valid(event)


@lru_cache(maxsize=256)
def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """As Rasa's, which walks every subclass of Event for each event that it reads back: 2 ms a turn, more later."""
    found: type[Event] | None = resolve_uncached(type_name, default)
    return found


def run_graph(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """As Rasa's, in an order found once; dask plans it anew three times a turn: 0.9 ms a turn.

    Raises:
        GraphRunError: an input has the name of a component, or a component failed in a way that it does not name.
    """
    nodes = self._graph_schema.nodes
    done: dict[str, Any] = {}
    for name, value in (inputs or {}).items():
        if isinstance(value, str) and value in nodes:
            raise GraphRunError(f"the input {name} has the value {value!r}, which is a component's name")
        done[name] = (name, value)
    wanted = tuple(targets or self._graph_schema.target_names)
    orders = self.__dict__.setdefault("orders", {})
    if wanted not in orders:
        orders[wanted] = _order(nodes, wanted)
    try:
        for name in orders[wanted]:
            if name not in done:
                needed = (done.get(other, other) for other in nodes[name].needs.values())
                done[name] = self._instantiated_nodes[name](*needed)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(done[name] for name in wanted)


def _order(nodes: dict[str, Any], wanted: tuple[str, ...]) -> list[str]:
    """The components that the wanted ones need, each after those that it needs itself."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        if name in nodes and name not in found:
            for needed in nodes[name].needs.values():
                add(needed)
            found[name] = None

    for name in wanted:
        add(name)
    return list(found)


def possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """As Rasa's, which tries every rule twice a turn, though most ask for another intent or action: 0.9 ms a turn."""
    latest = states[-1] if states else {}
    did = latest.get(PREVIOUS_ACTION)
    if not did:
        return set(stock_possible_keys(self, lookup, states))
    index = self.__dict__.setdefault("rules_by_need", {})
    if id(lookup) not in index:
        index[id(lookup)] = _by_need(lookup)
    intent = latest.get(USER, {}).get(INTENT)
    fitting = {
        key: lookup[key]
        for need in {(did.get(ACTION_NAME), intent), (did.get(ACTION_NAME), None)}
        for key in index[id(lookup)].get(need, ())
    }
    return set(stock_possible_keys(self, fitting, states))


def _by_need(lookup: dict[str, str]) -> dict[tuple[Any, Any], list[str]]:
    """Keys of rules by the last action and the intent that they ask for; None where they ask for no intent."""
    found: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    for key in lookup:
        last = RulePolicy._rule_key_to_state(key)[-1]
        intent = last.get(USER, {}).get(INTENT)
        asked = intent if intent and intent != SHOULD_NOT_BE_SET else None
        found[last.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), asked].append(key)
    return found


class _Kept:
    """A client session lent for one request, and kept for the next."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self.session

    async def __aexit__(self, *_error: object) -> None:
        return None


def kept_session(self: EndpointConfig) -> Any:
    """As Rasa's, which opens a session and a connection for every request: 0.6 ms a turn."""
    session = self.__dict__.get("kept")
    if session is None or session.closed:
        who = self.basic_auth
        session = self.kept = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
            headers=self.headers,
            auth=aiohttp.BasicAuth(who["username"], who["password"]) if who else None,
            timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        )
    return _Kept(session)


def states_for_log(states: list[dict[str, Any]]) -> str:
    """As Rasa's, which writes out the whole conversation for a line of the log that is not kept: 0.7 ms a turn."""
    return stock_states_for_log(states) if logging.getLogger("rasa").isEnabledFor(logging.DEBUG) else ""


def apply() -> None:
    """Put the patches in place; before the server starts."""
    RemoteAction._validate_action_result = validate_action_result
    Event.resolve_by_type = staticmethod(resolve_by_type)
    DaskGraphRunner.run = run_graph
    RulePolicy._get_possible_keys = possible_keys
    Policy.format_tracker_states = staticmethod(states_for_log)
    EndpointConfig.session = kept_session


def settle() -> None:
    """After the model is loaded: its objects live as long as the process, so collections need not walk them."""
    gc.collect()
    gc.freeze()
