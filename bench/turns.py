"""Full turns against Rasa's starter assistant, in one run on one machine: `python -m bench.turns`.

A turn of ours goes through the gateway (stored before it is handed on, stored before it is answered), the assistant
with its SQL tracker store and the action server with its database, and back. A turn of the starter goes through its
REST channel, the SQL tracker store and one custom action that does nothing. Every row stays in the table, lost or won.
The rows of many wordings ask ours forty things, each new to it, some of which want a sentence vector (docs/nlu.md); the
starter, which does the same work for any text, is asked its one question.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import aiohttp

from bench.starter import QUESTION, Starter
from bench.statistics import percentile
from forloeb import training
from tests.stack import Stack

ABOUT = (__doc__ or "").partition("\n\n")[2].strip()
HERE = Path(__file__).resolve().parent
REPORT = HERE / "turns.md"
OUR_QUESTION = "hvornår skal mit cv ligge klar?"
WORDINGS = (HERE / "wordings.txt").read_text(encoding="utf-8").splitlines()
LONG = 200
Person = Callable[[], Awaitable[None]]


@dataclass
class Row:
    """One line of the table: the figure of each, and the unit. `less` says whether less is better."""

    what: str
    unit: str
    stock: float
    ours: float
    less: bool = True

    def text(self) -> str:
        """The line, with the ratio ours / starter."""
        ratio = self.ours / self.stock
        better = (ratio < 1) is self.less
        verdict = "ahead" if better else "behind"
        return f"| {self.what} | {self.unit} | {self.stock:.4g} | {self.ours:.4g} | {ratio:.2f} | {verdict} |"


class Ours:
    """Our whole installation."""

    name = "Forløb"

    def __init__(self) -> None:
        """Makes a folder for it; the model must be trained already."""
        self.folder = tempfile.TemporaryDirectory()
        self.stack = Stack(Path(self.folder.name), "2025-09-04T10:00")

    def start(self) -> float:
        """Start all processes; the seconds until a message would be answered, as /health sees it."""
        began = time.monotonic()
        self.stack.start()
        return time.monotonic() - began

    def stop(self) -> None:
        """End them."""
        self.stack.stop()
        self.folder.cleanup()

    def pids(self) -> list[int]:
        """Every process, the launcher with them."""
        assert self.stack.process
        return [self.stack.process.pid]

    async def person(self, session: aiohttp.ClientSession) -> Person:
        """Somebody with a conversation of their own; calling it is one turn."""
        base = f"http://127.0.0.1:{self.stack.ports['GATEWAY']}/webhooks/web"
        async with session.post(f"{base}/session", json={}) as answer:
            token = (await answer.json())["token"]

        async def turn() -> None:
            message = {"id": uuid.uuid4().hex, "text": OUR_QUESTION}
            headers = {"Authorization": f"Bearer {token}"}
            while True:
                async with session.post(f"{base}/messages", json=message, headers=headers) as answer:
                    body = await answer.json()
                if answer.status == 429:
                    raise RuntimeError("the bench ran into the rate limit: ask less of one person")
                if not body.get("pending"):
                    assert "tre uger" in json.dumps(body, ensure_ascii=False), body
                    return

        return turn

    async def wordy_person(self, session: aiohttp.ClientSession, wordings: list[str]) -> Person:
        """Somebody who asks these things, one a turn."""
        base, left = f"http://127.0.0.1:{self.stack.ports['GATEWAY']}/webhooks/web", list(wordings)
        async with session.post(f"{base}/session", json={}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}

        async def turn() -> None:
            message = {"id": uuid.uuid4().hex, "text": left.pop()}
            async with session.post(f"{base}/messages", json=message, headers=headers) as answer:
                assert answer.status == 200 and (await answer.json())["messages"]

        return turn

    async def long_person(self, session: aiohttp.ClientSession) -> Person:
        """Somebody with LONG turns behind them."""
        base = f"http://127.0.0.1:{self.stack.ports['GATEWAY']}/webhooks/web"
        async with session.post(f"{base}/session", json={}) as answer:
            opened = await answer.json()
        # The history goes in at the assistant: through the gateway it would take the rate limit's two a second.
        internal = f"http://127.0.0.1:{self.stack.ports['ASSISTANT']}/webhooks/internal/webhook"
        headers = {"X-Forloeb-Key": self.stack.settings().internal_key}
        for _ in range(LONG):
            body = {
                "conversation": opened["conversation_id"], "message_id": uuid.uuid4().hex, "text": OUR_QUESTION,
                "attempt": 1, "metadata": {"channel": "web"},
            }  # fmt: skip
            async with session.post(internal, json=body, headers=headers) as answer:
                assert (await answer.json())["messages"]

        async def turn() -> None:
            message = {"id": uuid.uuid4().hex, "text": OUR_QUESTION}
            authorization = {"Authorization": f"Bearer {opened['token']}"}
            async with session.post(f"{base}/messages", json=message, headers=authorization) as answer:
                assert "tre uger" in await answer.text()

        return turn


class Stock(Starter):
    """The starter, spoken to."""

    async def person(self, session: aiohttp.ClientSession) -> Person:
        """Somebody with a conversation of their own; calling it is one turn."""
        sender = uuid.uuid4().hex

        async def turn() -> None:
            async with session.post(self.address, json={"sender": sender, "message": QUESTION}) as answer:
                assert "powered" in await answer.text()

        return turn

    async def wordy_person(self, session: aiohttp.ClientSession, wordings: list[str]) -> Person:
        """As any: what is said costs the starter nothing more."""
        return await self.person(session)

    async def long_person(self, session: aiohttp.ClientSession) -> Person:
        """Somebody with LONG turns behind them."""
        turn = await self.person(session)
        for _ in range(LONG):
            await turn()
        return turn


async def timed(turn: Person, times: int) -> list[float]:
    """Milliseconds of each of so many turns, one after the other."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await turn()
        found.append((time.perf_counter() - began) * 1000)
    return found


