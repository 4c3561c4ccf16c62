"""The opening line and what the assistant can do."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import next_step, plan
from actions.gaps import staff_choice
from actions.known import known_from
from actions.reply import Reply
from actions.talk import outside
from actions.turn import ask_again


class ActionStart(Action):
    """Says that it is a machine, what it can do, what is kept and for how long."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply; a signed-in person by name."""
        known = await known_from(tracker)
        reply = Reply(values=known.values())
        if known.registered and known.registered.name:
            reply.say("utter_start_navn", navn=known.registered.name.split()[0])
            reply.choice("utter_knap_vis_forloeb", "vis_forloeb")
            reply.choice("utter_knap_vis_aftaler", "vis_aftaler")
        else:
            reply.say("utter_start")
            reply.say("utter_start_vejled")
        reply.say("utter_opbevaring")
        reply.choice("utter_knap_hjaelp", "hjaelp")
        reply.send(dispatcher)
        return []


class ActionHjaelp(Action):
    """What the assistant can do, the commonest as buttons; in a task, its question; after the plan, its next thing."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_hjaelp"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply."""
        known = await known_from(tracker)
        if not tracker.get_slot("opgave_aktiv") and (events := await outside(known, tracker, dispatcher)):
            return events
        reply = Reply(values=known.values())
        if tracker.get_slot("opgave_aktiv") and next_step.asks(known.text):
            next_step.in_task(known, tracker, reply)
            reply.send(dispatcher)
            return known.events()
        if tracker.get_slot("opgave_aktiv"):
            reply.say("utter_opgave_hjaelp")
            ask_again(tracker, reply)
            staff_choice(reply)
            reply.send(dispatcher)
            return known.events()
        if next_step.asks(known.text) and "vis_forloeb" in (tracker.get_slot("sidste_emner") or []):
            ahead = Reply(values=known.values())
            if plan.coming(known, ahead):
                ahead.send(dispatcher)
                return known.events()
        reply.say("utter_hjaelp")
        for intent in ("vis_forloeb", "book_samtale", "meld_afbud"):
            reply.choice(f"utter_titel_{intent}", intent)
        staff_choice(reply)
        reply.send(dispatcher)
        return known.events()
