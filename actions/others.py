"""Somebody else's meetings asked about: the answer is the person's own, and says so."""

from __future__ import annotations

import re

from actions.known import Known
from actions.reply import Reply
from forloeb.danish.format import MONTHS, WEEKDAYS
from forloeb.danish.words import fold

NEAR = "mand|kone|kaereste|samlever|soen|datter|mor|far|soester|bror|ven|veninde|nabo|kollega|svigermor|svigerfar"
# "hvornår skal min mand til møde", not "må min kone komme med" or "min datter er syg"
OTHERS = re.compile(rf"\b(?:skal|har|faar|ser|hedder) (?:min|mit|vores|hans|hendes) (?:{NEAR})\b(?!.*\bmed\b)")
# "book en tid for min kæreste", not "flyt mødet, for min søn er syg"
FOR_OTHERS = re.compile(rf"\bfor (?:min|mit|vores) (?:{NEAR})[ .!?]*$")
# "min kæreste er syg og kan ikke komme til sit møde"; "for ham", where somebody near was spoken of
_THEIR_OWN = r"(?:sit|sin|hans|hendes|deres) (?:\w+ )?(?:moede|samtale|aftale|tid)"
FOR_SOMEBODY_NEAR = re.compile(rf"\b(?:min|mit|vores) (?:\w+ )?(?:{NEAR})\b.*\b(?:{_THEIR_OWN}|for (?:ham|hende))\b")
ABOUT_ONESELF = frozenset({"vis_forloeb", "vis_aftaler", "foerste_samtale", "antal_samtaler", "cv_samtale", "cv_frist"})

# A person by name, in the text as typed: "hvilke møder har Mette Holm", "Lones aftaler", "aftalerne for Søren Hansen"
_NAME = r"[A-ZÆØÅ][a-zæøåéü]+(?:[ -][A-ZÆØÅ][a-zæøåéü]+)*"
_MEETINGS = r"(?i:møde(?:t|r|rne)?|aftale(?:n|r|rne)?|samtale(?:n|r|rne)?|forløb(?:et)?)"
NAMED = re.compile(
    rf"\b(?i:hvilke[tn]?|hvad for|hvor mange) (?:\w+ )?{_MEETINGS} (?i:har|får) (?P<has>{_NAME})"
    rf"|\b(?i:skal) (?P<goes>{_NAME}) (?i:til) (?:\w+ )?(?i:møde|samtale)"
    rf"|\b(?i:hvornår har|hvornår får) (?P<when>{_NAME}) (?:\w+ )?{_MEETINGS}"
    rf"|(?<=\w )(?P<whose>{_NAME})(?:s|'s|') (?:\w+ )?{_MEETINGS}\b"
    rf"|\b{_MEETINGS} (?i:for) (?P<to>{_NAME})"
)
FOR_NAMED = re.compile(rf"\b(?i:for) (?P<to>{_NAME})[ .!?]*$")
WITH_NAMED = re.compile(rf"\b(?i:hos|med) (?P<with>{_NAME})\b")
# without capitals only two words that end the message: "hvilke møder har mette holm"
SMALL = re.compile(r"\b(?:moeder|aftaler|samtaler) har (?P<first>[a-z]+) (?P<last>[a-z]+)[ .?]*$")
NO_NAMES = frozenset({
    "a", "akassen", "jobcenter", "jobcentret", "jobcenteret", "kommunen", "jobnet", "jeg", "vi", "i", "du", "de", "man",
    "han", "hun", "der", "den", "det", "min", "mit", "mine", "alle", "pligt", "dagen", "ugen", "naeste",
    *(fold(name) for name in (*WEEKDAYS, *MONTHS)),
})  # fmt: skip


def meant(known: Known, intent: str) -> bool:
    """Whether a question that is answered with the person's own meetings or days asks about somebody else's."""
    return intent in ABOUT_ONESELF and (OTHERS.search(fold(known.text)) is not None or _named(known, NAMED))


def wanted(known: Known) -> bool:
    """Whether something is to be done with somebody else's meetings."""
    text = fold(known.text)
    near = FOR_OTHERS.search(text) or FOR_SOMEBODY_NEAR.search(text)
    return near is not None or _named(known, FOR_NAMED) or _named(known, NAMED)


def named(known: Known) -> bool:
    """Whether another person's meetings are asked for by name."""
    return _named(known, NAMED)


def a_caseworker(known: Known) -> bool:
    """Whether a time with a person by name is wished: "en tid hos Kim"."""
    return _named(known, WITH_NAMED)


def about(known: Known) -> bool:
    """Whether a message that is otherwise not understood is about somebody else's meetings."""
    return OTHERS.search(fold(known.text)) is not None or wanted(known)


def oneself(known: Known) -> bool:
    """Whether the one who asks names themselves ("hvilke møder har Mette Holm", asked by her)."""
    return NAMED.search(known.text) is not None and known.registered is not None and not about(known)


def refuse(known: Known, reply: Reply) -> None:
    """Only a person's own meetings are told, and only for themselves is anything done."""
    does = FOR_OTHERS.search(fold(known.text)) is not None or _named(known, FOR_NAMED)
    reply.say("utter_kun_for_dig" if does else "utter_kun_egne_moeder")
    if known.registered is not None:
        reply.choice("utter_titel_vis_aftaler", "vis_aftaler")


def _named(known: Known, pattern: re.Pattern[str]) -> bool:
    hit = pattern.search(known.text)
    if hit is not None:
        return _is_another(known, next(name for name in hit.groupdict().values() if name))
    small = SMALL.search(fold(known.text))
    return small is not None and _is_another(known, f"{small['first']} {small['last']}")


def _is_another(known: Known, name: str) -> bool:
    """Whether a name is a person's, and not the one's who asks."""
    said = re.split(r"[ -]", fold(name))
    places = {word for place in (known.akasse, known.jobcenter) for word in re.split(r"[ -]", fold(place.name))}
    own = fold(known.registered.name or "").split() if known.registered else []
    if NO_NAMES.intersection(said) or places.intersection(said):
        return False
    return not set(said) <= set(own)
