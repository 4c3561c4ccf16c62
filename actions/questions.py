"""The action behind every question: all questions of a message are answered, and what it asks to be done is begun."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import again, appointments, context_answers, next_step, tasks, which
from actions.afbud_words import ASKING, SAYS_SO
from actions.answers import answer, asked, disputed, leant
from actions.cases import hand_over
from actions.gathering import known_from
from actions.known import Known
from actions.reply import Reply
from forloeb.danish.words import fold


class ActionSvar(Action):
    """Answers the questions of one message; a task beside them ("... og så vil jeg booke") begins in the same reply."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_svar"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """One reply for all that was asked; keeps what was learnt about the person."""
        named = [q["intent"] for q in (tracker.latest_message or {}).get("questions") or []]
        if begins := next((name for name in named if name in tasks.BEGIN), None):
            return await tasks.begin_beside(begins, dispatcher, tracker)
        known = await known_from(tracker)
        if stays_away(known):
            return await tasks.begin_beside("meld_afbud", dispatcher, tracker)
        if events := await again.told(known, tracker, dispatcher):
            return events
        reply = Reply(values=known.values())
        if await next_step.told(known, tracker, reply):
            reply.send(dispatcher)
            return known.events()
        if events := leant(known, dispatcher, tracker):
            return events
        beside = Reply(values=known.values())
        await _beside(named, known, beside, tracker)

        def also(reply: Reply) -> None:
            if disputed(known):
                context_answers.uenig(known, reply)
            reply.parts += beside.parts
            reply.choices += beside.choices

        return answer(asked(tracker), known, dispatcher, tracker, also)


def stays_away(known: Known) -> bool:
    """Whether a message that was read as a question says that the person cannot come to a meeting of theirs."""
    text = fold(known.text)
    says = SAYS_SO.search(text) is not None and ASKING.search(text) is None
    return says and bool(known.ahead) and len(which.named_in(known, known.ahead, naming=True)) == 1


async def _beside(named: list[str], known: Known, reply: Reply, tracker: Tracker) -> None:
    if "vis_aftaler" in named:
        await appointments.show_own(known, reply)
    if "tal_med_medarbejder" in named:
        await hand_over(known, reply, tracker)
