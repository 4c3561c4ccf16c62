"""What an answer may build on about the person, and the placeholders that it gives (gathered in gathering.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import services
from forloeb import obligations
from forloeb.booking import model as booking
from forloeb.danish import format as danish
from forloeb.installation import Place
from forloeb.obligations import Anchor, Benefit

SLOTS = {Anchor.UNEMPLOYED_FROM: "ledig_fra", Anchor.REGISTERED: "meldt_ledig", Anchor.FIRST_CONTACT: "foerste_kontakt"}
AGAIN = "ledig_igen"  # the subject (`emne`), the slot, and the fact that is asked for


@dataclass(frozen=True)
class Known:
    """Everything an answer may build on.

    `claimant` is what to compute with; `registered` the signed-in person as registered with us (None for a
    visitor); `notes` the clashes to tell the person about, as (response key, values); `ahead` the meetings booked that
    lie ahead; `afbud` the newest cancellation that the person gave of a meeting that would still have come;
    `cancelled` all such meetings, and `without_new_time` those of them that have no new time yet. `anothers`: the
    benefit is somebody else's who is asked about, and nothing of the person's own (days, meetings) is in here.
    """

    claimant: obligations.Claimant
    registered: booking.Claimant | None
    on: date
    channel: str
    text: str
    entities: tuple[dict[str, Any], ...]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    record: obligations.Record = field(default_factory=obligations.Record)
    ahead: tuple[booking.Appointment, ...] = ()
    afbud: tuple[booking.Appointment, booking.Cancellation] | None = None
    cancelled: tuple[booking.Appointment, ...] = ()
    without_new_time: tuple[tuple[booking.Appointment, booking.Cancellation], ...] = ()
    anothers: bool = False

    @property
    def benefit(self) -> Benefit | None:
        """What the person lives on, if known."""
        return self.claimant.benefit

    @property
    def social(self) -> bool:
        """Whether the person is known to get kontanthjælp or uddannelseshjælp."""
        return self.benefit in (Benefit.KONTANTHJAELP, Benefit.UDDANNELSESHJAELP)

    @property
    def akasse(self) -> Place:
        """The person's own a-kasse as the installation names it, or the standard one."""
        return services.installation().akasse(self.registered.a_kasse if self.registered else None)

    @property
    def jobcenter(self) -> Place:
        """The jobcenter of the person's municipality, or the standard one."""
        return services.installation().jobcenter(self.registered.municipality if self.registered else None)

    def values(self) -> dict[str, Any]:
        """Placeholders about this person that any response may use."""
        akasse, jobcenter = self.akasse, self.jobcenter
        own = akasse if self.benefit is Benefit.DAGPENGE else jobcenter
        found: dict[str, Any] = {
            "akasse": akasse.contact(),
            "jobcenter": jobcenter.contact(),
            "myndighed": own.contact(),
            "svar": "utter_hverken_ja_nej",
        }
        if self.benefit:
            found["ydelse"] = benefit_name(self.benefit)
        else:
            found["myndighed"] = "utter_akasse_eller_jobcenter"
        return found

    def entity(self, name: str) -> str | None:
        """The first value of an entity in this message, or None."""
        return next((e["value"] for e in self.entities if e["entity"] == name), None)

    def named_benefits(self) -> list[tuple[str, int, int]]:
        """(value, start, end) of every benefit that the message names, in order."""
        found = [e for e in self.entities if e["entity"] == "ydelse" and "start" in e]
        return sorted(((str(e["value"]), int(e["start"]), int(e["end"])) for e in found), key=lambda each: each[1])

    def spans(self, name: str) -> list[str]:
        """The words of the message that hold an entity."""
        return [
            self.text[int(e["start"]) : int(e["end"])] for e in self.entities if e["entity"] == name and "start" in e
        ]

    def day(self, value: date) -> str:
        """A day with its weekday, as the claimant reads it."""
        return danish.long_day(value, self.on)

    def events(self) -> list[dict[str, Any]]:
        """Slot events that keep what was learnt."""
        return [SlotSet(name, value) for name, value in self.slots.items()]


def benefit_name(benefit: Benefit | str) -> str:
    """The response key that names a benefit."""
    return f"utter_ydelse_navn_{Benefit(benefit).value}"


def message_metadata(tracker: Tracker) -> dict[str, Any]:
    """What the gateway says about this message: channel, claimant_id, message_id."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return dict(event.get("metadata") or {})
    return {}
