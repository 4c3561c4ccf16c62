"""Single rules."""

from datetime import date

import pytest

from forloeb.errors import LawError
from forloeb.law import law
from forloeb.obligations import Form, Law, Parameter, first_meeting_by, form_choice, no_applications_from


def test_the_first_meeting_is_in_person_and_later_ones_as_chosen():
    assert form_choice(1) == (Form.PERSONLIGT,)
    assert form_choice(None) == (Form.PERSONLIGT,)
    assert form_choice(2) == tuple(Form)


def test_a_week_after_the_first_contact():
    assert first_meeting_by(date(2025, 10, 6), law(), date(2025, 10, 7)) == date(2025, 10, 13)


def test_applications_may_stop_six_weeks_before():
    assert no_applications_from(date(2025, 12, 15), law(), date(2025, 11, 22)) == date(2025, 11, 3)


def test_a_value_holds_from_its_day_until_the_next():
    weeks = Parameter("cv.weeks", "weeks", ((None, 3), (date(2027, 1, 1), 2)))
    assert weeks.on(date(2020, 1, 1)) == 3
    assert weeks.on(date(2026, 12, 31)) == 3
    assert weeks.on(date(2027, 1, 1)) == 2


def test_a_day_before_the_first_dated_value_is_not_guessed():
    weeks = Parameter("cv.weeks", "weeks", ((date(2027, 1, 1), 2),))
    with pytest.raises(LawError) as error:
        weeks.on(date(2026, 12, 31))
    assert error.value.code == "day_not_covered"


def test_unknown_ids_are_errors():
    empty = Law({}, {})
    with pytest.raises(LawError):
        empty.fact("x")
    with pytest.raises(LawError):
        empty.value("x", date(2025, 1, 1))
