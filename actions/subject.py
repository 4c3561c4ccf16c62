"""What a meeting is to be about, wherever in a booking the person says it."""

from __future__ import annotations

import re

from forloeb.danish.words import fold

SAID = re.compile(
    r"\b(?:handler?|dreje[rs]? sig|snak(?:ker?|ke)?|taler?|talt|snakket|det er)\s+(?:(?:lidt|mere|noget)\s+)?om"
    r"\s+(?P<about>\S.{1,})"
    r"|\bemnet\s+(?:er|skal være|bliver)\s+(?P<topic>\S.{1,})",
    re.IGNORECASE,
)
# "mit cv", "brancheskift": a subject and nothing else
BARE = re.compile(
    r"(?:(?:det er |gerne |noget )?(?:om |med )?(?:mit |min |mine |et |at )?)?"
    r"(?:cv(?:'?et)?|jobsoegning(?:en)?|soege job|ansoegning(?:er|en)?|kompetencer(?:ne)?|brancheskift|"
    r"(?:skift(?:e)?|ny|nye) (?:af )?branche|omskoling|opkvalificering|uddannelse|kurser|efteruddannelse)[ .!]*"
)
# "nej ikke cv, branche" at the reading-back
INSTEAD = re.compile(
    r"(?:(?:nej|hov|vent|ups|(?:jeg )?men(?:te|er)|nå|men|ikke \w+|så|hellere|bare|om|skift af|mit|mine|min)[ ,]+)*"
    r"(?P<about>cv(?:'?et)?|jobs(?:ø|oe)gning\w*|kompetencer?|branche\w*|ans(?:ø|oe)gninger)"
    r"(?:,? (?:så|i ?stedet|tak))?[ .!]*",
    re.IGNORECASE,
)
QUESTION = re.compile(r"(?:og |men )?hv(?:a|ad|em|or|ornaar|ordan|orfor|ilken|ilke|ilket)\b")
# Where the subject ends and something else is said: "om mit cv, helst på telefon"
ENDS = re.compile(
    r"[,;.!]\s+|\s+(?:og\s+)?(?=(?:helst|gerne|men)\b)|\s+(?:og\s+)?(?=(?:på|over|via|per) (?:telefon|video))", re.I
)
NO_SUBJECT = re.compile(
    r"\b(?:anden|andet|ny|nyt) (?:tid|tidspunkt|dag|dato)\b|\bflytte?\b|^(?:mandag|tirsdag|onsdag|torsdag|fredag)"
    r"|^(?:paa )?(?:telefonen?|tlf|video)\b"
)
OTHER_MATTER = re.compile(
    r"\b(?:telefon\w*|tlf|digital\w*|video\w*|online|personlig\w*|fysisk\w*|gerne|helst|hellere|ikke|mandag\w*|tirsdag\w*"
    r"|onsdag\w*|torsdag\w*|fredag\w*|formiddag\w*|eftermiddag\w*|kl|klokken|uge|tid|tider|dag|dage|tak|moedet|flytte)\b"
)


def subject_in(text: str) -> str | None:
    """The subject that a message states ("det skal handle om mit cv", or just "mit cv"); None when it states none.

    What the message says besides (how, when) is not part of it.
    """
    if QUESTION.match(fold(text).strip()):
        return None
    if BARE.fullmatch(fold(text).strip()):
        return text.strip(" .!")[:300]
    if instead := INSTEAD.fullmatch(text.strip()):
        return instead["about"]
    said = SAID.search(text)
    if said is None:
        return None
    pieces = ENDS.split(said["about"] or said["topic"])
    first, others = pieces[0], [p for p in pieces[1:] if p.strip()]
    if NO_SUBJECT.search(fold(first)):
        return None
    kept = [first]
    for piece in others:
        if OTHER_MATTER.search(fold(piece)):
            break
        kept.append(piece)
    return ", ".join(piece.strip(" .!?") for piece in kept)[:300].strip() or None
