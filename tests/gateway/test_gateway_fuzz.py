"""CPR numbers planted in every shape, through the gateway and every channel, then searched for in all that it keeps."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from forloeb import db
from forloeb.db import writing
from forloeb.gateway import inbox, intake
from forloeb.gateway.channel import Incoming
from forloeb.gateway.errors import Refusal
from forloeb.gateway.inbox import Times
from tests.gateway.far_side import FarSide
from tests.gateway.harness import Loop, Running, environment, until
from tests.gateway.planted import WORDS as FIRST_WORDS
from tests.gateway.providers import Providers, inbound, post_messenger, post_sms, written
from tests.gateway.test_gateway_restart import Process

NUMBER = re.compile(r"(?<!\d)(\d\d)\D?(\d\d)\D?(?:19|20)?(\d\d)\D{0,3}(\d{4})(?!\d)")
WORDS = [
    *FIRST_WORDS,
    "afbud",
    "sagen",
    "12",
    "kl.",
    "10",
    "uge",
    "36,",
    "citat",
    "(parentes)",
    "<b>",
    "{x}",
    "%s",
    "\\n",
    "😀",
    "æøå",
    ";",
    "DROP",
    "--",
    "null",
    "'",
    "\\u0000",
]
GAPS = ["-", " ", "", " - ", "–", "\u2011", "\u00a0", "/", ".", "- "]
LEADS = ["", "cpr ", "CPR: ", "cpr-nr. ", "personnummer ", "mit cpr nummer er ", "født "]


def planted(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Texts, and the ten digits that each hides."""
    draw = random.Random(seed)
    for _ in range(count):
        day, month = (f"{draw.randint(1, most):02}" for most in (28, 12))
        born = draw.randint(1940, 2018)  # grown people and their children; docs/decisions/0006-channels.md on babies
        year = f"{born % 100:02}"
        serial = f"{draw.choice('0123' if born < 2000 else '4567')}{draw.randint(0, 999):03}"
        apart = draw.choice(["", "", "", ".", "-", "/", " "])
        century = draw.choice(["", "", str(born)[:2]]) if apart else ""
        number = f"{day}{apart}{month}{apart}{century}{year}{draw.choice(GAPS)}{serial}"
        if draw.random() < 0.1:
            place = draw.randrange(1, len(number))
            number = number[:place] + draw.choice("\u200b\u2060\u00ad") + number[place:]
        before = draw.choices(WORDS, k=draw.randint(0, 12))
        after = draw.choices(WORDS, k=draw.randint(0, 12))
        lead = draw.choice(LEADS)
        if before and before[-1] in ("12", "36,", "10"):
            before.append("og")  # a number before makes another number of it
        if after and after[0] in ("12", "10", "36,"):
            after.insert(0, "og")
        yield " ".join([*before, f"{lead}{number}", *after]), f"{day}{month}{year}{serial}"


def leaks(content: str, numbers: set[str]) -> list[str]:
    return ["".join(match.groups()) for match in NUMBER.finditer(content) if "".join(match.groups()) in numbers]


def kept(folder: Path) -> str:
    """All that is on the disk: databases with their journals, and logs."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def exported(path: Path) -> str:
    """The database as `sqlite3 .dump` and JSON give it."""
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_the_search_itself_finds_what_is_there() -> None:
    texts = list(planted(2000, 1))
    numbers = {number for _, number in texts}
    plain = [text for text, _ in texts if not set("\u200b\u2060\u00ad") & set(text)]
    assert len(leaks("\n".join(plain), numbers)) >= len(plain) * 0.99


def through_intake(folder: Path, count: int, seed: int) -> set[str]:
    url = f"sqlite:///{folder / 'forloeb.db'}"
    db.migrate(url)
    engine, numbers = db.connect(url), set()
    now = Times(datetime.now(timezone.utc), datetime.now(timezone.utc))
    texts = list(planted(count, seed))
    for start in range(0, len(texts), 1000):
        with writing(engine) as connection:
            where = inbox.create(connection, "web", now)
            for nth, (text, number) in enumerate(texts[start : start + 1000]):
                numbers.add(number)
                try:
                    intake.receive(connection, Incoming(where, f"m{nth}", text), now)
                except Refusal as refusal:
                    assert refusal.code in ("bad_text", "too_long")
    engine.dispose()
    return numbers


def test_three_thousand_planted_numbers_are_not_in_the_database(tmp_path: Path) -> None:
    numbers = through_intake(tmp_path, 3000, 11)
    assert leaks(kept(tmp_path), numbers) == []


@pytest.mark.slow
def test_a_hundred_thousand_planted_numbers_are_not_in_the_database(tmp_path: Path) -> None:
    numbers = through_intake(tmp_path, 100_000, 12)
    assert leaks(kept(tmp_path), numbers) == []
    assert leaks(exported(tmp_path / "forloeb.db"), numbers) == []


def test_what_comes_by_each_channel_is_masked_before_it_is_kept_handed_on_or_sent_back(
    channels: Running, providers: Providers, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = set()
    for nth, (text, number) in enumerate(planted(120, 13)):
        numbers.add(number)
        if nth % 2:
            assert post_sms(channels, inbound(f"+45201000{nth:02}", f"{text} nr{nth}x")).status_code == 200
        else:
            assert post_messenger(channels, written(f"90{nth}", f"{text} nr{nth}x")).status_code == 200
    until(lambda: len([each for each in channels.far.seen if "nr" in each["text"]]) >= 120, 60)
    until(lambda: len([each for each in providers.sent if "Svar på" in each["text"]]) >= 120, 60)
    everything = "\n".join(
        [
            kept(tmp_path),
            exported(tmp_path / "forloeb.db"),
            str([vars(record) for record in caplog.records]),
            str(channels.far.seen),
            str(providers.sent),
        ]
    )
    assert leaks(everything, numbers) == []


@pytest.mark.slow
def test_a_thousand_end_to_end_are_in_no_database_log_or_export(tmp_path: Path) -> None:
    """Through the real gateway, assistant and actions, on the web; then everything under its folder is searched."""
    from tests.stack import Stack

    stack = Stack(tmp_path / "var", "2025-09-04").start()
    numbers = set()
    try:
        chat = stack.chat()
        for nth, (text, number) in enumerate(planted(1000, 14)):
            numbers.add(number)
            if nth % 25 == 0:
                chat = stack.chat()
            if "\\u0000" not in text:
                chat.say(text)
        chat.history()
    finally:
        stack.stop()
    everything = kept(tmp_path) + exported(tmp_path / "var" / "forloeb.db") + exported(tmp_path / "var" / "tracker.db")
    assert leaks(everything, numbers) == []
    assert "[CPR-nummer fjernet]" in everything


def test_the_logs_of_a_real_process_hold_no_number(tmp_path: Path) -> None:
    env, loop = environment(tmp_path), Loop()
    runner = loop.serve(FarSide("internal").app(), int(env["FORLOEB_ASSISTANT_PORT"]))
    process = Process(env, tmp_path / "log")
    process.start()
    numbers = set()
    try:
        person = process.person()
        for nth, (text, number) in enumerate(planted(30, 15)):
            numbers.add(number)
            person.post({"id": f"m{nth}", "text": text})
    finally:
        process.kill()
        loop.do(runner.cleanup())
        loop.close()
    assert (tmp_path / "log").read_text() and leaks(kept(tmp_path), numbers) == []
