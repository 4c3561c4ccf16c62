"""The law data: complete, sourced, undated, and faulty data refused."""

from datetime import date

import pytest
import yaml

from forloeb.errors import LawError
from forloeb.law import documents, law
from forloeb.law.reader import read
from forloeb.obligations import Benefit

# The fact table of the design, id -> (force, for whom: d(agpenge) or a(ll) or s(ocial), documents).
TABLE = {
    "purpose": ("information", "a", "kommune"),
    "own_effort": ("advice", "a", "kommune"),
    "meetings.social": ("duty", "s", "kommune"),
    "meetings.dagpenge": ("duty", "d", "kommune"),
    "akasse.join": ("right", "d", "kommune akasse"),
    "form.first": ("duty", "a", "kommune"),
    "form.choice": ("right", "a", "kommune"),
    "form.digital": ("information", "d", "akasse"),
    "cv": ("duty", "a", "kommune"),
    "joblog": ("duty", "a", "kommune"),
    "six_weeks": ("right", "a", "kommune"),
    "offers": ("duty", "a", "kommune"),
    "offer_recommendation": ("right", "d", "kommune"),
    "booking.jobcenter": ("duty", "a", "kommune akasse"),
    "booking.akasse": ("duty", "d", "akasse"),
    "prepare": ("advice", "a", "kommune"),
    "facilities": ("right", "a", "kommune"),
    "cv_meeting": ("duty", "d", "akasse"),
    "availability": ("duty", "d", "akasse"),
    "availability.doubt": ("duty", "d", "akasse"),
    "jobcenter.ongoing": ("duty", "d", "akasse"),
    "attend": ("duty", "d", "akasse"),
    "cancel.lawful": ("right", "d", "akasse"),
    "cancel.unlawful": ("information", "d", "akasse"),
    "no_show": ("information", "d", "akasse"),
}
WHO = {
    "a": set(Benefit),
    "d": {Benefit.DAGPENGE},
    "s": {Benefit.KONTANTHJAELP, Benefit.UDDANNELSESHJAELP},
}


def test_every_row_of_the_fact_table_and_no_other():
    assert set(law().facts) == set(TABLE)


@pytest.mark.parametrize("fact_id", TABLE)
def test_force_audience_and_source(fact_id):
    force, who, cited = TABLE[fact_id]
    fact = law().fact(fact_id)
    assert fact.force.value == force
    assert fact.benefits == WHO[who]
    assert list(dict.fromkeys(c.document for c in fact.citations)) == cited.split()


def test_both_sources_are_undated_and_carry_the_day_they_were_read():
    for document in documents().values():
        assert document.in_force is None
        assert document.read_on == date(2026, 11, 21)


def test_interpretations_are_marked():
    assert {f.id for f in law().facts.values() if f.interpretation} == {"cv_meeting", "booking.akasse"}


def test_parameters():
    on = date(2025, 9, 4)
    expected = {
        "meetings.social.total": 4, "meetings.social.months": 6, "meetings.social.first_within_weeks": 1,
        "meetings.dagpenge.total": 6, "meetings.dagpenge.akasse": 3, "meetings.dagpenge.jobcenter": 3,
        "meetings.dagpenge.akasse_months": 3, "meetings.dagpenge.months": 6, "cv.weeks": 3,
        "cv_meeting.summons_days": 14, "six_weeks.weeks": 6, "availability.count": 2,
        "availability.doubt.jobs_per_week": 2,
    }  # fmt: skip
    assert {name: law().value(name, on) for name in law().parameters} == expected


FACT = {
    "id": "x",
    "force": "duty",
    "for": ["dagpenge"],
    "where": [{"document": "kommune", "section": "s"}],
    "says": "Noget.",
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"facts": [FACT, FACT]}, "fact_twice"),
        ({"facts": [{**FACT, "where": []}]}, "unknown_document"),
        ({"facts": [{**FACT, "where": [{"document": "blog", "section": "s"}]}]}, "unknown_document"),
        ({"facts": [{**FACT, "says": " "}]}, "empty_paraphrase"),
        ({"facts": [FACT], "parameters": [{"id": "p", "fact": "y", "unit": "d", "values": [{"in_force": "unknown", "value": 1}]}]}, "unknown_fact"),
        ({"facts": [FACT], "parameters": [{"id": "p", "fact": "x", "unit": "d", "values": [{"in_force": date(2027, 1, 1), "value": 1}, {"in_force": date(2026, 1, 1), "value": 2}]}]}, "values_out_of_order"),
        ({"facts": [FACT], "parameters": [{"id": "p", "fact": "x", "unit": "d", "values": [{"in_force": "soon", "value": 1}]}]}, "bad_day"),
    ],
)  # fmt: skip
def test_faulty_data_is_refused(tmp_path, change, code):
    (tmp_path / "topic.yml").write_text(yaml.safe_dump(change))
    with pytest.raises(LawError) as error:
        read(tmp_path)
    assert error.value.code == code
