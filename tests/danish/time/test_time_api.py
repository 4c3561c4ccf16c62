"""The contract of section 6: JSON shape, `forloeb times`, both directions, windows; and the questions' own file."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml

import forloeb.danish.time as package
from forloeb.danish.time import ZONE, Reading, read, read_both
from forloeb.danish.time.cli import run
from forloeb.danish.time.lexicon import LEXICON, UNCLEAR_WEEKDAY
from forloeb.danish.time.questions import Unclear

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=ZONE)
FOLDER = Path(package.__file__).parent


def times(*lines: object) -> tuple[int, list[dict[str, object]]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    out = io.StringIO()
    code = run(io.StringIO(text), out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_in_one_line_out() -> None:
    code, (answer,) = times(
        {"text": "ikke tirsdag, men torsdag kl 10", "now": "2025-11-20T09:00", "direction": "future"}
    )
    assert code == 0
    assert answer == {
        "times": [
            {
                "start": "2025-11-25T00:00:00+01:00",
                "end": "2025-11-26T00:00:00+01:00",
                "grain": "day",
                "kind": "value",
                "excluded": True,
                "text": "tirsdag",
            },
            {
                "start": "2025-11-27T10:00:00+01:00",
                "end": None,
                "grain": "minute",
                "kind": "value",
                "excluded": False,
                "text": "torsdag kl 10",
            },
        ],
        "ask": None,
    }


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "bad_json"),
        ("[1]", "bad_line"),
        ({"now": "2025-11-20T09:00", "direction": "future"}, "bad_text"),
        ({"text": 3, "now": "2025-11-20T09:00", "direction": "future"}, "bad_text"),
        ({"text": "i dag", "now": "i dag", "direction": "future"}, "bad_now"),
        ({"text": "i dag", "direction": "future"}, "bad_now"),
        ({"text": "i dag", "now": "0001-01-01T00:00", "direction": "future"}, "bad_now"),
        ({"text": "i dag", "now": "2025-11-20T09:00", "direction": "sideways"}, "bad_direction"),
        ({"text": "i dag", "now": "2025-11-20T09:00", "direction": ["past"]}, "bad_direction"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_answered(line: object, code: str) -> None:
    good = {"text": "i dag", "now": "2025-11-20T09:00", "direction": "past"}
    exit_code, (bad, answer) = times(line, "", good)
    assert exit_code == 1
    assert bad["error"]["code"] == code and bad["error"]["message"]  # type: ignore[index]
    assert answer["times"][0]["start"] == "2025-11-20T00:00:00+01:00"  # type: ignore[index]


@pytest.mark.parametrize(
    "now", ["2025-11-20T23:30:00Z", "2025-11-20T23:30:00+00:00", "2025-11-21T00:30", "2025-11-20T18:30:00-05:00"]
)
def test_now_is_danish_time_unless_it_says_otherwise(now: str) -> None:
    _, (answer,) = times({"text": "i dag", "now": now, "direction": "future"})
    assert answer["times"][0]["start"] == "2025-11-21T00:00:00+01:00"  # type: ignore[index]


def test_the_entity_carries_both_directions() -> None:
    both = read_both("1. september", datetime(2025, 9, 4, 10, tzinfo=ZONE))
    assert [found["start"] for found in both["future"]] == ["2026-09-01T00:00:00+02:00"]
    assert [found["start"] for found in both["past"]] == ["2025-09-01T00:00:00+02:00"]


def test_a_bound_on_the_clock_holds_within_its_day() -> None:
    after, before = read("tirsdag efter kl 14 eller onsdag før 12", NOW, "future").times
    assert after.end is None and before.start is None
    assert after.window() == (datetime(2025, 11, 25, 14, tzinfo=ZONE), datetime(2025, 11, 26, tzinfo=ZONE))
    assert before.window() == (datetime(2025, 11, 26, tzinfo=ZONE), datetime(2025, 11, 26, 12, tzinfo=ZONE))
    (open_ended,) = read("fra mandag", NOW, "future").times
    assert open_ended.window() == (datetime(2025, 11, 24, tzinfo=ZONE), None)


def test_offsets_follow_summer_time() -> None:
    day = read("søndag d. 29/3 2026", NOW, "future").times[0].as_json()
    assert (day["start"], day["end"]) == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")


def test_spans_are_in_the_text_as_written() -> None:
    text = "Hej 🙂 Jeg kan LØRDAG kl. 10, ikke søndag"
    first, last = read(text, NOW, "future").times
    assert [text[slice(*found.span)] for found in (first, last)] == ["LØRDAG kl. 10", "søndag"]


def test_decomposed_letters_read_like_composed_ones() -> None:
    assert read("pa\u030a tirsdag", NOW, "future").times[0].text == "pa\u030a tirsdag"


def test_a_question_stands_alone() -> None:
    assert read("torsdag kl 10 eller tirsdag 24/11", NOW, "future") == Reading(
        ask="Den 24. november er en mandag. Mener du mandag den 24. november eller tirsdag den 25. november?"
    )


def test_a_vague_word_gives_way_to_a_time() -> None:
    (found,) = read("jeg går på kursus om mandagen, men kan onsdag", NOW, "future").times
    assert found.text == "onsdag"


def test_every_question_key_is_used_and_every_used_key_is_there() -> None:
    known = set(yaml.safe_load((FOLDER / "questions.yml").read_text(encoding="utf-8"))["questions"])
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert set(re.findall(r'Unclear\(\s*"(\w+)"', code)) == known


def test_questions_are_short_and_say_du() -> None:
    for key, text in yaml.safe_load((FOLDER / "questions.yml").read_text(encoding="utf-8"))["questions"].items():
        assert len(text) < 130, key
        assert " De " not in text


def test_unclear_begins_with_a_capital() -> None:
    assert Unclear("day_contradicts", said="i morgen", actual="fredag").question().startswith("I morgen er fredag")


def test_no_typo_is_a_word_of_the_grammar_and_the_ambiguous_one_is_asked() -> None:
    assert LEXICON["trsdag"] == (UNCLEAR_WEEKDAY,)
    for word in ("måske", "medlem", "eneste", "mandat", "næsten", "morten", "jaguar"):
        assert not read(f"jeg er {word}", NOW, "future").times


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_modules_stay_small(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 250


def test_a_text_without_end_is_read_from_its_beginning() -> None:
    text = "tirsdag kl 10" + " x" * 500_000
    assert [found.text for found in read(text, NOW, "future").times] == ["tirsdag kl 10"]
