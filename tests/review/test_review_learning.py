"""The real processes: a conversation becomes a test that runs green as it is; the present model is compared with the log."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import requests
import yaml
from sqlalchemy import select, update

from forloeb import db, installation
from forloeb.booking.tables import audit
from forloeb.db import reading, writing
from forloeb.gateway.tables import conversation, message
from forloeb.review import cli, marks, privacy, regression
from forloeb.review.tables import review_turn
from forloeb.settings import ROOT
from tests.conversations.test_conversations import play, read, until
from tests.review.harness import PASSWORD, Browser
from tests.stack import Stack

DAY = "2025-10-06T09:00"
PERSON = """
claimants: [{id: c-anders, name: Anders Egelund, benefit: dagpenge, registered: 2025-09-01, phone: "+4520304050", a_kasse: FAK, municipality: Rudersdal}]
appointments: [{claimant: c-anders, holder: akasse, kind: jobrettet_samtale, number: 2, start: "2025-10-09T10:00", minutes: 45, form: digital, status: booked}]
slots:
  - {holder: akasse, caseworker: kirsten, start: "2025-10-13T09:00", minutes: 45, forms: [personligt, telefon, digital], place: Lokal}
  - {holder: akasse, caseworker: bodil, start: "2025-10-14T13:00", minutes: 45, forms: [personligt, telefon, digital], place: Lokal}
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    one = Stack(tmp_path_factory.mktemp("stack"), DAY).start()
    one.load(PERSON)
    out = StringIO()
    for name, role in (("Rune", "reviewer"), ("Kim", "caseworker")):
        assert one.using(lambda engine, now, n=name, r=role: cli.user_add(engine, n, r, now, out, PASSWORD)) == 0
    yield one
    one.stop()


@pytest.fixture(scope="module")
def rune(stack: Stack) -> Browser:
    browser = Browser(f"http://127.0.0.1:{stack.ports['REVIEW']}", requests.Session())
    assert browser.sign_in("Rune").status_code == 303
    return browser


def newest(stack: Stack) -> str:
    with reading(db.connect(stack.settings().database_url)) as connection:
        query = select(conversation.c.id).order_by(conversation.c.created.desc()).limit(1)
        return str(connection.execute(query).scalar_one())


def exported(rune: Browser, where: str, folder: Path) -> Path:
    answer = rune.get(f"/conversations/{where}/test.yml")
    assert answer.status_code == 200, answer.text
    path = folder / answer.headers["Content-Disposition"].split('"')[1]
    path.write_bytes(answer.content)
    return path


