"""What the words of an afbud say: that the person stays away, that somebody else is ill, that no reason is given."""

from __future__ import annotations

import re

from actions.meeting_words import times_in
from actions.turn import Turn
from forloeb.danish.words import fold

# "skal jeg komme, hvis jeg er syg?" may be a question that was misread: nothing is cancelled without a yes
ASKING = re.compile(r"\?\s*$|\b(?:hvis|maaske|overvejer|jeg tror|tror jeg)\b")
# Asked for a reason, the person rather moves the meeting.
ANOTHER_TIME = re.compile(
    r"\b(?:anden|andet|ny|nyt) (?:tid|tidspunkt|dag|dato)\b|\b(?:flyt|flytte|ryk|rykke|udskyd\w*)\b"
)
# "kan jeg ikke bare sige jeg er syg": an excuse thought of, and no illness
PRETENDS = re.compile(
    r"\b(?:kan|maa|kunne) (?:jeg|man) (?:\w+ ){0,2}(?:sige|skrive|paastaa) (?:\w+ ){0,3}syg"
    r"|\bhvis (?:jeg|man) (?:\w+ ){0,2}(?:siger|skriver|paastaar) (?:\w+ ){0,3}syg|\b(?:lade|lader) som om\b"
    r"|\b(?:bare|saa) siger,?(?: at)? jeg\b(?=.*\bsyg)|\bsiger jeg (?:bare|da|saa)\b(?=.*\bsyg)|\blade? som om\b"
    r"|\b(?:lyve|lyver|opfinde|opdigt\w*|finder? paa(?: en (?:undskyldning|grund))?)\b"
)
# The reason is told with the afbud: "fordi jeg skal hjælpe min søster", "jeg starter nyt job så jeg kan ikke komme"
CAUSE = re.compile(
    r"\b(?:fordi|grundet|paa grund af|pga\.?|eftersom|for jeg (?:skal|har|er)|da jeg) (?:\w+[ .!]*){2,}"
    r"|\b(?:\w+ ){3,}\w+,? saa (?:jeg|det|der|kan|maa|naar)\b"
    r"|, ?(?:jeg |vi )?(?:skal|har|er) \w+|\bskal (?:\w+ )+\w+, ?(?:og )?(?:jeg )?(?:kan|kommer) ikke\b"
)
# It may be somebody else who is ill.
ANOTHERS = re.compile(
    r"\b(?:min|mit|mine|vores) (?:\w+ ){0,2}(?:barn|boern\w*|soen\w*|datter\w*|kone|mand|kaereste|mor|far|dreng|pige)\b"
)
# Asked for a reason, the person gives none.
NO_REASON = re.compile(
    r"(?:(?:ja|jo|bare|nu|saa|du skal|kan du|jeg vil(?: gerne)?) )*(?:aflys|aflyse|afmeld|meld afbud|melde afbud)"
    r"(?: (?:det|den|moedet|lort|skidt|pis|bare|nu|tak))*[ .!]*$"
    r"|(?:det )?(?:ved (?:jeg )?ikke|vil jeg (?:helst )?ikke (?:sige|skrive|ud med))[ .!]*$"
)
# Why a meeting that lies behind was missed: "jeg var på hospitalet".
HAPPENED = re.compile(r"\b(?:var|havde|kunne|laa|blev|fik|kom|glemte|sov|naaede|troede)\b")
# Said in so many words; "jeg har fået influenza" alone is no afbud yet.
SAYS_SO = re.compile(
    r"afbud|aflys|afmeld|annul|cancel|forhindret|bliver hjemme|blive hjemme|bliver vaek|springe? over"
    r"|\b(?:meld\w*|siger?|springer) (?:\w+ ){0,2}(?:fra|over)\b"
    r"|\b(?:kan|ka|kommer|komme|naar|naa|moeder|deltage|deltager|vaere) (?:\w+ ){0,4}(?:ikke|ik|ikk|it|ej|aldrig)\b"
    r"|\b(?:ikke|ik|ikk|it|ej|aldrig) (?:\w+ ){0,4}(?:komme|kommer|kan|naa|naar|moede|deltage|med|afsted|vaere der)\b"
)
# "jeg vil ikke melde afbud, jeg vil bare vide hvor mødet er"
DENIED = re.compile(
    r"\b(?:vil|skal|oensker) (?:jeg )?(?:slet )?ikke (?:\w+ )?(?:melde afbud|aflyse|afmelde|afbestille)\b"
)
# The act itself named, whatever else is told.
CANCELS = re.compile(r"afbud|aflys|afmeld|annul|cancel")


def surely(turn: Turn) -> bool:
    """Whether the words say that the person stays away, or name the meeting; not what is asked or is about others."""
    text = fold(turn.text)
    if len({e["value"] for e in turn.known.entities if e["entity"] == "afbudsgrund"}) > 1:
        return False
    said = SAYS_SO.search(text) or times_in(turn.known) or turn.known.entity("myndighed")
    return bool(said) and not ASKING.search(text) and not ANOTHERS.search(text)


def grieves(turn: Turn) -> bool:
    """Whether the message tells of the loss of somebody near."""
    return turn.mourning is not None or any(e["entity"] == "emne" and e["value"] == "sorg" for e in turn.known.entities)
