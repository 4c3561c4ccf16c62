"""The plan's rules as cases in prose (cases.yml) and as properties."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forloeb.errors import ImpossibleFact, MissingFact
from forloeb.law import law
from forloeb.obligations import Benefit, Claimant, Form, Holder, Obligation, Plan, Record, Status, Step, plan

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())["cases"]
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def claimant(known: dict) -> Claimant:
    benefit = known.pop("benefit", None)
    return Claimant(Benefit(benefit) if benefit else None, **known)


def record(given_: dict | None) -> Record:
    given_ = given_ or {}
    return Record(tuple(Holder(h) for h in given_.get("held", [])), given_.get("cv_done", False))


def line(computed: Plan, name: str) -> Obligation | None:
    if name.startswith("meetings_"):
        return computed.of(Step.MEETINGS, Holder(name.removeprefix("meetings_")))
    return computed.of(Step(name))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_case(case):
    person = claimant(dict(case["known"]))
    if "ask" in case:
        with pytest.raises(MissingFact) as missing:
            plan(person, law(), case["today"])
        assert missing.value.fact == case["ask"]
        return
    if "impossible" in case:
        with pytest.raises(ImpossibleFact) as wrong:
            plan(person, law(), case["today"])
        assert wrong.value.fact == case["impossible"]
        return
    computed = plan(person, law(), case["today"], record(case.get("record")))
    for name in case.get("absent", []):
        assert line(computed, name) is None, name
    for name, expected in case.get("expect", {}).items():
        found = line(computed, name)
        assert found is not None, name
        for field, value in expected.items():
            if field == "assumed":
                assert found.assumption is not None and found.assumption.used.value == value
            elif field == "forms":
                assert [f.value for f in found.forms] == value
            elif field in ("status", "holder"):
                assert getattr(found, field).value == value, (name, field)
            else:
                assert getattr(found, field) == value, (name, field)


def test_every_threshold_has_a_case_on_both_sides_for_every_benefit():
    told = {(c["known"].get("benefit"), name) for c in CASES for name in c.get("expect", {})}
    for benefit in ("dagpenge", "kontanthjaelp", "uddannelseshjaelp"):
        assert (benefit, "cv") in told
    assert {("dagpenge", "handover"), ("kontanthjaelp", "first_meeting"), ("dagpenge", "summons")} <= told


@given(st.sampled_from(Benefit), DAYS, st.integers(0, 60), st.integers(0, 60), st.integers(-40, 400))
def test_no_deadline_before_its_beginning_and_order_kept(benefit, start, registered_after, contact_after, ahead):
    registered, contact = start + timedelta(registered_after), start + timedelta(contact_after)
    on = max(registered, contact) + timedelta(max(ahead, 0))
    computed = plan(Claimant(benefit, start, registered, contact), law(), on)
    dated = [o.ends for o in computed.obligations if o.ends]
    assert dated == sorted(dated)
    for each in computed.obligations:
        if each.begins and each.ends:
            assert each.begins <= each.ends
        if each.ends:
            assert each.ends >= start
        assert each.citations
    assert computed.assumptions == ()


@given(DAYS, st.integers(0, 300))
def test_the_handover_comes_once_and_only_for_dagpenge(start, later):
    for benefit in Benefit:
        computed = plan(Claimant(benefit, start), law(), start + timedelta(later))
        handovers = [o for o in computed.obligations if o.step is Step.HANDOVER]
        assert len(handovers) == (1 if benefit is Benefit.DAGPENGE else 0)


@given(st.sampled_from(Benefit), DAYS, st.integers(0, 250))
def test_status_only_ever_moves_forward(benefit, start, later):
    order = [Status.COMING, Status.DUE, Status.OVERDUE, Status.MET]
    person = Claimant(benefit, start)
    today, tomorrow = (plan(person, law(), start + timedelta(later + n)) for n in (0, 1))
    for before, after in zip(today.obligations, tomorrow.obligations, strict=True):
        assert order.index(before.status) <= order.index(after.status)


@given(st.sampled_from(Benefit), DAYS)
def test_the_next_step_lies_ahead(benefit, start):
    computed = plan(Claimant(benefit, start), law(), start)
    ahead = computed.next()
    assert ahead is not None and ahead.ends is not None and ahead.ends >= start
    assert ahead.step not in (Step.HANDOVER, Step.SIX_MONTHS)


def test_the_first_jobcenter_meeting_is_in_person_for_the_others():
    computed = plan(Claimant(Benefit.KONTANTHJAELP, first_contact=date(2025, 10, 6)), law(), date(2025, 10, 7))
    first = computed.of(Step.FIRST_MEETING)
    assert first is not None and first.forms == (Form.PERSONLIGT,)
