"""What comes from the world at large: the right status, one clear error shape, never a 500, and life goes on."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from forloeb.gateway.keys import Tuning
from forloeb.gateway.limits import Buckets, Limits, Rate
from tests.gateway.harness import Person, Running, running


@pytest.fixture(scope="module")
def person(gateway: Running) -> Iterator[Person]:
    yield gateway.person()
    assert gateway.person().say("lever du?").status_code == 200


def problem(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"} and body["error"]["message"], body
    return answer.status_code, body["error"]["code"]


def raw(person: Person, body: bytes) -> requests.Response:
    where = f"{person.base}/webhooks/web/messages"
    return requests.post(where, data=body, headers=person.headers, timeout=10)


BODIES = {
    "nothing": (b"", 400, "bad_json"),
    "not JSON": (b"hej", 400, "bad_json"),
    "half JSON": (b'{"id": "a", ', 400, "bad_json"),
    "not UTF-8": (b'{"id": "a", "text": "\xe6\xf8\xe5"}', 400, "bad_json"),
    "a list": (b"[]", 400, "bad_json"),
    "a string": (b'"hej"', 400, "bad_json"),
    "null": (b"null", 400, "bad_json"),
    "deep": (b"[" * 30_000, 400, "bad_json"),
    "a number of 5000 digits": (b'{"id": ' + b"9" * 5000 + b', "text": "hej"}', 400, "bad_json"),
    "a giant number": (b'{"id": 1e999, "text": "hej"}', 400, "bad_id"),
    "no id": (b'{"text": "hej"}', 400, "bad_id"),
    "empty id": (b'{"id": "", "text": "hej"}', 400, "bad_id"),
    "id null": (b'{"id": null, "text": "hej"}', 400, "bad_id"),
    "long id": (b'{"id": "' + b"a" * 129 + b'", "text": "hej"}', 400, "bad_id"),
    "id with NUL": (b'{"id": "a\\u0000", "text": "hej"}', 400, "bad_id"),
    "id with half a character": (b'{"id": "a\\ud800", "text": "hej"}', 400, "bad_id"),
    "neither text nor payload": (b'{"id": "a"}', 400, "text_or_payload"),
    "text and payload": (b'{"id": "a", "text": "hej", "payload": "x"}', 400, "text_or_payload"),
    "text as a number": (b'{"id": "a", "text": 5}', 400, "text_or_payload"),
    "text as an object": (b'{"id": "a", "text": {"$gt": ""}}', 400, "text_or_payload"),
    "payload as a list": (b'{"id": "a", "payload": ["x"]}', 400, "text_or_payload"),
    "empty text": (b'{"id": "a", "text": ""}', 400, "empty_text"),
    "blank text": (b'{"id": "a", "text": " \\n\\t "}', 400, "empty_text"),
    "only invisible text": ('{"id": "a", "text": "\u200b\u200b"}'.encode(), 400, "empty_text"),
    "2001 characters": (b'{"id": "a", "text": "' + b"a" * 2001 + b'"}', 400, "too_long"),
    "NUL": (b'{"id": "a", "text": "he\\u0000j"}', 400, "bad_text"),
    "half a character": (b'{"id": "a", "text": "hej \\ud83d"}', 400, "bad_text"),
    "the other half": (b'{"id": "a", "text": "hej \\udc00"}', 400, "bad_text"),
    "payload with NUL": (b'{"id": "a", "payload": "a\\u0000"}', 400, "unknown_payload"),
    "payload with half a character": (b'{"id": "a", "payload": "a\\ud800"}', 400, "unknown_payload"),
    "64 kB and one": (b'{"id": "a", "text": "hej", "x": "' + b"a" * 65_536 + b'"}', 413, "too_large"),
    "1 MB": (b'{"id": "a", "text": "' + b"a" * 1_000_000 + b'"}', 413, "too_large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_with_its_reason(person: Person, name: str) -> None:
    body, status, code = BODIES[name]
    assert problem(raw(person, body)) == (status, code)


def test_a_megabyte_in_chunks_is_refused_too(person: Person) -> None:
    connection = http.client.HTTPConnection(person.base.removeprefix("http://"), timeout=10)
    connection.request(
        "POST", "/webhooks/web/messages", body=iter([b"a" * 20_000] * 50), headers=person.headers, encode_chunked=True
    )
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2000,
        "😀" * 2000,
        "‮txet",
        "\x01\x1b[31mrød\x7f",
        "<script>",
        "{{7*7}}",
        "'; DROP TABLE message;--",
        "A\u030a" * 1000,
        "%s%n%x",
        "\\u0000",
        "linje\r\nlinje",
    ],
)
def test_odd_but_readable_text_is_answered(gateway: Running, text: str) -> None:
    answer = gateway.person().say(text)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-1",
        "after=1.5",
        "after=%00",
        "after=١",
        "after=" + "9" * 50,
        "wait=x",
        "wait=-1",
        "wait=nan",
        "wait=inf",
        "wait=1e400",
    ],
)
def test_a_bad_query_is_refused(person: Person, query: str) -> None:
    where = f"{person.base}/webhooks/web/messages?{query}"
    assert problem(requests.get(where, headers=person.headers, timeout=10)) == (400, "bad_query")


def test_large_but_possible_query_values_are_taken(person: Person) -> None:
    assert person.read(after=99_999_999_999).json() == {"messages": []}


@pytest.mark.parametrize("body", [b"hej", b"[]", b"\xff", b'{"login": "' + b"a" * 70_000 + b'"}'])
def test_a_bad_session_body_is_refused(gateway: Running, body: bytes) -> None:
    answer = requests.post(f"{gateway.base}/webhooks/web/session", data=body, timeout=10)
    assert problem(answer)[0] in (400, 413)


def test_unknown_pages_and_methods_have_the_same_error_shape(gateway: Running) -> None:
    assert problem(requests.get(f"{gateway.base}/findes-ikke", timeout=10)) == (404, "not_found")
    for name in ("..%2f..%2fpyproject.toml", "%2e%2e", "chat.js.map", "\0"):
        assert problem(requests.get(f"{gateway.base}/widget/{name}", timeout=10)) == (404, "not_found")
    refused = requests.delete(f"{gateway.base}/webhooks/web/session", timeout=10)
    assert problem(refused) == (405, "not_allowed") and "POST" in refused.headers["Allow"]


def test_a_foreign_page_is_refused_and_a_named_one_is_let_in(gateway: Running) -> None:
    where = f"{gateway.base}/webhooks/web/session"
    for origin in (
        "https://ond.example",
        "null",
        "http://127.0.0.1:1",
        "https://kommune.example.ond.dk",
        "https://kommune.example:8443",
        "http://kommune.example",
        "file://",
    ):
        assert problem(requests.post(where, headers={"Origin": origin}, timeout=10)) == (403, "foreign_origin"), origin
        refused = requests.options(
            where, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, timeout=10
        )
        assert refused.status_code == 403 and "Access-Control-Allow-Origin" not in refused.headers
    for origin in (gateway.base, gateway.base.replace("127.0.0.1", "localhost"), "https://kommune.example"):
        answer = requests.post(where, headers={"Origin": origin}, timeout=10)
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
        asked = requests.options(where, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, timeout=10)
        assert asked.status_code == 204 and "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert requests.post(where, timeout=10).status_code == 200


def test_every_answer_carries_the_security_headers(gateway: Running, person: Person) -> None:
    for answer in (
        requests.get(gateway.base, timeout=10),
        requests.get(f"{gateway.base}/health", timeout=10),
        person.read(),
        requests.get(f"{gateway.base}/findes-ikke", timeout=10),
        requests.get(f"{gateway.base}/widget/chat.js", timeout=10),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'self' https://kommune.example" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "aiohttp" not in answer.headers["Server"].lower()
    assert person.read().headers["Cache-Control"] == "no-store"


def test_the_page_holds_no_inline_script_or_style_and_asks_no_third_party(gateway: Running) -> None:
    markup = requests.get(gateway.base, timeout=10).text
    assert "<style" not in markup and " style=" not in markup and "http:" not in markup and "https:" not in markup
    assert all(" src=" in piece.split(">")[0] for piece in markup.split("<script")[1:])


def test_the_widgets_files_have_an_etag_and_serve_other_pages(gateway: Running) -> None:
    for name, kind in (("chat.js", "text/javascript"), ("chat.css", "text/css")):
        where = f"{gateway.base}/widget/{name}"
        answer = requests.get(where, timeout=10)
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(kind)
        assert "max-age" in answer.headers["Cache-Control"] and answer.headers["Access-Control-Allow-Origin"] == "*"
        again = requests.get(where, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
        assert again.status_code == 304
    assert len(requests.get(f"{gateway.base}/widget/chat.js", timeout=10).content) < 30_000


def test_who_sends_too_much_waits_and_others_do_not(tmp_path: Path) -> None:
    tight = Tuning(limits=Limits(messages=Rate(5, 0.5), sessions=Rate(3, 0.1)))
    with running(tmp_path, tight) as gateway:
        busy, other = gateway.person(), gateway.person()
        answers = [busy.say("hej") for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
        assert problem(answers[-1]) == (429, "too_many") and int(answers[-1].headers["Retry-After"]) >= 1
        assert other.say("hej").status_code == 200
        gateway.person()
        assert problem(gateway.session()) == (429, "too_many")
        assert gateway.session(headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200  # seen by the proxy


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    rate = Rate(2, 0.5)
    from forloeb.gateway.errors import Refusal

    for _ in range(2):
        buckets.take("m", "a", rate)
    with pytest.raises(Refusal) as refused:
        buckets.take("m", "a", rate)
    assert refused.value.headers["Retry-After"] == "2"
    buckets.take("m", "b", rate)
    now[0] = 2.0
    buckets.take("m", "a", rate)
