"""The opening line and what the assistant can do."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import context_answers, next_step
from actions.answers import answer, leant, same_again
from actions.asking import ask_benefit
from actions.gaps import staff_choice
from actions.known import known_from
from actions.reply import Reply
from actions.talk import DONT_KNOW, outside
from actions.turn import ask_again
from forloeb.danish.words import fold

UNSURE = 0.6
WHAT_TO_DO = re.compile(r"\W*(?:(?:og|men|hej|ok|saa) )*hvad? (?:skal|boer|mangler) jeg\b")


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
        if events := leant(known, dispatcher, tracker):
            return events
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
        if (next_step.asks(known.text) or WHAT_TO_DO.match(fold(known.text))) and context_answers.has_plan(known):
            return answer(["naeste"], known, dispatcher, tracker)
        waiting = tracker.get_slot("venter_paa") or {}
        if (
            waiting.get("fact") == "ydelse"
            and DONT_KNOW.search(fold(known.text))
            and not (tracker.latest_message or {}).get("command")
        ):
            reply.say("utter_ydelse_ved_ikke")
            ask_benefit(known, reply, next(iter(waiting["intents"]), "vis_forloeb"))
            staff_choice(reply)
            reply.send(dispatcher)
            return known.events()
        sure = float(((tracker.latest_message or {}).get("intent") or {}).get("confidence") or 0.0)
        if sure < UNSURE and (events := same_again(known, dispatcher, tracker)):
            return events
        reply.say("utter_hjaelp")
        for intent in ("vis_forloeb", "book_samtale", "meld_afbud"):
            reply.choice(f"utter_titel_{intent}", intent)
        staff_choice(reply)
        reply.send(dispatcher)
        return known.events()
