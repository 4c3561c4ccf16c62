"""Every question intent has one function here; a message with two questions gets both answered in one reply."""

from __future__ import annotations

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
    cv,
    form,
    gaps,
    in_context,
    jobsearch,
    meetings,
    offers,
    others,
    plan,
    preparation,
    purpose,
)
from actions.known import AGAIN, Known
from actions.reply import Reply
from actions.turn import ask_again

# What the person says is not what is registered: a human settles it.
CLASHES = ("utter_ydelse_anderledes", "utter_dag_anderledes")

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
    reply = Reply(values=known.values())
    if any(others.meant(known, intent) for intent in intents):
        reply.say("utter_kun_dine_egne")
    intents = gaps.without_misread(known, intents)
    unsettled = known.entity("emne") == AGAIN
    answer_into(reply, known, [i for i in intents if not (unsettled and i in again.COUNTED)])
    gaps.mention(known, reply)
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
    remembered = {"venter_paa": None, "sidste_emner": intents, "usikker": 0, **known.slots}
    return [SlotSet(name, value) for name, value in remembered.items()]


def answer_into(reply: Reply, known: Known, intents: list[str]) -> None:
    """Add the answers to `intents` to a reply."""
    for intent in intents:
        (ANSWERS.get(intent) or in_context.ANSWERS[intent])(known, reply)
