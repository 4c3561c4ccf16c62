"""What holds for any text: no exception, spans inside the text, one answer or one question, and time linear in length."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forloeb.danish.time import ZONE, Kind, Reading, read, read_both

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=ZONE)
WORDS = (
    "mandag tirsdag onsdags man søn i på om til fra den d. d kl kl. ikke og eller men , . - / : ( ) uge næste sidste 1 2. 24 24/11 "
    "24.11 10.12 10-12 13:30 1330 2025 31/11 29/2 halv kvart over to ni et en dage uger mdr siden før efter inden mellem "
    "senest jul påske nytår juleaften maj oktober formiddag om eftermiddagen morgen først midt sidst første anden hver "
    "dag måned år time hverdage weekend dagen ugen nogle par senere resten af flyt kan jeg løbet de tid 99 0 00 24:00 "
    "53 32 2. juledag mellemdagene frokost over foråret kvartal hele indtil og med t.o.m. 1900 2199 9999 trsdag"
).split()
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=timezone.utc)
)
directions = st.sampled_from(["future", "past"])
phrases = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
any_text = st.one_of(st.text(max_size=200), phrases, st.text(alphabet="0123456789./:,- dklm", max_size=60))
ADVERSARIAL = [
    "om ", "om en ", "i ", "mandag ", "mandag, ", "og ", "ikke ", "1.1.1.1.", "1.", "9", "24/11-", "1-", "kl ", "fra ", "fra 1 til ",
    "dagen før ", "den første ", "24., ", "d. ", "mellem ", "mellem 1 og ", "halv ", "uge 48 og ", "om 2 ", "for ",
    "inden for de næste ", "på ", "å", "a\u030a", "tirsdag kl 10 eller ", "en ", "næste ", "jul og ", "(", "🙂", "ikke på ",
    "kan ikke komme ", "flyt ", "i uge 11 kan jeg tirsdag ", "først i ", "10.12 ", "mandag den ", "31/11 ",
]  # fmt: skip


def checked(text: str, reading: Reading) -> None:
    assert not (reading.times and reading.ask)
    assert reading.ask is None or reading.ask.endswith((".", "?"))
    json.dumps(reading.as_json())
    for found in reading.times:
        first, last = found.span
        assert 0 <= first < last <= len(text)
        assert found.text == text[first:last]
        ends = (found.start, found.end)
        if found.kind in (Kind.AFTER, Kind.BEFORE):
            assert ends.count(None) == 1
        if all(isinstance(end, datetime) for end in ends):
            assert found.start < found.end  # type: ignore[operator]
        for end in ends:
            assert not isinstance(end, datetime) or end.tzinfo is ZONE


@given(any_text, moments, directions)
@settings(max_examples=1200, deadline=None)
def test_never_raises_and_spans_are_inside(text: str, now: datetime, direction: str) -> None:
    checked(text, read(text, now, direction))  # type: ignore[arg-type]


@given(phrases, moments)
@settings(max_examples=200, deadline=None)
def test_both_directions_are_the_single_ones(text: str, now: datetime) -> None:
    both = read_both(text, now)
    assert both == {way: read(text, now, way).as_json()["times"] for way in ("future", "past")}  # type: ignore[arg-type]


@given(st.sampled_from(["tirsdag kl 10", "24/11", "mellem 10 og 12", "om 14 dage"]), moments)
@settings(max_examples=100, deadline=None)
def test_same_instant_in_another_zone_reads_the_same(text: str, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=-8)))
    assert read(text, now, "future") == read(text, elsewhere, "future")


def seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        read(text, NOW, "future")
        best = min(best, time.perf_counter() - began)
    return best


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_time_is_linear_in_length(piece: str) -> None:
    short, long = ((piece * (size // len(piece) + 1))[:size] for size in (1_250, 10_000))
    few, many = seconds(short), seconds(long)
    assert many < 1.5
    assert many < 20 * few + 0.02  # eight times the text; quadratic would be sixty-four times


def test_a_typical_message_is_quick() -> None:
    assert (
        seconds("Hej, jeg kan desværre ikke på tirsdag d. 25/11 kl. 10, kan vi tage torsdag eller fredag i uge 49?")
        < 0.02
    )
