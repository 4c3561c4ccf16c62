"""The patches answer as Rasa does, and a new Rasa cannot change underneath them."""

import asyncio
import gc
import hashlib
import inspect
import logging

import pytest
from aiohttp import test_utils, web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from forloeb.assistant import tuning

# Hashes of the patched sources in Rasa 3.6.21: when one differs, read what changed before writing the new one here.
SOURCES = {
    "f8cdb4be68123961": RemoteAction._validate_action_result,
    "b5cf570fa7f286c7": tuning.resolve_uncached,
    "45f0f52f574f3aa9": DaskGraphRunner.run,
    "66127a2bfb6fcf1e": GraphNode.__call__,
    "2915fd81711e194c": RulePolicy._get_possible_keys,
    "64a108b016b46e57": RulePolicy._is_rule_applicable,
    "d3109c1a97de319c": RulePolicy._does_rule_match_state,
    "e55aa13d9d4fb4bc": EndpointConfig.session,
    "ccdb778aed8208e2": EndpointConfig.request,
}


def digest(function) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]


@pytest.mark.parametrize("known", SOURCES)
def test_rasa_is_the_one_that_we_patched(known):
    assert digest(SOURCES[known]) == known, SOURCES[known].__qualname__


SLOT = {"event": "slot", "name": "ydelse", "value": "dagpenge"}
ANSWERS = {
    "a slot and a reply": ({"events": [SLOT], "responses": [{"text": "hej"}]}, True),
    "every event of ours": (
        {"events": [SLOT, {"event": "bot", "text": "x"}, {"event": "restart"}], "responses": []},
        True,
    ),
    "nothing": ({}, True),
    "events that are no list": ({"events": {"event": "slot"}}, False),
    "an event that is none": ({"events": ["slot"]}, False),
    "an event without a name": ({"events": [{"name": "ydelse", "value": 1}]}, False),
    "a name that is a number": ({"events": [{"event": 7}]}, False),
    "a name that is a list": ({"events": [{"event": ["slot"]}]}, False),
    "an unknown event": ({"events": [SLOT, {"event": "ukendt"}]}, False),
    "a slot without a value": ({"events": [{"event": "slot", "name": "ydelse"}]}, False),
    "replies that are no list": ({"events": [SLOT], "responses": "hej"}, False),
    "an answer that is no object": ([SLOT], False),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_judged_as_rasa_judges_it(case):
    action, (answer, good) = RemoteAction("action_svar", None), ANSWERS[case]
    for judge in (
        lambda: tuning.validate_action_result(action, answer),
        lambda: action._validate_action_result(answer),
    ):
        if good:
            assert judge()
        else:
            with pytest.raises(ValidationError):
                judge()


def test_an_event_fits_one_kind_of_the_schema_at_most():
    """What `validate_action_result` relies on: every kind has a name of its own, and asks for it."""
    kinds = RemoteAction.action_response_format_spec()["properties"]["events"]["items"]["oneOf"]
    names = [kind["properties"]["event"]["const"] for kind in kinds]
    assert len(set(names)) == len(names) > 20


def test_states_are_written_out_only_for_a_log_that_is_kept(caplog):
    states = [{"user": {"intent": "hilsen"}}]
    caplog.set_level(logging.INFO, "rasa")
    assert tuning.states_for_log(states) == ""
    caplog.set_level(logging.DEBUG, "rasa")
    assert tuning.states_for_log(states) == tuning.stock_states_for_log(states) != ""


@pytest.mark.parametrize("name", ["user", "bot", "slot", "action", "session_started", "restart", "topic"])
def test_an_event_is_found_as_rasa_finds_it(name):
    assert tuning.resolve_by_type(name) is tuning.resolve_uncached(name)


def test_an_unknown_event_is_unknown_still():
    with pytest.raises(ValueError):
        tuning.resolve_by_type("ukendt")
    assert tuning.resolve_by_type("ukendt", events.BotUttered) is events.BotUttered


SAID = ["jeg er syg på torsdag, hvad gør jeg?", "hej", "???", "ja", "book en tid mandag kl 10", "jeg kan ikke mere"]


def graph_of(agent):
    return agent.processor.graph_runner, agent.processor.model_metadata


@pytest.mark.parametrize("said", SAID)
def test_the_components_run_as_rasa_runs_them(agent, said):
    runner, about = graph_of(agent)

    def parsed(run):
        message = UserMessage(said)
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: None}
        (found,) = run(runner, inputs=inputs, targets=[about.nlu_target])[about.nlu_target]
        return found.as_dict(only_output_properties=True)

    theirs = parsed(DaskGraphRunner.run)
    assert parsed(tuning.run_graph) == theirs and theirs["intent"]["name"]


def test_an_input_that_is_named_as_a_component_is_refused_as_rasa_refuses_it(agent):
    runner, about = graph_of(agent)
    for run in (DaskGraphRunner.run, tuning.run_graph):
        with pytest.raises(GraphRunError):
            run(runner, inputs={PLACEHOLDER_MESSAGE: about.nlu_target}, targets=[about.nlu_target])


def conversations(agent):
    """Every intent as the first thing said and as an answer within a task, before and after its action."""
    domain = agent.domain
    for intent in domain.intents:
        for within in (False, True):
            tracker = DialogueStateTracker("c", domain.slots)
            opening = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
            for event in (*opening, SlotSet("opgave_aktiv", within), UserUttered("x", {"name": intent})):
                tracker.update(event, domain)
            yield tracker
            for action in ("action_svar", "action_opgave", "action_oplys", "action_listen"):
                longer = tracker.copy()
                longer.update(ActionExecuted(action), domain)
                yield longer


def test_the_same_rules_are_possible(agent):
    runner, _about = graph_of(agent)
    policy = next(
        node._component for node in runner._instantiated_nodes.values() if isinstance(node._component, RulePolicy)
    )
    found = set()
    for tracker in conversations(agent):
        states = policy._prediction_states(tracker, agent.domain, rule_only_data={})
        lookup = policy.lookup["rules"]
        theirs = RulePolicy._get_possible_keys(policy, lookup, states)
        assert tuning.possible_keys(policy, lookup, states) == theirs
        found |= theirs
    assert len(found) > 40  # the comparison was of something
    assert tuning.possible_keys(policy, lookup, [{}]) == RulePolicy._get_possible_keys(policy, lookup, [{}])


class Counting:
    """A server that counts who connects."""

    def __init__(self):
        self.connections = set()

    async def answer(self, request):
        self.connections.add(request.transport.get_extra_info("peername"))
        return web.json_response({"events": [], "responses": []})


def test_the_connection_to_the_actions_is_kept_and_made_anew_when_they_fall():
    async def play():
        counting = Counting()
        app = web.Application()
        app.router.add_post("/webhook", counting.answer)
        async with test_utils.TestServer(app) as server:
            endpoint = EndpointConfig(str(server.make_url("/webhook")))
            endpoint.session = tuning.kept_session.__get__(endpoint)
            for _ in range(5):
                assert await endpoint.request(json={}) == {"events": [], "responses": []}
            assert len(counting.connections) == 1
            await endpoint.kept.close()
            assert await endpoint.request(json={}) == {"events": [], "responses": []}
            assert len(counting.connections) == 2
            await endpoint.kept.close()

    asyncio.run(play())


def test_settling_freezes_what_is_there():
    tuning.settle()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
