"""What is not a question about the course: unsure, outside, other languages, bare facts, danger."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import (
    again,
    appointments,
    context_answers,
    courtesy,
    in_context,
    next_step,
    no_case,
    others,
    rebook,
    regret,
    tasks,
    yes_no,
)
from actions.afbud_words import SAYS_SO
from actions.answers import ANSWERS, CLASHES, answer, asked, asks_for_other_benefit, disagrees, leant, same_again
from actions.asking import ask_impossible
from actions.cases import open_case
from actions.gaps import DANISH, gap_of, language_is_hard, language_key, staff_choice
from actions.gathering import known_from
from actions.known import AGAIN, Known
from actions.meeting_words import matching
from actions.reply import Reply
from actions.said_days import CORRECTS
from forloeb.booking.model import CaseKind
from forloeb.danish.words import fold

NAMED = {*ANSWERS, "book_samtale", "flyt_samtale", "vis_aftaler", "skift_moedeform", "meld_afbud", "misset_samtale",
         "forbered_samtale", "slet_data"}  # fmt: skip
MIN_SIDE = re.compile(r"\bmin side\b")
# "ved det ikke", when we asked what they get
DONT_KNOW = re.compile(
    r"\bved (?:jeg )?(?:det )?(?:ikke|ik)\b|\baner (?:det )?(?:ikke|ik)\b|\bhusker (?:det )?ikke\b|\bikke sikker\b"
)
YES_OR_NO = ("bekraeft", "afkraeft")
# "er der mere?" asks for the rest of an answer; "jeg kan ikke mere" is another matter
JUST_MORE = re.compile(
    r"\W*(?:(?:er|har|vis|se|giv|der|du|i|mig|og|noget|lidt|hvad|endnu|kan jeg faa) )*mere(?: tak)?\W*$"
)
MEETING = re.compile(r"\b(?:moede|samtale|aftale|indkald)\w*")


class ActionOplys(Action):
    """A bare fact ("kontanthjælp", "nej, 1. september"): goes on with what it was asked for, or the last subject."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_oplys"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Answer again with the new fact; without one, say what is missing."""
        known = await known_from(tracker)
        if events := await again.told(known, tracker, dispatcher):
            return events
        if events := leant(known, dispatcher, tracker):
            return events
        if events := continued(known, tracker, dispatcher):
            return events
        intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
        if intent == "oplys" and yes_no.asks(known.text) and MEETING.search(fold(known.text)):
            return await appointments.ActionVisAftaler().run(dispatcher, tracker, domain)
        if intent == "oplys" and (events := impossible_day(known, tracker, dispatcher)):
            return events
        if (tracker.get_slot("venter_paa") or {}).get("fact") == "ydelse" and DONT_KNOW.search(fold(known.text)):
            return unsure(known, tracker, dispatcher)
        if intent == "oplys" and (events := await cannot_come(known, tracker, dispatcher)):
            return events
        one = known.entity("myndighed") or len(known.ahead) == 1
        if intent == "oplys" and known.ahead and known.entity("moedeform") and one:
            return await tasks.begin_beside("skift_moedeform", dispatcher, tracker)
        if intent in YES_OR_NO:
            if disagreed := disagrees(known, dispatcher, tracker):
                return disagreed
            if regret.meant(known):
                return await rebook.outside_a_task(dispatcher, tracker)
            if events := await cannot_come(known, tracker, dispatcher):
                return events
            if known.ahead and SAYS_SO.search(fold(known.text)):
                return await tasks.begin_beside("meld_afbud", dispatcher, tracker)
            reply = Reply(values=known.values())
            if no_case.answered(known, reply):
                staff_choice(reply)
            elif courtesy.only_thanks(known.text):
                reply.say("utter_tak")
            elif intent == "bekraeft" or not regret.nothing_changed(known, reply):
                reply.say(f"utter_{intent}")
            reply.send(dispatcher)
            return known.events()
        return unsure(known, tracker, dispatcher)


class ActionDefaultFallback(Action):
    """Unsure what was meant (nlu_fallback), or no rule fits."""

    def name(self) -> str:
        """Rasa's own name for it."""
        return "action_default_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """The two nearest subjects and a human; the second time in a row a human first."""
        known = await known_from(tracker)
        if events := await again.told(known, tracker, dispatcher):
            return events
        if events := leant(known, dispatcher, tracker):
            return events
        if clear := asked(tracker):  # the whole is unsure, and some of its clauses are not
            return answer(clear, known, dispatcher, tracker)
        if in_context.how_long(known.text, tracker.get_slot("sidste_emner") or []):
            return answer(["cv_frist"], known, dispatcher, tracker)
        if leans(known, tracker) and (events := continued(known, tracker, dispatcher)):
            return events
        if events := await outside(known, tracker, dispatcher) or disagrees(known, dispatcher, tracker):
            return events
        if MIN_SIDE.search(fold(known.text)):
            return answer(["min_side"], known, dispatcher, tracker)
        return same_again(known, dispatcher, tracker) or unsure(known, tracker, dispatcher)


class ActionUdenfor(Action):
    """Outside the subject (out_of_scope)."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_udenfor"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """A known gap, another language, or an honest "that I cannot"."""
        known = await known_from(tracker)
        if events := await again.told(known, tracker, dispatcher):
            return events
        if events := leant(known, dispatcher, tracker):
            return events
        if leans(known, tracker) and (events := continued(known, tracker, dispatcher)):
            return events
        if events := await outside(known, tracker, dispatcher) or disagrees(known, dispatcher, tracker):
            return events
        if (tracker.get_slot("venter_paa") or {}).get("fact") == "ydelse":
            return unsure(known, tracker, dispatcher)
        reply = Reply(values=known.values())
        reply.say("utter_udenfor")
        reply.choice("utter_knap_hjaelp", "hjaelp")
        staff_choice(reply)
        reply.send(dispatcher)
        return known.events()