@pytest.fixture(scope="module")
def moved(stack: Stack, rune: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody signed in moves a meeting; their conversation as a test."""
    chat = stack.chat("c-anders")
    chat.say("Hej, jeg hedder Anders Egelund og bor Egevej 12. Mit nummer er 20304050")
    assert "mandag den 13. oktober" in "".join(m["text"] for m in chat.say("flyt mit møde den 9. oktober"))
    chat.press("tirsdag den 14. oktober")
    chat.press("Ja, flyt den")
    return exported(rune, newest(stack), tmp_path_factory.mktemp("moved"))


def test_a_conversation_of_somebody_signed_in_runs_green_as_it_is(stack: Stack, moved: Path) -> None:
    (case,) = read(moved)
    assert case["appointments"][0]["start"] == "2025-10-09T10:00"  # as it was before the conversation
    assert case["stored"]["appointments"] == [{"start": "2025-10-14T13:00", "form": "digital", "status": "booked"}]
    assert len(case["slots"]) == 2 and "Aftalen er flyttet" in str(case["talk"][3]["expect"])
    assert case["today"].startswith("2025-10-06T09:")
    play(case, stack)


def again(case: dict, name: str) -> dict:
    """The case for another person, with free times of its own."""
    other = copy.deepcopy(case) | {"id": name}
    for slot in other["slots"]:
        slot["caseworker"] += name
    return other


def test_it_proves_sentences_and_what_is_stored(stack: Stack, moved: Path) -> None:
    (case,) = read(moved)
    for number, (step, what, wrong) in enumerate(
        ((3, "expect", "Aftalen er aflyst"), (1, "buttons", "onsdag den 15. oktober"))
    ):
        other = again(case, f"wrong-{number}")
        other["talk"][step][what].append(wrong)
        with pytest.raises(AssertionError, match=wrong):
            play(other, stack)
    stored = again(case, "wrong-stored")
    stored["stored"]["appointments"][0]["start"] = "2025-10-13T09:00"
    with pytest.raises(AssertionError):
        play(stored, stack)


def test_no_personal_data_leaves_with_it(stack: Stack, moved: Path) -> None:
    text = moved.read_text("utf-8")
    for secret in ("Anders", "Egelund", "anders", "20304050", "Egevej", "c-anders", "kirsten", "bodil", newest(stack)):
        assert secret not in text + moved.name, secret
    assert "Prøve Person" in text and "Rudersdal" not in text
    with reading(db.connect(stack.settings().database_url)) as connection:
        lines = connection.execute(select(audit.c.who).where(audit.c.what == "export_test")).scalars().all()
    assert set(lines) == {"staff:Rune"}


def test_a_visitor_s_questions_run_green_on_the_usual_day(stack: Stack, rune: Browser, tmp_path: Path) -> None:
    chat = stack.chat()
    chat.say("hvem godkender mit cv")
    chat.press("Hvor står det?")
    chat.say("hvor mange penge får jeg i dagpenge om måneden")
    path = exported(rune, newest(stack), tmp_path)
    (case,) = read(path)
    assert case["today"] == regression.USUAL_DAY and "claimant" not in case
    assert case["talk"][0]["facts"] == ["cv"] and case["talk"][2]["gap"] == "beloeb"
    play(case, stack)


def test_what_cannot_be_a_test_says_so(stack: Stack, rune: Browser) -> None:
    stack.chat().say("hej")
    where = newest(stack)
    stack.change(
        lambda c, _now: c.execute(update(conversation).where(conversation.c.id == where).values(channel="sms"))
    )
    answer = rune.get(f"/conversations/{where}/test.yml")
    assert answer.status_code == 409 and "Kun samtaler fra web" in answer.text
    kim = Browser(rune.base, requests.Session())
    kim.sign_in("Kim")
    assert kim.get(f"/conversations/{where}/test.yml").status_code == 403


def test_the_present_model_is_compared_with_what_was_understood(stack: Stack, rune: Browser) -> None:
    chat = stack.chat("c-anders")
    for text in ("hvem godkender mit cv", "hvor booker jeg en samtale", "/restart Anders Egelund"):
        chat.say(text)
    where = newest(stack)
    settings = stack.settings()
    engine = db.connect(settings.database_url)

    def followed() -> bool:  # by the running process alone: a second follower would let it write again later
        with reading(engine) as connection:
            return len(connection.execute(select(review_turn).where(review_turn.c.conversation_id == where)).all()) == 3

    until(followed)
    stack.change(lambda connection, now: marks.set_state(connection, where, "done", "Rune", now))
    out = StringIO()
    assert cli.review_compare(engine, settings, 5, out) == 0
    assert out.getvalue() == "0 of 3 messages in 1 conversations are understood differently now\n"
    with writing(engine) as connection:  # as if an older model had taken the first for something else
        first = select(message.c.id).where(message.c.conversation_id == where, message.c.author == "user")
        one = connection.execute(first.order_by(message.c.seq).limit(1)).scalar_one()
        connection.execute(update(review_turn).where(review_turn.c.message_id == one).values(intent="cv_frist"))
    page = rune.get("/compare?last=5")
    assert page.status_code == 200 and "<strong>1</strong> af 3 beskeder i 1 samtaler" in page.text
    assert "hvem godkender mit cv" in page.text and "<code>cv_godkendelse</code>" in page.text
    assert "Egelund" not in page.text
    out = StringIO()
    cli.review_compare(engine, settings, 5, out)
    assert out.getvalue().startswith("cv_frist -> cv_godkendelse\t")


def test_erased_in_a_running_installation_nothing_is_left_in_any_file(stack: Stack) -> None:
    secret = "zebrafinkeopdræt"
    chat = stack.chat("c-anders")
    chat.say(f"jeg vil have slettet alt om mit {secret}")
    files = [path for path in stack.var.rglob("*") if path.is_file()]
    assert any(secret.encode() in path.read_bytes() for path in files)
    settings = stack.settings()
    stores = privacy.Stores(db.connect(settings.database_url), db.connect(settings.tracker_url))

    def gone(engine, now) -> None:
        with writing(engine) as connection:
            from forloeb.booking.tables import appointment

            connection.execute(
                update(appointment).where(appointment.c.claimant_id == "c-anders").values(status="cancelled")
            )
        privacy.erase_person(stores, "c-anders", "Anna", now)

    stack.using(gone)
    left = [
        path.name
        for path in stack.var.rglob("*")
        if path.is_file() and not path.name.startswith("load-")
        for word in (secret, "Egelund", "20304050")
        if word.encode() in path.read_bytes()
    ]
    assert left == []


def test_files_from_staff_are_run_with_the_others() -> None:
    from tests.conversations.test_conversations import FILES, FOLDER

    assert {path for path in FILES if path.parent.name == "from_staff"} == set((FOLDER / "from_staff").glob("*.yml"))
    assert installation.load(ROOT / "installation.yml").staff_phone
    for path in FILES:
        assert yaml.safe_load(path.read_text())["conversations"]
