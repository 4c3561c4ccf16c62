"""A long conversation is read back in part: the last turns and every slot; nothing is stored twice or lost."""

import asyncio
import uuid

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from forloeb.assistant.stores import TURNS, TrackerStore
from forloeb.settings import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml((ROOT / "domain.yml").read_text())


@pytest.fixture
def conversation() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def sqlite_store(tmp_path, monkeypatch, domain) -> TrackerStore:
    monkeypatch.setenv("FORLOEB_TRACKER_URL", f"sqlite:///{tmp_path / 'tracker.db'}")
    monkeypatch.setenv("FORLOEB_VAR", str(tmp_path))
    return TrackerStore(domain)


@pytest.fixture
def postgres_store(tmp_path, monkeypatch, domain, postgres_url) -> TrackerStore:
    monkeypatch.setenv("FORLOEB_TRACKER_URL", postgres_url)
    monkeypatch.setenv("FORLOEB_VAR", str(tmp_path))
    return TrackerStore(domain)


@pytest.fixture(params=["sqlite_store", "postgres_store"])
def store(request) -> TrackerStore:
    return request.getfixturevalue(request.param)


def turn(store, conversation, number: int, slots: dict[str, str] | None = None) -> DialogueStateTracker:
    """What Rasa does in one turn: read, add, save."""
    tracker = asyncio.run(store.get_or_create_tracker(conversation))
    tracker.update(UserUttered(f"spørgsmål {number}", {"name": "cv_frist"}), store.domain)
    for name, value in (slots or {}).items():
        tracker.update(SlotSet(name, value), store.domain)
    tracker.update(BotUttered(f"svar {number}"), store.domain)
    tracker.update(ActionExecuted("action_listen"), store.domain)
    asyncio.run(store.save(tracker))
    return tracker


def texts(tracker, kind) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, kind)]


def test_the_last_turns_and_every_slot_come_back(store, conversation):
    for number in range(40):
        turn(store, conversation, number, {3: {"ydelse": "kontanthjaelp"}, 5: {"ydelse": "dagpenge"}}.get(number))
    lately = asyncio.run(store.retrieve(conversation))
    assert texts(lately, UserUttered) == [f"spørgsmål {n}" for n in range(40 - TURNS, 40)]
    assert lately.get_slot("ydelse") == "dagpenge"
    assert lately.latest_action_name == "action_listen"


def test_everything_is_stored_once_and_in_order(store, conversation):
    for number in range(3 * TURNS):
        turn(store, conversation, number, {"ydelse": "dagpenge"} if number % 5 == 0 else None)
    whole = asyncio.run(store.retrieve_full_tracker(conversation))
    assert texts(whole, UserUttered) == [f"spørgsmål {n}" for n in range(3 * TURNS)]
    assert texts(whole, BotUttered) == [f"svar {n}" for n in range(3 * TURNS)]
    assert sum(isinstance(event, SlotSet) for event in whole.events) == -(-3 * TURNS // 5)


def test_what_is_saved_twice_in_a_turn_is_stored_once(store, conversation):
    for number in range(TURNS + 2):
        tracker = turn(store, conversation, number)
        asyncio.run(store.save(tracker))
    assert len(texts(asyncio.run(store.retrieve_full_tracker(conversation)), UserUttered)) == TURNS + 2


def test_a_clock_set_back_hides_nothing(store, conversation):
    turn(store, conversation, 0, {"ydelse": "dagpenge"})
    tracker = asyncio.run(store.retrieve(conversation))
    early = UserUttered("fra i går", {"name": "cv_frist"}, timestamp=1.0)
    tracker.update(early, store.domain)
    asyncio.run(store.save(tracker))
    assert texts(asyncio.run(store.retrieve(conversation)), UserUttered) == ["spørgsmål 0", "fra i går"]


def test_a_new_conversation_is_none(store, conversation):
    assert asyncio.run(store.retrieve("en anden")) is None
