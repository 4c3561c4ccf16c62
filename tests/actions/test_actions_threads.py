"""What the words of a message mean for the thread of a conversation: subjects, regrets, thanks, names."""

from datetime import date
from types import SimpleNamespace

import pytest

from actions import courtesy, next_step, no_case, others, regret
from actions.reply import Reply
from actions.subject import subject_in


def known(text, name="Mette Holm", entities=()):
    place = SimpleNamespace(name="FAK")
    said = SimpleNamespace(
        text=text, registered=SimpleNamespace(name=name), akasse=place, jobcenter=SimpleNamespace(name="Jobcenter Rudersdal"),
        afbud=("meeting", "afbud"), cancelled=(), entities=entities, on=date(2025, 10, 6),
    )  # fmt: skip
    said.entity = lambda wanted: next((e["value"] for e in entities if e["entity"] == wanted), None)
    return said


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("det handler om mit cv", "mit cv"),
        ("jeg vil tale om brancheskift, helst på telefon", "brancheskift"),
        ("jeg vil snakke om løn og kurser", "løn og kurser"),
        ("den første, det skal handle om min jobsøgning", "min jobsøgning"),
        ("kan vi tale om min økonomi?", "min økonomi"),
        ("mit cv", "mit cv"),
        ("Brancheskift.", "Brancheskift"),
        ("det skal handle om mit cv og gerne på video", "mit cv"),
        ("jeg vil tale om at flytte mødet", None),
        ("hvad handler samtalen om?", None),
        ("hvad skal vi tale om?", None),
        ("jeg vil tale om en anden tid", None),
        ("det skal handle om at jeg er bange for ikke at finde noget", "at jeg er bange for ikke at finde noget"),
        ("snak om løn", "løn"),
        ("vent det er om kurser", "kurser"),
        ("det handler om digitale kompetencer", "digitale kompetencer"),
        ("den første", None),
        ("på telefon", None),
    ],
)
def test_the_subject_of_a_message(text, subject):
    assert subject_in(text) == subject


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("hvad nu", True), ("Hvad nu?", True), ("hvad gør jeg så", True), ("ok, hvad skal jeg så gøre?", True),
        ("og hvad gør jeg så nu?", True), ("hva nu", True), ("hvad så", True), ("hvad er det næste?", True),
        ("hvad skal jeg tage med", False), ("hvad nu hvis jeg er syg", False), ("hvad gør jeg så med mit cv", False),
        ("hvad skal jeg sige", False),
    ],
)  # fmt: skip
def test_what_now(text, asks):
    assert next_step.asks(text) is asks


@pytest.mark.parametrize(
    ("text", "thanks"),
    [
        ("tak", True), ("ok tak", True), ("Mange tak!", True), ("tusind tak for hjælpen", True), ("det er fint tak", True),
        ("ja tak", False), ("nej tak", False), ("tak, den første", False), ("gerne tak", False), ("ok", False),
    ],
)  # fmt: skip
def test_thanks_are_no_yes(text, thanks):
    assert courtesy.only_thanks(text) is thanks


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fortryd afbuddet", True), ("jeg kan alligevel godt komme", True), ("jeg kan godt komme alligevel", True),
        ("jeg kommer alligevel", True), ("kan jeg få mit møde tilbage", True), ("jeg har fortrudt", True),
        ("træk afbuddet tilbage", True), ("nu kan jeg godt komme", True),
        ("kan jeg ikke godt komme alligevel?", True), ("jeg kan alligevel ikke komme", False), ("jeg kan ikke godt komme", False), ("jeg kan godt lide telefon", False),
        ("kan jeg alligevel få en tid i morgen", False), ("den første", False),
    ],
)  # fmt: skip
def test_an_afbud_is_regretted(text, meant):
    assert regret.meant(known(text)) is meant


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("hvilke møder har Peter Jensen", True), ("hvornår skal Ali Demir til møde", True), ("vis Lones aftaler", True),
        ("hvad er aftalerne for Søren Hansen?", True), ("hvilke møder har peter jensen", True),
        ("book en tid for Peter Jensen", True), ("hvornår skal min mand til møde", True),
        ("hvilke møder har Mette Holm", False), ("hvilke møder har jeg", False), ("hvilke møder har jeg tilbage", False),
        ("hvilke møder har Jobcentret", False), ("vis Jobcentrets møder", False), ("hvornår skal jeg til møde", False),
        ("flyt mit møde til Mandag", False), ("hvornår har Kim tid", False), ("mødet har Mette aflyst", False), ("jeg har en aftale for Mandag", False),
    ],
)  # fmt: skip
def test_others_by_name(text, about):
    assert others.about(known(text)) is about


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("jeg har ringet til dem", True), ("ja jeg har lige kontaktet a-kassen", True), ("hvad er mit cpr nummer", True),
        ("hvad er mit cpr-nr?", True), ("jeg har ringet men ingen svarer", False),
        ("jeg har ringet til dem og vil tale med en medarbejder", False), ("jeg har ikke ringet til dem", False),
        ("jeg vil tale med et menneske om mit cpr-nummer", False), ("jeg har mistet mit job", False),
        ("jeg har skrevet mit cv", False), ("jeg har talt med min kone", False), ("jeg har kontaktet en virksomhed", False),
    ],
)  # fmt: skip
def test_what_is_no_case(text, answered):
    assert no_case.answered(known(text), Reply()) is answered
