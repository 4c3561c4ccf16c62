"""Signing in by OpenID Connect against a real provider on loopback: who gets in, as whom, and every lie refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from forloeb import settings
from forloeb.booking.tables import audit
from forloeb.db import reading
from forloeb.errors import SettingsError
from forloeb.review.app import init_app
from forloeb.review.roles import Role
from forloeb.review.tables import staff_user
from tests.gateway.harness import Loop, free_port
from tests.review.harness import NAMES, Browser, Desk, running, settings_for
from tests.review.provider import CLIENT, SECRET, Provider, new_key


@dataclass
class Two:
    """The app and its provider."""

    desk: Desk
    provider: Provider

    def browser(self) -> Browser:
        return Browser(self.desk.base, requests.Session())

    def sign_in(self, browser: Browser, wanted: str = "") -> requests.Response:
        """All the way there and back; what the app answered last."""
        began = browser.get(f"/sign-in/provider?next={wanted}", allow_redirects=False)
        there = requests.get(began.headers["Location"], allow_redirects=False, timeout=30)
        return browser.http.get(there.headers["Location"], allow_redirects=False, timeout=30)


@pytest.fixture
def two(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Two]:
    loop, port, review = Loop(), free_port(), free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    runner = loop.serve(provider.app, port)
    given = settings_for(
        tmp_path,
        FORLOEB_REVIEW_PORT=str(review),
        FORLOEB_INTERNAL_KEY="an-internal-key-of-at-least-32-characters",
        FORLOEB_OIDC_ISSUER=provider.base,
        FORLOEB_OIDC_CLIENT=CLIENT,
        FORLOEB_OIDC_SECRET=SECRET,
        FORLOEB_OIDC_ROLES="reader=reader,reviewer=reviewer,caseworker=caseworker,Forløb drift=admin",
        **getattr(request, "param", {}),
    )
    with running(given, tmp_path) as desk:
        yield Two(desk, provider)
    loop.do(runner.cleanup())
    loop.close()


def inside(browser: Browser) -> bool:
    return browser.get("/conversations", allow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    ("roles", "first"),
    [(["caseworker"], "/"), (["reader"], "/conversations"), (["reader", "Forløb drift", "x"], "/"), ("reviewer", "/conversations")],
)  # fmt: skip
def test_somebody_with_a_role_gets_in_by_code_and_pkce(two: Two, roles: object, first: str) -> None:
    two.provider.who["roles"] = roles
    browser = two.browser()
    assert "Log ind med din egen konto" in browser.get("/sign-in").text
    answer = two.sign_in(browser)
    assert answer.status_code == 303 and answer.headers["Location"] == first
    assert inside(browser) and "Karen Blixt" in browser.get("/conversations").text
    assert browser.http.cookies.get("forloeb_away") is None
    cookies = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookies and "SameSite=Lax" in cookies
    assert two.provider.tokens[0]["code_verifier"] and two.provider.codes == {}
    assert (browser.get("/users").status_code == 200) == ("Forløb drift" in roles)


def test_they_are_the_same_person_every_time_with_the_role_of_the_day(two: Two) -> None:
    first, second = two.browser(), two.browser()
    two.sign_in(first)
    two.provider.who |= {"name": "Karen Nygift", "roles": ["reader"]}
    two.sign_in(second)
    assert inside(second) and not inside(first)  # another role ends every session
    with reading(two.desk.engine) as connection:
        rows = connection.execute(select(staff_user).where(staff_user.c.name.not_in(list(NAMES.values())))).all()
        lines = [row.what for row in connection.execute(select(audit).where(audit.c.who == "staff:Karen Blixt"))]
    assert [(row.name, row.role) for row in rows] == [("Karen Blixt", "reader")]
    assert lines == ["sign_in", "sign_in"]


def test_nobody_becomes_somebody_else_by_calling_themselves_so(two: Two) -> None:
    two.provider.who |= {"name": " anna ", "roles": ["reader"]}
    browser = two.browser()
    two.sign_in(browser)
    assert "anna (2)" in browser.get("/conversations").text and browser.get("/users").status_code == 403
    assert two.desk.browser(Role.ADMIN).get("/users").status_code == 200
    two.provider.who = {"sub": "u-2", "name": "<b>/\u0000", "roles": ["reader"]}
    other = two.browser()
    two.sign_in(other)
    assert inside(other) and "<b>" not in other.get("/conversations").text


def test_no_password_opens_an_account_of_the_provider_s(two: Two) -> None:
    two.sign_in(two.browser())
    with reading(two.desk.engine) as connection:
        row = connection.execute(select(staff_user).where(staff_user.c.name == "Karen Blixt")).one()
    for password in (row.password, "", "u-1"):
        browser = two.browser()
        assert browser.sign_in("Karen Blixt", password).status_code in (401, 429)
    anna = two.desk.browser(Role.ADMIN)
    anna.get("/users")
    assert anna.post("/users/Karen Blixt", password="et nyt langt kodeord").status_code == 409
    assert anna.post("/users/Karen Blixt", role="admin").status_code == 409


def test_without_a_role_or_when_closed_nobody_gets_in_and_sessions_end(two: Two) -> None:
    karen, anna = two.browser(), two.desk.browser(Role.ADMIN)
    two.sign_in(karen)
    two.provider.who["roles"] = ["something else"]
    refused = two.sign_in(two.browser())
    assert refused.status_code == 403 and "har ingen rolle" in refused.text
    assert not inside(karen)
    two.provider.who["roles"] = ["reader"]
    anna.get("/users")
    two.sign_in(karen)
    assert anna.post("/users/Karen Blixt", access="off").status_code == 303
    assert two.sign_in(karen).status_code == 403 and not inside(karen)
    two.provider.who = {"sub": "u-9", "name": "Ukendt"}
    assert two.sign_in(two.browser()).status_code == 403


CVR = "https://data.gov.dk/model/core/eid/professional/cvr"
BY_CVR = {
    "FORLOEB_OIDC_ORGANISATION_CLAIM": CVR,
    "FORLOEB_OIDC_ORGANISATIONS": "11111111=FAK,22222222=jobcenter:Rudersdal,33333333=all",
}
BY_NAME = {"FORLOEB_OIDC_ORGANISATION_CLAIM": "work.place"}


def belongs(two: Two) -> str | None:
    with reading(two.desk.engine) as connection:
        found = select(staff_user.c.organisation).where(staff_user.c.name == "Karen Blixt")
        return connection.execute(found).scalar_one()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("two", "claims", "meant"),
    [
        (BY_CVR, {CVR: "11111111"}, "akasse:FAK"),
        (BY_CVR, {CVR: ["x", "22222222"]}, "jobcenter:Rudersdal"),
        (BY_CVR, {CVR: ["11111111", "33333333"]}, None),
        (BY_NAME, {"work": {"place": "Vestby"}}, "jobcenter:Vestby"),
        (BY_NAME, {"work": {"place": "all"}}, None),
        ({}, {CVR: "11111111"}, None),
    ],
    indirect=["two"],
)
def test_the_provider_says_where_they_belong(two: Two, claims: dict[str, object], meant: str | None) -> None:
    two.provider.who |= claims
    assert two.sign_in(two.browser()).status_code == 303
    assert belongs(two) == meant


@pytest.mark.parametrize("two", [BY_CVR], indirect=True)
@pytest.mark.parametrize("value", ["", "44444444", ["11111111", "22222222"], None, 11111111, {"all": "33333333"}])
def test_who_belongs_nowhere_or_to_two_gets_in_nowhere(two: Two, value: object) -> None:
    two.provider.who |= {CVR: value} if value is not None else {}
    refused = two.sign_in(two.browser())
    assert refused.status_code == 403 and "ingen rolle" in refused.text
    with reading(two.desk.engine) as connection:
        assert connection.execute(select(staff_user).where(staff_user.c.name == "Karen Blixt")).all() == []


@pytest.mark.parametrize("two", [BY_CVR], indirect=True)
def test_who_moves_there_is_moved_here_and_every_session_ends(two: Two) -> None:
    two.provider.who |= {CVR: "33333333"}
    first, second = two.browser(), two.browser()
    two.sign_in(first)
    two.provider.who |= {CVR: "11111111"}
    two.sign_in(second)
    assert inside(second) and not inside(first) and belongs(two) == "akasse:FAK"
    two.provider.who |= {CVR: "99999999"}
    assert two.sign_in(two.browser()).status_code == 403 and not inside(second)
    with reading(two.desk.engine) as connection:
        lines = connection.execute(select(audit.c.what).where(audit.c.ref == "Karen Blixt")).scalars().all()
    assert lines == ["user_add_caseworker", "user_organisation_akasse:FAK"]


def test_without_such_a_claim_where_they_belong_is_decided_here_and_stays(two: Two) -> None:
    two.sign_in(two.browser())
    anna = two.desk.browser(Role.ADMIN)
    anna.get("/users")
    assert anna.post("/users/Karen Blixt", organisation="akasse:FAK").status_code == 303
    two.provider.who["roles"] = ["reader"]
    two.sign_in(two.browser())
    assert belongs(two) == "akasse:FAK"


LIES = {
    "another nonce": {"claims": {"nonce": "x"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://ond.example"}},
    "for another client": {"claims": {"aud": "another"}},
    "for others too, issued to another": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "for others too, issued to nobody": {"claims": {"aud": [CLIENT, "another"]}},
    "expired": {"claims": {"exp": int(time.time()) - 120}},
    "without an end": {"claims": {"exp": None}},
    "old": {"claims": {"iat": int(time.time()) - 3600}},
    "from the future": {"claims": {"iat": int(time.time()) + 3600}},
    "without a subject": {"claims": {"sub": None}},
    "signed by another": {"signing_key": new_key()},
    "unsigned": {"alg": "none"},
    "signed with the public key": {"alg": "HS256"},
    "an algorithm we did not choose": {"alg": "RS512"},
    "a key that nobody published": {"named": "k2"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_right_in_every_part_is_refused(two: Two, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(two.provider, name, value)
    browser = two.browser()
    answer = two.sign_in(browser)
    assert answer.status_code == 401 and "Det lykkedes ikke" in answer.text, lie
    assert not inside(browser)


def test_another_provider_s_configuration_is_refused(two: Two) -> None:
    two.provider.issuer = "https://ond.example"
    assert two.browser().get("/sign-in/provider", allow_redirects=False).status_code == 401


def test_a_key_that_was_changed_just_now_is_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forloeb.review.oidc._NOT_AGAIN", 0.0)
    assert two.sign_in(two.browser()).status_code == 303
    two.provider.key, two.provider.kid = new_key(), "k2"
    assert two.sign_in(two.browser()).status_code == 303


def test_only_the_browser_that_began_comes_back_and_only_once(two: Two) -> None:
    mine, theirs = two.browser(), two.browser()
    began = mine.get("/sign-in/provider", allow_redirects=False)
    there = requests.get(began.headers["Location"], allow_redirects=False, timeout=30).headers["Location"]
    theirs.get("/sign-in/provider", allow_redirects=False)
    for browser in (theirs, two.browser()):  # a thief who gives somebody else their own way in
        assert browser.http.get(there, allow_redirects=False, timeout=30).status_code == 401
    assert two.provider.tokens == []  # the code was not even shown
    assert mine.http.get(there, allow_redirects=False, timeout=30).status_code == 303
    assert mine.http.get(there, allow_redirects=False, timeout=30).status_code == 401
    forged = two.browser()
    forged.http.cookies.set("forloeb_away", "eyJhbGciOiJub25lIn0.e30.")
    assert forged.get("/sign-in/provider/back?state=x&code=y", allow_redirects=False).status_code == 401


def test_a_no_from_the_provider_is_told_and_a_dead_one_too(two: Two) -> None:
    browser = two.browser()
    began = browser.get("/sign-in/provider", allow_redirects=False)
    state = began.headers["Location"].split("state=")[1].split("&")[0]
    answer = browser.get(f"/sign-in/provider/back?error=access_denied&state={state}", allow_redirects=False)
    assert answer.status_code == 401 and "Det lykkedes ikke" in answer.text
    two.provider.down = True
    assert two.sign_in(two.browser()).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "target"), [("/cases/s-1", "/cases/s-1"), ("//ond.example", "/"), ("https://ond.example", "/")]
)
def test_afterwards_they_are_where_they_wanted_to_be_inside(two: Two, wanted: str, target: str) -> None:
    assert two.sign_in(two.browser(), wanted).headers["Location"] == target


def test_without_a_provider_there_is_no_such_way(shared_desk: Desk) -> None:
    browser = shared_desk.browser()
    assert "egen konto" not in browser.get("/sign-in").text
    for path in ("/sign-in/provider", "/sign-in/provider/back?state=x&code=y"):
        assert browser.get(path, allow_redirects=False).status_code == 404


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"FORLOEB_OIDC_ISSUER": "http://udbyder.example", "FORLOEB_OIDC_CLIENT": "x"}, "FORLOEB_OIDC_ISSUER"),
        ({"FORLOEB_OIDC_ISSUER": "http://127.0.0.1.ond.example", "FORLOEB_OIDC_CLIENT": "x"}, "FORLOEB_OIDC_ISSUER"),
        ({"FORLOEB_OIDC_ISSUER": "https://udbyder.example"}, "FORLOEB_OIDC_CLIENT"),
        ({"FORLOEB_OIDC_ROLES": "gruppe=konge"}, "FORLOEB_OIDC_ROLES"),
        ({"FORLOEB_OIDC_ROLES": "admin"}, "FORLOEB_OIDC_ROLES"),
        ({"FORLOEB_OIDC_ORGANISATIONS": "1=FAK"}, "FORLOEB_OIDC_ORGANISATION_CLAIM"),
        ({"FORLOEB_OIDC_ORGANISATION_CLAIM": "x", "FORLOEB_OIDC_ORGANISATIONS": "FAK"}, "FORLOEB_OIDC_ORGANISATIONS"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings.load({"FORLOEB_VAR": str(tmp_path), **given})


def test_an_organisation_that_is_not_here_stops_the_start(tmp_path: Path) -> None:
    given = {"FORLOEB_OIDC_ISSUER": "https://udbyder.example", "FORLOEB_OIDC_CLIENT": "x"}
    wrong = {"FORLOEB_OIDC_ORGANISATION_CLAIM": "cvr", "FORLOEB_OIDC_ORGANISATIONS": "1=NOWHERE"}
    with pytest.raises(SettingsError, match=r"FORLOEB_OIDC_ORGANISATIONS.*NOWHERE"):
        init_app(settings_for(tmp_path, **given, **wrong))
