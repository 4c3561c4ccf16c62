"""A message that reaches us twice acts once and is answered in the same sense, wherever the first time was cut off.

The channel remembers what it answered, and the tracker what was said; behind both, the action server finds what the
message has already committed. The last is tried here as it happens: the commit is made, the answer and the tracker are
lost, and the same message comes again to a tracker that has never seen it.
"""

import json
import urllib.request
import uuid

import pytest
import yaml

from tests.conversations.test_conversations import prepared

DAY = "2025-10-06T09:00"
METTE = {"name": "Mette Holm", "benefit": "dagpenge", "unemployed_from": "2025-09-01", "registered": "2025-09-01",
         "first_contact": "2025-09-01", "a_kasse": "FAK", "municipality": "Rudersdal"}  # fmt: skip
PALLE = {**METTE, "unemployed_from": "2025-06-20", "registered": "2025-06-20", "first_contact": "2025-06-20"}
HELD = {"holder": "akasse", "kind": "cv_samtale", "number": 1, "start": "2025-09-12T10:00", "minutes": 45,
        "form": "personligt", "status": "held"}  # fmt: skip
THURSDAY = {"holder": "akasse", "kind": "jobrettet_samtale", "number": 2, "start": "2025-10-09T10:00", "minutes": 45,
            "form": "digital", "status": "booked"}  # fmt: skip
FRIDAY = {**THURSDAY, "start": "2025-10-03T10:00"}
HANDED_OVER = {**HELD, "kind": "jobrettet_samtale", "number": 3, "start": "2025-09-01T10:00"}
WEEK = ["2025-10-07T09:00", "2025-10-08T13:00", "2025-10-10T15:00"]
AT_JOBCENTER = [{"start": "2025-10-14T10:00", "holder": "jobcenter", "forms": ["personligt"]}]
BOOK = ["book en samtale på telefon", "den første", "mit cv"]
CONCERT = "jeg kan ikke komme på torsdag, jeg skal til koncert"
PREPARE = ["forbered mig nu", "gartner", "lager", "butik", "jeg søger i morgen"]

CASES = {
    "book": (METTE, [HELD], WEEK, BOOK, "ja"),
    "move": (METTE, [THURSDAY], WEEK, ["flyt mit møde", "den første"], "ja"),
    "form": (METTE, [THURSDAY], [], ["skift min samtale til telefon"], "ja"),
    "afbud at once": (METTE, [THURSDAY], WEEK, [], "jeg er syg og kan ikke komme på torsdag"),
    "afbud insisted on": (METTE, [THURSDAY], WEEK, [CONCERT], "meld afbud alligevel"),
    "afbud for staff": (METTE, [THURSDAY], [], [], "mit barn er sygt, jeg kan ikke komme"),
    "missed": (METTE, [FRIDAY], WEEK, [], "jeg glemte mødet i fredags"),
    "notes": (METTE, [THURSDAY], [], PREPARE, "ja"),
    "no free time": (METTE, [HELD], [], [], "book en samtale"),
    "the a-kasse's wish": (PALLE, [HANDED_OVER], AT_JOBCENTER, ["book en samtale", "den første", "mit cv", "ja"], "ja"),
}  # fmt: skip


@pytest.fixture
def stack(stacks):
    return stacks.on(DAY)


def given(stack, claimant, appointments, slots):
    """A claimant of the case's own, in a conversation of their own."""
    case = {"id": uuid.uuid4().hex[:8], "claimant": claimant, "appointments": appointments, "slots": slots}
    return prepared(stack, yaml.safe_load(yaml.safe_dump(case))), uuid.uuid4().hex


def post(address, body, **headers):
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def assistant(stack, path):
    return f"http://127.0.0.1:{stack.ports['ASSISTANT']}/{path}"


def hand_over(stack, who, conversation, text, message_id=None, command=None):
    """As the gateway hands a message over (docs/architecture.md)."""
    identifier = message_id or uuid.uuid4().hex
    body = {
        "conversation": conversation,
        "message_id": identifier,
        "text": text,
        "command": command,
        "metadata": {"channel": "web", "claimant_id": who, "message_id": identifier},
    }
    key = stack.settings().internal_key
    return post(assistant(stack, "webhooks/internal/webhook"), body, **{"X-Forloeb-Key": key})["messages"]


def act(stack, who, conversation, text, message_id):
    """The action server's answer to a message, from a tracker that is not saved afterwards."""
    with urllib.request.urlopen(
        assistant(stack, f"conversations/{conversation}/tracker?token=tests"), timeout=60
    ) as answer:
        tracker = json.load(answer)
    tracker["latest_message"] = post(assistant(stack, "model/parse?token=tests"), {"text": text})
    metadata = {"channel": "web", "claimant_id": who, "message_id": message_id}
    tracker["events"] = [*(tracker.get("events") or []), {"event": "user", "text": text, "metadata": metadata}]
    body = {"next_action": "action_opgave", "sender_id": conversation, "tracker": tracker, "domain": {}}
    return post(f"http://127.0.0.1:{stack.ports['ACTIONS']}/webhook", body)


