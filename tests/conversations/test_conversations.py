"""Every conversation in *.yml, through the real gateway, the trained model and the real action server.

A file holds `today`, `claimants` (by name) and `conversations`. Each conversation has a claimant of its own (`claimant`
names one of the file's; `signed_in: false` leaves them a visitor), and of its own `appointments`, `deadlines` and
`slots` (a start alone, or a start with what differs from the usual). `talk` is a list of steps: `say`, `press` (a button
of the last answer) or `press_earlier` (any button so far), with `expect`, `never`, `facts`, `gap`, `buttons`,
`no_buttons`; or `meanwhile` something else happens (`Meanwhile`); or `news` is waited for. `stored` is what
`forloeb show --json` must hold afterwards, `details` what only the store knows. from_staff/ holds what reviewers have
turned into tests (docs/review.md): the same format, the same runner.
"""

import time
from io import StringIO
from pathlib import Path

import pytest
import yaml

from forloeb import clock, operation
from forloeb.booking import rows, tables
from forloeb.booking.cli import cases_ack

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yml")) + sorted((FOLDER / "from_staff").glob("*.yml"))
USUAL_SLOT = {
    "holder": "akasse",
    "minutes": 45,
    "forms": ["personligt", "telefon", "digital"],
    "place": "Lokalafdelingen",
}
SECONDS = 60


def cases():
    for path in FILES:
        for case in read(path):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


def read(path):
    content = yaml.safe_load(path.read_text())
    for number, case in enumerate(content["conversations"]):
        merged = {"today": content["today"], **case, "id": f"{path.stem}-{number}"}
        if isinstance(merged.get("claimant"), str):
            merged["claimant"] = content["claimants"][merged["claimant"]]
        yield merged


def prepared(stack, case) -> str | None:
    """Load the case's own claimant, meetings, slots and deadlines; what is free is the case's own alone."""
    if "claimant" not in case:
        return None
    who = f"t-{case['id']}"
    data = {"claimants": [{"id": who, **case["claimant"]}]}
    for kind in ("appointments", "deadlines"):
        if case.get(kind):
            data[kind] = [{"claimant": who, **row} for row in case[kind]]
    if case.get("slots"):
        data["slots"] = [slot_row(slot, case["id"]) for slot in case["slots"]]
    stack.change(lambda connection, now: connection.execute(tables.slot.update().values(withdrawn=now)))
    stack.load(yaml.safe_dump(data, allow_unicode=True))
    return who


def slot_row(slot, caseworker):
    given = {"start": slot} if isinstance(slot, str) else slot
    return {**USUAL_SLOT, "caseworker": caseworker, **given}


@pytest.mark.parametrize("case", cases())
def test_conversation(case, stacks):
    play(case, stacks.on(str(case["today"])))


def play(case, stack):
    """Talk the case through on a running installation; AssertionError says what was not as expected."""
    who = prepared(stack, case)
    chat = stack.chat(who if case.get("signed_in", True) else None)
    for turn in case["talk"]:
        if "meanwhile" in turn:
            Meanwhile(stack, who, case["id"]).happens(turn["meanwhile"])
        elif "news" in turn:
            check({"say": "(news)", **turn["news"]}, news(chat), chat)
        else:
            check(turn, answers(chat, turn), chat)
    if who:
        compare(stack, who, case.get("stored", {}))
        details(stack, who, case.get("details", []))


def answers(chat, turn):
    if "say" in turn:
        return chat.say(turn["say"])
    if "press_earlier" in turn:
        offered = until(lambda: [b for m in chat.history() for b in m.get("buttons") or []])
        title = turn["press_earlier"]
        return chat.send(payload=next(b["payload"] for b in reversed(offered) if b["title"] == title))
    return chat.press(turn["press"])


