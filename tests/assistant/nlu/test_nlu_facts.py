"""Which of the three days, and which benefit, a sentence states."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from forloeb.danish import nlp
from forloeb.danish.facts import DAYS, anothers_benefit, denied_benefits, stated_benefit, stated_days
from forloeb.danish.time import read_both

NOW = datetime(2025, 10, 7, 10, 0, tzinfo=ZoneInfo("Europe/Copenhagen"))
U, R, F = DAYS

STATED = [
    ("hej jeg blev ledig 1. september og får dagpenge. hvad skal jeg til og hvornår?", {U: "2025-09-01"}),
    ("Jeg henvendte mig i går om kontanthjælp. hvornår er samtalen", {F: "2025-10-06"}),
    ("jeg mistede mit job d. 3/9", {U: "2025-09-03"}),
    ("jeg mistede mit faste arbejde d. 3/9", {U: "2025-09-03"}),
    ("jeg mistede min mor d. 3/9", {}),
    ("blev fyret i fredags", {U: "2025-10-03"}),
    ("sidste arbejdsdag 31/8, tilmeldt jobcentret 2/9", {U: "2025-08-31", R: "2025-09-02"}),
    ("min sidste arbejdsdag var 31. august og jeg meldte mig ledig 1. september", {U: "2025-08-31", R: "2025-09-01"}),
    ("jeg blev ledig og meldte mig ledig 1. september", {U: "2025-09-01", R: "2025-09-01"}),
    ("blev ledig 1. september og meldte mig ledig samme dag", {U: "2025-09-01", R: "2025-09-01"}),
    ("jeg har ikke meldt mig ledig endnu men blev fyret 1. oktober", {U: "2025-10-01"}),
    ("var nede hos kommunen første gang i mandags", {F: "2025-10-06"}),
    ("søgte kontanthjælp i går", {F: "2025-10-06"}),
    ("ledig siden 1. september", {U: "2025-09-01"}),
    (
        "jeg blev arbejdsløs den 15. august. jeg var på kommunen den 20. august. registreret på jobnet den 22. august",
        {U: "2025-08-15", F: "2025-08-20", R: "2025-08-22"},
    ),
    ("meldt mig ledi igår", {R: "2025-10-06"}),
    ("blw ledi d 1 sep", {U: "2025-09-01"}),
    ("registreret som ledig 3/10 hos jobcenteret", {R: "2025-10-03"}),
    ("den 3. september meldte jeg mig ledig", {R: "2025-09-03"}),
    ("jeg henvendte mig til kommunen d. 6/10, blev ledig 1/10", {F: "2025-10-06", U: "2025-10-01"}),
    ("blev ledig 1. sep, meldte mig 4. sep", {U: "2025-09-01", R: "2025-09-04"}),
    ("min kontrakt udløber 31. oktober", {U: "2025-10-31"}),
    ("jeg blev ikke fyret 1. september", {}),
    ("jeg skal til møde 15. oktober", {}),
    ("har I ledige tider på torsdag", {}),
    ("hvornår er mit møde, jeg blev ledig i september", {}),
    ("jeg starter nyt job 1. november", {}),
    ("jeg meldte mig først ledig den 27. september", {R: "2025-09-27"}),
    ("hej er nyledig pr 1/9", {U: "2025-09-01"}),
    ("nej jeg meldte mig selv ind som ledig den 1. oktober", {R: "2025-10-01"}),
]


@pytest.mark.parametrize(("text", "days"), STATED)
def test_stated_days(text, days):
    times = read_both(text, NOW)
    found = stated_days(text, times["past"], times["future"])
    assert {name: day.isoformat() for name, day in found.items() if day} == days


BENEFITS = [
    ("jeg får dagpenge", "dagpenge"),
    ("er på kth", "kontanthjaelp"),
    ("jeg får ikke dagpenge men kontanthjælp", "kontanthjaelp"),
    ("jeg får dagpenge, ikke kontanthjælp", "dagpenge"),
    ("før fik jeg dagpenge nu får jeg kontanthjælp", "kontanthjaelp"),
    ("jeg er gået fra kontanthjælp til dagpenge", "dagpenge"),
    ("tidligere kontanthjælp, nu dagpenge", "dagpenge"),
    ("jeg er ikke på dagpenge længere, men på uddannelseshjælp", "uddannelseshjaelp"),
    ("min mand får dagpenge og jeg får kontanthjælp", "kontanthjaelp"),
    ("og hvis jeg er på kontanthjælp?", "kontanthjaelp"),
    ("dagpenge eller kontanthjælp?", None),
    ("hverken dagpenge eller kontanthjælp", None),
    ("har ikke ret til dagpenge", None),
    ("hvornår er mit møde", None),
    ("hun er på dagpenge", None),
    ("kontanthjælpsmodtagere skal kun til 4 samtaler", None),
    ("har lige fået tilkendt uddannelseshjælp, førhen kontanthjælp", "uddannelseshjaelp"),
    ("min a-kasse har ikke behandlet min sag om dagpenge endnu", None),
    ("min mand siger jeg får dagpenge", "dagpenge"),
]
NOT_OWN = [
    ("min mand er på kontanthjælp, hvor mange samtaler skal han til", "kontanthjaelp", set()),
    ("gælder det samme for min søn der får uddannelseshjælp?", "uddannelseshjaelp", set()),
    ("hun er på dagpenge", "dagpenge", set()),
    ("jeg hører at kontanthjælpsmodtagere kun skal til 4 samtaler, hvorfor skal jeg så til 6", "kontanthjaelp", set()),
    ("skal dem på dagpenge til flere møder", "dagpenge", set()),
    ("min mor på 58 er lige blevet fyret og får dagpenge. hvornår skal hendes cv være klar", "dagpenge", set()),
    ("min mand siger jeg får dagpenge", None, set()),
    ("jeg får ikke dagpenge, hvem godkender mit cv", None, {"dagpenge"}),
    ("jeg får hverken dagpenge eller kontanthjælp", None, {"dagpenge", "kontanthjaelp"}),
    ("jeg har ikke fået mine dagpenge", None, set()),
    ("mister jeg ikke dagpenge så", None, set()),
]


@pytest.mark.parametrize(("text", "benefit"), BENEFITS)
def test_stated_benefit(text, benefit):
    assert stated_benefit(text, nlp.named(nlp.load()(text), "ydelse")) == benefit


@pytest.mark.parametrize(("text", "anothers", "denied"), NOT_OWN)
def test_benefit_of_another_and_none(text, anothers, denied):
    named = nlp.named(nlp.load()(text), "ydelse")
    assert (anothers_benefit(text, named), denied_benefits(text, named)) == (anothers, denied)


def test_a_time_without_a_place_in_the_text_states_nothing():
    times = [
        {"text": "1. maj", "start": "2025-05-01T00:00:00+02:00", "grain": "day", "kind": "value", "excluded": False}
    ]
    assert not any(stated_days("jeg blev ledig", times).values())
    assert not any(stated_days("jeg blev ledig 1. maj", [{**times[0], "excluded": True}]).values())
