"""Worry that is told beside a question: it is met with one line, and the question is answered."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.known import Known
from forloeb.danish.words import fold

WORRY = re.compile(
    r"(?<!ikke )(?<!ik )(?<!aldrig )\b(?:bange for|nervoe?s|bekymre[rt]?|urolig|angst|panik\w*|stresset|fortvivlet"
    r"|ulykkelig|ked af det|graeder?|fortabt|overvae?ldet|forvirret|flov|skammer mig|sover (?:nae?sten )?ikk?e?"
    r"|taber modet|helt (?:ude af den|paa den|rundt paa gulvet|mundlam)|kan ikk?e? overskue|overskuer (?:det )?ikk?e?"
    r"|(?:fyret|afskediget) (?:efter|fra) (?:nae?sten )?\d+ aa?r)\b"
)


def told(known: Known, tracker: Tracker) -> bool:
    """Whether this message tells of worry and none of the last ones did: it is met once. An SMS has no room for it."""
    if known.channel == "sms" or not WORRY.search(fold(known.text)):
        return False
    said = [str(event.get("text") or "") for event in tracker.events if event.get("event") == "user"]
    return not any(WORRY.search(fold(text)) for text in said[:-1])
