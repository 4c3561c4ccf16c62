"""The patches answer as Rasa does, and a new Rasa cannot change underneath them."""

import gc
import hashlib
import inspect

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core import events

from forloeb.assistant import tuning

# Hashes of the patched sources in Rasa 3.6.21: when one differs, read what changed before writing the new one here.
SOURCES = {
    "RemoteAction._validate_action_result": "f8cdb4be68123961",
    "Event.resolve_by_type": "b5cf570fa7f286c7",
}


def digest(function) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]


def test_rasa_is_the_one_that_we_patched():
    assert digest(RemoteAction._validate_action_result) == SOURCES["RemoteAction._validate_action_result"]
    assert digest(tuning.resolve_uncached) == SOURCES["Event.resolve_by_type"]


GOOD = {"events": [{"event": "slot", "name": "ydelse", "value": "dagpenge"}], "responses": [{"text": "hej"}]}
BAD = {"events": [{"event": 7}], "responses": "hej"}


def test_an_answer_is_judged_as_rasa_judges_it():
    action = RemoteAction("action_svar", None)
    assert tuning.validate_action_result(action, GOOD) and action._validate_action_result(GOOD)
    for judge in (lambda: tuning.validate_action_result(action, BAD), lambda: action._validate_action_result(BAD)):
        with pytest.raises(ValidationError):
            judge()


@pytest.mark.parametrize("name", ["user", "bot", "slot", "action", "session_started", "restart", "topic"])
def test_an_event_is_found_as_rasa_finds_it(name):
    assert tuning.resolve_by_type(name) is tuning.resolve_uncached(name)


def test_an_unknown_event_is_unknown_still():
    with pytest.raises(ValueError):
        tuning.resolve_by_type("ukendt")
    assert tuning.resolve_by_type("ukendt", events.BotUttered) is events.BotUttered


def test_settling_freezes_what_is_there():
    tuning.settle()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
