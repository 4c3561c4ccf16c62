"""A meeting or a free time as placeholders, and finding the one that the person means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from actions import services
from actions.known import Known
from forloeb.booking.model import Appointment, Form, Holder, Slot
from forloeb.danish import format as danish
from forloeb.settings import ZONE

ORDINALS = (
    re.compile(r"\b(1|en|et|foerste|første|forste|1\.|nr\.? ?1|nummer (1|et|en))\b", re.IGNORECASE),
    re.compile(r"\b(2|to|anden|andet|2\.|nr\.? ?2|nummer (2|to))\b", re.IGNORECASE),
    re.compile(r"\b(3|tre|tredje|3\.|nr\.? ?3|nummer (3|tre))\b", re.IGNORECASE),
)
LAST = re.compile(r"\b(sidste|nederste|seneste)\b", re.IGNORECASE)


def place_of(known: Known, holder: Holder) -> Any:
    """Who holds, as this installation names and reaches them."""
    here = services.installation()
    person = known.registered
    if holder is Holder.AKASSE:
        return here.akasse(person.a_kasse if person else None)
    return here.jobcenter(person.municipality if person else None)


def described(known: Known, thing: Appointment | Slot, form: Form | None = None) -> dict[str, Any]:
    """Placeholders `tid`, `form`, `sted`, `hvem`, `hvem_kontakt` for a meeting or a slot."""
    chosen = form or (thing.form if isinstance(thing, Appointment) else None)
    where = place_of(known, thing.holder)
    there = thing.place if thing.place and (chosen in (None, Form.IN_PERSON)) else where.name
    return {
        "tid": danish.moment(thing.start.astimezone(ZONE), known.on),
        "form": f"utter_form_{chosen.value}" if chosen else "",
        "sted": there,
        "hvem": where.name,
        "hvem_kontakt": where.contact(),
    }


def kind_title(appointment: Appointment) -> str:
    """The response key that names the kind of meeting."""
    return f"utter_moede_{appointment.kind.value}"


def times_in(known: Known, direction: str = "future") -> list[dict[str, Any]]:
    """The times that the message names, read towards the future or the past; [] when none."""
    value = known.entity("tid")
    return list(value.get(direction, [])) if isinstance(value, dict) else []


def matching(known: Known, things: Sequence[Any], direction: str = "future") -> list[Any]:
    """Those meetings or slots that fit every time and holder that the message names; [] when it names none."""
    times = [t for t in times_in(known, direction) if not t["excluded"]]
    holder = known.entity("myndighed")
    found = list(things)
    if holder:
        found = [thing for thing in found if thing.holder.value == holder]
    if times:
        found = [thing for thing in found if any(_covers(t, thing.start.astimezone(ZONE)) for t in times)]
    return found if times or holder else []


def _covers(time: dict[str, Any], start: datetime) -> bool:
    begin, end = time["start"], time["end"]
    if begin and len(begin) == 5:
        clock = f"{start:%H:%M}"
        if end is None:
            return {"after": clock >= begin, "before": clock < begin}.get(time["kind"], clock == begin)
        return bool(begin <= clock < end)
    first = datetime.fromisoformat(begin) if begin else None
    last = datetime.fromisoformat(end) if end and len(end) > 5 else None
    if time["kind"] == "value" and first and last is None:
        return abs(start - first) < timedelta(minutes=1)
    return (first is None or first <= start) and (last is None or start < last)


def by_ordinal(text: str, things: Sequence[Any]) -> Any | None:
    """The thing that "den første", "nr. 2" or "3" names in a list just shown; None when the text names none."""
    if LAST.search(text) and things:
        return things[-1]
    hits = [i for i, pattern in enumerate(ORDINALS) if pattern.search(text)]
    return things[hits[0]] if len(hits) == 1 and hits[0] < len(things) else None
