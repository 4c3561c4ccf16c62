"""News that the system has for a person: reminders, acknowledgements, what a holder or staff decided."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services, unanswered
from actions.gathering import known_from
from actions.known import Known
from actions.meeting_words import described, kind_title, place_of
from actions.reply import Reply
from actions.turn import ask_again
from forloeb.booking.model import CaseKind, Holder, NoticeKind
from forloeb.booking.notices import Notice
from forloeb.danish import format as danish
from forloeb.settings import ZONE


class ActionBesked(Action):
    """Renders one notice for the claimant whose conversation this is."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_besked"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply; another claimant's notice is never told, and news overtaken since says so."""
        known = await known_from(tracker)
        identifier = known.entity("notice") or ""
        notice = await asyncio.to_thread(services.bookings().notice, identifier, services.now())
        reply = Reply(values=known.values())
        mine = notice is not None and known.registered is not None and notice.claimant_id == known.registered.id
        if notice is None or not mine or notice.stale:
            reply.say("utter_besked_overhalet")
        elif notice.kind is NoticeKind.AFBUD_UNANSWERED:
            receipt = await _afbud_case(notice)
            tell(replace(notice, values={**notice.values, "receipt": receipt}), known, reply)
            _ask_afbud_again(known, tracker, reply)
        else:
            tell(notice, known, reply)
        reply.send(dispatcher)
        return []


async def _afbud_case(notice: Notice) -> str:
    """A case for whoever may have wanted to cancel: committed before the person is told; its number."""
    facts = {"appointment": notice.values.get("appointment"), "wants": "afbud", "words": notice.values.get("words")}
    key, service = f"{notice.id}:afbud", services.bookings()
    case = await asyncio.to_thread(
        service.open_case, notice.claimant_id, CaseKind.OTHER.value, facts, key, services.now()
    )
    return case.receipt or case.id


def _ask_afbud_again(known: Known, tracker: Tracker, reply: Reply) -> None:
    """The question that was left, where it still stands; else the way to it. An SMS has no room for it."""
    if known.channel == "sms":
        return
    if unanswered.meetings(tracker.get_slot("opgave") or {}):
        ask_again(tracker, reply)
    else:
        reply.choice("utter_titel_meld_afbud", "meld_afbud")


def tell(notice: Notice, known: Known, reply: Reply) -> None:
    """The sentence for each kind of news: `utter_besked_<kind>`."""
    values = dict(_values(notice, known))
    if notice.kind is NoticeKind.AFBUD_JUDGED:
        reply.say(f"utter_besked_afbud_vurderet_{notice.values.get('verdict')}", **values)
        return
    reply.say(f"utter_besked_{notice.kind.value}", **values)
    if notice.kind in (NoticeKind.CANCELLED, NoticeKind.SLOT_GONE):
        reply.choice("utter_titel_book_samtale", "book_samtale")
    if notice.kind in (NoticeKind.DAY_BEFORE, NoticeKind.NEW_APPOINTMENT, NoticeKind.MOVED, NoticeKind.SUMMONED):
        reply.choice("utter_titel_meld_afbud", "meld_afbud")
    if notice.kind is NoticeKind.DAY_BEFORE:
        reply.choice("utter_titel_forbered_samtale", "forbered_samtale")
    if notice.kind is NoticeKind.MISSED:
        reply.choice("utter_titel_misset_samtale", "misset_samtale")


def _values(notice: Notice, known: Known) -> dict[str, Any]:
    told = notice.values
    found: dict[str, Any] = {
        "navn": told.get("by"),
        "kvittering": told.get("receipt") or "",
        "om": told.get("about") or "",
    }
    if notice.appointment:
        found.update(described(known, notice.appointment))
        found["slags"] = kind_title(notice.appointment)
    elif told.get("holder"):
        where = place_of(known, Holder(told["holder"]))
        found.update({"hvem": where.name, "hvem_kontakt": where.contact()})
    else:
        found.update({"hvem": known.values()["myndighed"], "hvem_kontakt": known.values()["myndighed"]})
    found["navn"] = found["navn"] or found["hvem"]
    if told.get("start"):
        found["tid"] = danish.moment(datetime.fromisoformat(told["start"]).astimezone(ZONE), known.on)
    before = told.get("replaced") or {}
    found["foer"] = (
        danish.moment(datetime.fromisoformat(before["start"]).astimezone(ZONE), known.on) if before.get("start") else ""
    )
    if told.get("book_by"):
        found["frist"] = known.day(datetime.fromisoformat(told["book_by"]).date())
    return found
