"""The outage notice, the switches, the metrics' text format, and log lines."""

import io
import json
import logging
from datetime import datetime, timedelta, timezone

import pytest

from forloeb import db, logs, metrics, operation, operation_commands
from forloeb.gateway import inbox
from forloeb.gateway.inbox import Times

NOW = datetime(2026, 11, 22, 10, tzinfo=timezone.utc)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'x.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    )
    db.migrate(url)
    made = db.connect(url)
    yield made
    made.dispose()


def told(engine, conversation, now=NOW):
    with db.writing(engine) as connection:
        return operation.to_tell(connection, conversation, now)


def conversation(engine):
    with db.writing(engine) as connection:
        return inbox.create(connection, "web", Times(NOW, NOW))


def test_a_notice_is_told_once_in_each_conversation_until_it_ends(engine):
    first, second = conversation(engine), conversation(engine)
    assert told(engine, first) is None
    with db.writing(engine) as connection:
        operation.set_notice(connection, "  Vi opdaterer\n i aften. ", NOW + timedelta(hours=1), NOW)
    assert told(engine, first) == "Vi opdaterer i aften." and told(engine, first) is None
    assert told(engine, second, NOW + timedelta(minutes=59)) == "Vi opdaterer i aften."
    assert told(engine, conversation(engine), NOW + timedelta(hours=1)) is None


def test_a_new_notice_takes_the_place_of_the_old_and_is_told_again(engine):
    where = conversation(engine)
    with db.writing(engine) as connection:
        operation.set_notice(connection, "Den gamle.", None, NOW)
    assert told(engine, where) == "Den gamle."
    with db.writing(engine) as connection:
        operation.set_notice(connection, "Den nye.", None, NOW)
    assert told(engine, where) == "Den nye."
    with db.writing(engine) as connection:
        assert operation.clear_notice(connection, NOW) and not operation.clear_notice(connection, NOW)
    assert told(engine, conversation(engine)) is None


@pytest.mark.parametrize(("text", "until"), [("", None), ("x" * 501, None), ("Godt.", NOW)])
def test_a_notice_that_cannot_be_told_is_refused(engine, text, until):
    with pytest.raises(operation.BadNotice), db.writing(engine) as connection:
        operation.set_notice(connection, text, until, NOW)


def test_the_commands_say_what_holds(engine):
    out = io.StringIO()
    operation_commands.notice_set(engine, "Kort pause.", "2026-11-22T16:00", NOW, out)
    operation_commands.switch(engine, "booking", False, NOW, out)
    operation_commands.switch(engine, "booking", False, NOW, out)
    assert operation.is_off(engine, "booking") and not operation.is_off(engine, "assistant")
    operation_commands.show(engine, NOW, out)
    operation_commands.switch(engine, "booking", True, NOW, out)
    assert not operation.is_off(engine, "booking")
    said = out.getvalue()
    assert "until 2026-11-22 16:00: Kort pause." in said and "booking: off since 2026-11-22 11:00" in said
    assert "booking is off, as it was." in said and "booking is on." in said
    with pytest.raises(operation.BadNotice):
        operation_commands.notice_set(engine, "Hej.", "i aften", NOW, out)


def test_the_text_format():
    counter = metrics.Counter("forloeb_test_total", "Tests")
    counter.add(kind='a"\\\n')
    counter.add(2, kind="b")
    seconds = metrics.Histogram("forloeb_test_seconds", "Tests", bounds=(0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7):
        seconds.observe(value)
    lines = metrics.text(
        [("forloeb_test_now", "Tests", 3), ("forloeb_test_each", "Tests", {(("kind", "b"),): 2.0})]
    ).splitlines()
    assert 'forloeb_test_total{kind="a\\"\\\\\\n"} 1' in lines and 'forloeb_test_total{kind="b"} 2' in lines
    assert "# TYPE forloeb_test_seconds histogram" in lines and "forloeb_test_now 3" in lines
    assert "# TYPE forloeb_test_each gauge" in lines and 'forloeb_test_each{kind="b"} 2' in lines
    assert [line for line in lines if line.startswith("forloeb_test_seconds")] == [
        'forloeb_test_seconds_bucket{le="0.1"} 2',
        'forloeb_test_seconds_bucket{le="1.0"} 3',
        'forloeb_test_seconds_bucket{le="+Inf"} 4',
        "forloeb_test_seconds_sum 7.65",
        "forloeb_test_seconds_count 4",
    ]
    metrics._ALL.remove(counter)
    metrics._ALL.remove(seconds)


def test_labels_are_bounded():
    counter = metrics.Counter("forloeb_bounded_total", "Tests")
    for nth in range(metrics.SERIES + 50):
        counter.add(kind=str(nth))
    assert len(list(counter.lines())) == metrics.SERIES
    metrics._ALL.remove(counter)


def test_a_log_line_is_json_without_anybodys_words(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.start("gateway")
        try:
            raise ValueError("0101011234 skrev hemmeligt")
        except ValueError as error:
            logs.event("push_failed", error=error, message="abc")
        logging.getLogger("sqlalchemy").warning("row %s", "0101011234")
        logging.getLogger("other").warning("0101011234 direkte")
        logging.getLogger("forloeb.booking.sender").info("delivery %s: delivered", 7)
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers, root.level = handlers, level
    assert "0101011234" not in json.dumps(lines) and "hemmeligt" not in json.dumps(lines)
    assert lines[0]["event"] == "push_failed" and lines[0]["message"] == "abc" and lines[0]["process"] == "gateway"
    assert lines[0]["error"] == "ValueError" and lines[3]["message"] == "delivery 7: delivered"
