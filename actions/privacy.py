"""What is stored about a person, and the wish to see it or have it deleted."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import no_case
from actions.cases import open_case
from actions.gathering import known_from
from actions.known import message_metadata
from actions.reply import Reply
from actions.turn import ask_again
from forloeb.booking.model import CaseKind
from forloeb.danish.words import fold

# What only asks ("hvor længe gemmer i det?") is answered, and makes no case.
WANTS = re.compile(
    r"slet|fjern|glem (?:mig|alt)|indsigt|udlever|kopi|send mig|ret mine|traek\w* mit samtykke|gdpr"
    r"|\b(?:se|vise?|faa|have|ha) (?:\w+ ){0,4}(?:data|oplysninger|samtale|gemt|ved om mig|staar om mig)"
)
ASKS = re.compile(r"^\W*(?:og |men )?(?:hvem|hvor|hvad|hvilke|hvorfor|hvordan)\b(?!.*\b(?:slet|fjern))")


class ActionSletData(Action):
    """See or delete one's data: a case for staff, and what is kept and for how long."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_slet_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Commit the case, then tell; a question, and a number that was masked, make none."""
        known = await known_from(tracker)
        reply = Reply(values=known.values())
        pressed = bool((tracker.latest_message or {}).get("command"))
        if pressed or wants(known.text):
            reply.say("utter_slet_data_sag", kvittering=await open_case(tracker, known, CaseKind.PRIVACY))
            reply.say("utter_opbevaring")
        elif message_metadata(tracker).get("redacted"):
            reply.say("utter_redigeret")
            ask_again(tracker, reply)
        elif no_case.only_cpr(known.text) and no_case.answered(known, reply):
            ask_again(tracker, reply)
        else:
            reply.say("utter_opbevaring")
            ask_again(tracker, reply)
            reply.choice("utter_knap_slet_data", "slet_data")
        reply.send(dispatcher)
        return []


def wants(text: str) -> bool:
    """Whether something is to be done with the person's data, and not only told about."""
    folded = fold(no_case.REMOVED.sub("", text))
    return WANTS.search(folded) is not None and ASKS.match(folded) is None
