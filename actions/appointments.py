"""The person's own meetings: shown, and told of after an act."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import matter, others, practical, regret, services
from actions.answers import answer, answer_into, asked, leant
from actions.gaps import gap_of
from actions.gathering import known_from
from actions.known import Known
from actions.meeting_words import described, kind_title
from actions.reply import Reply
from actions.standing import done_yet, open_question, standing
from actions.turn import Turn, ask_again
from forloeb.booking.ics import calendar_link
from forloeb.booking.model import Act, Appointment, DeliveryState, Status

FILE_NAME = "aftale.ics"


class ActionVisAftaler(Action):
    """Shows the meetings that lie ahead, and how sure we are of each."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_vis_aftaler"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Their own only; a visitor is told how to sign in."""
        known = await known_from(tracker)
        reply = Reply(values=known.values())
        if tracker.get_slot("opgave_aktiv") and done_yet(known.text):
            state = tracker.get_slot("opgave") or {}
            own = next((a for a in known.ahead if a.id == state.get("appointment")), None)
            if own is not None and state.get("moving"):
                reply.say("utter_flyt_staar", **described(known, own))
            else:
                standing(state, reply)
            open_question(state, reply)
            reply.send(dispatcher)
            return known.events()
        if practical.asks(known.text) and await practical.told(known, tracker, reply):
            reply.send(dispatcher)
            return known.events()
        if events := leant(known, dispatcher, tracker):
            return events
        if gap_of(known) == "varighed":
            return answer(["varighed"], known, dispatcher, tracker)
        answer_into(reply, known, [i for i in asked(tracker) if i != "vis_forloeb"])
        await show_own(known, reply)
        ask_again(tracker, reply)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("sidste_emner", ["vis_aftaler"])]


async def show_own(known: Known, reply: Reply) -> None:
    """The person's meetings that lie ahead; a visitor is told how to sign in."""
    if known.registered is None:
        reply.say("utter_log_ind_aftaler")
        return
    find = services.bookings().appointments
    if others.named(known):
        others.refuse(known, reply)
        return
    if others.meant(known, "vis_aftaler"):
        reply.say("utter_kun_dine_egne")
    ahead = await asyncio.to_thread(find, known.registered.id, services.now(), booked_only=True)
    show(known, reply, ahead)
    regret.shown(known, reply)


def show(known: Known, reply: Reply, ahead: tuple[Appointment, ...]) -> None:
    """A line for each meeting, with buttons for what can be done."""
    if not ahead:
        reply.say("utter_ingen_aftaler")
        reply.choice("utter_titel_book_samtale", "book_samtale")
        return
    reply.say("utter_aftaler_overskrift")
    for appointment in ahead:
        values = described(known, appointment)
        reply.say("utter_aftaler_linje", **values, slags=kind_title(appointment), tilstand=delivery_key(appointment))
    reply.choice("utter_titel_flyt_samtale", "flyt_samtale")
    reply.choice("utter_titel_meld_afbud", "meld_afbud")
    reply.choice("utter_titel_forbered_samtale", "forbered_samtale")


def delivery_key(appointment: Appointment) -> str:
    """How sure we are that the holder knows: confirmed only when acknowledged."""
    confirmed = appointment.delivery is DeliveryState.ACKNOWLEDGED
    return "utter_tilstand_bekraeftet" if confirmed else "utter_tilstand_ikke_bekraeftet"


def committed(turn: Turn, act: Act, key: str) -> None:
    """After the commit: what now stands, the receipt, how sure it is, the calendar file."""
    stands = act.appointment
    turn.slots["sidste_sag"] = matter.of("booked", turn.now, stands)
    values = described(turn.known, stands)
    turn.reply.say(key, **values, kvittering=act.receipt)
    if stands.delivery is DeliveryState.ACKNOWLEDGED:
        turn.reply.say("utter_modtaget_af", navn=stands.acknowledged_by or values["hvem"])
    else:
        turn.reply.say("utter_registreret_ikke_bekraeftet", hvem=values["hvem"])
    if act.call_now:
        turn.reply.say("utter_ring_ogsaa", hvem_kontakt=values["hvem_kontakt"])
    if stands.status is Status.BOOKED:
        link = calendar_link(stands, services.settings())
        if turn.known.channel == "web":
            turn.reply.extra["download"] = {"title": FILE_NAME, "url": link}
        else:
            turn.reply.say("utter_kalender", link=link)
