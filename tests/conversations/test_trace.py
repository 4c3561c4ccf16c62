"""One id follows a message: the same grep finds it in every process's log and in both databases."""

import json
import subprocess

import sqlalchemy as sa

from forloeb import db
from tests.conversations.test_conversations import until


def test_one_grep_follows_a_message_from_channel_to_database(stacks):
    stack = stacks.on("2025-10-06T09:00")
    chat = stack.chat()
    chat.say("mit hemmelige kodeord er fisk, hvad er et kontaktforløb?")
    settings = stack.settings()
    engine, tracker = db.connect(settings.database_url), db.connect(settings.tracker_url)
    with db.reading(engine) as connection:
        message, conversation = connection.execute(
            sa.text(
                "SELECT id, conversation_id FROM message WHERE author = 'user' AND text LIKE :t ORDER BY stored DESC"
            ),
            {"t": "%hvad er et kontaktforløb?"},
        ).first()

    def lines() -> list[dict]:
        found = subprocess.run(
            ["grep", "-h", message, "-r", settings.var / "log"], capture_output=True, text=True, check=False
        )
        return [json.loads(line) for line in found.stdout.splitlines()]

    until(lambda: {"received", "turn", "answered", "action"} <= {line["event"] for line in lines()})
    assert {line["process"] for line in lines()} == {"gateway", "assistant", "actions"}
    with db.reading(tracker) as connection:
        logged = connection.execute(
            sa.text("SELECT data FROM events WHERE type_name = 'user' AND sender_id = :c"), {"c": conversation}
        ).scalars()
        assert message in [json.loads(data)["message_id"] for data in logged]
    everything = "".join(p.read_text() for p in (settings.var / "log").glob("*.log"))
    assert "hemmelige" not in everything and "fisk" not in everything
    engine.dispose()
    tracker.dispose()
