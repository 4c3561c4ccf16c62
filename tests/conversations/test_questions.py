"""All question intents for every benefit, through the real processes."""

from pathlib import Path

import pytest
import yaml

from tests.conversations.test_conversations import check

CONTENT = yaml.safe_load((Path(__file__).parent / "questions" / "questions.yml").read_text())
TOLD = {
    "dagpenge": "Jeg blev ledig 1. september og får dagpenge.",
    "kontanthjaelp": "Jeg blev ledig 1. september og får kontanthjælp.",
    "uddannelseshjaelp": "Jeg blev ledig 1. september og er på uddannelseshjælp.",
    "unknown": None,
}


def cases():
    for question in CONTENT["questions"]:
        for benefit in TOLD:
            expected = question.get("all") or question.get("social" if benefit.endswith("hjaelp") else benefit)
            yield pytest.param(question["say"], benefit, expected, id=f"{question['intent']}-{benefit}")


@pytest.fixture(scope="module")
def chats(stacks):
    """One conversation a benefit: what was told once is not asked again."""
    found = {}
    for benefit, told in TOLD.items():
        found[benefit] = stacks.on(str(CONTENT["today"])).chat()
        if told:
            found[benefit].say(told)
    return found


@pytest.mark.parametrize(("say", "benefit", "expected"), cases())
def test_question(say, benefit, expected, chats, stacks):
    chat = stacks.on(str(CONTENT["today"])).chat() if benefit == "unknown" else chats[benefit]
    check({"say": say, **expected}, chat.say(say), chat)


def test_all_question_intents_are_here():
    from actions.answers import ANSWERS

    assert {q["intent"] for q in CONTENT["questions"]} == set(ANSWERS) - {"vis_forloeb"}
    assert len(CONTENT["questions"]) == 28
