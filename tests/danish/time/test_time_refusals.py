"""What is refused is never offered: every way to say no, over every kind of time, excludes it or asks."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from forloeb.danish.time import ZONE, read

NOW = datetime(2026, 2, 16, 10, 0, tzinfo=ZONE)
REFUSALS = (
    "{} kan jeg ikke", "{} går desværre ikke", "jeg kan umuligt {}", "{} er helt udelukket", "{} er for tidligt",
    "undgå venligst {}", "alle andre dage end {}", "{} er et problem", "{} bliver svært", "{}: optaget", "{}? nej",
    "det passer dårligt {}", "jeg kan ikke få fri {}", "jeg er forhindret {}", "ikke {}", "alt undtagen {}",
    "jeg er optaget {}", "{} er ikke så godt", "{} har jeg ikke tid", "jeg kommer ikke {}", "helst ikke {}",
)  # fmt: skip
TIMES = (
    "mandag", "på tirsdag", "onsdag kl 10", "den 25.", "d. 24/2", "i uge 9", "i næste uge", "fredag formiddag",
    "torsdag mellem 10 og 12", "den 3. marts kl. 9.15", "fra mandag til onsdag", "i morgen", "i marts",
)  # fmt: skip
SUGGESTIONS = ("hvorfor ikke {}", "kan vi ikke sige {}?", "kunne det ikke blive {}", "er der ikke noget {}?")
POINTING_BACK = (
    "jeg har fået tid {}, men det kan jeg ikke", "mødet er {}, og der kan jeg ikke", "{} går, nej den dag kan jeg ikke",
)  # fmt: skip


@pytest.mark.parametrize(("refusal", "when"), list(product(REFUSALS + POINTING_BACK, TIMES)))
def test_a_refused_time_is_ruled_out_or_asked_about(refusal: str, when: str) -> None:
    reading = read(refusal.format(when), NOW, "future")
    assert reading.ask or (reading.times and all(found.excluded for found in reading.times)), reading.as_json()


@pytest.mark.parametrize(("suggestion", "when"), list(product(SUGGESTIONS, TIMES)))
def test_a_suggestion_is_no_refusal(suggestion: str, when: str) -> None:
    reading = read(suggestion.format(when), NOW, "future")
    assert reading == read(suggestion.format(when), NOW, "future")
    assert reading.ask or not any(found.excluded for found in reading.times), reading.as_json()


@pytest.mark.parametrize("busy", ["er jeg på kursus", "skal jeg til tandlæge", "har jeg vagt", "er jeg bortrejst"])
@pytest.mark.parametrize(("one", "other"), [("mandag", "tirsdag"), ("den 24.", "den 25."), ("uge 9", "uge 10")])
def test_busy_beside_a_free_time_is_ruled_out(busy: str, one: str, other: str) -> None:
    first, last = read(f"{one} {busy}, men {other} er fint", NOW, "future").times
    assert first.excluded and not last.excluded
    (alone,) = read(f"{one} {busy}", NOW, "future").times
    assert not alone.excluded
