"""Chromium walks the commonest tasks with the keyboard's reach and no script of ours, and a reviewer's afternoon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from forloeb.review.roles import Role
from tests.booking.world import NOW
from tests.gateway.harness import Running, until
from tests.gateway.harness import running as gateway_running
from tests.review.harness import NAMES, PASSWORD, Desk, running, settings_for
from tests.widget.conftest import ARGUMENTS, CHROMIUM

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


def audit(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, light and dark, and whether a telephone has to scroll sideways."""
    found = list(Axe().run(page, options=RULES).response["violations"])
    page.emulate_media(color_scheme="dark")
    found += Axe().run(page, options=COLOURS).response["violations"]
    page.set_viewport_size({"width": 400, "height": 800})
    faults = [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("scrolls sideways")
    page.set_viewport_size({"width": 1200, "height": 800})
    page.emulate_media(color_scheme="light")
    return faults


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed: apt-get install chromium (make test does it as root)")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield one
        one.close()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Running, Desk]]:
    url = f"sqlite:///{tmp_path / 'forloeb.db'}"
    with (
        gateway_running(tmp_path, FORLOEB_DATABASE_URL=url) as gateway,
        running(settings_for(tmp_path, url), tmp_path) as desk,
    ):
        yield gateway, desk


def page_of(browser: Browser, desk: Desk, role: Role, **more: object) -> Page:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="da-DK", **more)  # type: ignore[arg-type]
    page = context.new_page()
    page.problems = []  # type: ignore[attr-defined]
    page.on("console", lambda line: page.problems.append(line.text) if "violates" in line.text else None)  # type: ignore[attr-defined]
    page.goto(desk.base)
    page.get_by_label("Navn").fill(NAMES[role])
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("header")
    return page


def test_from_the_queue_into_a_conversation_and_out_again_without_scripts(
    browser: Browser, both: tuple[Running, Desk]
) -> None:
    gateway, desk = both
    person = gateway.person()
    person.say("jeg vil tale med et menneske")
    desk.bookings.open_case(
        "c-1", "wants_human", {"conversation": person.conversation, "words": "et menneske"}, "k", NOW
    )
    page = page_of(browser, desk, Role.CASEWORKER, java_script_enabled=False)
    page.get_by_role("link", name="Åbn samtalen").click()  # one
    page.get_by_role("button", name="Overtag samtalen").click()  # two
    assert page.get_by_role("status").inner_text().startswith("Du har samtalen nu")
    assert person.say("er der nogen?").status_code == 202
    page.get_by_label("Færdigt svar").select_option("tid")
    page.get_by_role("button", name="Sæt ind").click()
    assert "Hvilke dage" in page.get_by_label("Din besked").input_value()
    page.get_by_label("Din besked").fill("Hej, det er Kim. Hvad kan jeg hjælpe med?")
    page.get_by_role("button", name="Send").click()  # three
    assert "er der nogen?" in page.locator(".talk").inner_text()
    until(lambda: person.get()[-1]["text"].startswith("Hej, det er Kim"))
    page.get_by_role("button", name="Giv samtalen tilbage").click()  # four
    told = until(lambda: [one for one in person.get() if "igen den automatiske assistent" in one["text"]])
    assert told[0]["from"] == "staff"
    assert person.say("tak").json()["messages"][0]["from"] == "bot"
    page.context.close()


def test_what_is_said_meanwhile_appears_by_itself(browser: Browser, both: tuple[Running, Desk]) -> None:
    gateway, desk = both
    person = gateway.person()
    person.say("hej")
    page = page_of(browser, desk, Role.CASEWORKER)
    page.goto(f"{desk.base}/conversations/{person.conversation}")
    person.say("og <b>en</b> ting til")
    page.get_by_text("Svar på: og <b>en</b> ting til").wait_for(timeout=10_000)
    assert page.problems == []  # type: ignore[attr-defined]
    page.context.close()


def test_a_reviewer_searches_corrects_and_exports(browser: Browser, both: tuple[Running, Desk]) -> None:
    _, desk = both
    desk.conversation("c-1", "hvad sker der når jeg flytter kommune")
    page = page_of(browser, desk, Role.REVIEWER)
    page.get_by_label("Søg i det, der er sagt").fill("kommunen")
    page.keyboard.press("Enter")
    page.locator(".hits a").first.click()
    page.get_by_role("link", name="Ret", exact=True).click()
    page.get_by_label("Skulle være forstået som").select_option("hvem_holder")
    page.get_by_role("button", name="Gem rettelsen").click()
    page.get_by_role("link", name="Rettelser").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent som YAML").click()
    data = yaml.safe_load(Path(download.value.path()).read_text("utf-8"))
    assert data["nlu"] == [{"intent": "hvem_holder", "examples": "- hvad sker der når jeg flytter kommune\n"}]
    page.context.close()


def test_every_page_is_accessible(browser: Browser, desk: Desk) -> None:
    where = desk.conversation("c-1", "jeg kan ikke komme på torsdag")
    made = desk.bookings.book("c-1", "s1", "telefon", "CV", "jobrettet_samtale", 2, "b", NOW)
    desk.bookings.cancel("c-1", made.appointment.id, "mit barn er sygt", "andet", "a", NOW, warned=True)
    desk.bookings.open_case("c-2", "no_free_time", {"holder": "jobcenter", "conversation": where}, "n", NOW)
    cases = [case.id for case in desk.bookings.cases()]
    page = page_of(browser, desk, Role.ADMIN)
    page.goto(f"{desk.base}/conversations/{where}")
    page.get_by_role("button", name="Overtag samtalen").click()
    message = page.locator(".line").first.get_attribute("id") or ""
    paths = ["/", *(f"/cases/{case}" for case in cases), "/conversations", "/conversations?q=torsdag", "/none"]
    paths += [f"/conversations/{where}", f"/conversations/{where}?correct={message.removeprefix('m-')}"]
    desk.bookings.open_case("c-1", "privacy", {"conversation": where}, "p", NOW)
    privacy = next(case.id for case in desk.bookings.cases() if case.kind == "privacy")
    paths += [f"/cases/{privacy}", f"/cases/{privacy}/data", "/people", "/people?q=mette", "/people/c-1", "/people/c-2"]
    paths += ["/slots", "/compare", "/compare?last=5", "/law", "/corrections", "/numbers", "/users", "/audit"]
    faults = {}
    for path in paths:
        page.goto(desk.base + path)
        faults[path] = audit(page)
    page.goto(desk.base + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Gå til indholdet"
    page.context.close()
    fresh = browser.new_page()
    fresh.goto(desk.base + "/sign-in")
    faults["/sign-in"] = audit(fresh)
    fresh.close()
    assert {path: found for path, found in faults.items() if found} == {}


def test_the_audit_finds_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<main><h1>x</h1><input><p style='color:#ccc'>svag</p><div style='width:2000px'>bred</div></main>")
    found = " ".join(audit(page))
    page.close()
    assert "label" in found and "color-contrast" in found and "html-has-lang" in found and "sideways" in found
