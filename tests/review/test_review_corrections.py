"""Corrections become training data, and no personal data goes with them."""

from __future__ import annotations

import pytest
import yaml

from forloeb.db import reading
from forloeb.review import corrections, masking
from forloeb.review.corrections import BadExample
from forloeb.review.roles import Role
from tests.review.harness import Browser, Desk
from tests.review.test_review_transcripts import first_message


def correct(browser: Browser, where: str, which: str, intent: str, example: str) -> int:
    return browser.post(f"/conversations/{where}/messages/{which}/correct", intent=intent, example=example).status_code


def test_from_a_wrong_intent_to_a_file_for_a_pull_request(desk: Desk) -> None:
    rune = desk.browser(Role.REVIEWER)
    said = ["kan jeg få flyttet det til i morgen", "hvornår er fristen", "hvornår er fristen"]
    for number, text in enumerate(said):
        where = desk.conversation("c-1", text)
        which = first_message(desk.engine, where)
        page = rune.get(f"/conversations/{where}?correct={which}").text
        assert f">{text}</textarea>" in page and "<option>flyt_samtale" in page
        example = text.replace("i morgen", "[i morgen](tid)")
        assert correct(rune, where, which, "flyt_samtale" if number == 0 else "cv_frist", example) == 303
        assert correct(rune, where, which, "flyt_samtale" if number == 0 else "booking_frist", example) == 303
    assert "rettet til booking_frist" in rune.get(f"/conversations/{where}").text
    answer = rune.get("/corrections.yml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text == (
        'version: "3.1"\nnlu:\n'
        "  - intent: booking_frist\n    examples: |\n      - hvornår er fristen\n"
        "  - intent: flyt_samtale\n    examples: |\n      - kan jeg få flyttet det til [i morgen](tid)\n"
    )
    assert len(yaml.safe_load(answer.text)["nlu"]) == 2
    assert "kan jeg få flyttet" in rune.get("/corrections").text
    assert rune.post("/corrections/1/remove").status_code in (303, 404)


def test_an_empty_export_is_still_a_file(desk: Desk) -> None:
    with reading(desk.engine) as connection:
        assert yaml.safe_load(corrections.as_yaml(connection)) == {"version": "3.1", "nlu": []}


@pytest.mark.parametrize(
    ("intent", "example", "code"),
    [
        ("findes_ikke", "hej", "unknown_intent"),
        ("start", "hej", "unknown_intent"),
        ("hilsen", " \n ", "empty_text"),
        ("hilsen", "x" * 301, "too_long"),
        ("hilsen", "[i morgen](findes_ikke)", "bad_markup"),
        ("hilsen", "[i morgen", "bad_markup"),
        ("hilsen", "/restart", "bad_markup"),
        ("hilsen", '[a]{"entity": "x"}', "bad_markup"),
        ("hilsen", "ring på 20 12 34 56", "personal_data"),
        ("hilsen", "skriv til a.b@c.dk", "personal_data"),
        ("hilsen", "mit nummer er [telefonnummer]", "personal_data"),
        ("hilsen", "cpr 010190-1234", "personal_data"),
        ("hilsen", "jeg bor Egevej 12", "personal_data"),
        ("hilsen", "hej fra Mette", "personal_data"),
        ("hilsen", "hej fra [mette](tid)", "personal_data"),
        ("hilsen", "sagsnummer 123456789", "personal_data"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(shared_desk: Desk, intent: str, example: str, code: str) -> None:
    with reading(shared_desk.engine) as connection, pytest.raises(BadExample) as refused:
        corrections.checked(connection, intent, example)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "example", ["hej", "den 18. september kl. 10.30", 'jeg får [kontanthjælp]{"entity": "ydelse", "value": "kontanthjaelp"}', "2025-09-18"]
)  # fmt: skip
def test_what_is_no_personal_data_is_kept(shared_desk: Desk, example: str) -> None:
    with reading(shared_desk.engine) as connection:
        assert corrections.checked(connection, "hilsen", example) == example


def test_a_refused_example_is_told_and_the_conversation_stays(desk: Desk) -> None:
    rune = desk.browser(Role.REVIEWER)
    where = desk.conversation("c-1", "hej")
    which = first_message(desk.engine, where)
    rune.get(f"/conversations/{where}")
    answer = rune.post(f"/conversations/{where}/messages/{which}/correct", intent="hilsen", example="ring 20123456")
    assert answer.status_code == 409 and "ligner personoplysninger" in answer.text
    assert rune.post(f"/conversations/{where}/messages/none/correct", intent="hilsen", example="hej").status_code == 404


def test_masking_leaves_what_is_not_personal() -> None:
    text = "Mødet den 18.09.2025 kl. 10.30 varer 45 minutter, og 3 + 3 er 6"
    assert masking.mask(text) == text
