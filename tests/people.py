"""People who book and cancel, and who keep sending a message under its own id until it is answered."""

from __future__ import annotations

import time
import urllib.error
import uuid

import sqlalchemy as sa

from forloeb import db
from tests.stack import Chat

PATIENCE = 180


class Person(Chat):
    """Keeps sending the same message, under the same id, until it is answered."""

    def patiently(self, call):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return call()
            except (urllib.error.URLError, OSError, ConnectionError):
                assert time.monotonic() < end, "the gateway did not come back"
                time.sleep(0.3)

    def answered(self, **content):
        identifier = uuid.uuid4().hex
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.patiently(lambda: self.call("POST", "/webhooks/web/messages", {"id": identifier, **content}))
            replies = [m for m in answer["messages"] if m["from"] == "bot"]
            if replies and not answer.get("pending"):
                self.buttons = [b for m in replies for b in m.get("buttons") or []]
                return "\n".join(m["text"] for m in replies)
            time.sleep(0.3)
        raise AssertionError(f"no answer to {content}")

    def press_first(self, *titles):
        for title in titles:
            for button in self.buttons:
                if button["title"].startswith(title):
                    return self.answered(payload=button["payload"])
        raise AssertionError([b["title"] for b in self.buttons])


def book(person: Person) -> str | None:
    """One booking from beginning to confirmation; the receipt, or None when no time was left."""
    text = person.answered(text="jeg vil gerne booke en samtale")
    for _ in range(12):
        if "Du har nu en aftale" in text:
            return text.split("Dit nummer er ")[1].split(".")[0].strip()
        titles = [b["title"] for b in person.buttons]
        if any(" kl. " in t for t in titles):
            text = person.press_first(*[t for t in titles if " kl. " in t])
        elif any(t.startswith("Ja, book") for t in titles):
            text = person.press_first("Ja, book")
        elif "Personligt" in titles:
            text = person.press_first("Personligt")
        elif "Jobsøgning" in titles:
            text = person.press_first("Jobsøgning")
        else:
            return None
    return None


def cancel(person: Person) -> str | None:
    """An afbud for the one meeting there is; the receipt when it was confirmed."""
    text = person.answered(text="jeg er syg og må melde afbud")
    for _ in range(4):
        if "er registreret. Dit nummer er " in text:
            return text.split("Dit nummer er ")[1].split(".")[0].strip()
        titles = [b["title"] for b in person.buttons]
        if any(t.startswith("Ja") for t in titles):
            text = person.press_first("Ja")
        else:
            return None
    return None


def examine(url: str, booked: dict, cancelled: dict) -> None:
    """The database against what people were told."""
    engine = db.connect(url)
    with db.reading(engine) as connection:
        rows = connection.execute(sa.text("SELECT claimant_id, kind, receipt, ref FROM act")).all()
        acts = {
            (r.claimant_id, r.kind): [x.receipt for x in rows if (x.claimant_id, x.kind) == (r.claimant_id, r.kind)]
            for r in rows
        }
        for name, receipt in booked.items():
            if receipt:
                assert acts.get((name, "booking")) == [receipt], (name, receipt, acts.get((name, "booking")))
        for name, receipt in cancelled.items():
            if receipt:
                assert acts.get((name, "afbud")) == [receipt], (name, receipt)
        twice = connection.execute(
            sa.text("SELECT booked_by FROM slot WHERE booked_by IS NOT NULL GROUP BY booked_by HAVING COUNT(*) > 1")
        )
        assert twice.all() == []
        half = sa.text(
            "SELECT a.key FROM act a WHERE a.kind IN ('booking', 'afbud') AND "
            "(SELECT COUNT(*) FROM delivery d WHERE d.receipt = a.receipt) <> 1"
        )
        assert connection.execute(half).all() == []
        without = sa.text(
            "SELECT COUNT(*) FROM appointment p WHERE p.slot_id IS NOT NULL AND p.status = 'booked' AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.id = p.slot_id AND s.booked_by = p.id)"
        )
        assert connection.execute(without).scalar_one() == 0
    engine.dispose()
