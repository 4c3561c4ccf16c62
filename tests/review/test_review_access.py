"""Who gets in, who gets where, and what is tried against it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import requests
from sqlalchemy import select, text, update

from forloeb.booking.tables import audit
from forloeb.db import reading, writing
from forloeb.review import attempts
from forloeb.review.roles import Role
from forloeb.review.routes import ROUTES, Route
from forloeb.review.tables import staff_session, staff_user
from tests.review.harness import NAMES, PASSWORD, Browser, Desk

CLOSED = [route for route in ROUTES if route.roles is not None]


@pytest.fixture(scope="module")
def browsers(shared_desk: Desk) -> dict[Role, Browser]:
    return {role: shared_desk.browser(role) for role in Role}


def address(route: Route) -> str:
    return route.path.replace("{id}", "none-such").replace("{message}", "none-such")


def ask(browser: Browser, route: Route, **more: object) -> requests.Response:
    if route.method == "GET":
        return browser.get(address(route), allow_redirects=False)
    return browser.post(address(route), **more)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_every_route_for_every_role(shared_desk: Desk, browsers: dict[Role, Browser], route: Route, role: Role) -> None:
    if route.name == "sign_out":
        assert ask(shared_desk.browser(role), route).status_code == 303
        return
    answer = ask(browsers[role], route)
    if role in route.roles:
        assert answer.status_code in (200, 400, 404, 409), answer.text
    else:
        assert answer.status_code == 403
        assert "none-such" not in answer.text


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_nobody_gets_past_the_door_without_signing_in(shared_desk: Desk, route: Route) -> None:
    browser = shared_desk.browser()
    browser.get("/sign-in")
    answer = ask(browser, route)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
    assert answer.text == ""


def test_the_table_is_all_there_is(shared_desk: Desk) -> None:
    there = {(route.method, route.resource.canonical) for route in shared_desk.app.router.routes()}
    table = {(route.method, route.path) for route in ROUTES}
    assert {pair for pair in there if pair[0] != "HEAD"} == table
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    for route in ROUTES:  # what changes something is never reached by a link
        assert (route.method == "GET") or route.method == "POST"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "POST"], ids=lambda route: route.name)
def test_a_form_without_the_page_s_token_does_nothing(
    shared_desk: Desk, browsers: dict[Role, Browser], route: Route
) -> None:
    admin, other = browsers[Role.ADMIN], browsers[Role.CASEWORKER]
    for token in ("", "0" * 64, other.csrf):
        assert admin.post(address(route), csrf=token).status_code == 403


def test_a_form_from_another_site_does_nothing(shared_desk: Desk) -> None:
    kim = shared_desk.browser(Role.CASEWORKER)
    for headers in ({"Origin": "https://ond.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = kim.http.post(kim.base + "/sign-out", data={"csrf": kim.csrf}, headers=headers, timeout=30)
        assert answer.status_code == 403
    assert kim.get("/conversations", allow_redirects=False).status_code == 200


def test_the_cookie_is_new_at_sign_in_closed_to_scripts_and_dead_after_sign_out(shared_desk: Desk) -> None:
    browser = shared_desk.browser()
    browser.http.cookies.set("forloeb_staff", "fixated-by-somebody")
    browser.get("/sign-in")
    answer = browser.sign_in("Kim")
    cookies = answer.headers["Set-Cookie"]
    first = browser.http.cookies.get("forloeb_staff", domain="127.0.0.1")
    assert "HttpOnly" in cookies and "SameSite=Lax" in cookies and "fixated" not in cookies
    again = browser.sign_in("kim  ")
    second = browser.http.cookies.get("forloeb_staff", domain="127.0.0.1")
    assert again.status_code == 303 and first != second
    old = requests.get(browser.base + "/", cookies={"forloeb_staff": first}, allow_redirects=False, timeout=30)
    assert old.status_code == 303
    browser.post("/sign-out")
    gone = requests.get(browser.base + "/", cookies={"forloeb_staff": second}, allow_redirects=False, timeout=30)
    assert gone.status_code == 303


def test_only_hashes_are_stored(shared_desk: Desk) -> None:
    browser = shared_desk.browser(Role.READER)
    token = browser.http.cookies["forloeb_staff"]
    with reading(shared_desk.engine) as connection:
        rows = connection.execute(select(staff_session.c.token_hash)).scalars().all()
        stored = connection.execute(select(staff_user.c.password)).scalars().all()
    assert token not in rows and all(each.startswith("$argon2id$") for each in stored)


def test_a_session_ends_when_idle_and_when_access_is_closed(desk: Desk) -> None:
    kim, anna = desk.browser(Role.CASEWORKER), desk.browser(Role.ADMIN)
    ago = datetime.now(timezone.utc) - timedelta(minutes=61)
    with writing(desk.engine) as connection:
        connection.execute(update(staff_session).where(staff_session.c.user_id == 3).values(last_seen=ago))
    assert kim.get("/", allow_redirects=False).status_code == 303
    assert kim.sign_in("Kim").status_code == 303
    assert kim.get("/", allow_redirects=False).status_code == 200
    anna.get("/users")
    assert anna.post("/users/Kim", role="caseworker", access="off").status_code == 303
    assert kim.get("/", allow_redirects=False).status_code == 303
    assert kim.sign_in("Kim").status_code == 401


def test_a_role_that_is_taken_away_is_gone_at_once_and_the_last_admin_stays(desk: Desk) -> None:
    anna = desk.browser(Role.ADMIN)
    anna.get("/users")
    assert anna.post("/users/Anna", role="reader").status_code == 409
    assert "mindst én administrator" in anna.post("/users/Anna", role="admin", access="off").text
    assert anna.post("/users", name="Bo", role="admin", password="langt nok kodeord").status_code == 303
    assert anna.post("/users", name="bo", role="admin", password="langt nok kodeord").status_code == 409
    assert anna.post("/users", name="Ib", role="admin", password="kort").status_code == 409
    assert anna.post("/users/Anna", role="reader").status_code == 303
    assert anna.get("/users", allow_redirects=False).status_code == 303


def test_guessing_is_slowed_for_the_guesser_and_nobody_else(desk: Desk) -> None:
    kim = desk.browser(Role.CASEWORKER)  # this browser is known from now on
    guesser = desk.browser()
    guesser.get("/sign-in")
    codes = [guesser.post("/sign-in", name="KIM", password=f"gæt {n}").status_code for n in range(6)]
    assert codes == [401] * 3 + [429] * 3
    right = guesser.post("/sign-in", name="Kim", password=PASSWORD)
    assert right.status_code == 429 and int(right.headers["Retry-After"]) >= 1
    assert kim.sign_in("Kim").status_code == 303  # the same address, but Kim's own browser
    elsewhere = desk.browser()
    elsewhere.http.headers["X-Forwarded-For"] = "192.0.2.7"
    assert elsewhere.sign_in("Kim").status_code == 303
    assert desk.browser().sign_in("Anna").status_code == 303


def test_the_wait_doubles_to_a_quarter_of_an_hour_and_is_forgotten(desk: Desk) -> None:
    now = datetime.now(timezone.utc)
    waits = []
    with writing(desk.engine) as connection:
        for _ in range(20):
            attempts.failed(connection, "Kim", "address:x", now)
            waits.append(attempts.wait(connection, "Kim", "address:x", now))
        assert attempts.wait(connection, "Kim", "address:y", now) == 0
        attempts.failed(connection, "Anna", "address:x", now + timedelta(hours=25))
        assert attempts.wait(connection, "Kim", "address:x", now + timedelta(hours=25)) == 0
    assert waits[:3] == [0, 0, 0] and waits[3:6] == [2, 4, 8] and waits[-1] == 900


def test_an_unknown_name_is_told_from_a_known_one_by_nothing(shared_desk: Desk) -> None:
    answers = []
    for name in ("Findes Ikke", "Rune"):
        browser = shared_desk.browser()
        browser.get("/sign-in")
        answer = browser.post("/sign-in", name=name, password="forkert kode")
        answers.append((answer.status_code, answer.text.replace(name, "").replace(browser.csrf, "")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/cases/s-1", "/cases/s-1"),
        ("//ond.example/", "/"),
        ("https://ond.example/", "/"),
        ("/\\ond.example", "/"),
        ("/sign-out", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_after_sign_in_nobody_is_sent_elsewhere(shared_desk: Desk, wanted: str, target: str) -> None:
    assert shared_desk.browser().sign_in("Kim", next=wanted).headers["Location"] == target


def test_headers_of_every_answer(shared_desk: Desk) -> None:
    reader = shared_desk.browser(Role.READER)
    for path in ("/sign-in", "/conversations", "/none", "/users", "/static/review.css"):
        headers = reader.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age" in headers["Cache-Control"] if "static" in path else headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/x"])
def test_only_the_app_s_files_are_served(shared_desk: Desk, path: str) -> None:
    url = shared_desk.base + path
    request = requests.Request("GET", url).prepare()
    request.url = url
    assert requests.Session().send(request, timeout=30, allow_redirects=False).status_code in (303, 404)


def test_sign_ins_and_failures_are_in_the_log_that_cannot_be_rewritten(desk: Desk) -> None:
    desk.browser(Role.ADMIN)
    desk.browser().sign_in("Kim", "forkert kode")
    with reading(desk.engine) as connection:
        lines = [(row.who, row.what) for row in connection.execute(select(audit).order_by(audit.c.id))]
    assert ("staff:Anna", "sign_in") in lines and ("staff:Kim", "sign_in_failed") in lines
    assert len([line for line in lines if line[1].startswith("user_add_")]) == len(NAMES)
    with pytest.raises(Exception, match="append-only"), writing(desk.engine) as connection:
        connection.execute(text("DELETE FROM audit"))
