"""The documentation is whole: everything is reached from the index, nothing leads nowhere, every command, target, law file and metric is told."""

import argparse
import re
from pathlib import Path

import pytest
import yaml

from forloeb.cli import parser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading.lower().replace("`", ""))).strip("-")


def anchors(path: Path) -> set[str]:
    return {slug(h) for h in re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)}


def links(path: Path) -> list[str]:
    return LINK.findall(re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text())))


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_link_leads_nowhere(path):
    for link in links(path):
        if re.match(r"(https?|mailto):", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{link} is not there"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


def test_every_page_is_reached_from_the_index_and_stands_in_the_site():
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [
            (page.parent / link.partition("#")[0]).resolve() for link in links(page) if not link.startswith("http")
        ]
        waiting += [t for t in targets if t.suffix == ".md" and DOCS in t.parents]
    assert set(PAGES) - reached == set()
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    listed = [
        page for entry in nav for pages in entry.values() for page in ([pages] if isinstance(pages, str) else pages)
    ]
    assert sorted(listed) == sorted(str(p.relative_to(DOCS)) for p in PAGES)


def commands(given: argparse.ArgumentParser, prefix: str = "forloeb") -> list[str]:
    found = []
    for action in given._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                found += commands(sub, f"{prefix} {name}") or [f"{prefix} {name}"]
    return found


def test_every_command_is_told():
    text = (DOCS / "commands.md").read_text()
    for command in commands(parser()):
        words = command.split()
        line = next((row for row in text.splitlines() if row.startswith(f"| `forloeb {words[1]}")), None)
        assert line, f"{command} is not in docs/commands.md"
        assert len(words) == 2 or re.search(rf"\b{words[2]}\b", line), f"{command} is not in docs/commands.md"
    told = re.findall(r"^\| `forloeb (\w+)", text, re.MULTILINE)
    assert set(told) == {command.split()[1] for command in commands(parser())}


def test_every_target_is_told():
    targets = set(re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    told = set(re.findall(r"`make ([\w-]+)`", (DOCS / "commands.md").read_text()))
    exist = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets & exist <= told and told <= exist


def test_every_law_file_and_every_fact_in_it_is_covered():
    text = (DOCS / "coverage.md").read_text()
    files = sorted((ROOT / "forloeb" / "law" / "facts").glob("*.yml"))
    assert files
    for path in files:
        facts = yaml.safe_load(path.read_text())["facts"]
        names = [f["id"] for f in facts] if isinstance(facts, list) else list(facts)
        assert names
        for name in names:
            assert f"`{name}`" in text, f"{name} of {path.name} is not in docs/coverage.md"


def test_every_metric_is_told():
    code = "".join(p.read_text() for p in [*(ROOT / "forloeb").rglob("*.py"), *(ROOT / "actions").glob("*.py")])
    named = set(re.findall(r'"(forloeb_[a-z_]+(?:_seconds|_total|_waiting|_due|_off|_behind|_attempts))"', code))
    told = set(re.findall(r"`(forloeb_[a-z_]+)", (DOCS / "operations.md").read_text()))
    assert {"forloeb_events_total", "forloeb_oldest_waiting_seconds"} <= named
    assert named == told


def test_every_event_named_for_an_alarm_is_logged():
    code = "".join(p.read_text() for p in (ROOT / "forloeb").rglob("*.py"))
    for event in re.findall(r'event="(\w+)"', (DOCS / "operations.md").read_text()):
        assert f'"{event}"' in code, event


def test_every_key_of_the_installations_file_is_told():
    text = (DOCS / "installation.md").read_text()
    content = yaml.safe_load((ROOT / "installation.yml").read_text())
    keys = set(content) | {k for part in ("medarbejder", "noednumre", "opbevaring") for k in content[part]}
    keys |= {k for part in ("akasser", "jobcentre") for row in content[part] for k in row}
    for key in keys:
        assert re.search(rf"\b{key}\b", text), key


def test_files_named_in_the_documentation_exist():
    """A path in backquotes that begins with a folder of ours."""
    for path in PAGES:
        if "decisions" in path.parts:
            continue  # they tell what was decided then
        for name in re.findall(
            r"`((?:forloeb|actions|deploy|tests|data|docs|tools|widget)/[\w./*-]+)`", path.read_text()
        ):
            assert list(ROOT.glob(name.rstrip("/"))), f"{path.name} names {name}"
