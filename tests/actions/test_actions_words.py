"""Wishes, picks and meetings in a person's words: the pure parts of the task dialogue, fast and without processes."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from actions import afbud_words, jobsearch, picking, services, wishing, worry
from actions.aiming import next_number
from actions.asking import ask_when, when_question
from actions.known import Known
from actions.meeting_words import by_ordinal, covers, matching
from actions.relative_wish import relative_wish
from actions.reply import Reply
from actions.turn import Turn
from forloeb import obligations
from forloeb.booking.model import Form, Holder, Slot
from forloeb.booking.wishes import Part, Wish
from forloeb.danish.time import read_both
from forloeb.danish.words import fold
from forloeb.settings import ZONE

NOW = datetime(2025, 10, 6, 9, 0, tzinfo=ZONE)  # a Monday in week 41
FORMS = (Form.IN_PERSON, Form.PHONE)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(services, "now", lambda: NOW)


def message(text, **entities):
    """What a message is known to hold, as Rasa's entities carry it."""
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    times = read_both(text, NOW)
    if any(times.values()):
        found.append({"entity": "tid", "value": times})
    return Known(obligations.Claimant(None), None, NOW.date(), "web", text, tuple(found))


def at(day, clock):
    return datetime.combine(date(2025, 10, day), time.fromisoformat(clock), ZONE)


def slot(day, clock, holder=Holder.AKASSE, identifier=None):
    start = datetime.combine(date(2025, 10, day), time.fromisoformat(clock), ZONE)
    return Slot(identifier or f"{day}-{clock}", holder, None, start, 45, FORMS, None)


TUE, WED, THU = slot(7, "09:00"), slot(8, "10:00"), slot(9, "13:00")
SHOWN = (TUE, WED, THU)


def day(number, month=10):
    begins = datetime(2025, month, number, tzinfo=ZONE)
    return begins, begins + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("helst om eftermiddagen", Wish(earliest=time(12), latest=time(17, 59))),
        ("om formiddagen", Wish(earliest=time(9), latest=time(11, 59))),
        ("efter kl 14", Wish(earliest=time(14))),
        ("efter kl. 14", Wish(earliest=time(14))),
        ("før kl 10", Wish(latest=time(9, 59))),
        ("mellem 10 og 12", Wish(earliest=time(10), latest=time(11, 59))),
        ("kl 13", Wish(earliest=time(13), latest=time(13))),
        ("ikke mandag", Wish(not_weekdays=frozenset({MONDAY}))),
        ("hverken mandag eller tirsdag", Wish(not_weekdays=frozenset({MONDAY, TUESDAY}))),
        ("jeg kan ikke om onsdagen", Wish(not_weekdays=frozenset({WEDNESDAY}))),
        ("om onsdagen kan jeg ikke", Wish(not_weekdays=frozenset({WEDNESDAY}))),
        ("helst om torsdagen", Wish(weekdays=frozenset({THURSDAY}))),
        ("ikke om morgenen", Wish(earliest=time(9))),
        ("på onsdag", Wish(intervals=(day(8),))),
        ("tirsdag eller torsdag", Wish(intervals=(day(7), day(9)))),
        ("inden fredag", Wish(not_after=day(10)[0])),
        ("i uge 42", Wish(intervals=((day(13)[0], day(20)[0]),))),
        ("snarest", Wish(soonest=True)),
        ("så hurtigt som muligt", Wish(soonest=True)),
        (
            "i næste uge, helst om eftermiddagen",
            Wish(intervals=((day(13)[0], day(20)[0]),), earliest=time(12), latest=time(17, 59)),
        ),
        ("uge 42 om formiddagen", Wish(intervals=((day(13)[0], day(20)[0]),), earliest=time(9), latest=time(11, 59))),
        (
            "ikke mandag, helst om eftermiddagen",
            Wish(not_weekdays=frozenset({MONDAY}), earliest=time(12), latest=time(17, 59)),
        ),
        ("noget senere på dagen", Wish(earliest=time(12))),
        ("torsdag, tidligere på dagen", Wish(intervals=(day(9),), latest=time(11, 59))),
        ("ikke tirsdag, men torsdag", Wish(not_weekdays=frozenset({TUESDAY}), intervals=(day(9),))),
        (
            "ikke mandag, helst efter kl 14 i uge 48",
            Wish(not_weekdays=frozenset({MONDAY}), intervals=((day(24, 11)[0], day(1, 12)[0]),), earliest=time(14)),
        ),
        (
            "i uge 42 mellem 10 og 12",
            Wish(intervals=((day(13)[0], day(20)[0]),), earliest=time(10), latest=time(11, 59)),
        ),
        ("formiddage går bedst", Wish(earliest=time(9), latest=time(11, 59))),
        ("jeg arbejder til kl 15", Wish(earliest=time(15))),
        ("jeg er på arbejde fra 8 til 15", Wish(earliest=time(15))),
        ("jeg er på kursus mandag", Wish(excluded=(day(13),))),
        ("jeg har ferie i uge 42", Wish(excluded=((day(13)[0], day(20)[0]),))),
        ("jeg arbejder om onsdagen", Wish(not_weekdays=frozenset({WEDNESDAY}))),
        ("jeg har fri om onsdagen", Wish(weekdays=frozenset({WEDNESDAY}))),
        ("tirsdage efter kl 15", Wish(weekdays=frozenset({TUESDAY}), earliest=time(15))),
        ("jeg skal hente børn kl 15 så det skal være før", Wish(done_by=time(15))),
        ("jeg henter børn kl 15 så efter det", Wish(earliest=time(15))),
        ("mødet skal ligge inden jeg skal til tandlæge kl 10", Wish(done_by=time(10))),
        ("jeg skal være færdig kl 14", Wish(done_by=time(14))),
        ("mødet skal være slut inden kl 14", Wish(done_by=time(14))),
        ("det må ikke være efter kl 15", Wish(done_by=time(15))),
        (
            "tirsdag eller torsdag efter 14",
            Wish(intervals=((at(7, "14:00"), day(8)[0]), (at(9, "14:00"), day(10)[0]))),
        ),
    ],
)
def test_a_wish_in_words(text, expected):
    assert wishing.wish_in(message(text)) == expected


