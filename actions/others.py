"""Somebody else's meetings asked about: the answer is the person's own, and says so."""

from __future__ import annotations

import re

from forloeb.danish.words import fold

NEAR = "mand|kone|kaereste|samlever|soen|datter|mor|far|soester|bror|ven|veninde|nabo|kollega|svigermor|svigerfar"
# "hvornår skal min mand til møde", not "må min kone komme med" or "min datter er syg"
OTHERS = re.compile(rf"\b(?:skal|har|faar|ser|hedder) (?:min|mit|vores|hans|hendes) (?:{NEAR})\b(?!.*\bmed\b)")
# "book en tid for min kæreste", not "flyt mødet, for min søn er syg"
FOR_OTHERS = re.compile(rf"\bfor (?:min|mit|vores) (?:{NEAR})[ .!?]*$")
ABOUT_ONESELF = frozenset({"vis_forloeb", "vis_aftaler", "foerste_samtale", "antal_samtaler", "cv_samtale", "cv_frist"})


def meant(text: str, intent: str) -> bool:
    """Whether a question that is answered with the person's own meetings or days asks about somebody else's."""
    return intent in ABOUT_ONESELF and OTHERS.search(fold(text)) is not None


def wanted(text: str) -> bool:
    """Whether something is to be done with somebody else's meetings."""
    return FOR_OTHERS.search(fold(text)) is not None


def about(text: str) -> bool:
    """Whether a message that is otherwise not understood is about somebody else's meetings."""
    return OTHERS.search(fold(text)) is not None or wanted(text)
