"""Where an answer stands: title, section, our paraphrase and when it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import gaps, leaning, next_step, practical
from actions.answers import disagrees, leant
from actions.gathering import known_from
from actions.reply import Reply
from actions.turn import ask_again
from forloeb.danish import format as danish
from forloeb.danish.words import fold
from forloeb.law import documents, law

# "hvad er dit grundlag?", with nothing answered before
BASIS = re.compile(r"\bgrundlag\w*|\bregler\w*|\bkilder?\w*|\bbygger\b|\bopdater\w*|\blov\w*")


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
        if not named and not tracker.get_slot("opgave_aktiv") and leaning.kind_of(known.text) is leaning.Kind.SURE:
            _how_sure(tracker, beside)
            beside.send(dispatcher)
            return known.events()
        if not named and (events := disagrees(known, dispatcher, tracker)):
            return events
        if not named and (events := leant(known, dispatcher, tracker)):
            return events
        facts = named.split(",") if named else last_facts(tracker)
        reply = Reply(values=known.values())
        for fact_id in facts:
            if fact_id in law().facts:
                _tell(fact_id, reply)
        if BASIS.search(fold(known.text)) and not named and not last_facts(tracker):
            reply.say("utter_mit_grundlag")
            _documents(reply, documents())
        elif reply.empty():
            reply.say("utter_ingen_kilde")
        else:
            named_facts = [f for f in facts if f in law().facts]
            _documents(reply, dict.fromkeys(c.document for f in named_facts for c in law().fact(f).citations))
            reply.extra["facts"] = named_facts
        ask_again(tracker, reply)
        reply.send(dispatcher, sources_button=False)
        return known.events()


def _how_sure(tracker: Tracker, reply: Reply) -> None:
    """ "Er du sikker?": as sure as the two pages are, which a button shows; a gap is one all the same."""
    facts, last = last_facts(tracker), leaning.last_subjects(tracker)
    if not facts or (last and set(last) <= set(gaps.GAPS)):
        reply.say("utter_sikker_hul")
        gaps.staff_choice(reply)
        return
    reply.say("utter_sikker")
    reply.choice("utter_knap_hvor_staar_det", "hvor_staar_det", {"fakta": ",".join(facts)})
    gaps.staff_choice(reply)


def last_facts(tracker: Tracker) -> list[str]:
    """The facts behind the latest answer that had any."""
    for event in reversed(tracker.events):
        if event.get("event") == "bot":
            facts = ((event.get("data") or {}).get("custom") or {}).get("facts")
            if facts:
                return list(facts)
    return []


def _documents(reply: Reply, identifiers: Iterable[str]) -> None:
    for identifier in identifiers:
        document = documents()[identifier]
        read = danish.day(document.read_on, document.read_on.replace(year=1))
        udgiver = document.publisher[0].upper() + document.publisher[1:]
        reply.note("utter_kilde_dokument", udgiver=udgiver, titel=document.title, laest=read)


def _tell(fact_id: str, reply: Reply) -> None:
    fact = law().fact(fact_id)
    where = danish.listed([f'{documents()[c.document].publisher}, "{c.section}"' for c in fact.citations])
    if fact.interpretation:
        reply.say("utter_kilde_med_tolkning", siger=fact.says, kilde=where, tolkning=fact.interpretation)
    else:
        reply.say("utter_kilde", siger=fact.says, kilde=where)
