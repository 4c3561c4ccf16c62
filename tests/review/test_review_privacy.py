"""What is erased is gone from the stored bytes; what is not due stays."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import Engine

from forloeb import db, installation
from forloeb.booking import tables as booking
from forloeb.booking.service import Bookings
from forloeb.booking.wishes import Wish
from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.gateway.tables import conversation, message
from forloeb.review import background, cases, cli, marks, own_data, privacy, search, words
from forloeb.review.follower import Follower
from forloeb.review.privacy import MeetingAhead, Stores
from forloeb.review.roles import Role
from forloeb.settings import ROOT
from tests.booking.world import NOW
from tests.review import tracker
from tests.review.harness import Desk, times

SECRET = "zebrafinkeopdræt"
HERE = installation.load(ROOT / "installation.yml")


@pytest.fixture
def stores(engine: Engine, url: str, tmp_path: Path) -> Stores:
    log = db.connect(f"sqlite:///{tmp_path / 'tracker.db'}" if url.startswith("sqlite") else url)
    tracker.make(log)
    return Stores(engine, log)


def talk(stores: Stores, claimant: str | None, days_ago: float = 0) -> str:
    with writing(stores.engine) as connection:
        where = inbox.create(connection, "web", times(), claimant)
        identifier, _ = inbox.put(connection, where, "p", times(), text=f"mit {SECRET} holder mig hjemme")
        connection.execute(
            update(conversation)
            .where(conversation.c.id == where)
            .values(last_used=times().real - timedelta(days=days_ago))
        )
    with writing(stores.tracker) as connection:
        tracker.turn(connection, where, identifier, entities=[{"entity": "tid", "value": SECRET}])
    return where


def left(stores: Stores) -> set[str]:
    with reading(stores.engine) as connection:
        return {row.id for row in connection.execute(select(conversation.c.id))}


def everywhere(engine: Engine) -> list[str]:
    """The tables in which the secret stands, in any column."""
    found = []
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        else:
            names = (
                connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
            )
        for name in names:
            if any(SECRET in str(value) for row in connection.execute(text(f"SELECT * FROM {name}")) for value in row):
                found.append(name)
    return found


def test_a_person_who_asks_is_gone_from_every_store(
    stores: Stores, bookings: Bookings, url: str, tmp_path: Path
) -> None:
    mine, other = talk(stores, "c-1"), talk(stores, "c-2")
    message_id = "a" * 32
    made = bookings.book("c-1", "s1", "telefon", SECRET, "anden", None, f"{message_id}:book", NOW)
    bookings.cancel("c-1", made.appointment.id, SECRET, "andet", f"{message_id}:afbud", NOW)
    bookings.missed("c-1", "cv", SECRET, "m", NOW)
    bookings.open_case("c-1", "wants_human", {"words": SECRET, "conversation": mine}, "h", NOW)
    bookings.propose("c-1", "akasse", "anden", None, Wish(), NOW, hold_until=NOW + timedelta(minutes=5))
    Follower(stores.engine, stores.tracker).step()
    with pytest.raises(MeetingAhead):
        privacy.erase_person(stores, "c-1", "Anna", NOW)
    bookings.cancel("c-1", "cv", "syg", "sygdom", "x", NOW)
    assert privacy.erase_person(stores, "c-1", "Anna", NOW) == 1
    assert left(stores) == {other}
    with writing(stores.engine) as connection:
        connection.execute(update(message).values(text="andet"))
    with writing(stores.tracker) as connection:
        connection.execute(text("DELETE FROM events WHERE sender_id = :who"), {"who": other})
    with writing(stores.engine) as connection:
        connection.execute(text("DELETE FROM review_turn WHERE conversation_id = :who"), {"who": other})
        who = [row.claimant_id for row in connection.execute(select(booking.appointment.c.claimant_id))]
    assert everywhere(stores.engine) == [] and everywhere(stores.tracker) == []
    assert "c-1" not in who and bookings.claimant("c-1") is None and bookings.claimant("c-2") is not None


def test_the_bytes_are_gone_from_the_files(tmp_path: Path) -> None:
    path = tmp_path / "forloeb.db"
    db.migrate(f"sqlite:///{path}")
    stores = Stores(db.connect(f"sqlite:///{path}"), db.connect(f"sqlite:///{tmp_path / 'tracker.db'}"))
    tracker.make(stores.tracker)
    where = talk(stores, None)
    Follower(stores.engine, stores.tracker).step()
    assert b"zebrafinke" in b"".join(each.read_bytes() for each in tmp_path.iterdir())
    privacy.erase_conversation(stores, where, "Anna", NOW)
    for each in sorted(tmp_path.iterdir()):  # while the app runs, its journals too
        assert b"zebrafinke" not in each.read_bytes(), each.name


def test_what_has_stood_its_time_goes_and_the_rest_stays(stores: Stores, bookings: Bookings) -> None:
    old = talk(stores, None, 31)
    old_linked = talk(stores, "c-1", 91)
    keep = {talk(stores, None, 29), talk(stores, "c-1", 89)}
    held = talk(stores, None, 200)
    with writing(stores.engine) as connection:
        connection.execute(update(conversation).where(conversation.c.id == held).values(taken_over_by="Kim"))
    out = StringIO()
    real = times().real
    assert cli.retention(stores, HERE, real, NOW, out, preview=True) == 0
    assert old in left(stores) and out.getvalue() == "1 anonymous, 1 linked, 0 cases due\n"
    cli.retention(stores, HERE, real, NOW, out, preview=False)
    assert left(stores) == {*keep, held} and old_linked not in left(stores)
    assert privacy.sweep(stores, HERE, real, NOW) == privacy.Due(0, 0)
    with reading(stores.tracker) as connection:
        assert len(connection.execute(text("SELECT DISTINCT sender_id FROM events")).all()) == 3
    with reading(stores.engine) as connection:
        assert len(search.find(connection, "hjemme", None).hits) == 3


def test_from_the_case_on_the_page(desk: Desk) -> None:
    where = desk.conversation(None, f"slet {SECRET}")
    case = desk.bookings.open_case(None, "privacy", {"conversation": where, "words": SECRET}, "k", NOW)
    other = desk.bookings.open_case(None, "wants_human", {"conversation": where}, "k2", NOW)
    anna, kim = desk.browser(Role.ADMIN), desk.browser(Role.CASEWORKER)
    assert "Slet for altid" not in kim.get(f"/cases/{case.id}").text
    assert "Slet for altid" in anna.get(f"/cases/{case.id}").text
    assert anna.post(f"/cases/{case.id}/erase", sure="ja").status_code == 409
    assert anna.post(f"/cases/{other.id}/erase", sure="SLET").status_code == 404
    assert "Alt om personen er slettet" in anna.post(f"/cases/{case.id}/erase", follow=True, sure="SLET").text
    assert everywhere(desk.engine) == []
    assert anna.get(f"/conversations/{where}").status_code == 404
    mine = desk.bookings.open_case("c-1", "privacy", {}, "k3", NOW)
    assert "booket møde foran sig" in anna.post(f"/cases/{mine.id}/erase", sure="SLET").text
    assert desk.loop.do(background.sweep(desk.app)) == privacy.Due(0, 0)


def test_users_at_the_terminal(engine: Engine) -> None:
    out = StringIO()
    assert cli.user_add(engine, "Bo Bang", "caseworker", NOW, out, "hest og vogn 42") == 0
    assert cli.user_add(engine, "bo  bang", "admin", NOW, out, "hest og vogn 42") == 1
    assert cli.user_add(engine, "Ib", "konge", NOW, out, "hest og vogn 42") == 1
    assert cli.user_add(engine, "Ib", "admin", NOW, out, "kort") == 1
    assert cli.user_role(engine, "Bo Bang", "reader", NOW, out) == 0
    assert cli.user_password(engine, "Bo Bang", NOW, out, "en anden lang kode") == 0
    assert cli.user_disable(engine, "Bo Bang", NOW, out) == 0
    assert cli.user_disable(engine, "Findes Ikke", NOW, out) == 1
    assert cli.user_list(engine, out) == 0
    assert out.getvalue().splitlines()[-1] == "Bo Bang\treader\tdisabled\tall"


def test_cases_go_when_they_have_stood_as_long_as_configured(stores: Stores, bookings: Bookings) -> None:
    message_id = "b" * 32
    judged = bookings.book("c-1", "s1", "telefon", "", "anden", None, f"{message_id}:book", NOW)
    afbud = bookings.cancel("c-1", judged.appointment.id, SECRET, "andet", f"{message_id}:afbud", NOW)
    old = bookings.open_case("c-1", "wants_human", {"words": SECRET}, "h", NOW)
    open_ = bookings.open_case("c-1", "wants_human", {"words": "åben"}, "h2", NOW)
    bookings.missed("c-1", "cv", SECRET, "m", NOW)
    contact = next(case for case in bookings.cases("c-1") if case.kind == "missed")
    for case in (old.id, afbud.case_id or "", contact.id):
        bookings.acknowledge(case, "Kim", NOW)
    real = times().real
    soon, later = NOW + timedelta(days=365), NOW + timedelta(days=365, minutes=1)
    assert privacy.sweep(stores, HERE, real, soon).cases == 0
    with reading(stores.engine) as connection:
        assert privacy.due(connection, HERE, real, later).cases == 2  # the afbud waits to be judged
    assert privacy.sweep(stores, HERE, real, later).cases == 2
    assert {case.id for case in bookings.cases("c-1")} == {open_.id, afbud.case_id}
    bookings.assess(afbud.cancellation.id, "lawful", "Kim", NOW)
    assert privacy.sweep(stores, HERE, real, later).cases == 1
    assert {case.id for case in bookings.cases("c-1")} == {open_.id}
    assert everywhere(stores.engine) == []
    assert bookings.appointments("c-1") and bookings.cancellations("c-1")[0].ground == "andet"


def test_how_long_cases_stand_is_the_installation_s(tmp_path: Path) -> None:
    assert HERE.keep_days_cases == 365
    text_ = (ROOT / "installation.yml").read_text().replace("sager_dage: 365", "sager_dage: 7")
    (tmp_path / "here.yml").write_text(text_)
    assert installation.load(tmp_path / "here.yml").keep_days_cases == 7
    (tmp_path / "old.yml").write_text(text_.replace(", sager_dage: 7", ""))
    assert installation.load(tmp_path / "old.yml").keep_days_cases == 365


def test_access_holds_all_that_is_stored_about_one_person_and_nobody_else(stores: Stores, bookings: Bookings) -> None:
    mine, other = talk(stores, "c-1"), talk(stores, "c-2")
    made = bookings.book("c-1", "s1", "telefon", "om " + SECRET, "anden", None, "x:book", NOW)
    bookings.cancel("c-1", made.appointment.id, "mit barn er sygt", "andet", "x:afbud", NOW)
    case = bookings.open_case("c-1", "privacy", {"conversation": mine}, "p", NOW)
    with writing(stores.engine) as connection:
        marks.add_note(connection, mine, "en note om samtalen", "Rune", NOW)
    cases.add_note(bookings, case.id, "en note om sagen", "Kim", NOW)
    Follower(stores.engine, stores.tracker).step()
    found = own_data.of_person(stores, "c-1", "Anna", NOW)
    text_ = own_data.as_json(found)
    for expected in (SECRET, "mit barn er sygt", "+4520123456", "en note om samtalen", "en note om sagen", "cv_frist"):
        assert expected in text_, expected
    assert {"claimant", "conversation", "message", "appointment", "cancellation", "delivery", "staff_case", "act",
            "review_turn", "review_summary", "notice", "audit", "events", "booking_deadline"} - {"notice"} <= set(found)  # fmt: skip
    for secret in (made.appointment.calendar_token, other, "Jonas", "c-2"):
        assert secret not in text_, secret
    with reading(stores.engine) as connection:
        lines = connection.execute(select(booking.audit.c.what).where(booking.audit.c.claimant_id == "c-1")).scalars()
        assert "export_person" in list(lines)
    out = StringIO()
    assert cli.access(stores, "c-1", NOW, out) == 0 and SECRET in out.getvalue()
    assert cli.access(stores, "none", NOW, out) == 1


def test_no_table_about_people_is_forgotten() -> None:
    about = {t.name for t in db.metadata.sorted_tables if {"claimant_id", "conversation_id"} & set(t.c.keys())}
    assert about - set(own_data.LEFT_OUT) <= set(words.group("tables"))
    assert set(own_data.LEFT_OUT) <= about


def test_access_from_the_case_on_the_page(desk: Desk) -> None:
    where = desk.conversation(None, f"vis {SECRET} <b>")
    case = desk.bookings.open_case(None, "privacy", {"conversation": where}, "k", NOW)
    mine = desk.bookings.open_case("c-1", "privacy", {}, "k2", NOW)
    other = desk.bookings.open_case("c-1", "wants_human", {}, "k3", NOW)
    anna, kim = desk.browser(Role.ADMIN), desk.browser(Role.CASEWORKER)
    page = anna.get(f"/cases/{case.id}/data").text
    assert SECRET in page and "<b>" not in page and "Beskeder" in page
    file = anna.get(f"/cases/{mine.id}/data.json")
    assert file.json()["claimant"][0]["name"] == "Mette Holm" and "attachment" in file.headers["Content-Disposition"]
    assert anna.get(f"/cases/{other.id}/data").status_code == 404
    assert kim.get(f"/cases/{mine.id}/data").status_code == 403
