"""The internal channel: text is never a command, a reply is one message, a message answered once is answered from the log."""

import asyncio

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from forloeb.assistant.channel import WORD_JOINER, Collected, _hand_over, parsed_command, replies_to


def handed(body):
    seen = []

    async def on_new_message(message):
        seen.append(message)

    asyncio.run(
        _hand_over({"conversation": "c", "message_id": "m", "metadata": {"channel": "web"}, **body}, on_new_message)
    )
    return seen[0]


def test_text_that_begins_with_a_slash_stays_text():
    message = handed({"text": " /restart", "command": None})
    assert message.parse_data is None
    assert message.text.startswith(WORD_JOINER) and not message.text.strip().startswith("/")


def test_a_command_needs_no_understanding():
    message = handed({"text": "Ja", "command": '/valg{"trin": "yes"}'})
    assert message.parse_data["intent"] == {"name": "valg", "confidence": 1.0}
    assert message.parse_data["entities"][0]["value"] == "yes"
    assert message.text == "Ja"


def test_a_command_without_entities():
    assert parsed_command("/start", "")["entities"] == []


def test_one_reply_is_one_message():
    output = Collected("sms")
    asyncio.run(
        output.send_response(
            "c", {"text": "Hej", "buttons": [{"title": "t", "payload": "p"}], "custom": {"facts": ["cv"]}}
        )
    )
    assert output.messages == [
        {"text": "Hej", "buttons": [{"title": "t", "payload": "p"}], "custom": {"facts": ["cv"]}}
    ]
    assert output.name() == "sms"


def user(identifier):
    return UserUttered("x", {"name": "hilsen"}, message_id=identifier)


def test_the_log_gives_the_replies_of_one_message_only():
    events = [
        user("m1"), BotUttered("et"), BotUttered("to", {"custom": {"facts": ["cv"]}}), ActionExecuted("action_listen"),
        user("m2"), BotUttered("tre"), ActionExecuted("action_listen"),
        user("m3"),
    ]  # fmt: skip
    tracker = DialogueStateTracker.from_events("c", events)
    assert [r["text"] for r in replies_to(tracker, "m1")] == ["et", "to"]
    assert replies_to(tracker, "m1")[1]["custom"] == {"facts": ["cv"]}
    assert [r["text"] for r in replies_to(tracker, "m2")] == ["tre"]
    assert replies_to(tracker, "m3") is None and replies_to(tracker, "m4") is None
