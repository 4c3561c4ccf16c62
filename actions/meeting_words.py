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
from forloeb.danish.words import fold
from forloeb.settings import ZONE

CLOCK = len("HH:MM")
COUNTED = r"nr\.?|nummer|mulighed|valg"
# A choice from a list just shown, in folded text: "den første", "nr. 2", or a message that is nothing but the choice.
NAMES = (
    ("foerste", "forste", "oeverste", "tidligste", "etteren", "1'eren", "1eren"),
    ("anden", "andet", "toeren", "2'eren", "2eren"),
    ("tredje", "treeren", "3'eren", "3eren"),
)
NUMBERS = (("1", "en", "et"), ("2", "to"), ("3", "tre"))
MIDDLE = ("midterste", "mellemste")
LAST = ("sidste", "nederste", "seneste")
FILLERS = frozenset({
    "ja", "jo", "ok", "okay", "tak", "gerne", "saa", "jeg", "tager", "vaelger", "vil", "have", "tage", "vi",
    "siger", "bare", "den", "det", "nr", "nummer", "mulighed", "valg", "tid", "tiden",
})  # fmt: skip
_CHOICE_NOUN = "forslag|mulighed|valg|tid"
_CHOICE = r"(?:den|det|nr\.?|nummer|mulighed)\s+"
# "ikke den første": what is refused is not picked
_REFUSED = re.compile(
    rf"\b(?:ikke|ik|hverken|undtagen|andet end)\s+(?:{_CHOICE})?\w+\b"
    rf"|\b{_CHOICE}\w+\s+(?:{_CHOICE_NOUN})?\s*(?:passer|gaar|dur|duer|kan)(?:\s+\w+){{0,2}}\s+ikke\b"
)
NOT_A_CHOICE = rf"(?!\s*(?:uge|dag|maaned|gang|{'|'.join(danish.MONTHS)})\w*)"


def place_of(known: Known, holder: Holder) -> Any:
    """Who holds, as this installation names and reaches them."""
    here = services.installation()
    person = known.registered
    if holder is Holder.AKASSE:
        return here.akasse(person.a_kasse if person else None)
    return here.jobcenter(person.municipality if person else None)


def described(known: Known, thing: Appointment | Slot, form: Form | None = None) -> dict[str, Any]:
    """Placeholders `tid`, `dag`, `form`, `hvor`, `hvem`, `hvem_kontakt` for a meeting or a slot.

    `hvor` is the place with a comma before it, and empty when one needs not go anywhere.
    """
    chosen = form or (thing.form if isinstance(thing, Appointment) else None)
    where = place_of(known, thing.holder)
    go_there = thing.place and chosen in (None, Form.IN_PERSON)
    start = thing.start.astimezone(ZONE)
    return {
        "tid": danish.moment(start, known.on),
        "dag": known.day(start.date()),
        "form": f"utter_form_{chosen.value}" if chosen else "",
        "hvor": f", {thing.place}" if go_there else "",
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


def matching(known: Known, things: Sequence[Any], direction: str = "future", *, naming: bool = False) -> list[Any]:
    """Those meetings or slots that fit the times and holder that the message names; [] when it names none.

    Args:
        known: the message.
        things: meetings or slots.
        direction: how the times are read.
        naming: the times name a meeting ("jeg kan ikke komme på torsdag"), so a negated one counts, and where none
            fits to the minute, one on the same day does.
    """
    times = [t for t in times_in(known, direction) if naming or not t["excluded"]]
    holder = known.entity("myndighed")
    if not (times or holder):
        return []
    found = [thing for thing in things if not holder or thing.holder.value == holder]
    if not times:
        return found
    exact = [thing for thing in found if any(covers(t, thing.start) for t in times)]
    if exact or not naming:
        return exact
    days = {t["start"][:10] for t in times if t["start"] and len(t["start"]) > CLOCK and t["end"] is None}
    return [thing for thing in found if f"{thing.start.astimezone(ZONE):%Y-%m-%d}" in days]


def covers(time: dict[str, Any], start: datetime) -> bool:
    """Whether a time that was read holds the beginning of a meeting."""
    start, begin, end = start.astimezone(ZONE), time["start"], time["end"]
    if len(begin or "") == CLOCK or len(end or "") == CLOCK:
        clock = f"{start:%H:%M}"
        if begin is None or end is None:
            edge = begin or end
            return bool({"after": clock >= edge, "before": clock < edge}.get(time["kind"], clock == edge))
        return bool(begin <= clock < end)
    first = datetime.fromisoformat(begin) if begin else None
    last = datetime.fromisoformat(end) if end else None
    if time["kind"] == "value" and first and last is None:
        return abs(start - first) < timedelta(minutes=1)
    return (first is None or first <= start) and (last is None or start < last)


def by_ordinal(text: str, things: Sequence[Any]) -> Any | None:
    """The thing that "den første", "nr. 2" or "3" names in a list just shown; None when the text names none."""
    folded = _REFUSED.sub(" ", fold(text))
    words = re.findall(r"[\w']+", folded)
    left = [word for word in words if word not in FILLERS]
    bare = left[0] if len(left) == 1 else ""
    hits = [
        place
        for place, (names, numbers) in enumerate(zip(NAMES, NUMBERS, strict=True))
        if bare in (*names, *numbers)
        or (place != 1 and _named_thing(folded, names))
        or _named(folded, names, "den|det")
        or _named(folded, numbers, COUNTED)
    ]
    if len(things) == len(NAMES) and (bare in MIDDLE or _named(folded, MIDDLE, "den|det")):
        hits.append(1)
    if bare in LAST or _named(folded, LAST, "den|det"):
        hits.append(len(things) - 1)
    return things[hits[0]] if len(set(hits)) == 1 and 0 <= hits[0] < len(things) else None


def _named_thing(folded: str, names: Sequence[str]) -> bool:
    """`første forslag`; "andet forslag" may be any other one."""
    return re.search(rf"\b(?:{'|'.join(names)}) (?:{_CHOICE_NOUN})\b", folded) is not None


def _named(folded: str, names: Sequence[str], before: str) -> bool:
    return re.search(rf"\b(?:{before})\s*(?:{'|'.join(names)})\b{NOT_A_CHOICE}", folded) is not None
