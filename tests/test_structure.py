"""The layout's promises: imports point one way, each response key stands once, commands and settings are documented."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FLOOR = {"workdays", "db", "settings", "clock", "errors", "installation", "logs", "metrics", "operation"}
ALLOWED = {
    "obligations": {"obligations", "errors"},
    "law": {"law", "obligations", *FLOOR},
    "danish": {"danish", "workdays", "clock", "settings", "errors"},
    "booking": {"booking", "danish", "probes", *FLOOR},
    "gateway": {"gateway", "booking", "probes", *FLOOR},
    "review": {"review", "gateway", "booking", "danish", "law", "obligations", "probes", *FLOOR},
    "assistant": {"assistant", "law", "danish", "booking", "obligations", *FLOOR},
    "actions": {"law", "danish", "booking", "obligations", *FLOOR},
}
STANDARD_OR_DATEUTIL = re.compile(r"^(dateutil|__future__|collections|dataclasses|datetime|enum|typing|functools)\b")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "forloeb":
                found |= {f"forloeb.{alias.name}" for alias in node.names}
    return found


def modules(layer: str) -> list[Path]:
    folder = ROOT / "actions" if layer == "actions" else ROOT / "forloeb" / layer
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("layer", ALLOWED)
def test_imports_point_one_way(layer):
    for path in modules(layer):
        used = {m.split(".")[1] for m in imports(path) if m.startswith("forloeb.")}
        assert used <= ALLOWED[layer], f"{path.relative_to(ROOT)} imports {sorted(used - ALLOWED[layer])}"


def test_the_core_is_pure():
    for path in modules("obligations"):
        for module in imports(path):
            assert module.startswith("forloeb") or STANDARD_OR_DATEUTIL.match(module), f"{path.name} imports {module}"


def test_only_the_assistant_imports_rasa_and_actions_only_the_sdk():
    for layer in ALLOWED:
        for path in modules(layer):
            used = {m.split(".")[0] for m in imports(path)} & {"rasa", "rasa_sdk", "tensorflow"}
            allowed = {"assistant": {"rasa"}, "actions": {"rasa_sdk"}}.get(layer, set())
            assert used <= allowed, f"{path.relative_to(ROOT)} imports {used}"


def response_files() -> list[Path]:
    return sorted((ROOT / "data" / "responses").glob("*.yml"))


def test_each_response_key_stands_once():
    """Rasa merges files, and the last of two equal keys wins without a word."""
    keys = Counter(
        match for path in response_files() for match in re.findall(r"^  (utter_\w+):", path.read_text(), re.MULTILINE)
    )
    assert [k for k, n in keys.items() if n > 1] == []


def responses() -> dict[str, list[dict]]:
    return {k: v for path in response_files() for k, v in yaml.safe_load(path.read_text())["responses"].items()}


def test_exactly_one_text_for_each_channel():
    """Of several variants Rasa draws one at random: nothing legal may depend on luck."""
    for key, variants in responses().items():
        channels = [v.get("channel") for v in variants]
        assert len(channels) == len(set(channels)), key


def test_every_key_that_actions_say_exists_and_every_key_is_said():
    said, stems = set(), set()
    for path in [*modules("actions"), ROOT / "forloeb/assistant/nlg.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"utter_\w+[a-z0-9]", node.value)
            ):
                said.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                text = str(node.values[0].value)
                if text.startswith("utter_"):
                    stems.add(text)
    for path in (ROOT / "data" / "rules").glob("*.yml"):
        said |= set(re.findall(r"action: (utter_\w+)", path.read_text()))
    known = set(responses()) | {"utter_svar"}
    assert said - known == set()
    for stem in stems:
        assert any(key.startswith(stem) for key in known), stem
    dead = {key for key in known - said if not any(key.startswith(stem) for stem in stems)}
    assert dead == set()


def test_every_fact_named_in_a_response_exists():
    from forloeb.law import law

    for key, variants in responses().items():
        for variant in variants:
            for fact in (variant.get("custom") or {}).get("facts", []):
                assert fact in law().facts, (key, fact)


def test_every_law_fact_is_said_somewhere():
    from forloeb.law import law

    said = {f for variants in responses().values() for v in variants for f in (v.get("custom") or {}).get("facts", [])}
    assert set(law().facts) - said == set()


def test_no_claimant_sentence_lives_in_python():
    """A Danish sentence in a string constant outside docstrings would be one that nobody finds in data/responses."""
    sentence = re.compile(r"\b(du|dig|din|dit|dine)\b.*\s.*\s", re.IGNORECASE)
    for layer in ("actions", "gateway", "booking", "assistant", "review"):
        for path in modules(layer):
            tree = ast.parse(path.read_text())
            docs = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and node.body and isinstance(node.body[0], ast.Expr)
            }  # fmt: skip
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                    found = node.value
                    danish = re.search(r"[æøåÆØÅ]", found) and sentence.search(found) and re.search(r"[.?!]$", found)
                    assert not danish, f"{path.relative_to(ROOT)}: {found[:60]}"


def test_gaps_have_a_sentence_each():
    from actions.gaps import GAPS

    assert {f"utter_hul_{gap}" for gap in GAPS} <= set(responses())


def test_the_texts_read_easily():
    from forloeb.danish import readability

    assert readability.faults(ROOT / "data" / "responses") == []


def test_every_setting_is_documented():
    code = (ROOT / "forloeb" / "settings.py").read_text()
    named = re.compile(r"\b(?:FORLOEB|TWILIO|MESSENGER)_[A-Z_]+\b")
    names = set(named.findall(code))
    documented = set(named.findall((ROOT / "docs" / "settings.md").read_text()))
    assert {"TWILIO_AUTH_TOKEN", "MESSENGER_APP_SECRET"} < names
    assert names == documented


def test_every_intent_is_documented_and_routed():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text())
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "intents.md").read_text(), re.MULTILINE))
    internal = {"start", "besked", "valg", "nlu_fallback"}
    assert set(domain["intents"]) - internal == documented
    rules = "".join(p.read_text() for p in (ROOT / "data" / "rules").glob("*.yml"))
    assert {i for i in domain["intents"] if f"intent: {i}\n" not in rules} == set()
