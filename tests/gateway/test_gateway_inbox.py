"""The durable inbox on both databases: stored once, handed on in order, answered once."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, insert, select
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking import tables as booking
from forloeb.db import reading, writing
from forloeb.gateway import channel_tables, history, inbox, leases, notices, outbox, tables
from forloeb.gateway.errors import Refusal
from forloeb.gateway.inbox import Times
from forloeb.gateway.outbox import Reply

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


def at(seconds: float = 0) -> Times:
    return Times(START + timedelta(seconds=seconds), START + timedelta(seconds=seconds))


def conversation(engine: Engine, claimant: str | None = None, seconds: float = 0) -> str:
    with writing(engine) as connection:
        return inbox.create(connection, "web", at(seconds), claimant)


def put(engine: Engine, where: str, client: str, text: str = "hej", **more: object) -> tuple[str, bool]:
    with writing(engine) as connection:
        return inbox.put(connection, where, client, at(), text=text, **more)


def claim(engine: Engine, where: str, owner: str, seconds: float = 0) -> leases.Waiting | None:
    with writing(engine) as connection:
        return leases.claim(connection, where, owner, at(seconds).real)


def answer(engine: Engine, waiting: leases.Waiting, owner: str, *texts: str) -> bool:
    with writing(engine) as connection:
        return outbox.answer(connection, waiting, owner, [Reply(text) for text in texts], at())


def seen(engine: Engine, where: str) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [(one.author, one.text) for one in history.page(connection, where, 0)]


def test_the_migration_makes_the_tables_the_code_knows(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        known = {**vars(tables), **vars(channel_tables)}
        ours = {name for name in known if getattr(known[name], "metadata", None) is db.metadata}
        differences = [
            difference
            for difference in compare_metadata(context, db.metadata)
            if not (difference[0] in ("add_table", "remove_table") and difference[1].name not in ours)
            and not (difference[0] in ("add_index", "remove_index") and difference[1].table.name not in ours)
        ]
    assert differences == []


def test_the_same_id_is_stored_once_and_other_content_is_refused(engine: Engine) -> None:
    where = conversation(engine)
    first, new = put(engine, where, "a", "hej")
    assert new
    assert put(engine, where, "a", "hej") == (first, False)
    with pytest.raises(Refusal) as refused:
        put(engine, where, "a", "noget andet")
    assert (refused.value.status, refused.value.code) == (409, "other_content")
    elsewhere, new = put(engine, conversation(engine), "a", "noget andet")
    assert new and elsewhere != first


def test_only_one_gateway_holds_a_conversation_and_it_gets_the_oldest_message(engine: Engine) -> None:
    where = conversation(engine)
    put(engine, where, "a", "en")
    put(engine, where, "b", "to")
    waiting = claim(engine, where, "g1")
    assert waiting is not None and waiting.text == "en" and waiting.attempt == 1
    assert claim(engine, where, "g2") is None
    assert answer(engine, waiting, "g1", "svar en")
    following = claim(engine, where, "g2")
    assert following is not None and following.text == "to"


def test_a_lease_that_ran_out_passes_on_and_the_late_answer_is_dropped(engine: Engine) -> None:
    where = conversation(engine)
    put(engine, where, "a", "en")
    late = claim(engine, where, "g1")
    taken = claim(engine, where, "g2", seconds=leases.LEASE.total_seconds() + 1)
    assert late is not None and taken is not None and taken.id == late.id and taken.attempt == 2
    assert not answer(engine, late, "g1", "for sent")
    assert answer(engine, taken, "g2", "svar")
    assert seen(engine, where) == [("user", "en"), ("bot", "svar")]


def test_a_death_between_storing_the_replies_and_committing_changes_nothing(engine: Engine) -> None:
    where = conversation(engine)
    put(engine, where, "a", "en")
    waiting = claim(engine, where, "g1")
    assert waiting is not None
    with pytest.raises(KeyboardInterrupt), writing(engine) as connection:
        outbox.answer(connection, waiting, "g1", [Reply("svar", (("Ja", "/ja"),))], at())
        raise KeyboardInterrupt
    assert seen(engine, where) == [("user", "en")]
    with writing(engine) as connection:
        assert leases.release_of_dead(connection, "g1") == 0  # not at this place
        connection.execute(tables.conversation.update().values(lease_owner="host:1/x"))
        assert leases.release_of_dead(connection, "host:1") == 1
    assert claim(engine, where, "g2") is not None


def test_a_button_is_opaque_and_bound_to_its_conversation(engine: Engine) -> None:
    where, other = conversation(engine), conversation(engine)
    put(engine, where, "a", "en")
    waiting = claim(engine, where, "g1")
    assert waiting is not None
    with writing(engine) as connection:
        outbox.answer(connection, waiting, "g1", [Reply("?", (("Ja tak", '/ja{"x": 1}'),))], at())
    with reading(engine) as connection:
        ((title, payload),) = history.page(connection, where, 1)[0].buttons
    assert title == "Ja tak" and "ja" not in payload.lower().split("/") and "x" not in title
    with pytest.raises(Refusal):
        put(engine, other, "b", payload=payload)
    pressed, _ = put(engine, where, "b", text="", payload=payload)
    assert put(engine, where, "b", text="", payload=payload) == (pressed, False)
    waiting = claim(engine, where, "g1")
    assert waiting is not None and (waiting.text, waiting.command) == ("Ja tak", '/ja{"x": 1}')
    assert seen(engine, where)[-1] == ("user", "Ja tak")


def test_a_refused_message_waits_for_its_time_and_holds_the_next_back(engine: Engine) -> None:
    where = conversation(engine)
    put(engine, where, "a", "en")
    put(engine, where, "b", "to")
    waiting = claim(engine, where, "g1")
    assert waiting is not None
    with writing(engine) as connection:
        leases.postpone(connection, waiting, "g1", at(10).real)
    with reading(engine) as connection:
        assert leases.due(connection, at(5).real, 10) == []
        assert leases.due(connection, at(11).real, 10) == [where]
    assert claim(engine, where, "g1", seconds=5) is None
    again = claim(engine, where, "g1", seconds=11)
    assert again is not None and again.text == "en" and again.refusals == 1


def test_many_gateways_at_once_answer_each_message_once_and_in_order(engine: Engine) -> None:
    places = [conversation(engine) for _ in range(4)]
    for number in range(8):
        for where in places:
            put(engine, where, f"m{number}", f"{number}")
    handed: dict[str, list[str]] = {where: [] for where in places}
    failures: list[BaseException] = []

    def work(owner: str) -> None:
        try:
            while True:
                with reading(engine) as connection:
                    due = leases.due(connection, at().real, 10)
                    left = connection.execute(
                        select(tables.message.c.id).where(tables.message.c.state == "waiting")
                    ).first()
                if left is None:
                    return
                for where in due:
                    waiting = claim(engine, where, owner)
                    if waiting is None:
                        continue
                    handed[where].append(waiting.text)
                    assert answer(engine, waiting, owner, f"svar {waiting.text}")
                time.sleep(0.001)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"g{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    for where in places:
        assert handed[where] == [str(number) for number in range(8)]
        with reading(engine) as connection:
            page = history.page(connection, where, 0)
        assert [one.seq for one in page] == list(range(1, 17))
        assert sorted(one.text for one in page if one.author == "bot") == [f"svar {number}" for number in range(8)]


def test_the_same_id_from_many_threads_is_stored_once(engine: Engine) -> None:
    where = conversation(engine)
    results: list[tuple[str, bool]] = []
    threads = [threading.Thread(target=lambda: results.append(put(engine, where, "a", "hej"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 8 and len({identifier for identifier, _ in results}) == 1
    assert sum(new for _, new in results) == 1


def notice_table(engine: Engine) -> Table:
    with writing(engine) as connection:
        connection.execute(insert(booking.claimant), [{"id": "c-1"}, {"id": "c-2"}])
    return booking.notice


def test_news_goes_once_to_the_conversation_used_last_when_its_time_has_come(engine: Engine) -> None:
    table = notice_table(engine)
    old, latest = conversation(engine, "c-1", seconds=0), conversation(engine, "c-1", seconds=60)
    with writing(engine) as connection:
        for identifier, claimant, seconds in (("n1", "c-1", 0), ("n2", "c-1", 500), ("n3", "c-2", 0)):
            connection.execute(
                insert(table).values(
                    id=identifier,
                    claimant_id=claimant,
                    kind="paamindelse_dagen_foer",
                    values={},
                    not_before=at(seconds).real,
                    created=at().real,
                    sent=None,
                )
            )
    assert notices.move(engine, at(100)) == 1
    assert notices.move(engine, at(100)) == 0
    waiting = claim(engine, latest, "g", seconds=100)
    assert waiting is not None and (waiting.command, waiting.author) == ('/besked{"notice": "n1"}', "system")
    assert claim(engine, old, "g", seconds=100) is None
    assert answer(engine, waiting, "g", "Påmindelse")
    assert seen(engine, latest) == [("bot", "Påmindelse")]
    assert notices.move(engine, at(600)) == 1
    conversation(engine, "c-2")
    assert notices.move(engine, at(600)) == 1  # waited for somebody to tell it to


def test_two_gateways_polling_send_a_notice_once(engine: Engine) -> None:
    table = notice_table(engine)
    where = conversation(engine, "c-1")
    with writing(engine) as connection:
        for number in range(10):
            connection.execute(
                insert(table).values(
                    id=f"n{number}",
                    claimant_id="c-1",
                    kind="paamindelse_dagen_foer",
                    values={},
                    not_before=at().real,
                    created=at().real,
                )
            )
    moved: list[int] = []
    threads = [threading.Thread(target=lambda: moved.append(notices.move(engine, at(1)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(moved) == 10
    with reading(engine) as connection:
        commands = connection.execute(select(tables.message.c.command).where(tables.message.c.conversation_id == where))
        assert len({row.command for row in commands}) == 10
