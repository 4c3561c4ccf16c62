"""The person's own meetings: shown, and told of after an act."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.meeting_words import described, kind_title
from actions.turn import Turn, ask_again, turn_from
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
        turn = await turn_from(tracker)
        if turn.known.registered is None:
            turn.reply.say("utter_log_ind_aftaler")
        else:
            ahead = await turn.call(turn.service.appointments, turn.claimant_id, turn.now, booked_only=True)
            show(turn, ahead)
        ask_again(tracker, turn.reply)
        turn.reply.send(dispatcher)
        return turn.known.events()


def show(turn: Turn, ahead: tuple[Appointment, ...]) -> None:
    """A line for each meeting, with buttons for what can be done."""
    if not ahead:
        turn.reply.say("utter_ingen_aftaler")
        turn.reply.choice("utter_titel_book_samtale", "book_samtale")
        return
    turn.reply.say("utter_aftaler_overskrift")
    for appointment in ahead:
        values = described(turn.known, appointment)
        turn.reply.say(
            "utter_aftaler_linje", **values, slags=kind_title(appointment), tilstand=delivery_key(appointment)
        )
    turn.reply.choice("utter_titel_flyt_samtale", "flyt_samtale")
    turn.reply.choice("utter_titel_meld_afbud", "meld_afbud")
    turn.reply.choice("utter_titel_forbered_samtale", "forbered_samtale")


def delivery_key(appointment: Appointment) -> str:
    """How sure we are that the holder knows: confirmed only when acknowledged."""
    confirmed = appointment.delivery is DeliveryState.ACKNOWLEDGED
    return "utter_tilstand_bekraeftet" if confirmed else "utter_tilstand_ikke_bekraeftet"


def committed(turn: Turn, act: Act, key: str) -> None:
    """After the commit: what now stands, the receipt, how sure it is, the calendar file."""
    stands = act.appointment
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