@pytest.mark.parametrize(
    ("text", "taken", "left"),
    [
        ("jeg arbejder til kl 15 om tirsdagen", (14, "14:30"), (14, "15:00")),
        ("om tirsdagen kan jeg ikke før kl 15", (14, "09:00"), (14, "15:00")),
        ("ikke fredag eftermiddag", (17, "13:00"), (17, "10:00")),
        ("bare ikke mandag efter 12", (13, "13:00"), (13, "10:00")),
    ],
)
def test_hours_ruled_out_on_a_weekday_leave_the_rest_of_it(text, taken, left):
    wish = wishing.wish_in(message(text))
    for (number, clock), free in ((taken, False), (left, True)):
        begins = at(number, clock)
        assert wish.allows(begins, begins + timedelta(minutes=30)) is free
    assert wish.allows(at(16, "14:30"), at(16, "15:00"))


@pytest.mark.parametrize("text", ["ja tak", "det ved jeg ikke", "mit cv", "min søn er syg", "24/7", ""])
def test_no_wish(text):
    assert wishing.wish_in(message(text)) is None


def test_the_form_is_a_wish_too():
    assert wishing.wish_in(message("helst på telefon", moedeform="telefon")) == Wish(form=Form.PHONE)


def test_the_time_that_names_the_meeting_is_left_out():
    meeting = datetime(2025, 10, 9, 10, 0, tzinfo=ZONE)
    wish = wishing.wish_in(message("flyt mødet på torsdag"), without=lambda said: covers(said, meeting))
    assert wish is None


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(parts=frozenset({Part.AFTERNOON}), weekdays=frozenset({THURSDAY}), not_weekdays=frozenset({MONDAY})),
        Wish(not_before=day(8)[0], not_after=day(10)[0], intervals=(day(8), day(9)), excluded=(day(7),)),
        Wish(earliest=time(9, 15), latest=time(14), done_by=time(15, 30), form=Form.DIGITAL, soonest=True),
    ],
)
def test_a_wish_survives_the_memory_of_a_task(wish):
    assert wishing.from_json(wishing.as_json(wish)) == wish


