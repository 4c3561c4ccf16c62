"""The opening line, courtesies, and what the assistant can do."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import context_answers, courtesy, next_step, others, tasks
from actions.answers import answer, disagrees, leant, same_again
from actions.aside import FREE
from actions.asking import ask_benefit
from actions.gaps import staff_choice
from actions.gathering import known_from
from actions.known import Known
from actions.reply import Reply
from actions.subject import subject_in
from actions.talk import DONT_KNOW, outside
from actions.turn import STOP, ask_again
from forloeb.danish.words import fold

COURTESY = frozenset({"hilsen", "farvel", "tak"})
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
        if _answers_freely(known, tracker):
            return await tasks.ActionOpgave().run(dispatcher, tracker, domain)
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


class ActionHoeflighed(Action):
    """Answers thanks, a goodbye, a greeting, anger or "who are you"; in a task, says first what is not done yet."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_hoeflighed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply; the task goes on when the person answers."""
        if tracker.get_slot("opgave_aktiv") and STOP.search(fold((tracker.latest_message or {}).get("text") or "")):
            return await tasks.ActionOpgave().run(dispatcher, tracker, domain)
        known = await known_from(tracker)
        if events := leant(known, dispatcher, tracker) or disagrees(known, dispatcher, tracker):
            return events
        reply = Reply(values=known.values())
        intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
        if intent == "bot_identitet":
            await _who_answers(known, tracker, reply)
        elif intent not in COURTESY:
            reply.say(f"utter_{intent}")
            ask_again(tracker, reply)
        elif others.about(known):
            others.refuse(known, reply)
            staff_choice(reply)
        elif tracker.get_slot("opgave_aktiv"):
            courtesy.in_task(tracker, reply, str(intent))
        else:
            reply.say(f"utter_{intent}")
        reply.send(dispatcher)
        return known.events()


async def _who_answers(known: Known, tracker: Tracker, reply: Reply) -> None:
    """What we are, and the open question again; "har de svaret?" asks how what was done stands."""
    if tracker.get_slot("opgave_aktiv") and next_step.asks(known.text):
        next_step.in_task(known, tracker, reply)
    elif not await next_step.told(known, tracker, reply):
        reply.say("utter_bot_identitet")
        ask_again(tracker, reply)


def _answers_freely(known: Known, tracker: Tracker) -> bool:
    """Whether a task's step takes any words, and these say what the meeting is to be about."""
    state = tracker.get_slot("opgave") or {}
    return (state.get("kind"), state.get("step")) in FREE and subject_in(known.text) is not None
