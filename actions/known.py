"""What is known about the person: said now, said before, or registered with us; and where those pull apart."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import services
from forloeb import obligations
from forloeb.booking import model as booking
from forloeb.danish import format as danish
from forloeb.danish.facts import anothers_benefit, denied_benefits
from forloeb.danish.words import fold
from forloeb.installation import Place
from forloeb.obligations import Anchor, Benefit

SLOTS = {Anchor.UNEMPLOYED_FROM: "ledig_fra", Anchor.REGISTERED: "meldt_ledig", Anchor.FIRST_CONTACT: "foerste_kontakt"}
AGAIN = "ledig_igen"  # the subject (`emne`), the slot, and the fact that is asked for
# "i to måneder" is how long a job lasted, no day
LENGTH_OF_TIME = re.compile(r"\b(?:uge|maaned|mdr|aar|dage)", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# "nej, det var den 15. september" corrects the day that was given last
CORRECTS = re.compile(
    r"\s*(?:nej|hov|ups|undskyld|vent|jeg mente|jeg mener|det var|altså|(?:og |men )?hvis det (?:nu )?var)\b",
    re.IGNORECASE,
)
HYPOTHETICAL = re.compile(
    r"\b(hvis|hvad nu|hva nu|ville|gælder det også|gaelder det ogsaa|hvad med|hva med)\b", re.IGNORECASE
)
# said to be only thought of: "og hvis jeg var på dagpenge?", "og på dagpenge?"; "hvis jeg får dagpenge" can be the case
THOUGHT = re.compile(
    r"\bhvis (?:nu )?(?:jeg (?:nu )?(?:var|fik|havde|kommer|ryger|skifter|går over)\b|(?:det|man) )"
    r"|^\W*(?:og|men)\s+\w+\s*\?"
    r"|\bhvis (?:\w+ ){0,5}(?:senere|engang|en dag)\b"
    r"|^\W*(?:(?:og|men|jamen|ok|okay|så|saa) )*(?:hva[d]? med|på|paa|for|gælder det|gaelder det|er det)\b",
    re.IGNORECASE,
)
# said of oneself: "jeg får kontanthjælp", "nej, kontanthjælp"; not "hvor mange samtaler på kontanthjælp"
CLAIMS = re.compile(
    r"\b(?:jeg|j|vi)\b(?:\s+\w+){0,4}?\s+(?:får|faar|far|fik|har|er|modtager|lever|kom)\b|\b(?:er|får|har)\s+jeg\b"
    r"|^\W*(?:nej|hov|jo|ups|er|får|faar|har|på|paa)\b|^\W*\w+\W*$",
    re.IGNORECASE,
)
# "skal han", "for min søn": the question is another's
ASKS_FOR_ANOTHER = re.compile(
    r"\b(?:skal|ska|kan|maa|har|faar|for|mister|er) (?:\w+ )?"
    r"(?:han|hun|ham|hende|(?:min|mit|vores) \w+ (?:til|saa|ogsaa|der))\b"
)
RECENT_MESSAGES = 3
MYSELF = re.compile(r"\b(?:jeg|mig|jg)\b")


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


async def known_from(tracker: Tracker, *, as_registered: bool = False) -> Known:
    """Gather what is known at this message.

    Args:
        tracker: Rasa's.
        as_registered: what is to be done follows the registered benefit, whatever the person said before.
    """
    message = tracker.latest_message or {}
    metadata = message_metadata(tracker)
    claimant_id = metadata.get("claimant_id")
    registered = await asyncio.to_thread(services.bookings().claimant, claimant_id) if claimant_id else None
    stored = await asyncio.to_thread(_stored, registered.id) if registered else {}
    known = Known(
        claimant=_remembered(tracker, registered, as_registered=as_registered),
        registered=registered,
        on=services.today(),
        channel=metadata.get("channel", "web"),
        text=message.get("text") or "",
        entities=tuple(message.get("entities") or ()),
        **stored,
    )
    found = _with_days(_with_benefit(known, message, tracker), message, tracker)
    return found if as_registered else _with_claim(found)


def _stored(claimant_id: str) -> dict[str, Any]:
    now, service = services.now(), services.bookings()
    appointments = service.appointments(claimant_id)
    held = [a for a in appointments if a.status is booking.Status.HELD and a.kind in booking.NUMBERED]
    cancelled = {a.id: a for a in appointments if a.status is booking.Status.CANCELLED and a.start > now}
    given = [c for c in service.cancellations(claimant_id) if c.appointment_id in cancelled] if cancelled else []
    newest = max(given, key=lambda c: c.at, default=None)
    return {
        "record": obligations.Record(
            held=tuple(obligations.Holder(a.holder.value) for a in held),
            summoned=any(a.kind is booking.Kind.CV for a in appointments),
        ),
        "ahead": tuple(a for a in appointments if a.status is booking.Status.BOOKED and a.start > now),
        "afbud": (cancelled[newest.appointment_id], newest) if newest else None,
        "cancelled": tuple(cancelled[c.appointment_id] for c in given),
        "without_new_time": tuple((cancelled[c.appointment_id], c) for c in given if c.new_appointment is None),
    }


def message_metadata(tracker: Tracker) -> dict[str, Any]:
    """What the gateway says about this message: channel, claimant_id, message_id."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return dict(event.get("metadata") or {})
    return {}


