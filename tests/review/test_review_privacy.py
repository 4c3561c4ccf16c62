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
from forloeb.review import background, cli, privacy, search
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
    assert old in left(stores) and out.getvalue() == "1 anonymous, 1 linked due\n"
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
    assert out.getvalue().splitlines()[-1] == "Bo Bang\treader\tdisabled"
