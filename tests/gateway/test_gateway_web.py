"""The web contract of section 6, over HTTP."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path

import requests

from tests.gateway.harness import Running, running, until


def test_a_new_conversation_is_greeted_once_and_the_greeting_survives_a_reload(gateway: Running) -> None:
    person = gateway.person()
    (greeting,) = person.get(wait=3)
    assert greeting["from"] == "bot" and "maskine" in greeting["text"]
    assert set(greeting) == {"seq", "from", "at", "text"}
    assert datetime.fromisoformat(greeting["at"]).utcoffset() is not None
    person.say("hej")
    assert [one["text"] for one in person.get()].count(greeting["text"]) == 1


def test_a_message_is_answered_and_the_history_is_in_order(gateway: Running) -> None:
    person = gateway.person()
    answer = person.say("to")
    assert answer.status_code == 200
    assert [one["text"] for one in answer.json()["messages"]] == ["Første", "Anden"]
    history = person.get()
    assert [(one["from"], one["text"]) for one in history[-3:]] == [("user", "to"), ("bot", "Første"), ("bot", "Anden")]
    sequence = [one["seq"] for one in history]
    assert sequence == sorted(set(sequence))
    assert person.get(after=sequence[-2]) == history[-1:]


def test_the_same_id_again_gives_the_same_answer_and_acts_once(gateway: Running) -> None:
    person = gateway.person()
    first, again = person.say("hej", "x"), person.say("hej", "x")
    assert (again.status_code, again.json()) == (200, first.json())
    assert [one["text"] for one in person.get()].count("hej") == 1
    assert sum(body["text"] == "hej" and body["conversation"] == person.conversation for body in gateway.far.seen) == 1
    other = person.say("noget andet", "x")
    assert other.status_code == 409 and other.json()["error"]["code"] == "other_content"


def test_the_same_message_sent_ten_times_at_once_is_one_message(gateway: Running) -> None:
    person = gateway.person()
    answers: list[requests.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(person.say("samtidig", "x"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert [one["text"] for one in person.get()].count("samtidig") == 1


def test_text_that_begins_with_a_slash_is_text(gateway: Running) -> None:
    person = gateway.person()
    answer = person.say('/restart{"a": 1}')
    assert answer.json()["messages"][0]["text"] == 'Svar på: /restart{"a": 1}'
    handed = next(body for body in gateway.far.seen if body["text"].startswith("/restart"))
    assert handed["command"] is None
    assert handed["metadata"] == {"channel": "web", "claimant_id": None, "message_id": handed["message_id"]}


def test_a_pressed_button_is_the_persons_words_and_its_command_stays_here(gateway: Running) -> None:
    person = gateway.person()
    (message,) = person.say("knapper").json()["messages"]
    assert "bekraeft" not in str(message)
    button = message["buttons"][0]
    pressed = person.post({"id": "tryk", "payload": button["payload"]})
    assert pressed.json()["messages"][0]["text"].startswith("Du trykkede: Ja tak")
    assert person.post({"id": "tryk", "payload": button["payload"]}).json() == pressed.json()
    assert [one["text"] for one in person.get() if one["from"] == "user"] == ["knapper", "Ja tak"]
    assert [body["command"] for body in gateway.far.seen if body["conversation"] == person.conversation][-1] == (
        '/bekraeft{"a": 1}'
    )
    for payload in ("/bekraeft", "findes-ikke", "æ", "x" * 5000, ""):
        refused = person.post({"id": f"p{payload[:3]}", "payload": payload})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unknown_payload"), payload
    stranger = gateway.person()
    refused = stranger.post({"id": "tryk", "payload": button["payload"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unknown_payload")


def test_custom_stands_on_the_one_reply(gateway: Running) -> None:
    (message,) = gateway.person().say("forløb").json()["messages"]
    assert message["custom"]["facts"] == ["meetings.dagpenge"] and message["custom"]["timeline"]["items"]


def test_a_long_poll_returns_as_soon_as_there_is_something(gateway: Running) -> None:
    person = gateway.person()
    person.get(wait=3)
    last = person.get()[-1]["seq"]
    found: list[tuple[float, list[str]]] = []
    started = time.monotonic()

    def poll() -> None:
        messages = person.get(after=last, wait=3)
        found.append((time.monotonic() - started, [one["text"] for one in messages]))

    thread = threading.Thread(target=poll)
    thread.start()
    time.sleep(0.3)
    person.say("hej")
    thread.join(10)
    assert found[0][0] < 1.5 and found[0][1][0] == "hej"
    started = time.monotonic()
    assert person.get(after=10_000, wait=0.4) == []
    assert 0.3 < time.monotonic() - started < 1.5


def test_a_page_holds_two_hundred(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        person = gateway.person()
        until(lambda: person.get())
        gateway.far.acted.clear()
        from forloeb.db import connect, writing
        from forloeb.gateway.tables import conversation, message

        engine = connect(gateway.settings.database_url)
        with writing(engine) as connection:
            now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
            connection.execute(
                message.insert(),
                [
                    {
                        "id": f"x{number}",
                        "conversation_id": person.conversation,
                        "seq": number,
                        "author": "staff",
                        "text": str(number),
                        "redacted": [],
                        "buttons": [],
                        "state": "said",
                        "attempts": 0,
                        "refusals": 0,
                        "stored": now,
                        "at": now,
                    }
                    for number in range(10, 460)
                ],
            )
            connection.execute(conversation.update().values(next_seq=460))
        first = person.get()
        assert len(first) == 200 and first[-1]["from"] == "staff"
        second = person.get(after=first[-1]["seq"])
        third = person.get(after=second[-1]["seq"])
        assert len(second) == 200 and third[-1]["seq"] == 459


def test_eight_quick_messages_are_handed_over_one_at_a_time_and_in_order(gateway: Running) -> None:
    person = gateway.person()
    person.get(wait=3)
    before = gateway.far.overlaps
    gateway.far.delay = 0.03
    try:
        threads = []
        for number in range(8):
            thread = threading.Thread(target=person.say, args=(f"hurtig {number}", f"h{number}"))
            thread.start()
            threads.append(thread)
            time.sleep(0.01)
        for thread in threads:
            thread.join(30)
    finally:
        gateway.far.delay = 0
    until(lambda: len(person.get()) == 17)
    assert gateway.far.overlaps == before
    said = [one["text"] for one in person.get() if one["from"] == "user"]
    answered = [one["text"].removeprefix("Svar på: ") for one in person.get()[1:] if one["from"] == "bot"]
    handed = [body["text"] for body in gateway.far.seen if body["conversation"] == person.conversation][1:]
    assert said == answered == handed


def test_conversations_do_not_wait_for_each_other(gateway: Running) -> None:
    people = [gateway.person() for _ in range(6)]
    started = time.monotonic()
    threads = [threading.Thread(target=person.say, args=("vent 0.6",)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - started < 2.4  # 3.6 seconds one after the other
    assert all(person.get()[-1]["text"] == "Svar på: vent 0.6" for person in people)
