"""Every question intent has one function here; a message with two questions gets both answered in one reply."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import (
    again,
    availability,
    booking_questions,
    cancellation,
    context_answers,
    cv,
    form,
    gaps,
    in_context,
    jobsearch,
    leaning,
    meetings,
    offers,
    others,
    plan,
    preparation,
    purpose,
    worry,
    yes_no,
)
from actions.known import AGAIN, SLOTS, Known
from actions.reply import Reply
from actions.said_benefit import THOUGHT
from actions.turn import ask_again
from forloeb.danish.words import fold

# What the person says is not what is registered: a human settles it.
CLASHES = ("utter_ydelse_anderledes", "utter_dag_anderledes")

NOT_ASKED = re.compile(r"\bikke (?:det|hvad|lige det) jeg (?:spurgte|mente|bad|taenkte)\b|\bsvarer? (?:ikke|ik) paa\b")
OTHERWISE = re.compile(
    r"\b(?:siger|sagde|sagt|hoert|laest|skriver|skrev|fortalt) (?:\w+ ){0,3}(?:noget andet|anderledes|det modsatte)"
    r"|\bdet (?:passer|stemmer) (?:altsaa |jo |sgu |da )?(?:ikke|ik)\b(?! (?:mig|med min))"
    r"|\bdu tager fejl\b|\bhvem har (?:saa )?ret\b"
)
MEETINGS_TOO = re.compile(
    r"(?:(?:og|men|hvad med|hva med|gaelder det|gaelder det ogsaa|ogsaa|for|saa) )*(?:moede\w*|samtale\w*)[ ?!.]*"
)
AND_THERE = re.compile(r"\W*(?:(?:og|men|hvad med) )+(?:i|hos|paa|for|ovre|ved)?\b")
# "er sygt barn det?", "og hvis bilen ikke kan starte": whether that is a ground too, and no afbud
GROUND_ASKED = re.compile(
    r"\W*(?:(?:og|men|saa|ok) )*(?:er|taeller|gaelder|hvad med|hva med|hvad hvis|hva hvis|hvad nu hvis|hvis)\b"
)

Answer = Callable[[Known, Reply], None]

ANSWERS: dict[str, Answer] = {
    function.__name__: function
    for function in (
        purpose.formaal,
        meetings.antal_samtaler,
        meetings.foerste_samtale,
        meetings.hvem_holder,
        meetings.akasse_deltager,
        meetings.efter_seks_maaneder,
        meetings.moedepligt,
        form.moedeform,
        cv.cv_frist,
        cv.cv_godkendelse,
        cv.cv_samtale,
        cv.min_plan,
        jobsearch.joblog,
        jobsearch.jobsoegning_antal,
        jobsearch.seks_ugers_undtagelse,
        offers.aktive_tilbud,
        offers.tilbud_indstilling,
        availability.raadighedssamtale,
        availability.raadighed_tvivl,
        cancellation.lovlig_grund,
        cancellation.udeblivelse,
        cancellation.ulovligt_afbud,
        booking_questions.hvor_booker_jeg,
        booking_questions.booking_frist,
        booking_questions.ingen_ledig_tid,
        booking_questions.indkaldelse,
        preparation.forberedelse,
        preparation.faciliteter,
        plan.vis_forloeb,
    )
}


def asked(tracker: Tracker) -> list[str]:
    """The question intents of this message, in the order of its text."""
    message = tracker.latest_message or {}
    main = (message.get("intent") or {}).get("name")
    several = [q["intent"] for q in message.get("questions") or []]
    found = several if main in several else [main, *several]
    known = [intent for intent in dict.fromkeys(found) if intent in ANSWERS]
    return in_context.redirected(known, message.get("text") or "", tracker.get_slot("sidste_emner") or [])


def answer(
    intents: list[str],
    known: Known,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    also: Callable[[Reply], None] | None = None,
) -> list[Any]:
    """Answer `intents` in one reply, ask a task's open question again, and return the events that remember it.

    Args:
        intents: question intents.
        known: what is known at this message.
        dispatcher: Rasa's.
        tracker: Rasa's.
        also: adds to the reply after the answers.
    """
    if {"raadighedssamtale", "moedeform"} <= set(intents):
        intents = ["raadighed_form" if intent == "moedeform" else intent for intent in intents]
    if "vis_forloeb" in intents and plan.only_next(known):
        intents = ["naeste" if intent == "vis_forloeb" else intent for intent in intents]
    reply = Reply(values=known.values())
    if worry.told(known, tracker):
        reply.say("utter_bekymret")
    if known.anothers:
        reply.say("utter_ydelse_andens")
    elif any(others.meant(known, intent) for intent in intents):
        reply.say("utter_kun_dine_egne")
    intents = gaps.without_misread(known, intents)
    unsettled = known.entity("emne") == AGAIN
    gaps.mention_first(known, reply, intents)
    answer_into(reply, known, [i for i in intents if not (unsettled and i in again.COUNTED)])
    gaps.mention(known, reply)
    if known.anothers:
        reply.asks.clear()
        known.slots.pop("venter_paa", None)
    if unsettled:
        again.asks_day(known, reply)
    elif tracker.get_slot(AGAIN) and again.COUNTED.intersection(intents):
        reply.note("utter_ledig_igen_forbehold")
    if also:
        also(reply)
    for key, values in known.notes:
        reply.note(key, **values)
        if key in CLASHES:
            reply.choice("utter_knap_faa_rettet", "tal_med_medarbejder")
    ask_again(tracker, reply)
    reply.send(dispatcher)
    remembered = {"venter_paa": None, "sidste_emner": _remembered(intents, known, tracker), "usikker": 0, **known.slots}
    return [SlotSet(name, value) for name, value in remembered.items()]


def leant(known: Known, dispatcher: CollectingDispatcher, tracker: Tracker, *, task: bool = False) -> list[Any] | None:
    """Answer a message that names no subject of its own about the last one; None when it does not lean on it.

    Args:
        known: the message.
        dispatcher: Rasa's.
        tracker: Rasa's.
        task: it was understood as the beginning of a task.
    """
    last = [] if tracker.get_slot("opgave_aktiv") else leaning.last_subjects(tracker)
    if not last or any(slot in known.slots for slot in SLOTS.values()):
        return None
    if "lovlig_grund" in last and known.entity("afbudsgrund") and GROUND_ASKED.match(fold(known.text)):
        meant = ["lovlig_grund"]
    elif "seks_ugers_undtagelse" in last and MEETINGS_TOO.fullmatch(fold(known.text).strip()):
        meant = ["seks_uger_moeder"]
    elif asks_for_other_benefit(known):
        meant = [subject for subject in last if subject in ANSWERS or subject in context_answers.ANSWERS]
    else:
        kind = leaning.kind_of(known.text)
        if task and kind not in leaning.BESIDE_TASKS:
            return None
        meant = in_context.leant_on(kind, known.text, last)
        if kind is leaning.Kind.WHAT_IF and meant == [f"{last[-1]}{in_context.NOT_SAID}"] and _understood(tracker):
            return None
    return answer(meant, known, dispatcher, tracker) if meant else None


def _understood(tracker: Tracker) -> bool:
    """Whether a "what if" was understood as something else than staying away, which it is too easily taken for."""
    intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
    return intent in ANSWERS and intent not in in_context.STAYING_AWAY


def disagrees(known: Known, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any] | None:
    """What to do when somebody says that it is otherwise ("min sagsbehandler siger noget andet")."""
    text = fold(known.text)
    if tracker.get_slot("opgave_aktiv"):
        return None
    if NOT_ASKED.search(text):
        return answer(["misforstaaet"], known, dispatcher, tracker)
    return answer(["uenig"], known, dispatcher, tracker) if disputed(known) else None


def disputed(known: Known) -> bool:
    """Whether the message says that it is otherwise."""
    return OTHERWISE.search(fold(known.text)) is not None


def same_again(known: Known, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Any] | None:
    """The last answer again, to a yes-or-no question that nothing else is understood of ("skal jeg selv lave den?")."""
    last = [] if tracker.get_slot("opgave_aktiv") else leaning.last_subjects(tracker)
    last = [subject for subject in last if subject in ANSWERS or subject in context_answers.ANSWERS]
    places = frozenset(re.findall(r"[\w'-]+", fold(" ".join(known.spans("myndighed")))))
    asked_too = yes_no.asks(known.text) or (places and AND_THERE.match(fold(known.text)))
    if not (last and asked_too and leaning.subjectless(known.text, places)):
        return None
    return answer(last, known, dispatcher, tracker)


def asks_for_other_benefit(known: Known) -> bool:
    """Whether the message only puts the last question again for another benefit ("og hvis jeg fik dagpenge?")."""
    named = " ".join(known.text[start:end] for _, start, end in known.named_benefits())
    words = frozenset(re.findall(r"[\w'-]+", fold(named)))
    return bool(words) and THOUGHT.search(known.text) is not None and leaning.subjectless(known.text, words)


def _remembered(intents: list[str], known: Known, tracker: Tracker) -> list[str]:
    """The subjects to lean on next: what was derived from the last subject leaves that one."""
    subjects = [i for i in intents if i in ANSWERS or i == "naeste" or i in gaps.GAPS]
    gap = gaps.gap_of(known)
    return [*subjects, *([gap] if gap else [])] or list(tracker.get_slot("sidste_emner") or [])


def answer_into(reply: Reply, known: Known, intents: list[str]) -> None:
    """Add the answers to `intents` to a reply."""
    for intent in intents:
        (ANSWERS.get(intent) or context_answers.ANSWERS[intent])(known, reply)
