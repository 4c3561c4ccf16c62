"""WCAG 2.2 AA by axe-core, over the widget in each of its states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateway.harness import Running
from tests.widget.test_widget import field, log, say

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def axe() -> Any:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        pytest.fail("axe-playwright-python is not installed; it belongs to the dev dependencies (make install-dev)")
    return Axe()


def greeted(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")


def answered(page: Page, gateway: Running) -> None:
    say(page, "forløb")
    expect(log(page)).to_contain_text("Datoerne er vejledende")
    page.get_by_text("Vis planen som tekst").click()


def waiting(page: Page, gateway: Running) -> None:
    gateway.far.well = False
    say(page, "venter")
    expect(page.locator(".moment")).to_contain_text("Et øjeblik", timeout=5000)


def refused(page: Page, gateway: Running) -> None:
    field(page).evaluate("field => field.removeAttribute('maxlength')")
    say(page, "a" * 2001)
    expect(page.get_by_role("alert")).to_be_visible()


def offline(page: Page, gateway: Running) -> None:
    page.context.set_offline(True)
    say(page, "uden net")
    expect(page.locator(".status")).to_contain_text("Ingen forbindelse")


def rating(page: Page, gateway: Running) -> None:
    page.get_by_role("button", name="Afslut").click()
    expect(page.get_by_role("button", name="1 Slet ikke")).to_be_visible()


def signed_in(page: Page, gateway: Running) -> None:
    page.get_by_role("button", name="Log ind som c-1003").click()
    page.get_by_role("button", name="Kode til mobil").click()
    expect(page.locator(".note.code")).to_be_visible()


STATES: list[Callable[[Page, Running], None]] = [greeted, answered, waiting, refused, offline, rating, signed_in]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_state_breaks_wcag(
    browser: Browser, gateway: Running, axe: Any, state: Callable[[Page, Running], None], width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 720}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(gateway.base)
    greeted(page, gateway)
    state(page, gateway)
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    context.close()
    assert found.violations_count == 0, found.generate_report()
