from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.gateway.harness import Running, running

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-domain-reliability", "--disable-sync", "--no-first-run", "--no-pings",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed: apt-get install chromium (make test does it as root)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("widget")) as one:
        yield one


@pytest.fixture
def gateway(shared_gateway: Running) -> Iterator[Running]:
    """A gateway whose assistant is well again after each test."""
    yield shared_gateway
    shared_gateway.far.well = True


@pytest.fixture
def page(browser: Browser, gateway: Running) -> Iterator[Page]:
    """The demo page; the test fails when anything is written to the console or asked of a third party."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="da-DK")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("console", lambda line: problems.append(f"console: {line.text}") if "violates" in line.text else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith((gateway.base, "blob:")) else problems.append(request.url),
    )
    page.goto(gateway.base)
    yield page
    context.close()
    assert problems == []