async def new_turns(side: Ours | Stock, people: int = 20, turns: int = 5) -> list[float]:
    """Milliseconds of the first turns of new conversations, one person at a time."""
    found: list[float] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(people):
            found += await timed(await side.person(session), turns)
    return found


async def wordy_turns(side: Ours | Stock, turns: int = 5) -> list[float]:
    """Milliseconds of turns that each say something new, a few by each person."""
    found: list[float] = []
    async with aiohttp.ClientSession() as session:
        for first in range(0, len(WORDINGS), turns):
            found += await timed(await side.wordy_person(session, WORDINGS[first : first + turns]), turns)
    return found


async def long_turns(side: Ours | Stock, people: int = 2, turns: int = 20) -> list[float]:
    """Milliseconds of turns after LONG others."""
    found: list[float] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(people):
            found += await timed(await side.long_person(session), turns)
    return found


async def throughput(side: Ours | Stock, people: int, turns: int) -> float:
    """Turns a second when so many people each send the next as soon as they have their answer."""
    async with aiohttp.ClientSession() as session:
        everybody = [await side.person(session) for _ in range(people)]
        began = time.perf_counter()
        await asyncio.gather(*(timed(turn, turns) for turn in everybody))
        return people * turns / (time.perf_counter() - began)


async def steady(side: Ours | Stock, per_second: float = 15, seconds: float = 20) -> list[float]:
    """Milliseconds when messages come at a steady rate from people who don't wait for each other."""
    async with aiohttp.ClientSession() as session:
        everybody = [await side.person(session) for _ in range(60)]
        found: list[float] = []

        async def one(turn: Person) -> None:
            found.extend(await timed(turn, 1))

        tasks, began = [], time.perf_counter()
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            tasks.append(asyncio.create_task(one(everybody[number % len(everybody)])))
        await asyncio.gather(*tasks)
    return found


def memory(pids: list[int]) -> float:
    """Proportional set size of the processes and all their children, in MB."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, left = 0, list(pids)
    while left:
        pid = left.pop()
        left += children.get(pid, [])
        try:
            lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def measure(side: Ours | Stock) -> dict[str, float]:
    """Every figure of one side."""
    print(f"{side.name}: starting …", flush=True)
    found = {"cold": side.start()}
    try:
        asyncio.run(new_turns(side, people=3))  # warm
        fresh = asyncio.run(new_turns(side))
        found |= {"new50": percentile(fresh, 50), "new95": percentile(fresh, 95)}
        wordy = asyncio.run(wordy_turns(side))
        found |= {"wordy50": percentile(wordy, 50), "wordy95": percentile(wordy, 95)}
        for people, turns in ((1, 30), (8, 20), (32, 8)):
            found[f"at{people}"] = asyncio.run(throughput(side, people, turns))
        under = asyncio.run(steady(side))
        found |= {"steady50": percentile(under, 50), "steady95": percentile(under, 95)}
        found["memory"] = memory(side.pids())
        late = asyncio.run(long_turns(side))
        found |= {"long50": percentile(late, 50), "long95": percentile(late, 95)}
        found["growth"] = found["long50"] / found["new50"]
    finally:
        side.stop()
    print(f"{side.name}: {json.dumps({k: round(v, 2) for k, v in found.items()})}", flush=True)
    return found


ROWS = (
    ("turn, new conversation, p50", "ms", "new50", True),
    ("turn, new conversation, p95", "ms", "new95", True),
    ("turn, many wordings, p50", "ms", "wordy50", True),
    ("turn, many wordings, p95", "ms", "wordy95", True),
    (f"turn after {LONG} turns, p50", "ms", "long50", True),
    (f"turn after {LONG} turns, p95", "ms", "long95", True),
    (f"turn {LONG} / turn 1", "×", "growth", True),
    ("1 person", "turns/s", "at1", False),
    ("8 people at once", "turns/s", "at8", False),
    ("32 people at once", "turns/s", "at32", False),
    ("15 messages a second, p50", "ms", "steady50", True),
    ("15 messages a second, p95", "ms", "steady95", True),
    ("start to first answer", "s", "cold", True),
    ("memory of all processes (PSS)", "MB", "memory", True),
    ("training", "s", "training", True),
)


def main() -> None:
    """Measure both and write the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if training.current() is None or training.seconds() is None:
        training.train(print)
    starter = Stock()
    stock = measure(starter) | {"training": starter.trained_in}
    ours = measure(Ours()) | {"training": training.seconds() or math.nan}
    lines = [Row(what, unit, stock[key], ours[key], less).text() for what, unit, key, less in ROWS]
    table = "\n".join(["| what | unit | starter | Forløb | ratio | |", "|---|---|---|---|---|---|", *lines])
    parts = ["# Turns against Rasa's starter assistant", ABOUT, f"Measured {date.today()}.", table]
    REPORT.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