class Meanwhile:
    """What others do while the person talks: `taken`, `withdrawn` (a start), `acknowledged` (a kind), `nothing_heard`
    (kind of news), `switched` (on, off)."""

    def __init__(self, stack, who, caseworker):
        self.stack, self.who, self.caseworker = stack, who, caseworker

    def happens(self, what):
        for name, value in what.items():
            getattr(self, name)(value)

    def taken(self, start):
        """Somebody else gets the slot (the hold has run out)."""
        self._slot(start, {"booked_by": f"x-{self.caseworker}", "held_by": None})

    def withdrawn(self, start):
        self._slot(start, {"withdrawn": clock.now(self.stack.settings())})

    def _slot(self, start, values):
        mine = tables.slot.c.caseworker == self.caseworker

        def write(connection, now):
            found = connection.execute(tables.slot.select().where(mine)).all()
            wanted = next(
                row.id for row in found if rows.slot(row).start.astimezone(now.tzinfo).isoformat().startswith(start)
            )
            connection.execute(tables.slot.update().where(tables.slot.c.id == wanted).values(**values))

        self.stack.change(write)

    def acknowledged(self, kind):
        """A named person takes the case of this kind, as `forloeb cases ack` does."""
        case = until(lambda: [c for c in self.stack.show(self.who)["cases"] if c["kind"] == kind])[0]
        self.stack.using(lambda engine, now: cases_ack(engine, case["id"], "Kirsten Dam", now, StringIO()))

    def nothing_heard(self, kind):
        """The wait before this news is over."""

        def write(connection, now):
            mine = (
                tables.notice.c.claimant_id == self.who,
                tables.notice.c.kind == kind,
                tables.notice.c.sent.is_(None),
            )
            waiting = tables.notice.update().where(*mine, tables.notice.c.not_before > now).values(not_before=now)
            assert connection.execute(waiting).rowcount == 1

        self.stack.change(write)

    def switched(self, state):
        """Staff put the switch `booking` off or on, as `forloeb switch booking` does."""
        self.stack.change(lambda connection, now: operation.put(connection, "booking", state == "on", now))


def until(found, seconds=SECONDS):
    """What `found` gives, as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)
    return result


def news(chat):
    """The bot's messages that came by themselves since the last turn."""
    return until(lambda: [m for m in chat.history(chat.seq, 5) if m["from"] == "bot"])


def check(turn, replies, chat):
    text = "\n\n".join(m["text"] for m in replies)
    said = turn.get("say") or turn.get("press") or turn.get("press_earlier")
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
    for title in turn.get("no_buttons", []):
        assert not any(t.startswith(title) for t in titles), (said, title, titles)
    if "download" in turn:
        assert turn["download"] in custom["download"]["url"], custom


def compare(stack, who, stored):
    """Rows field by field; `cases` are kinds that must come (deliveries make cases a moment later), `no_cases` not."""
    shown = stack.show(who)
    for kind in ("appointments", "cancellations", "contacts"):
        if kind not in stored:
            continue
        assert len(shown[kind]) == len(stored[kind]), (kind, shown[kind])
        for row, wanted in zip(shown[kind], stored[kind], strict=True):
            for field, value in wanted.items():
                found = row[field]
                same = str(found).startswith(str(value)) if field == "start" else found == value
                same = same or (value == "*" and found is not None)
                assert same, (kind, field, found, value)
    kinds = {case["kind"] for case in shown["cases"]}
    assert not kinds & set(stored.get("no_cases", [])), kinds
    for kind in stored.get("cases", []):
        until(lambda kind=kind: kind in {case["kind"] for case in stack.show(who)["cases"]})


def details(stack, who, expected):
    """Fields of the appointments that the contract's JSON leaves out: about, notes, akasse_wanted."""
    if not expected:
        return
    found = stack.using(lambda engine, _now: stack.bookings(engine).appointments(who))
    for appointment, wanted in zip(found, expected, strict=True):
        for field, value in wanted.items():
            actual = getattr(appointment, field)
            assert (value in actual) if isinstance(value, str) else (actual == value), (field, actual)