def test_a_later_wish_replaces_the_day_and_keeps_what_was_ruled_out():
    before = Wish(intervals=(day(8),), not_weekdays=frozenset({MONDAY}), earliest=time(12), form=Form.PHONE)
    after = wishing.merged(before, Wish(intervals=(day(10),), not_weekdays=frozenset({FRIDAY})))
    assert after == replace(before, intervals=(day(10),), not_weekdays=frozenset({MONDAY, FRIDAY}))
    assert wishing.merged(before, Wish(earliest=time(9))).intervals == before.intervals


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("den første", 0), ("1", 0), ("nr. 1", 0), ("nummer et", 0), ("ja den første tak", 0), ("den tidligste", 0),
        ("den anden", 1), ("nr 2", 1), ("2", 1), ("toeren", 1), ("jeg tager den anden", 1),
        ("den midterste", 1), ("første forslag", 0), ("ikke nr 2 men nr 3", 2),
        ("nej ikke den anden, den første", 0), ("den anden passer mig ikke, men den tredje", 2),
        ("den tredje", 2), ("3", 2), ("den sidste", 2), ("den nederste", 2),
    ],
)  # fmt: skip
def test_an_ordinal_picks(text, place):
    assert by_ordinal(text, SHOWN) == SHOWN[place]


@pytest.mark.parametrize(
    "text",
    [
        "har du en senere tid", "jeg vil have en anden tid", "en jobsamtale", "den første uge i november",
        "den 2. december",
        "ikke den første", "den første går ikke", "jeg kan ikke den anden", "andet forslag",
        "to gange om ugen", "ja tak", "nr 4", "det er sidste gang", "den første eller den anden", "", "24",
    ],
)  # fmt: skip
def test_what_is_no_ordinal_picks_nothing(text):
    assert by_ordinal(text, SHOWN) is None


def test_an_ordinal_beyond_the_list_picks_nothing():
    assert by_ordinal("den tredje", SHOWN[:2]) is None
    assert by_ordinal("den sidste", ()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("den onsdag", WED), ("onsdag", WED), ("på torsdag kl 13", THU), ("kl. 10", WED), ("den 7. oktober", TUE),
        ("nej onsdag mente jeg", WED), ("den første", TUE), ("ikke tirsdag, men torsdag", THU),
        ("efter kl 12", None), ("helst onsdag", None), ("har du noget torsdag?", None), ("fredag", None),
        ("onsdag kl 11", None), ("i denne uge", None), ("tirsdag eller onsdag", None), ("jeg kan kun torsdag", None),
    ],
)  # fmt: skip
def test_a_slot_is_named_or_wished_for(text, expected):
    assert picking.named_slot(message(text), SHOWN) == expected


def test_two_slots_on_the_day_name_none():
    assert picking.named_slot(message("onsdag"), (WED, slot(8, "14:00"))) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vis flere", True), ("har du flere tider", True), ("en anden tid", True), ("ingen af dem passer", True),
        ("den anden", True), ("efter kl 14", True), ("ja", False), ("hvor mange samtaler skal jeg til?", False),
    ],
)  # fmt: skip
def test_what_is_an_answer_about_times(text, expected):
    assert picking.says_when(message(text)) is expected


MEETINGS = (slot(9, "10:00", identifier="a"), slot(14, "13:00", Holder.JOBCENTER, "j"))


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("jeg kan ikke komme på torsdag", {}, ["a"]),
        ("jeg skal til jobsamtale torsdag kl 9", {}, ["a"]),
        ("mødet hos jobcentret", {"myndighed": "jobcenter"}, ["j"]),
        ("mødet i jobcentret på torsdag", {"myndighed": "jobcenter"}, []),
        ("jeg kan ikke komme på fredag", {}, []),
        ("jeg er syg", {}, []),
        ("jeg er syg i næste uge", {}, ["j"]),
    ],
)
def test_the_meeting_that_a_message_names(text, entities, expected):
    assert [m.id for m in matching(message(text, **entities), MEETINGS, naming=True)] == expected


