"""What the words of a missed meeting say: that the person was there, that nobody rang, that they only come later."""

from __future__ import annotations

import re

from actions.afbud_words import HAPPENED
from actions.turn import Turn
from forloeb.danish.words import fold

WAS_THERE = re.compile(
    r"\bjeg (?:(?:var|har vaeret) (?:der|til (?:et |en |mit |min )?(?:moede|samtale)(?:t|n)?)"
    r"|(?:sad|stod|var) (?:\w+ ){0,2}(?:i (?:vente\w*|lokalet|receptionen)|og vent\w*)|moedte (?:op|frem)|deltog)\b"
    r"(?! (?:jo )?(?:ikke|foerst|for sent))"
)
# "der er ikke nogen der har ringet til mig"
NOT_RUNG = re.compile(
    r"\b(?:ingen|ikke nogen|aldrig nogen|(?:de|i|der|hun|han|a-?kassen|jobcent\w+) har (?:ikke|aldrig))"
    r" (?:\w+ ){0,4}ring(?:et|er|ede|e)\b"
    r"|\bring(?:er|ede) (?:bare |slet |altsaa )?(?:ikke|aldrig)\b|\bikke blevet ringet\b"
)
# ... and somebody says that they were not
RECORDED = re.compile(r"registrer|noter|skrevet|udebl|vaek|siger|paastaa|ikke")
# "nu ringede de": it is mended
RANG = re.compile(
    r"(?:nu|de|hun|han|a-?kassen|jobcent\w+) (?:har )?(?:nu )?ring(?:ede|er|et)(?: (?:de|nu|mig|op|til mig))*[ .!:)]*$"
)
# "jeg er der om en halv time": late, and no afbud
ON_THE_WAY = re.compile(
    r"\b(?:er (?:der|fremme)|kommer|naar frem) (?:\w+ ){0,2}"
    r"(?:om (?:\w+ ){0,3}(?:min\w*|time\w*|kvarter\w*|lidt)|lidt senere)\b|\ber paa vej\b"
)
NOT = re.compile(r"\b(?:ikke|ik|ikk|aldrig)\b")
# A meeting that lies behind is spoken of; "jeg har aldrig aftalt noget på torsdag" speaks of one ahead
BEHIND = re.compile(
    rf"{HAPPENED.pattern}|\b(?:miss\w*|udebl\w*|gaaet glip|gik glip|forsov\w*|glemt"
    r"|i gaar|i gaars|forgaars|i [a-z]+dags)\b"
)


def late(turn: Turn) -> bool:
    """Whether the person says that they come, only later."""
    text = fold(turn.text)
    return turn.known.entity("emne") == "for_sent" or (ON_THE_WAY.search(text) is not None and not NOT.search(text))
