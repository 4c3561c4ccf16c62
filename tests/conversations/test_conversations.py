"""Every conversation in *.yml, through the real gateway, the trained model and the real action server."""

from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yml"))


def cases():
    for path in FILES:
        content = yaml.safe_load(path.read_text())
        for number, case in enumerate(content["conversations"]):
            merged = {"today": content["today"], **case, "id": f"{path.stem}-{number}"}
            yield pytest.param(merged, id=f"{path.stem}: {case['name']}")


def prepared(stack, case) -> str | None:
    """Load the case's own claimant, meetings, slots and deadlines; their id is the case's."""
    if "claimant" not in case:
        return None
    who = f"t-{case['id']}"
    data = {"claimants": [{"id": who, **case["claimant"]}]}
    for kind in ("appointments", "deadlines"):
        if case.get(kind):
            data[kind] = [{"claimant": who, **row} for row in case[kind]]
    if case.get("slots"):
        data["slots"] = case["slots"]
    stack.load(yaml.safe_dump(data, allow_unicode=True))
    return who


@pytest.mark.parametrize("case", cases())
def test_conversation(case, stacks):
    stack = stacks.on(str(case["today"]))
    who = prepared(stack, case)
    chat = stack.chat(who)
    for turn in case["talk"]:
        replies = chat.say(turn["say"]) if "say" in turn else chat.press(turn["press"])
        check(turn, replies, chat)
    if who and "stored" in case:
        compare(stack.show(who), case["stored"])


def check(turn, replies, chat):
    text = "\n\n".join(m["text"] for m in replies)
    said = turn.get("say") or turn.get("press")
    for wanted in turn.get("expect", []):
        assert wanted.lower() in text.lower(), f"{said!r} lacks {wanted!r}:\n{text}"
    for unwanted in turn.get("never", []):
        assert unwanted.lower() not in text.lower(), f"{said!r} says {unwanted!r}:\n{text}"
    custom = {k: v for m in replies for k, v in (m.get("custom") or {}).items()}
    for fact in turn.get("facts", []):
        assert fact in custom.get("facts", []), (said, custom)
    if "gap" in turn:
        assert custom.get("gap") == turn["gap"], (said, custom, text)
        if not custom.get("facts"):
            assert custom["sources"] == []
    if custom.get("facts"):
        assert custom["sources"], said
    titles = [b["title"] for b in chat.buttons]
    for title in turn.get("buttons", []):
        assert any(t.startswith(title) for t in titles), (said, title, titles)


def compare(shown, stored):
    for kind, expected in stored.items():
        rows = shown[kind]
        assert len(rows) == len(expected), (kind, rows)
        for row, wanted in zip(rows, expected, strict=True):
            for field, value in wanted.items():
                found = row[field]
                same = str(found).startswith(str(value)) if field == "start" else found == value
                assert same, (kind, field, found, value)