class ActionKrise(Action):
    """Despair, violence or acute illness: the fixed path (design, section 1, point 10)."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_krise"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """A case for a human is committed first; then warmth, the numbers and what happens now."""
        known = await known_from(tracker)
        if JUST_MORE.match(fold(known.text)):
            if tracker.get_slot("opgave_aktiv"):
                return await tasks.ActionOpgave().run(dispatcher, tracker, domain)
            return unsure(known, tracker, dispatcher)
        await open_case(tracker, known, CaseKind.CRISIS)
        reply = Reply(values=known.values())
        reply.say("utter_krise")
        reply.say("utter_krise_numre")
        reply.say("utter_krise_medarbejder")
        reply.send(dispatcher)
        return []


def asked_for(tracker: Tracker) -> bool:
    """Whether we asked for a fact and wait for it."""
    return bool(tracker.get_slot("venter_paa"))


def leans(known: Known, tracker: Tracker) -> bool:
    """Whether a message that was not understood by itself is about the last answer."""
    corrected = bool(known.slots) and CORRECTS.match(known.text) is not None
    return asked_for(tracker) or asks_for_other_benefit(known) or corrected or known.anothers


def continued(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any] | None:
    """Answer what was waiting for a fact, or the last subject again; None when the message brought no fact."""
    waiting = tracker.get_slot("venter_paa") or {}
    clashes = any(key in CLASHES for key, _ in known.notes)
    learnt = bool(known.slots) or clashes or known.anothers or known.entity("ydelse") is not None
    if not learnt:
        return None
    intents = waiting.get("intents") or tracker.get_slot("sidste_emner") or ["vis_forloeb"]
    return answer(
        [i for i in intents if i in ANSWERS or i in context_answers.ANSWERS] or ["vis_forloeb"],
        known,
        dispatcher,
        tracker,
    )


def impossible_day(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any] | None:
    """A day that cannot be ("den 31. september") is asked about in its own words; None when there is none."""
    reply = Reply(values=known.values())
    waiting = tracker.get_slot("venter_paa") or {}
    intent = next(iter(waiting.get("intents") or []), "vis_forloeb")
    if not ask_impossible(known, reply, str(waiting.get("fact") or "ledig_fra"), intent):
        return None
    reply.send(dispatcher)
    return [*known.events(), SlotSet("usikker", 0)]


async def cannot_come(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any] | None:
    """An afbud that is understood by its parts alone: a ground and the meeting, or the meeting after the ground.

    Only begun: nothing is recorded without a yes.
    """
    fits = matching(known, known.ahead, naming=True)
    if len(fits) != 1 or others.about(known):
        return None
    waiting = tracker.get_slot("sidste_sag") or {}
    if waiting.get("what") == "sent" and waiting.get("wants") == "afbud":
        state = {"appointment": fits[0].id, "ground": waiting.get("ground"), "words": waiting.get("words")}
        return await tasks.begin_beside("meld_afbud", dispatcher, tracker, state)
    if known.entity("afbudsgrund") and MEETING.search(fold(known.text)):
        return await tasks.begin_beside("meld_afbud", dispatcher, tracker)
    return None


async def outside(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any] | None:
    """The next step, an afbud regretted, a gap that the sources leave, or another language; None when it is none."""
    if regret.meant(known):
        return await rebook.outside_a_task(dispatcher, tracker)
    if events := await cannot_come(known, tracker, dispatcher):
        return events
    reply = Reply(values=known.values())
    if no_case.answered(known, reply):
        staff_choice(reply)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", 0)]
    if await next_step.told(known, tracker, reply, unknown=True):
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", 0)]
    language = (tracker.latest_message or {}).get("sprog")
    remembered = []
    if subject := gap_of(known):
        remembered = [SlotSet("sidste_emner", [subject])]
        context_answers.ANSWERS[subject](known, reply)
        if subject == AGAIN:
            again.asks_day(known, reply)
        if subject == "sorg":
            for intent in ("flyt_samtale", "meld_afbud"):
                reply.choice(f"utter_titel_{intent}", intent)
    elif others.oneself(known):
        await appointments.show_own(known, reply)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", 0)]
    elif others.about(known):
        others.refuse(known, reply)
    elif language_is_hard(known.text):
        reply.say("utter_dansk_er_svaert")
        if known.benefit is not None and known.slots:
            context_answers.naeste(known, reply)
    elif language not in (None, DANISH):
        reply.say(language_key(language))
    else:
        return None
    staff_choice(reply)
    reply.send(dispatcher)
    return [*known.events(), *remembered, SlotSet("usikker", 0)]


def unsure(known: Known, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[Any]:
    """Offer the two nearest subjects and a human; after two misses in a row lead with the human."""
    times = int(tracker.get_slot("usikker") or 0) + 1
    ranking = (tracker.latest_message or {}).get("intent_ranking") or []
    near = [r["name"] for r in ranking if r["name"] in NAMED][:2]
    reply = Reply(values=known.values())
    waiting = known.slots.get("venter_paa") or tracker.get_slot("venter_paa") or {}
    if times == 1 and waiting.get("fact") == "ydelse":
        unknown = DONT_KNOW.search(fold(known.text)) or known.entity("myndighed")
        reply.say("utter_ydelse_ved_ikke" if unknown else "utter_ydelse_ikke_forstaaet")
        reply.ask("utter_spoerg_ydelse")
        staff_choice(reply)
        reply.send(dispatcher)
        return [*known.events(), SlotSet("usikker", times)]
    if times > 1:
        reply.say("utter_usikker_igen")
        staff_choice(reply)
    else:
        reply.say("utter_usikker")
    for intent in near:
        reply.choice(f"utter_titel_{intent}", intent)
    if times == 1:
        staff_choice(reply)
    reply.send(dispatcher)
    return [*known.events(), SlotSet("usikker", times)]
