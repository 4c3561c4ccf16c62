"""A changed law value names the conversations whose answer would be different today, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Connection, Engine

from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.gateway.tables import message
from forloeb.law import law, version
from forloeb.obligations import Law, Parameter
from forloeb.review import cli, law_changes
from forloeb.review.roles import Role
from tests.booking.world import NOW
from tests.review.harness import Desk, times

THEN = date(2026, 12, 31)


def new_weeks(value: int, day: date) -> Law:
    """The law with another deadline for the CV from a day on."""
    weeks = law().parameters["cv.weeks"]
    changed = replace(weeks, values=(*weeks.values, (day, value)))
    return Law(law().facts, {**law().parameters, "cv.weeks": changed})


def test_a_version_changes_with_the_value_in_force_and_with_what_the_fact_says() -> None:
    soon = new_weeks(2, date(2027, 1, 1))
    assert version("cv", THEN) == version("cv", THEN, soon) == version("cv", date(2020, 1, 1), soon)
    assert version("cv", date(2027, 1, 1), soon) != version("cv", THEN, soon)
    assert version("joblog", date(2027, 1, 1), soon) == version("joblog", THEN)
    fact = law().fact("cv")
    said = Law({**law().facts, "cv": replace(fact, says=fact.says + " Nu.")}, law().parameters)
    stood = Law({**law().facts, "cv": replace(fact, citations=())}, law().parameters)
    assert len({version("cv", THEN, each) for each in (law(), said, stood)}) == 3


def test_a_value_that_has_no_day_yet_has_a_version() -> None:
    later = Law(law().facts, {**law().parameters, "new": Parameter("new", "days", ((date(2030, 1, 1), 1),), "cv")})
    assert version("cv", THEN, later) not in (version("cv", THEN), version("cv", date(2030, 1, 1), later))


def answered(connection: Connection, *answers: dict[str, object] | None) -> str:
    where = inbox.create(connection, "web", times())
    for number, custom in enumerate(answers):
        asked, _ = inbox.put(connection, where, f"p{number}", times(), text="?")
        connection.execute(
            insert(message).values(
                id=f"{where[:20]}{number}", conversation_id=where, seq=100 + number, author="bot", text="!", redacted=[],
                buttons=[], custom=custom, answer_to=asked, state="said", attempts=0, refusals=0,
                stored=times().real, at=NOW,
            )
        )  # fmt: skip
    return where


def cites(*facts: str, on: date = THEN) -> dict[str, object]:
    return {"facts": list(facts), "law": {fact: version(fact, on) for fact in facts}}


def test_only_what_cites_the_changed_fact_is_listed(engine: Engine) -> None:
    with writing(engine) as connection:
        hit = answered(connection, cites("joblog"), cites("cv", "cv_meeting"))
        answered(connection, cites("joblog"))
        answered(connection, {"facts": ["cv"]}, None, {"gap": "ferie"})
        gone = answered(connection, {"facts": ["old"], "law": {"old": "0123456789"}})
    soon = new_weeks(2, date(2027, 1, 1))
    with reading(engine) as connection:
        before = law_changes.find(connection, THEN, of=soon)
        after = law_changes.find(connection, date(2027, 1, 1), of=soon)
        first = law_changes.find(connection, date(2027, 1, 1), of=soon, page=1)
        second = law_changes.find(connection, date(2027, 1, 1), first.onward or "", of=soon, page=1)
    assert {row.id for row in before.rows} == {gone}
    assert {(row.id, row.facts) for row in after.rows} == {(hit, ("cv",)), (gone, ("old",))}
    assert next(row.message for row in after.rows if row.id == hit) == f"{hit[:20]}1"
    assert (after.read, after.unversioned, after.onward) == (4, 1, None)
    assert {row.id for row in (*first.rows, *second.rows)} == {hit, gone} and len(first.rows) == 1


def test_reading_stops_and_goes_on_where_it_stopped(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_changes, "BATCH", 3)
    with writing(engine) as connection:
        there = {answered(connection, {"law": {"old": "x"}}) for _ in range(8)}
    seen, onward = set(), ""
    with reading(engine) as connection:
        for _ in range(3):
            found = law_changes.find(connection, THEN, onward, most=4)
            seen |= {row.id for row in found.rows}
            onward = found.onward or ""
            if not onward:
                break
    assert seen == there


def test_at_the_terminal_and_on_the_page(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        where = answered(connection, {"facts": ["cv"], "law": {"cv": "0123456789"}})
    out = StringIO()
    assert cli.review_law_changes(desk.engine, NOW, out) == 0
    assert out.getvalue() == f"{where}\tcv\n1 of 1 conversations; 0 answers carry no version\n"
    page = desk.browser(Role.REVIEWER).get("/law").text
    assert f"/conversations/{where}#m-" in page and "<code>cv</code>" in page
    assert "0123456789" in desk.browser(Role.REVIEWER).get(f"/conversations/{where}").text
