"""What each change to Rasa buys, one at a time, in processor time of this process: `python -m bench.patches`.

The baseline of every row is Rasa's own code, run here on the same data in the same moment.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.tracker_store import SQLTrackerStore
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from forloeb import training
from forloeb.assistant import tuning
from forloeb.assistant.stores import TrackerStore
from forloeb.settings import ROOT

REPORT = Path(__file__).resolve().parent / "patches.md"
stock_validate = RemoteAction._validate_action_result
ANSWER = {
    "events": [{"event": "slot", "timestamp": None, "name": n, "value": "dagpenge"} for n in ("ydelse", "a", "b", "c")],
    "responses": [{"text": None, "response": "utter_svar", "parts": [["utter_cv_frist", {"dato": "22. september"}]]}],
}


def cost(work: Callable[[], Any], times: int = 30) -> float:
    """Median processor time of one call, in ms, after a first one."""
    work()
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return sorted(found)[times // 2]


def run(awaitable: Awaitable[Any]) -> Any:
    """Wait for one."""
    return asyncio.new_event_loop().run_until_complete(awaitable)


def fill(store: SQLTrackerStore, conversation: str, turns: int) -> None:
    """A conversation of so many turns, as ours are."""
    tracker = run(store.get_or_create_tracker(conversation, append_action_listen=False))
    ranking = [{"name": f"intent_{n}", "confidence": 0.0} for n in range(10)]
    opening: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
    for event in opening:
        tracker.update(event)
    for number in range(turns):
        said = UserUttered(f"hvornår skal mit cv {number}", {"name": "cv_frist"}, [], {"intent_ranking": ranking})
        answered = [ActionExecuted("action_svar"), BotUttered("svar " * 40, {"custom": {"facts": ["cv"]}})]
        slots = [SlotSet(name, number) for name in ("venter_paa", "sidste_emner", "usikker")]
        for event in (said, *answered, *slots, ActionExecuted("action_listen")):
            tracker.update(event)
    run(store.save(tracker))


def reading(folder: Path) -> list[tuple[str, float, float]]:
    """Reading a conversation back, new and long."""
    os.environ.update(FORLOEB_VAR=str(folder), FORLOEB_TRACKER_URL=f"sqlite:///{folder / 'tracker.db'}")
    domain = Domain.from_yaml((ROOT / "domain.yml").read_text())
    ours, stock = TrackerStore(domain), SQLTrackerStore(domain, db=str(folder / "tracker.db"))
    found = []
    for turns in (1, 20, 200):
        fill(ours, f"c{turns}", turns)
        theirs = cost(lambda turns=turns: run(stock.retrieve(f"c{turns}")))
        tuned = cost(lambda turns=turns: run(ours.retrieve(f"c{turns}")))
        found.append((f"reading back a conversation of {turns} turns", theirs, tuned))
    return found


def model() -> list[tuple[str, float, float]]:
    """The trained model: one message understood, and the rules that fit an answer tried."""
    agent = Agent.load(str(training.current() or training.train(print)))
    runner, about = agent.processor.graph_runner, agent.processor.model_metadata
    policy = next(n._component for n in runner._instantiated_nodes.values() if isinstance(n._component, RulePolicy))
    tracker = DialogueStateTracker("c", agent.domain.slots)
    for event in (
        ActionExecuted("action_listen"),
        UserUttered("x", {"name": "cv_frist"}),
        ActionExecuted("action_svar"),
    ):
        tracker.update(event, agent.domain)
    states = policy._prediction_states(tracker, agent.domain, rule_only_data={})
    rules = policy.lookup["rules"]

    def understood(run: Callable[..., Any]) -> Callable[[], Any]:
        target = about.nlu_target
        message = [UserMessage("hvornår skal mit cv ligge klar?")]
        return lambda: run(runner, {PLACEHOLDER_MESSAGE: message, PLACEHOLDER_TRACKER: None}, [target])

    return [
        ("understanding a message", cost(understood(DaskGraphRunner.run)), cost(understood(tuning.run_graph))),
        (
            f"finding what fits among {len(rules)} rules",
            cost(lambda: RulePolicy._get_possible_keys(policy, rules, states)),
            cost(lambda: tuning.possible_keys(policy, rules, states)),
        ),
    ]


def main() -> None:
    """Print the table and keep it."""
    action = RemoteAction("action_svar", None)
    rows = [
        (
            "checking an action's answer against its schema",
            cost(lambda: stock_validate(action, ANSWER)),
            cost(lambda: tuning.validate_action_result(action, ANSWER)),
        ),
        (
            "finding the class of 10 events by name",
            cost(lambda: [tuning.resolve_uncached("slot") for _ in range(10)]),
            cost(lambda: [tuning.resolve_by_type("slot") for _ in range(10)]),
        ),
    ]
    rows += model()
    with tempfile.TemporaryDirectory() as folder:
        rows += reading(Path(folder))
        Event.resolve_by_type = staticmethod(tuning.resolve_by_type)
        rows += [(f"{what}, with the class cached for both", a, b) for what, a, b in reading(Path(folder) / "2")]
    before = cost(gc.collect, 5)
    tuning.settle()
    rows.append(("one full garbage collection with Rasa imported", before, cost(gc.collect, 5)))
    lines = [f"| {what} | {stock:.3f} | {ours:.3f} | {ours / stock:.3f} |" for what, stock, ours in rows]
    table = "\n".join(["| what | Rasa's, ms | ours, ms | ratio |", "|---|---|---|---|", *lines])
    REPORT.write_text(f"# What each change to Rasa buys\n\nMedian processor time.\n\n{table}\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