def meaning(answer):
    """What an answer says: keys with the values that a person holds on to; and whether the task goes on."""
    told = [r for r in answer["responses"] if r.get("response") == "utter_svar"]
    parts = [(key, values.get("kvittering"), values.get("tid")) for r in told for key, values in r["parts"]]
    events = {e["name"]: e["value"] for e in answer["events"] if e["event"] == "slot"}
    return parts, (events["opgave"] or {}).get("step")


@pytest.mark.parametrize("name", CASES)
def test_the_answer_was_lost_after_the_commit(name, stack):
    claimant, appointments, slots, before, last = CASES[name]
    who, conversation = given(stack, claimant, appointments, slots)
    for text in before:
        assert hand_over(stack, who, conversation, text)
    message_id = uuid.uuid4().hex
    first = act(stack, who, conversation, last, message_id)
    shown = without_deliveries(stack.show(who))
    again = act(stack, who, conversation, last, message_id)
    assert meaning(again) == meaning(first)
    assert without_deliveries(stack.show(who)) == shown
    assert any(receipt for _, receipt, _ in meaning(first)[0]) or name == "the a-kasse's wish"


def without_deliveries(shown):
    """What the person's own acts left: deliveries go on meanwhile, and make cases for the staff queue."""
    for rows in shown.values():
        for row in rows if isinstance(rows, list) else ():
            row.pop("delivery", None)
    own = {"no_free_time", "other", "judgement", "no_new_time", "missed"}
    shown["cases"] = [case for case in shown["cases"] if case["kind"] in own]
    return shown


def test_the_channel_gives_the_same_answer_again(stack):
    who, conversation = given(stack, METTE, [THURSDAY], WEEK)
    message_id = uuid.uuid4().hex
    said = "jeg er syg og kan ikke komme på torsdag"
    first = hand_over(stack, who, conversation, said, message_id)
    assert hand_over(stack, who, conversation, said, message_id) == first
    assert len(stack.show(who)["cancellations"]) == 1


@pytest.mark.parametrize("kind", ["meeting", "slot", "form", "nonsense"])
@pytest.mark.parametrize("before", [["jeg er syg og må melde afbud"], ["flyt mit møde til fredag"], []])
def test_a_command_about_anothers_meeting_or_slot_does_nothing(stack, kind, before):
    """Even a payload that names another's id: what was not offered to this person is not theirs to choose."""
    other, _ = given(stack, METTE, [THURSDAY], [])
    theirs = stack.show(other)["appointments"][0]["id"]
    jobcenter = {**THURSDAY, "holder": "jobcenter", "kind": "anden", "number": None, "start": "2025-10-14T13:00"}
    who, conversation = given(stack, METTE, [THURSDAY, jobcenter], WEEK)
    for text in before:
        hand_over(stack, who, conversation, text)
    command = "/valg" + json.dumps({"trin": f"{kind}:{theirs}"})
    replies = hand_over(stack, who, conversation, "Torsdag", command=command)
    assert replies
    hand_over(stack, who, conversation, "ja")
    assert [a["status"] for a in stack.show(who)["appointments"]] == ["booked", "booked"]
    assert [(a["status"], a["start"]) for a in stack.show(other)["appointments"]] == [("booked", "2025-10-09T10:00")]
    assert stack.show(other)["cancellations"] == []


def test_a_button_of_another_conversation_is_refused(stack):
    one, _ = given(stack, METTE, [THURSDAY], [])
    chat = stack.chat(one)
    chat.say("skift min samtale til telefon")
    payload = next(b["payload"] for b in chat.buttons if b["title"] == "Ja")
    two, _ = given(stack, METTE, [{**THURSDAY, "start": "2025-10-10T10:00"}], [])
    with pytest.raises(urllib.error.HTTPError):
        stack.chat(two).send(payload=payload)
    assert stack.show(one)["appointments"][0]["form"] == "digital"
    assert stack.show(two)["appointments"][0]["form"] == "digital"


def test_a_text_message_gets_its_calendar_link_in_words(stack):
    who, conversation = given(stack, METTE, [HELD], WEEK)
    for text in BOOK:
        hand_over(stack, who, conversation, text)
    body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": "ja", "command": None}
    metadata = {"channel": "sms", "claimant_id": who, "message_id": body["message_id"]}
    key = stack.settings().internal_key
    replies = post(
        assistant(stack, "webhooks/internal/webhook"), {**body, "metadata": metadata}, **{"X-Forloeb-Key": key}
    )
    assert "Læg mødet i din kalender: http" in replies["messages"][0]["text"]
    assert ".ics" in replies["messages"][0]["text"]