def _remembered(tracker: Tracker, registered: booking.Claimant | None, *, as_registered: bool) -> obligations.Claimant:
    def day(anchor: Anchor) -> date | None:
        own = getattr(registered, anchor.value) if registered else None
        said = tracker.get_slot(SLOTS[anchor])
        return own or (date.fromisoformat(said) if said else None)

    own_benefit = registered.benefit if registered else None
    said = tracker.get_slot("ydelse")
    benefit = own_benefit or said if as_registered else said or own_benefit
    return obligations.Claimant(
        Benefit(benefit) if benefit else None,
        day(Anchor.UNEMPLOYED_FROM), day(Anchor.REGISTERED), day(Anchor.FIRST_CONTACT),
    )  # fmt: skip


def _with_benefit(known: Known, message: dict[str, Any], tracker: Tracker) -> Known:
    facts, named = message.get("facts"), known.named_benefits()
    said = facts.get("benefit") if facts is not None else known.entity("ydelse")
    if said not in [b.value for b in Benefit]:
        other = anothers_benefit(known.text, named)
        if not named and ASKS_FOR_ANOTHER.search(fold(known.text)):
            other = _spoken_of(tracker)
        if other and _asks_for_another(known.text):
            return _for_another(known, Benefit(other))
        return _without(known, denied_benefits(known.text, named))
    benefit = Benefit(said)
    before = known.benefit
    changed = replace(known, claimant=replace(known.claimant, benefit=benefit))
    own = known.registered.benefit if known.registered else None
    claimed = CLAIMS.search(known.text) is not None or bool(message.get("command"))
    thought = THOUGHT.search(known.text) is not None or not (claimed or HYPOTHETICAL.search(known.text) or not own)
    if own and own != benefit.value and (thought or HYPOTHETICAL.search(known.text)):
        key = "utter_ydelse_taenkt" if thought else "utter_ydelse_anderledes"
        return replace(changed, notes=(*known.notes, (key, _two_benefits(benefit, own))))
    if (thought or HYPOTHETICAL.search(known.text)) and before not in (None, benefit):
        return changed
    slots = {**known.slots, "ydelse": benefit.value}
    if own and own != benefit.value and before is not benefit:
        note = ("utter_ydelse_anderledes", _two_benefits(benefit, own))
        return replace(changed, slots=slots, notes=(*known.notes, note))
    if own or before in (None, benefit):
        return replace(changed, slots=slots)
    return replace(
        changed, slots=slots, notes=(*known.notes, ("utter_ydelse_aendret", {"ydelse": benefit_name(benefit)}))
    )


def _two_benefits(said: Benefit, registered: str) -> dict[str, Any]:
    return {"ydelse": benefit_name(said), "registreret_ydelse": benefit_name(registered)}


def _with_claim(known: Known) -> Known:
    """Said before that they get something else than is registered: answered for that, and said so."""
    own = known.registered.benefit if known.registered else None
    if not own or known.benefit in (None, Benefit(own)) or known.anothers or known.notes:
        return known
    assert known.benefit is not None
    return replace(known, notes=(("utter_ydelse_sagt", _two_benefits(known.benefit, own)),))


def _spoken_of(tracker: Tracker) -> str | None:
    """The benefit of somebody else that one of the last messages named ("og hvor mange skal hun til?")."""
    said = [e for e in tracker.events if e.get("event") == "user"][-RECENT_MESSAGES - 1 : -1]
    for event in reversed(said):
        entities = (event.get("parse_data") or {}).get("entities") or []
        named = [
            (str(e["value"]), int(e["start"]), int(e["end"]))
            for e in entities
            if e.get("entity") == "ydelse" and "start" in e
        ]
        if found := anothers_benefit(str(event.get("text") or ""), sorted(named, key=lambda each: each[1])):
            return found
    return None


