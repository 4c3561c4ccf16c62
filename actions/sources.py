"""Where an answer stands: title, section, our paraphrase and when it was read."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import next_step, practical
from actions.known import known_from
from actions.reply import Reply
from actions.turn import ask_again
from forloeb.danish import format as danish
from forloeb.law import documents, law


class ActionHvorStaarDet(Action):
    """Shows the sources of the last answer, or of the facts that a button names."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_hvor_staar_det"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One paragraph a fact; an honest word when the last answer had no source."""
        known = await known_from(tracker)
        named = known.entity("fakta")
        beside = Reply(values=known.values())
        if not named and tracker.get_slot("opgave_aktiv") and next_step.asks(known.text):
            next_step.in_task(known, tracker, beside)
            beside.send(dispatcher)
            return known.events()
        if not named and await next_step.told(known, tracker, beside):
            beside.send(dispatcher)
            return known.events()
        if not named and practical.asks(known.text) and await practical.told(known, tracker, beside):
            beside.send(dispatcher)
            return known.events()
        facts = named.split(",") if named else last_facts(tracker)
        reply = Reply(values=known.values())
        for fact_id in facts:
            if fact_id in law().facts:
                _tell(fact_id, reply)
        if reply.empty():
            reply.say("utter_ingen_kilde")
        else:
            named_facts = [f for f in facts if f in law().facts]
            for identifier in dict.fromkeys(c.document for f in named_facts for c in law().fact(f).citations):
                document = documents()[identifier]
                read = danish.day(document.read_on, document.read_on.replace(year=1))
                udgiver = document.publisher[0].upper() + document.publisher[1:]
                reply.note("utter_kilde_dokument", udgiver=udgiver, titel=document.title, laest=read)
            reply.extra["facts"] = named_facts
        ask_again(tracker, reply)
        reply.send(dispatcher, sources_button=False)
        return known.events()


def last_facts(tracker: Tracker) -> list[str]:
    """The facts behind the latest answer that had any."""
    for event in reversed(tracker.events):
        if event.get("event") == "bot":
            facts = ((event.get("data") or {}).get("custom") or {}).get("facts")
            if facts:
                return list(facts)
    return []


def _tell(fact_id: str, reply: Reply) -> None:
    fact = law().fact(fact_id)
    where = danish.listed([f'{documents()[c.document].publisher}, "{c.section}"' for c in fact.citations])
    if fact.interpretation:
        reply.say("utter_kilde_med_tolkning", siger=fact.says, kilde=where, tolkning=fact.interpretation)
    else:
        reply.say("utter_kilde", siger=fact.says, kilde=where)
