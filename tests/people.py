"""People who book and cancel, and who keep sending a message under its own id until it is answered."""

from __future__ import annotations

import time
import urllib.error
import uuid

import sqlalchemy as sa

from forloeb import db
from tests.stack import Chat

BUSY = {429, 502, 503, 504}


class Person(Chat):
    """Keeps sending the same message, under the same id, until it is answered.

    `heard` counts the answers of everybody who shares it; `said` is the last reply.
    """

    def __init__(self, address, claimant=None, *, patience=180, heard=None):
        self.address, self.buttons, self.seq, self.said = address, [], 0, ""
        self.patience, self.heard = patience, [] if heard is None else heard
        self.expected = {*BUSY, 401}  # while the clock jumps, a sign-in can be too old or too new: another is made
        self.patiently(lambda: Chat.__init__(self, address, claimant))
        self.expected = BUSY

    def patiently(self, call):
        end = time.monotonic() + self.patience
        while True:
            try:
                return call()
            except urllib.error.HTTPError as error:
                assert error.code in self.expected, (error.code, error.read())
            except OSError:
                pass
            assert time.monotonic() < end, "the gateway did not come back"
            time.sleep(0.2)

    def answered(self, **content):
        given = {"id": uuid.uuid4().hex, **content}
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            answer = self.patiently(lambda: self.call("POST", "/webhooks/web/messages", given))
            replies = [m for m in answer["messages"] if m["from"] == "bot"]
            if replies and not answer.get("pending"):
                self.buttons = [b for m in replies for b in m.get("buttons") or []]
                self.heard.append(given["id"])
                self.said = "\n".join(m["text"] for m in replies)
                return self.said
            time.sleep(0.2)
        raise AssertionError(f"no answer to {content}")

    def press_first(self, *wanted):
        """The reply to the first button that has one of these in its title; None when no button has."""
        for part in wanted:
            for button in self.buttons:
                if part in button["title"]:
                    return self.answered(payload=button["payload"])
        return None


def receipt(text: str) -> str:
    return text.split("Dit nummer er ")[1].split(".")[0].strip()


def book(person: Person) -> str | None:
    """One booking from beginning to confirmation; the receipt, or None when nothing leads on: `person.said` says why."""
    text = person.answered(text="jeg vil gerne booke en samtale")
    for _ in range(12):
        if text is None:
            return None
        if "Du har nu en aftale" in text:
            return receipt(text)
        text = person.press_first("Ja, book", "Ja", " kl. ", "Personligt", "Jobsøgning")
    raise AssertionError(f"never booked:\n{person.said}")


def cancel(person: Person) -> str | None:
    """An afbud for the one meeting there is; the receipt, or None when nothing leads on."""
    text = person.answered(text="jeg er syg og må melde afbud")
    for _ in range(5):
        if text is None:
            return None
        if "registreret" in text and "Dit nummer er " in text:
            return receipt(text)
        text = person.press_first("Ja")
    raise AssertionError(f"no afbud:\n{person.said}")


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
