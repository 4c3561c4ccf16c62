"""Which of the three days a message states, corrects or answers with."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from rasa_sdk import Tracker

from actions.known import AGAIN, SLOTS, Known
from forloeb.danish.words import fold
from forloeb.obligations import Anchor

# "i to måneder" is how long a job lasted, no day
LENGTH_OF_TIME = re.compile(r"\b(?:uge|maaned|mdr|aar|dage)", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# "nej, det var den 15. september" corrects the day that was given last
CORRECTS = re.compile(
    r"\s*(?:nej|hov|ups|undskyld|vent|jeg mente|jeg mener|det var|altså|(?:og |men )?hvis det (?:nu )?var)\b",
    re.IGNORECASE,
)


def with_days(known: Known, message: dict[str, Any], tracker: Tracker) -> Known:
    """With the days that this message states, and notes where they pull apart with what was known."""
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