def _asks_for_another(text: str) -> bool:
    folded = fold(text)
    return ASKS_FOR_ANOTHER.search(folded) is not None or MYSELF.search(folded) is None


def _for_another(known: Known, benefit: Benefit) -> Known:
    return replace(
        known, claimant=obligations.Claimant(benefit, None, None, None), registered=None, ahead=(), afbud=None,
        cancelled=(), record=obligations.Record(), anothers=True,
    )  # fmt: skip


def _without(known: Known, denied: frozenset[str]) -> Known:
    """What the person says they do not get is not built on."""
    if known.benefit is None or known.benefit.value not in denied:
        return known
    own = known.registered.benefit if known.registered else None
    notes = (("utter_ydelse_naegtet", {"registreret_ydelse": benefit_name(own)}),) if own else ()
    return replace(
        known,
        claimant=replace(known.claimant, benefit=None),
        slots={**known.slots, "ydelse": None},
        notes=(*known.notes, *notes),
    )


def _with_days(known: Known, message: dict[str, Any], tracker: Tracker) -> Known:
    stated = {Anchor(k): date.fromisoformat(v) for k, v in (message.get("facts") or {}).items() if v and _is_anchor(k)}
    if (tracker.get_slot("opgave") or {}).get("offered"):
        return known  # "er fredag ledig?" asks about the times shown
    waiting = tracker.get_slot("venter_paa") or {}
    if known.entity("emne") == AGAIN or waiting.get("fact") == AGAIN:
        stated.pop(Anchor.UNEMPLOYED_FROM, None)
        day = bare_past_day(known.entities, lengths=False)
        known = replace(known, slots={**known.slots, AGAIN: day.isoformat()}) if day else known
    if not stated and waiting.get("fact") in SLOTS.values():
        asked = next(a for a, slot in SLOTS.items() if slot == waiting["fact"])
        bare = bare_past_day(known.entities)
        stated = {asked: bare} if bare else {}
    if not stated and CORRECTS.match(known.text) and not tracker.get_slot("opgave_aktiv"):
        corrected = next((a for a, slot in SLOTS.items() if tracker.get_slot(slot)), None)
        bare = bare_past_day(known.entities, lengths=False)
        stated = {corrected: bare} if corrected and bare else _other_year(known, tracker, corrected)
    for anchor, day in stated.items():
        own = getattr(known.registered, anchor.value) if known.registered else None
        if own is None:
            slots = {**known.slots, SLOTS[anchor]: day.isoformat()}
            before = tracker.get_slot(SLOTS[anchor])
            if before and before != day.isoformat():
                known = replace(known, notes=(*known.notes, ("utter_dag_aendret", {"dag": known.day(day)})))
            days: dict[str, Any] = {anchor.value: day}
            known = replace(known, claimant=replace(known.claimant, **days), slots=slots)
        elif own != day:
            values = {"sagt_dag": known.day(day), "registreret_dag": known.day(own)}
            known = replace(known, notes=(*known.notes, ("utter_dag_anderledes", values)))
    return known


def _other_year(known: Known, tracker: Tracker, anchor: Anchor | None) -> dict[Anchor, date]:
    """ "nej 2025" corrects the year of the day that was given last."""
    year = YEAR.findall(known.text)
    if anchor is None or len(year) != 1 or known.entity("tid") is not None:
        return {}
    before = date.fromisoformat(tracker.get_slot(SLOTS[anchor]))
    return {anchor: before + relativedelta(year=int(year[0]))}


def bare_past_day(entities: tuple[dict[str, Any], ...], *, lengths: bool = True) -> date | None:
    """The one day that a message names, read as past; None when there is none, or more than one.

    Args:
        entities: the message's.
        lengths: whether "to måneder" may be a day (so long ago).
    """
    value = next((e["value"] for e in entities if e["entity"] == "tid"), None)
    days = [t for t in (value or {}).get("past", []) if t["grain"] in ("day", "minute", "hour") and t["start"]]
    days = [t for t in days if len(t["start"]) > 5 and not t["excluded"]]
    days = [t for t in days if lengths or not LENGTH_OF_TIME.search(fold(t.get("text") or ""))]
    return date.fromisoformat(days[0]["start"][:10]) if len(days) == 1 else None


def _is_anchor(name: str) -> bool:
    return name in {a.value for a in Anchor}