def test_a_negated_time_names_no_slot():
    assert matching(message("ikke torsdag"), MEETINGS) == []


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([], 1), ([1], 2), ([1, 2, 3], 4), ([None], 2), ([4], 5), ([6], 6), ([1, 2, 3, 4, 5, 6], None)],
)
def test_the_number_of_the_next_meeting(numbers, expected):
    assert next_number(numbers) == expected


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("samme tid ugen efter", Wish(intervals=((at(16, "10:00"), at(16, "10:01")),))),
        ("kan vi sige samme tidspunkt en uge senere", Wish(intervals=((at(16, "10:00"), at(16, "10:01")),))),
        ("ugen efter", Wish(intervals=((at(13, "00:00"), at(20, "00:00")),))),
        ("samme dag ugen efter", Wish(intervals=((at(16, "00:00"), at(17, "00:00")),))),
        ("to uger senere samme tid", Wish(intervals=((at(23, "10:00"), at(23, "10:01")),))),
        ("en anden dag samme tid", Wish(earliest=time(10, 0), latest=time(10, 0))),
        ("i næste uge", None),
        ("ugen efter nytår", None),
    ],
)
def test_a_wish_that_leans_on_a_meeting(text, wish):
    assert relative_wish(text, at(9, "10:00")) == wish


def turn_saying(text, **state):
    known = message(text)
    return Turn(known, Reply(values={}), dict(state), NOW, "book_samtale", "m-1", 0.9)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("mandag den 14. passer mig", "tirsdag"),  # 14 October 2025 is a Tuesday
        ("onsdag d. 31. november", "November"),
        ("kl 10 mandag den 14., helst personligt", "tirsdag"),
    ],
)
def test_a_wish_that_contradicts_itself_is_asked_about(text, asked):
    turn = turn_saying(text)
    asyncio.run(picking.wish_step(turn))
    ((key, values),) = turn.reply.asks
    assert key == "utter_tid_spoerg" and asked in values["spoergsmaal"]
    assert turn.state["step"] == "wish"


def test_a_vague_wish_is_asked_about_only_when_it_holds_nothing():
    assert when_question("om onsdagen", clash=True) is None
    assert when_question("om nogle dage", clash=True) is None
    assert "Hvornår" in (when_question("om nogle dage", clash=False) or "")
    assert when_question("på onsdag kl 10", clash=False) is None


def test_a_pressed_button_is_never_asked_about():
    turn = turn_saying("mandag den 14.")
    turn.intent, turn.known = "valg", message("mandag den 14.", trin="more")
    assert not ask_when(turn, "choose", clash=True)


@pytest.mark.parametrize(
    ("text", "pretends"),
    [
        ("hvad nu hvis jeg bare siger, jeg er syg", True),
        ("så siger jeg bare at jeg er syg", True),
        ("kan jeg ikke bare sige jeg er syg", True),
        ("så siger vi det", False),
        ("så siger jeg ja til mandag", False),
        ("min læge siger jeg er syg", False),
    ],
)
def test_an_excuse_thought_of_is_no_illness_and_no_agreement_an_excuse(text, pretends):
    assert bool(afbud_words.PRETENDS.search(fold(text))) is pretends


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("jeg fik jobbet!", True),
        ("jeg har fået nyt job", True),
        ("hvis jeg fik et job", False),
        ("jeg fik ikke jobbet", False),
    ],
)
def test_a_job_is_congratulated_on_once_it_is_there(text, got):
    assert bool(jobsearch.GOT_JOB.search(fold(text))) is got


@pytest.mark.parametrize(
    ("text", "worried"),
    [
        ("jeg er så bange for at gøre noget forkert", True),
        ("jeg blev fyret efter 31 år og er helt på den", True),
        ("er nervos for mødet, hvor mange er der", True),
        ("jeg er ikke nervøs, jeg vil bare vide hvornår", False),
        ("hvornår skal mit cv være klar", False),
    ],
)
def test_worry_is_heard(text, worried):
    assert bool(worry.WORRY.search(fold(text))) is worried
