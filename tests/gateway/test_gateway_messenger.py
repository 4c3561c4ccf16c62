"""Messenger over HTTP: Meta's events in their captured shape, signed as Meta signs, and its Send API on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from sqlalchemy import update

from forloeb.booking.model import NoticeKind
from forloeb.gateway.channel_tables import address
from tests.gateway import far_side
from tests.gateway.harness import Running, until
from tests.gateway.phones import cases, change, handed, messages, news, person, pushes, rows
from tests.gateway.providers import PAGE, SECRET, VERIFY, Providers, post_messenger, pressed, written
from tests.gateway.test_gateway_login import login
from tests.gateway.test_gateway_sms import code_for

ANNE, BO = "7234567890123456", "7999999999999999"


def write(gateway: Running, psid: str, text: str, **more: Any) -> None:
    assert post_messenger(gateway, written(psid, text, **more)).status_code == 200


def answers(providers: Providers, to: str, count: int) -> list[dict[str, Any]]:
    def got() -> list[dict[str, Any]] | None:
        found = [one for one in providers.sent if one["to"] == to and "Jeg er Forløb" not in one["text"]]
        return found if len(found) >= count else None

    return until(got, 30)


def test_a_message_is_answered_once_with_typing_before(channels: Running, providers: Providers) -> None:
    write(channels, ANNE, "hej")
    (answer,) = answers(providers, ANNE, 1)
    assert (answer["text"], answer["type"]) == ("Svar på: hej", "RESPONSE")
    assert handed(channels, "hej")["metadata"] == {
        "channel": "messenger",
        "claimant_id": None,
        "message_id": handed(channels, "hej")["message_id"],
    }
    until(lambda: providers.actions)
    assert providers.actions[0] == {"recipient": {"id": ANNE}, "sender_action": "typing_on"}
    until(lambda: any("Jeg er Forløb, en automatisk assistent" in one["text"] for one in providers.sent))


def test_the_webhook_is_verified_with_our_word_only(channels: Running) -> None:
    where = f"{channels.base}/webhooks/messenger"
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = requests.get(where, params=asked, timeout=10)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in (
        {"hub.verify_token": "x"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
    ):
        assert requests.get(where, params={**asked, **wrong}, timeout=10).status_code == 403


def _sign(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return f"{algorithm}=" + hmac.new(secret.encode(), body, algorithm).hexdigest()


BODY = json.dumps({"object": "page", "entry": [{"id": PAGE, "messaging": [written(ANNE, "hej")]}]}).encode()
FORGED = {
    "nothing": "",
    "SHA-1": _sign(BODY, algorithm="sha1"),
    "MD5": _sign(BODY, algorithm="md5"),
    "another's secret": _sign(BODY, "x"),
    "another body": _sign(BODY + b" "),
    "the bare digest": _sign(BODY).removeprefix("sha256="),
    "upper case": _sign(BODY).upper(),
    "not ASCII": "æ",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_event_is_refused_and_stores_nothing(channels: Running, name: str) -> None:
    assert post_messenger(channels, raw=BODY, signature=FORGED[name]).status_code == 403
    assert messages(channels) == []


def test_the_old_header_is_not_looked_at(channels: Running) -> None:
    headers = {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()}
    answer = requests.post(f"{channels.base}/webhooks/messenger", data=BODY, headers=headers, timeout=10)
    assert answer.status_code == 403


ODD: dict[str, tuple[Any, int]] = {
    "not JSON": (b"hej", 400),
    "not UTF-8": (b"\xe6", 400),
    "a list": (b"[]", 404),
    "null": (b"null", 404),
    "another object": (b'{"object": "instagram", "entry": []}', 404),
    "deep": (b"[" * 30_000, 400),
    "no entry": (b'{"object": "page"}', 200),
    "entry null": (b'{"object": "page", "entry": null}', 200),
    "entry of numbers": (b'{"object": "page", "entry": [1, null, {"messaging": [1, null, {}]}]}', 200),
    "sender null": (b'{"object": "page", "entry": [{"messaging": [{"sender": null, "message": {"mid": "a"}}]}]}', 200),
    "mid as a number": (
        b'{"object": "page", "entry": [{"messaging": [{"sender": {"id": "1"}, "message": {"mid": 5}}]}]}',
        200,
    ),
    "64 kB and one": (b" " * 65_537, 413),
    "1 MB": (b" " * 1_000_000, 413),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_bodies_get_the_right_status_and_life_goes_on(channels: Running, providers: Providers, name: str) -> None:
    body, status = ODD[name]
    assert post_messenger(channels, raw=body).status_code == status
    write(channels, ANNE, "lever du?")
    answers(providers, ANNE, 1)


@pytest.mark.parametrize("text", ["he\0j", "\ud83d", " ", "a" * 2001, "a" * 20_000, "\u202etxet"])
def test_odd_text_is_answered_or_explained(channels: Running, providers: Providers, text: str) -> None:
    write(channels, ANNE, text)
    assert answers(providers, ANNE, 1)[0]["text"]


def test_a_picture_is_answered_with_what_can_be_read(channels: Running, providers: Providers) -> None:
    event = written(ANNE, "")
    del event["message"]["text"]
    event["message"]["attachments"] = [{"type": "image", "payload": {"url": "https://scontent.example/x.jpg"}}]
    assert post_messenger(channels, event).status_code == 200
    assert "kun læse tekst" in answers(providers, ANNE, 1)[0]["text"]


def test_doubled_replayed_and_reordered_events_are_absorbed(channels: Running, providers: Providers) -> None:
    first, second = written(ANNE, "først"), {**written(ANNE, "sidst"), "timestamp": 1700000000500}
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(post_messenger(channels, second, first).status_code))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == [200] * 6
    assert [one["text"] for one in answers(providers, ANNE, 2)] == ["Svar på: først", "Svar på: sidst"]
    assert post_messenger(channels, first, second, first).status_code == 200
    time.sleep(0.5)
    assert len(answers(providers, ANNE, 2)) == 2


def test_buttons_are_quick_replies_and_a_press_acts_once(channels: Running, providers: Providers) -> None:
    write(channels, ANNE, "knapper")
    (asked,) = answers(providers, ANNE, 1)
    assert [each["title"] for each in asked["quick"]] == ["Ja tak", "Nej"]
    assert "bekraeft" not in str(asked["quick"])
    press = written(ANNE, "Ja tak", quick_reply={"payload": asked["quick"][0]["payload"]})
    for _ in range(3):
        assert post_messenger(channels, press).status_code == 200
    assert answers(providers, ANNE, 2)[1]["text"] == "Du trykkede: Ja tak (17)"
    again = pressed(ANNE, "Nej", asked["quick"][1]["payload"])
    for _ in range(2):
        assert post_messenger(channels, again).status_code == 200
    assert answers(providers, ANNE, 3)[2]["text"] == "Du trykkede: Nej (9)"
    time.sleep(0.3)
    assert len(answers(providers, ANNE, 3)) == 3


def test_anothers_button_is_only_its_words(channels: Running, providers: Providers) -> None:
    write(channels, ANNE, "knapper")
    payload = answers(providers, ANNE, 1)[0]["quick"][0]["payload"]
    assert post_messenger(channels, pressed(BO, "Ja tak", payload)).status_code == 200
    assert answers(providers, BO, 1)[0]["text"] == "Svar på: Ja tak"
    assert post_messenger(channels, pressed(BO, "Kom i gang", "GET_STARTED")).status_code == 200
    assert answers(providers, BO, 2)[1]["text"] == "Svar på: Kom i gang"


def test_long_titles_are_numbered(channels: Running, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    long = [{"title": "torsdag den 18. september kl. 10.00", "payload": "/valg"}, {"title": "Nej", "payload": "/nej"}]
    monkeypatch.setattr(far_side, "answer", lambda body: [{"text": "Hvilken?", "buttons": long}])
    write(channels, ANNE, "tider")
    (asked,) = answers(providers, ANNE, 1)
    assert asked["text"] == "Hvilken?\n\n1. torsdag den 18. september kl. 10.00\n2. Nej"
    assert [each["title"] for each in asked["quick"]] == ["1", "2"]


def test_a_code_from_the_signed_in_page_links_and_only_that(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", None)
    write(channels, ANNE, "hvem er jeg")
    assert handed(channels, "hvem er jeg")["metadata"]["claimant_id"] is None
    answers(providers, ANNE, 1)
    write(channels, ANNE, "BCD-00000")
    assert "passer ikke" in answers(providers, ANNE, 2)[1]["text"]
    write(channels, ANNE, code_for(channels, "c-1"))
    assert "Tak" in answers(providers, ANNE, 3)[2]["text"]
    write(channels, ANNE, "mine aftaler")
    assert handed(channels, "mine aftaler")["metadata"]["claimant_id"] == "c-1"
    write(channels, BO, "og mig")
    assert handed(channels, "og mig")["metadata"]["claimant_id"] is None


def test_what_is_personal_moves_to_a_short_lived_link(
    channels: Running, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far_side, "answer", lambda body: [{"text": "Log ind her: {web_link}"}])
    write(channels, ANNE, "hvornår er mit næste møde")
    text = answers(providers, ANNE, 1)[0]["text"]
    start = f"Log ind her: {channels.settings.public_url}/#fra="
    assert text.startswith(start)
    carried = {"link": text.removeprefix(start)}
    where = f"{channels.base}/webhooks/web/carried"
    assert requests.post(where, json=carried, timeout=10).json() == {"text": "hvornår er mit næste møde"}
    for wrong in (carried, {"link": "x"}, {"link": 5}, {}):
        assert requests.post(where, json=wrong, timeout=10).status_code == 404


def test_outside_the_24_hours_nothing_is_sent_and_staff_call(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", None)
    write(channels, ANNE, code_for(channels, "c-1"))
    answers(providers, ANNE, 1)
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    told = answers(providers, ANNE, 2)[1]
    assert told["text"].startswith("Påmindelse")
    change(channels, update(address).values(last_inbound=datetime.now(timezone.utc) - timedelta(hours=24, minutes=1)))
    news(channels, "c-1", NoticeKind.MOVED, "n-2")
    (case,) = until(lambda: cases(channels))
    assert (case.claimant_id, case.facts["reason"]) == ("c-1", "window_closed")
    time.sleep(0.3)
    assert len(answers(providers, ANNE, 2)) == 2


def test_outside_the_24_hours_news_goes_to_the_channel_used_before(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", None)
    web = channels.person({"login": login(sub="c-1")})
    web.say("hej")
    code = requests.post(f"{web.base}/webhooks/web/code", headers=web.headers, timeout=10).json()["code"]
    write(channels, ANNE, code)
    answers(providers, ANNE, 1)
    change(channels, update(address).values(last_inbound=datetime.now(timezone.utc) - timedelta(hours=25)))
    last = web.get()[-1]["seq"]
    news(channels, "c-1", NoticeKind.DAY_BEFORE)
    (told,) = until(lambda: web.get(after=last, wait=3), 30)
    assert "Påmindelse" in told["text"]
    assert cases(channels) == []


@pytest.mark.parametrize("how", [["500"], ["429", "429"]])
def test_an_answer_is_sent_once_when_meta_is_unwell(channels: Running, providers: Providers, how: list[str]) -> None:
    write(channels, ANNE, "hej")
    answers(providers, ANNE, 1)
    providers.behave = list(how)
    write(channels, ANNE, "igen")
    answers(providers, ANNE, 2)
    time.sleep(0.3)
    assert [one["text"] for one in answers(providers, ANNE, 2)] == ["Svar på: hej", "Svar på: igen"]


def test_an_echo_settles_an_attempt_whose_answer_was_lost(channels: Running, providers: Providers) -> None:
    write(channels, ANNE, "hej")
    sent = answers(providers, ANNE, 1)[0]
    number = int(sent["metadata"].removeprefix("forloeb:"))
    change(
        channels,
        update(pushes_table())
        .where(pushes_table().c.id == number)
        .values(
            state="waiting", provider_id=None, uncertain=True, next_try=datetime.now(timezone.utc) + timedelta(hours=1)
        ),
    )
    echo = {
        "sender": {"id": PAGE},
        "recipient": {"id": ANNE},
        "timestamp": 1,
        "message": {
            "is_echo": True,
            "app_id": 1,
            "mid": sent["sid"],
            "text": sent["text"],
            "metadata": sent["metadata"],
        },
    }
    assert post_messenger(channels, echo).status_code == 200
    row = next(push for push in pushes(channels) if push.id == number)
    assert (row.state, row.provider_id) == ("sent", sent["sid"])
    delivered = {"sender": {"id": ANNE}, "recipient": {"id": PAGE}, "delivery": {"mids": [sent["sid"]], "watermark": 1}}
    assert post_messenger(channels, delivered).status_code == 200
    assert next(push.receipt for push in pushes(channels) if push.id == number) == "delivered"


def pushes_table() -> Any:
    from forloeb.gateway.channel_tables import push

    return push


def test_illness_is_not_sent_back(channels: Running, providers: Providers) -> None:
    write(channels, ANNE, "jeg har angst")
    assert "angst" not in answers(providers, ANNE, 1)[0]["text"]
    assert rows(channels, pushes_table().select())
