"""A store of a million messages in 100 000 conversations: every list, filter and search answers under 200 ms (p95).

For who sees all, and for staff of a large a-kasse, a small one and one without a member: half of the people have
signed in. Both databases. FORLOEB_TEST_MESSAGES sets another size. A machine that does something else meanwhile gets several
tries; the best one counts. The table is printed (`-s`).
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from sqlalchemy import insert, text
from sqlalchemy.engine import Connection, Engine

from forloeb import db
from forloeb.db import reading, writing
from forloeb.review import law_changes, search, transcript, transcripts, wall
from forloeb.review.organisations import Organisation
from forloeb.review.tables import review_label, review_mark
from forloeb.review.transcripts import Filters
from forloeb.settings import ROOT

pytestmark = pytest.mark.slow

MESSAGES = int(os.environ.get("FORLOEB_TEST_MESSAGES", "1000000"))
EACH = 10
TALKS = MESSAGES // EACH
LIMIT_MS = 200
REPEATS, TRIES = 20, 6
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
BIG, SMALL, EMPTY = (Organisation("akasse", name) for name in ("STOR", "LILLE", "TOM"))
FEW = 5  # the small one's members
COLUMNS = {
    "claimant": "id name benefit a_kasse municipality",
    "conversation": "id channel claimant_id created last_used next_seq",
    "message": "id conversation_id seq author text redacted buttons custom answer_to state attempts refusals stored at",
    "review_summary": "conversation_id turns fallbacks unsure handover booked moved afbud",
    "review_turn": "event_id message_id conversation_id at intent confidence ranking entities fallback unsure",
}
CUSTOM = json.dumps({"facts": ["cv"], "law": {"cv": "0123456789"}, "sources": []})


def vocabulary() -> list[str]:
    words: list[str] = []
    for name in ("booking", "cv", "meetings"):
        for each in yaml.safe_load((ROOT / "data" / "nlu" / f"{name}.yml").read_text())["nlu"]:
            words += [word for word in str(each.get("examples", "")).split() if word.isalpha()]
    return words


WORDS = vocabulary()


def rows(dice: random.Random, number: int, sqlite: bool) -> Iterator[tuple[str, tuple]]:
    """One conversation: its rows by table."""
    moment = NOW - timedelta(minutes=TALKS - number)
    at = moment.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if sqlite else "+00")
    where, yes, no = f"c{number:08}", (1 if sqlite else "t"), (0 if sqlite else "f")
    who = f"p{number:08}" if number % 2 else None
    if who:
        a_kasse = "LILLE" if number % (TALKS // FEW) == 1 else "STOR" if dice.random() < 0.6 else "ANDEN"
        yield "claimant", (who, f"Person {number}", dice.choice(["dagpenge", "kontanthjaelp"]), a_kasse, "Vestby")
    yield "conversation", (where, dice.choice(["web", "web", "sms"]), who, at, at, EACH + 1)
    for seq in range(1, EACH + 1):
        identifier = f"{number:08}{seq:02}".ljust(32, "0")
        said = " ".join(dice.choices(WORDS, k=10))
        if seq % 2:
            yield "message", (identifier, where, seq, "user", said, "[]", "[]", None, None, "answered", 0, 0, at, at)
            intent = dice.choice(["cv_frist", "book_samtale", "hilsen"]) if dice.random() > 1e-4 else "faciliteter"
            yield "review_turn", (number * EACH + seq, identifier, where, at, intent, 0.9, "[]", "[]", no, no)
        else:
            asked = f"{number:08}{seq - 1:02}".ljust(32, "0")
            yield "message", (identifier, where, seq, "bot", said, "[]", "[]", CUSTOM, asked, "said", 0, 0, at, at)
    afbud = yes if number < TALKS // 300 else no  # the oldest alone: the worst place
    yield "review_summary", (where, 5, int(dice.random() < 0.02), 0, no, yes if dice.random() < 0.1 else no, no, afbud)


def fill(engine: Engine) -> None:
    dice, sqlite = random.Random(1), engine.dialect.name == "sqlite"
    for begins in range(0, TALKS, 5000):
        gathered: dict[str, list[tuple]] = {name: [] for name in COLUMNS}
        for number in range(begins, min(begins + 5000, TALKS)):
            for name, row in rows(dice, number, sqlite):
                gathered[name].append(row)
        with engine.connect() as connection, connection.begin():
            cursor = connection.connection.cursor()
            for name, found in gathered.items():
                columns = COLUMNS[name].split()
                if sqlite:
                    marks = ", ".join("?" * len(columns))
                    cursor.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", found)
                else:
                    file = io.StringIO()
                    csv.writer(file).writerows([["\\N" if value is None else value for value in row] for row in found])
                    file.seek(0)
                    cursor.copy_expert(f"COPY {name} ({', '.join(columns)}) FROM STDIN CSV NULL '\\N'", file)
    with writing(engine) as connection:
        marked = [f"c{number:08}" for number in range(0, TALKS, TALKS // 50)]
        connection.execute(
            insert(review_mark), [{"conversation_id": each, "state": "done", "by": "R", "at": NOW} for each in marked]
        )
        connection.execute(insert(review_label).values(conversation_id=marked[0], label="sjælden", by="R", at=NOW))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not sqlite:
            connection.execute(text("VACUUM ANALYZE"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def million(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path_factory.mktemp('million') / 'forloeb.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with db.connect(server).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE million"))
        url = server.rsplit("/", 1)[0] + "/million"
    db.migrate(url)
    engine = db.connect(url)
    wall.build(engine)
    began = time.monotonic()
    fill(engine)
    print(f"\n{request.param}: {MESSAGES} messages in {time.monotonic() - began:.0f} s")
    yield engine
    engine.dispose()
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()


def listing(onward: str = "", **wanted: object) -> Callable[[Connection], object]:
    return lambda connection: transcripts.page(connection, Filters(**wanted), onward, personal=False)


def searching(words: str, **wanted: object) -> Callable[[Connection], object]:
    return lambda connection: search.find(connection, words, None, Filters(**wanted).conditions())


def questions() -> dict[str, Callable[[Connection], object]]:
    common = [word for word, _ in Counter(word.lower() for word in WORDS).most_common(400)]
    middle = (NOW - timedelta(minutes=TALKS // 2)).isoformat()
    day = (NOW - timedelta(minutes=TALKS - 500)).date()
    asked: dict[str, Callable[[Connection], object]] = {"list": listing(), "a page deep inside": listing(f"{middle}~x")}
    for wanted in (
        {"channel": "sms"}, {"channel": "messenger"}, {"trouble": "fallback"}, {"trouble": "unsure"},
        {"trouble": "flagged"}, {"trouble": "taken_over"}, {"outcome": "booked"}, {"outcome": "afbud"},
        {"outcome": "moved"}, {"intent": "cv_frist"}, {"intent": "faciliteter"}, {"intent": "findes_ikke"},
        {"state": "done"}, {"state": "new"}, {"label": "sjælden"}, {"label": "findes ikke"}, {"rated": "low"},
        {"benefit": "dagpenge"}, {"first": day, "last": day}, {"outcome": "booked", "trouble": "fallback"},
        {"intent": "cv_frist", "outcome": "moved"}, {"channel": "messenger", "outcome": "booked"},
    ):  # fmt: skip
        asked[" ".join(f"{name}={value}" for name, value in wanted.items())] = listing(**wanted)
    for words in (common[0], common[30], common[150], common[390], "samtalerne", "samtaler torsdag", "findesikke"):
        asked[f"search {words}"] = searching(words)
    asked["search samtale, a channel that nobody uses"] = searching("samtale", channel="messenger")
    asked["a transcript"] = lambda connection: transcript.load(connection, f"c{TALKS // 2:08}", personal=False)
    return asked


def p95(engine: Engine, ask: Callable[[Connection], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        with reading(engine) as connection:
            ask(connection)
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)[int(0.95 * REPEATS) - 1]


@pytest.mark.parametrize("whose", [None, BIG, SMALL, EMPTY], ids=lambda each: each.id if each else "all")
def test_list_filter_and_search_answer_quickly(million: Engine, whose: Organisation | None) -> None:
    slow = {}
    seen = wall.behind(million, whose)
    for name, ask in questions().items():
        if name == "a transcript" and whose is not None:
            continue
        best = p95(seen, ask)
        for _ in range(TRIES):
            if best < LIMIT_MS:
                break
            time.sleep(2)
            best = min(best, p95(seen, ask))
        print(f"{million.dialect.name:11} {whose.id if whose else 'all':6} {name:45} {best:7.1f} ms")
        if best >= LIMIT_MS:
            slow[name] = round(best)
    assert slow == {}


def test_what_is_found_is_right_in_a_large_store(million: Engine) -> None:
    with reading(million) as connection:
        oldest = transcripts.page(connection, Filters(outcome="afbud"), "", personal=False)
        assert next(each.row.id for each in oldest.rows) == f"c{TALKS // 300 - 1:08}" and len(oldest.rows) == min(
            50, TALKS // 300
        )
        assert transcripts.page(connection, Filters(outcome="moved"), "", personal=False).rows == []
        assert len(transcripts.page(connection, Filters(label="sjælden"), "", personal=False).rows) == 1
        onward: str | None = ""
        pages = 0
        while onward is not None:  # two common filters that share nothing: page by page to the end
            page = transcripts.page(connection, Filters(channel="messenger", outcome="booked"), onward, personal=False)
            onward, pages = page.onward, pages + 1
            assert page.rows == []
        assert pages == TALKS // transcripts.WINDOW + 1
        assert _everything(million, SMALL) == {f"c{TALKS // FEW * n + 1:08}" for n in range(FEW)}
        assert _everything(million, EMPTY) == set()
        changed = law_changes.find(connection, NOW.date())
        assert len(changed.rows) == law_changes.PAGE and changed.rows[0].facts == ("cv",)


def _everything(engine: Engine, whose: Organisation) -> set[str]:
    """Every conversation in the list, page by page."""
    found: set[str] = set()
    onward: str | None = ""
    with reading(wall.behind(engine, whose)) as connection:
        while onward is not None:
            page = transcripts.page(connection, Filters(channel="", state="new"), onward, personal=True)
            found, onward = found | {each.row.id for each in page.rows}, page.onward
        page = transcripts.page(connection, Filters(), "", personal=True)
    return found | {each.row.id for each in page.rows}
