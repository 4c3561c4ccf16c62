"""Nobody gets in who doesn't belong: tokens, sign-in, takeover."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from forloeb import settings as settings_module
from forloeb.errors import SettingsError
from forloeb.gateway import sessions
from forloeb.gateway.app import init_app
from tests.gateway.harness import KEY, Person, Running, environment, running, until


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"sub": "c-1001", "aud": "forloeb", "iat": now, "exp": now + 300, "jti": f"{time.time_ns()}"} | changes
    return {name: value for name, value in whole.items() if value is not None}


def login(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


def unsigned(algorithm: str) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}."


def reading(person: Person) -> int:
    return person.read().status_code


def test_a_signed_in_person_is_handed_over_as_the_claimant(gateway: Running) -> None:
    person = gateway.person({"login": login()})
    person.say("hej")
    handed = [body for body in gateway.far.seen if body["conversation"] == person.conversation]
    assert {body["metadata"]["claimant_id"] for body in handed} == {"c-1001"}


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


TRICKS = {
    "algorithm none": lambda: unsigned("none"),
    "algorithm None": lambda: unsigned("None"),
    "no signature": lambda: unsigned("HS256"),
    "wrong key": lambda: login(key="another-key-that-is-long-enough-too"),
    "empty key": lambda: login(key=""),
    "another algorithm with the right key": lambda: login(algorithm="HS512"),
    "expired": lambda: login(iat=ago(400), exp=ago(100)),
    "from the future": lambda: login(iat=ago(-300), exp=ago(-600)),
    "lives eleven minutes": lambda: login(exp=ago(-661), iat=ago(0)),
    "ends before it begins": lambda: login(iat=ago(-4), exp=ago(-2)),
    "another audience": lambda: login(aud="andre"),
    "a list of audiences": lambda: login(aud=["forloeb", "andre"]),
    "no audience": lambda: login(aud=None),
    "no jti": lambda: login(jti=None),
    "no iat": lambda: login(iat=None),
    "no exp": lambda: login(exp=None),
    "no sub": lambda: login(sub=None),
    "empty sub": lambda: login(sub=""),
    "sub with NUL": lambda: login(sub="c-1001\0"),
    "sub with half a character": lambda: login(sub="\ud800"),
    "a number as jti": lambda: login(jti="x" * 300),
    "a word as exp": lambda: login(exp="snart"),
    "true as iat": lambda: login(iat=True, exp=2),
    "infinite exp": lambda: login(exp=float("inf")),
    "not a JWT": lambda: "hej",
    "æøå": lambda: "æ.ø.å",
    "empty": lambda: "",
    "a number": lambda: 17,
    "an object": lambda: {"sub": "c-1001"},
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_forged_or_stale_login_is_refused_and_opens_nothing(gateway: Running, trick: str) -> None:
    try:
        token = TRICKS[trick]()
    except (TypeError, ValueError, jwt.PyJWTError):
        token = unsigned("HS256")  # PyJWT will not even write it
    answer = gateway.session({"login": token})
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["code"] == "bad_login" and "token" not in answer.json()


def test_a_login_is_good_once_even_when_used_twice_at_the_same_moment(gateway: Running) -> None:
    token = login()
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(gateway.session({"login": token}).status_code))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [200, 401, 401, 401, 401, 401]
    assert gateway.session({"login": token}).json()["error"]["code"] == "login_used"


def test_an_anonymous_conversation_comes_along_and_its_old_token_reads_no_more(gateway: Running) -> None:
    anonymous = gateway.person()
    anonymous.say("før login")
    signed_in = gateway.person({"login": login(sub="c-1002")}, headers=anonymous.headers)
    assert signed_in.conversation == anonymous.conversation and signed_in.token != anonymous.token
    assert anonymous.read().status_code == 401
    assert anonymous.say("hvem er jeg").status_code == 401
    signed_in.say("efter login")
    assert [one["text"] for one in signed_in.get() if one["from"] == "user"] == ["før login", "efter login"]
    assert sum("maskine" in one["text"] for one in signed_in.get()) == 1  # greeted once
    assert gateway.far.seen[-1]["metadata"]["claimant_id"] == "c-1002"


def test_known_sessions_are_forgotten_when_there_are_too_many() -> None:
    known = sessions.KnownSessions()
    for number in range(sessions.REMEMBERED + 1):
        known.add(sessions.Session(str(number), "c", None))
    assert known.get("0") is None and known.get("1") is not None and known.get(None) is None


def test_a_wait_begun_before_the_sign_in_gets_nothing_personal(gateway: Running) -> None:
    anonymous = gateway.person()
    anonymous.get(wait=3)
    last = anonymous.get()[-1]["seq"]
    answers: list[requests.Response] = []
    polls = [
        threading.Thread(target=lambda: answers.append(anonymous.read(after=last, wait=3))),
        threading.Thread(target=lambda: answers.append(anonymous.say("vent 0.7", "langsom"))),
    ]
    polls[1].start()
    time.sleep(0.25)
    last += 1  # their own message
    polls[0].start()
    time.sleep(0.1)
    signed_in = gateway.person({"login": login()}, headers=anonymous.headers)
    signed_in.say("mine datoer", "p1")
    for poll in polls:
        poll.join(10)
    assert [answer.status_code for answer in answers] == [401, 401]
    until(lambda: signed_in.get()[-1]["text"] == "Svar på: mine datoer")


def test_a_conversation_that_belongs_to_somebody_is_never_taken(gateway: Running) -> None:
    mine = gateway.person({"login": login(sub="c-1001")})
    mine.say("mit")
    thief = gateway.person({"login": login(sub="c-1002")}, headers=mine.headers)
    assert thief.conversation != mine.conversation
    assert "mit" not in str(thief.get())
    again = gateway.person({"login": login(sub="c-1001")}, headers=mine.headers)
    assert again.conversation == mine.conversation
    assert (reading(mine), reading(again)) == (401, 200)


def test_two_sign_ins_racing_for_one_anonymous_conversation(gateway: Running) -> None:
    anonymous = gateway.person()
    people: list[Person] = []
    threads = [
        threading.Thread(
            target=lambda who=who: people.append(gateway.person({"login": login(sub=who)}, headers=anonymous.headers))
        )
        for who in ("c-1001", "c-1002", "c-1003")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(people) == 3 and len({person.conversation for person in people}) == 3
    assert reading(anonymous) == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", "Bearer " + "a" * 5000, "Bearer ' OR 1=1 --", "bearer \xe6"],
)
def test_without_a_valid_token_nothing_is_read_or_written(gateway: Running, header: str) -> None:
    where = f"{gateway.base}/webhooks/web/messages"
    headers = {"Authorization": header.encode("latin-1")}
    read = requests.get(where, headers=headers, timeout=10)
    write = requests.post(where, headers=headers, json={"id": "a", "text": "hej"}, timeout=10)
    assert (read.status_code, write.status_code) == (401, 401)
    assert read.json()["error"]["code"] == "no_session"


def test_knowing_the_conversation_id_opens_nothing(gateway: Running) -> None:
    person = gateway.person()
    guess = Person(gateway.base, person.conversation, person.conversation)
    assert reading(guess) == 401


def test_neither_token_nor_login_is_in_the_database(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        anonymous = gateway.person()
        token = login()
        signed_in = gateway.person({"login": token}, headers=anonymous.headers)
        signed_in.say("hej")
    content = "\n".join(sqlite3.connect(tmp_path / "forloeb.db").iterdump())
    assert signed_in.conversation in content
    for secret in (anonymous.token, signed_in.token, token):
        assert secret not in content


def test_the_demo_signs_in_only_its_own_people_and_only_on_a_demo(gateway: Running, tmp_path: Path) -> None:
    made = requests.post(f"{gateway.base}/demo/login", json={"claimant": "c-1001"}, timeout=10).json()["login"]
    assert gateway.person({"login": made}).conversation
    assert requests.post(f"{gateway.base}/demo/login", json={"claimant": "c-9"}, timeout=10).status_code == 400
    with running(tmp_path, FORLOEB_DEMO="0") as real:
        assert requests.post(f"{real.base}/demo/login", json={"claimant": "c-1001"}, timeout=10).status_code == 404
        assert "Log ind som" not in requests.get(real.base, timeout=10).text
    assert "Log ind som" in requests.get(gateway.base, timeout=10).text


def test_rs256_takes_its_own_key_and_no_hs256_made_with_the_public_one(tmp_path: Path) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    with running(tmp_path, FORLOEB_LOGIN_ALG="RS256", FORLOEB_LOGIN_KEY=public) as gateway:
        assert gateway.session({"login": jwt.encode(claims(), private, algorithm="RS256")}).status_code == 200
        signing = b".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
            for part in ({"alg": "HS256", "typ": "JWT"}, claims())
        )
        import hashlib
        import hmac

        forged = hmac.new(public.encode(), signing, hashlib.sha256).digest()
        token = (signing + b"." + base64.urlsafe_b64encode(forged).rstrip(b"=")).decode()
        assert gateway.session({"login": token}).status_code == 401
        assert gateway.session({"login": login()}).status_code == 401


def test_a_key_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    settings = settings_module.load(environment(tmp_path, FORLOEB_LOGIN_ALG="RS256", FORLOEB_LOGIN_KEY="ikke en nøgle"))
    with pytest.raises(SettingsError, match="FORLOEB_LOGIN_KEY"):
        init_app(settings)
