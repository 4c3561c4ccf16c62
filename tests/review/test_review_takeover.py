"""A human steps in: the assistant is quiet, the person is told, and nothing that was written is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from forloeb.booking.tables import audit
from forloeb.db import reading, writing
from forloeb.gateway import history, inbox, leases, outbox, takeover
from forloeb.gateway.outbox import Reply
from forloeb.gateway.tables import conversation, message
from forloeb.gateway.takeover import NotYours
from forloeb.review import background
from forloeb.review.roles import Role
from tests.booking.world import NOW
from tests.gateway.harness import running as gateway_running
from tests.gateway.harness import until
from tests.review.harness import Desk, running, settings_for, times


def talk(engine: Engine, *said: str) -> str:
    with writing(engine) as connection:
        where = inbox.create(connection, "web", times())
        for number, text in enumerate(said):
            inbox.put(connection, where, f"p{number}", times(), text=text)
    return where


def put(engine: Engine, where: str, text: str, **more: str) -> str:
    with writing(engine) as connection:
        return inbox.put(connection, where, f"later {text}", times(), text=text, **more)[0]


def claim(engine: Engine, where: str) -> leases.Waiting | None:
    with writing(engine) as connection:
        return leases.claim(connection, where, "g", times().real)


def due(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return leases.due(connection, times().real, 10)


def take(engine: Engine, where: str, by: str = "Kim") -> tuple[bool, str | None]:
    with writing(engine) as connection:
        return takeover.take(connection, where, by, times())


def say(engine: Engine, where: str, text: str, by: str = "Kim", nonce: str = "n1") -> str:
    with writing(engine) as connection:
        return takeover.say(connection, where, by, text, nonce, times())


def back(engine: Engine, where: str) -> str | None:
    with writing(engine) as connection:
        return takeover.hand_back(connection, where, times())


def seen(engine: Engine, where: str) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [(one.author, one.text) for one in history.page(connection, where, 0)]


def states(engine: Engine, where: str) -> list[str]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(message.c.state)
            .where(message.c.conversation_id == where, message.c.author == "user")
            .order_by("seq")
        )
        return [row.state for row in rows]


def test_the_worker_leaves_what_waits_to_the_human(engine: Engine) -> None:
    where, other = talk(engine, "hjælp"), talk(engine, "hej")
    assert take(engine, where) == (True, None) and take(engine, where) == (False, "Kim")
    assert due(engine) == [other] and claim(engine, where) is None
    with reading(engine) as connection:
        assert leases.older_than(connection, times().real + timedelta(hours=1), 10) == [other]


def test_news_still_goes_through_the_assistant(engine: Engine) -> None:
    where = talk(engine, "hjælp")
    take(engine, where)
    with writing(engine) as connection:
        inbox.put(connection, where, "system:1", times(), command='/besked{"notice": "n"}', author="system")
    assert due(engine) == [where]
    waiting = claim(engine, where)
    assert waiting is not None and waiting.author == "system"
    with writing(engine) as connection:
        assert outbox.answer(connection, waiting, "g", [Reply("Nyt")], times())
    assert claim(engine, where) is None and states(engine, where) == ["waiting"]


def test_an_answer_answers_all_that_waited_and_is_stored_once(engine: Engine) -> None:
    where = talk(engine, "hjælp", "er der nogen?")
    take(engine, where)
    first = say(engine, where, "Hej, mit cpr er 010190-1234")
    assert say(engine, where, "Hej igen", nonce="n1") == first
    assert seen(engine, where)[-1] == ("staff", "Hej, mit cpr er [CPR-nummer fjernet]")
    assert states(engine, where) == ["answered", "answered"]
    with reading(engine) as connection:
        asked = connection.execute(select(message.c.id).where(message.c.text == "er der nogen?")).scalar_one()
        answers = history.replies(connection, asked)
    assert answers is not None and [one.author for one in answers] == ["staff"]


def test_what_is_not_answered_at_hand_back_is_the_assistant_s_again(engine: Engine) -> None:
    where = talk(engine, "første")
    take(engine, where)
    say(engine, where, "svar")
    put(engine, where, "anden")
    assert back(engine, where) == "Kim" and back(engine, where) is None
    waiting = claim(engine, where)
    assert waiting is not None and waiting.text == "anden"


def test_only_who_has_it_writes_and_a_colleague_can_take_it(engine: Engine) -> None:
    where = talk(engine, "hjælp")
    with pytest.raises(NotYours):
        say(engine, where, "hej")
    take(engine, where)
    assert take(engine, where, "Anna") == (True, "Kim")
    with pytest.raises(NotYours) as refused:
        say(engine, where, "hej")
    assert refused.value.by == "Anna"
    say(engine, where, "hej", by="Anna")


def test_an_answer_in_hand_when_staff_have_answered_is_thrown_away(engine: Engine) -> None:
    where = talk(engine, "hjælp")
    waiting = claim(engine, where)
    assert waiting is not None
    take(engine, where)
    say(engine, where, "Jeg er her")
    with writing(engine) as connection:
        assert not outbox.answer(connection, waiting, "g", [Reply("for sent")], times())
    assert seen(engine, where) == [("user", "hjælp"), ("staff", "Jeg er her")]


def test_the_pages_take_answer_and_hand_back(desk: Desk) -> None:
    where = desk.conversation("c-1", "jeg vil tale med et menneske")
    kim, anna = desk.browser(Role.CASEWORKER), desk.browser(Role.ADMIN)
    page = kim.get(f"/conversations/{where}")
    assert "Overtag samtalen" in page.text and 'name="text" rows="4"' not in page.text
    asked = desk.bookings.open_case("c-1", "wants_human", {"conversation": where}, "k1", NOW)
    other = desk.bookings.open_case("c-2", "wants_human", {"conversation": "another"}, "k2", NOW)
    taken = kim.post(f"/conversations/{where}/take", follow=True)
    assert desk.bookings.case(asked.id).acknowledged_by == "Kim"
    assert desk.bookings.case(other.id).acknowledged_by is None
    assert "Du har samtalen nu" in taken.text and "Kim fra Forløbs medarbejdere er her nu" in taken.text
    assert "Ring til os på 70 10 20 30" not in taken.text
    ready = kim.get(f"/conversations/{where}?reply=ring")
    assert "Ring til os på 70 10 20 30" in ready.text
    for _ in range(2):
        sent = kim.post(f"/conversations/{where}/say", follow=True, text="Hej Mette", nonce="abcdefgh")
    assert sent.text.count('<p class="text">Hej Mette</p>') == 1
    assert kim.post(f"/conversations/{where}/say", text="  ", nonce="abcdefgi").status_code == 409
    assert "Overtag fra Kim" in anna.get(f"/conversations/{where}").text
    late = anna.post(f"/conversations/{where}/say", text="Jeg mister ikke dette", nonce="abcdefgj")
    assert late.status_code == 409 and "En kollega har samtalen" in late.text
    assert "Kim" in kim.get("/").text
    assert "givet tilbage" in kim.post(f"/conversations/{where}/hand-back", follow=True).text
    assert [author for author, _ in seen(desk.engine, where)] == ["user", "staff", "staff", "staff"]
    with reading(desk.engine) as connection:
        lines = [row.what for row in connection.execute(select(audit).where(audit.c.ref == where).order_by(audit.c.id))]
    assert [line for line in lines if line != "view_conversation"] == ["take_over", "say", "say", "hand_back"]


def test_a_person_who_was_forgotten_gets_the_assistant_back(desk: Desk) -> None:
    where, other = desk.conversation("c-1", "hallo?"), desk.conversation("c-2", "hej")
    take(desk.engine, where)
    take(desk.engine, other)
    long_ago = times().real - takeover.IDLE - timedelta(minutes=1)
    with writing(desk.engine) as connection:
        connection.execute(update(conversation).values(taken_over_at=long_ago))
        connection.execute(update(message).where(message.c.conversation_id == where).values(stored=long_ago))
    assert desk.loop.do(background.give_back_forgotten(desk.app)) == 1
    assert seen(desk.engine, where)[-1][1].startswith("Medarbejderen er ikke længere i samtalen")
    assert due(desk.engine) == [where]


def test_through_a_real_gateway(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'forloeb.db'}"
    with (
        gateway_running(tmp_path, FORLOEB_DATABASE_URL=url) as gateway,
        running(settings_for(tmp_path, url), tmp_path) as desk,
    ):
        person = gateway.person()
        assert person.say("hej").json()["messages"][0]["text"] == "Svar på: hej"
        kim = desk.browser(Role.CASEWORKER)
        kim.get("/")
        kim.post(f"/conversations/{person.conversation}/take")
        told = until(lambda: [one for one in person.get() if one["from"] == "staff"])
        assert told[0]["text"].startswith("Kim fra")
        before = len(gateway.far.seen)
        assert person.say("er du et menneske?").status_code == 202
        kim.post(f"/conversations/{person.conversation}/say", text="Ja, det er jeg", nonce="abcdefgh")
        news = person.get(after=told[-1]["seq"], wait=3)
        assert until(lambda: person.get()[-1]["text"] == "Ja, det er jeg") and news
        assert len(gateway.far.seen) == before  # the assistant was asked nothing
        kim.post(f"/conversations/{person.conversation}/hand-back")
        assert person.say("og nu?").json()["messages"][0]["text"] == "Svar på: og nu?"
