"""What holds for any text: no exception, spans inside the text, one answer or one question, and time linear in length."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from forloeb.danish.time import ZONE, Kind, Reading, read, read_both
from forloeb.danish.time.scan import Scan

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=ZONE)
WORDS = sorted(
    set(
        "mandag tirsdag onsdags man søn i på om til fra den d. d kl kl. ikke og eller men , . - / : ( ) uge næste sidste "
        "1 2. 24 24/11 24.11 10.12 10-12 13:30 1330 2025 31/11 29/2 halv kvart over to ni et en dage uger mdr siden før "
        "efter inden mellem senest jul påske nytår juleaften maj oktober formiddag eftermiddagen morgen først midt sidst "
        "første anden hver dag måned år time hverdage weekend dagen ugen nogle par senere resten af flyt kan jeg løbet "
        "de tid 99 0 00 24:00 53 32 juledag mellemdagene frokost foråret kvartal hele indtil med t.o.m. 1900 2199 9999 "
        "trsdag".split()
    )
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 12, 31)).map(lambda day: day.replace(tzinfo=timezone.utc))
directions = st.sampled_from(["future", "past"])
phrases = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
any_text = st.one_of(st.text(max_size=200), phrases, st.text(alphabet="0123456789./:,- dklm", max_size=60))
ADVERSARIAL = [
    "om ", "om en ", "i ", "mandag ", "mandag, ", "og ", "ikke ", "1.1.1.1.", "1.", "9", "24/11-", "1-", "kl ", "fra ",
    "fra 1 til ", "dagen før ", "den første ", "24., ", "d. ", "mellem ", "mellem 1 og ", "halv ", "uge 48 og ", "om 2 ",
    "for ", "inden for de næste ", "på ", "å", "a\u030a", "tirsdag kl 10 eller ", "en ", "næste ", "jul og ", "(", "🙂",
    "ikke på ", "kan ikke komme ", "flyt ", "i uge 11 kan jeg tirsdag ", "først i ", "10.12 ", "mandag den ", "31/11 ",
    "mandag der kan jeg ikke ", "mandag og ugen ud ", "natten mellem ", "jeg arbejder mandag, ", "kl lidt i ", "undgå ",
    "jeg sagde mandag men ",
]  # fmt: skip
LENGTH = 10_000


def checked(text: str, reading: Reading) -> None:
    assert not (reading.times and reading.ask)
    assert reading.ask is None or (reading.ask.endswith((".", "?")) and "{" not in reading.ask)
    json.dumps(reading.as_json())
    for found in reading.times:
        first, last = found.span
        assert 0 <= first < last <= len(text)
        assert found.text == text[first:last]
        ends = (found.start, found.end)
        if found.kind in (Kind.AFTER, Kind.BEFORE):
            assert ends.count(None) == 1
        if isinstance(found.start, datetime) and isinstance(found.end, datetime):
            assert found.start < found.end
        for end in ends:
            assert not isinstance(end, datetime) or end.tzinfo is ZONE


@given(any_text, moments, directions)
@settings(max_examples=500, deadline=None)
def test_never_raises_and_spans_are_inside(text: str, now: datetime, direction: str) -> None:
    checked(text, read(text, now, direction))  # type: ignore[arg-type]


@given(phrases, moments)
@settings(max_examples=150, deadline=None)
def test_both_directions_are_the_single_ones(text: str, now: datetime) -> None:
    both = read_both(text, now)
    assert both == {way: read(text, now, way).as_json()["times"] for way in ("future", "past")}  # type: ignore[arg-type]


@given(st.sampled_from(["tirsdag kl 10", "24/11", "mellem 10 og 12", "om 14 dage", "i aftes"]), moments)
@settings(max_examples=60, deadline=None)
def test_same_instant_in_another_zone_reads_the_same(text: str, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=-8)))
    assert read(text, now, "future") == read(text, elsewhere, "future")


@given(phrases, moments, directions)
@settings(max_examples=150, deadline=None)
def test_a_dated_answer_read_again_is_the_same_day(text: str, now: datetime, direction: str) -> None:
    """A value read from words, written out as a full date, reads back to itself."""
    for found in read(text, now, direction).times:  # type: ignore[arg-type]
        if isinstance(found.start, datetime) and 1900 <= found.start.year <= 2199:
            again = read(f"d. {found.start:%d/%m/%Y}", now, direction)  # type: ignore[arg-type]
            assert again.times[0].start == found.start.replace(hour=0, minute=0, fold=0)


def filled(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_work_is_linear_in_length(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in looks at tokens, so that a busy machine cannot blur it; and quick enough in seconds all the same."""
    looks = 0
    ordinary = Scan.key

    def counted(scan: Scan, i: int) -> str:
        nonlocal looks
        looks += 1
        return ordinary(scan, i)

    monkeypatch.setattr(Scan, "key", counted)
    counts = []
    for length in (LENGTH // 8, LENGTH):
        looks = 0
        began = time.process_time()
        read(filled(piece, length), NOW, "future")
        counts.append(looks)
        assert time.process_time() - began < 5
    assert counts[1] <= 8 * counts[0] * 1.1 + 1000
    assert counts[1] <= LENGTH * 250


def test_words_that_open_nothing_are_rightly_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick test of a word (`Scan.opens`) changes no reading of the table."""
    table = yaml.safe_load(Path(__file__).with_name("cases.yml").read_text(encoding="utf-8"))
    texts = [(row["text"], group["direction"]) for group in table["groups"] for row in group["cases"]]
    quick = [read(text, NOW, direction) for text, direction in texts]
    monkeypatch.setattr(Scan, "opens", lambda scan, i: True)
    assert quick == [read(text, NOW, direction) for text, direction in texts]
