"""The learning loop, whole: what the assistant does not understand is found, corrected and exported in Chromium; with the
export beside the training data the assistant is trained again, and then it understands.

Works on a copy of the project: this one's data and model stay as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, sync_playwright

import tests.stack
from forloeb.review import cli
from tests.review.harness import PASSWORD
from tests.stack import ROOT, Stack
from tests.widget.conftest import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.slow

# Words that no training sentence holds. The first is asked for again in the end.
WANTED = "faciliteter"
SAID = (
    "har i en vandpostkaffe stående et sted",
    "kan man få en vandpostkaffe hos jer",
    "er der vandpostkaffe i huset",
    "hvor finder jeg jeres vandpostkaffe",
    "må jeg bruge vandpostkaffe inde hos jer",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what is under version control, and the model that fits it."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    home = tmp_path / "project"
    for name in names.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)
    for model in (ROOT / "models").glob("*.tar.gz"):
        shutil.copy(model, home / "models" / model.name)
    return home


def parsed(stack: Stack, text: str) -> str:
    url = f"http://127.0.0.1:{stack.ports['ASSISTANT']}/model/parse?token=tests"
    request = urllib.request.Request(url, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["intent"]["name"])


def corrected(page: Page, base: str, text: str) -> None:
    """Find a message by a word of it, and say what it should have been understood as."""
    page.goto(base + "/conversations")
    page.get_by_label("Søg i det, der er sagt").fill(text)
    page.keyboard.press("Enter")
    page.locator(".hits a").first.click()
    said = page.locator(".line.user", has_text=text)
    said.get_by_role("link", name="Ret", exact=True).click()
    page.get_by_label("Skulle være forstået som").select_option(WANTED)
    page.get_by_role("button", name="Gem rettelsen").click()
    assert f"rettet til {WANTED}" in page.locator(".line.user", has_text=text).inner_text()


def test_what_was_corrected_is_understood_after_training(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any("vandpostkaffe" in path.read_text() for path in (project / "data").rglob("*.yml"))
    monkeypatch.setattr(tests.stack, "ROOT", project)
    stack = Stack(tmp_path / "stack", "2025-09-04T10:00").start()
    try:
        assert parsed(stack, SAID[0]) != WANTED, "already understood: choose other words"
        out = StringIO()
        assert stack.using(lambda engine, now: cli.user_add(engine, "Rune", "reviewer", now, out, PASSWORD)) == 0
        chat = stack.chat()
        for text in SAID:
            chat.say(text)
        base = f"http://127.0.0.1:{stack.ports['REVIEW']}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            page = browser.new_page(locale="da-DK")
            page.goto(base)
            page.get_by_label("Navn").fill("Rune")
            page.get_by_label("Adgangskode").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("header")
            for text in SAID:
                corrected(page, base, text)
            page.get_by_role("link", name="Rettelser").click()
            with page.expect_download() as download:
                page.get_by_role("link", name="Hent som YAML").click()
            exported = Path(download.value.path()).read_text("utf-8")
            browser.close()
        assert sorted(yaml.safe_load(exported)["nlu"][0]["examples"].split("\n")) == [
            "",
            *(f"- {each}" for each in sorted(SAID)),
        ]
    finally:
        stack.stop()
    (project / "data" / "nlu" / "rettelser.yml").write_text(exported, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(project)}
    trained = subprocess.run(
        [sys.executable, "-m", "forloeb.cli", "train"], cwd=project, env=environment, capture_output=True, text=True
    )
    assert trained.returncode == 0, trained.stdout + trained.stderr
    again = Stack(tmp_path / "again", "2025-09-04T10:00").start()
    try:
        assert parsed(again, SAID[0]) == WANTED
        said = again.chat().say(SAID[0])
        assert "facilities" in said[-1]["custom"]["facts"]
    finally:
        again.stop()
