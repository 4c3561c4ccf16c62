"""What a question asks that names no subject of its own ("og hvornår er det?"): it leans on the last answer."""

from __future__ import annotations

import re
from enum import Enum

from rasa_sdk import Tracker

from forloeb.danish.words import fold

MESSAGES_AGO = 3  # a subject answered longer ago is not leant on
LONGEST = 12


class Kind(Enum):
    """What is asked of the last subject."""

    WHEN = "when"
    WHO = "who"
    WHERE = "where"
    WHY = "why"
    WHAT_IF = "what if"
    HOW_LONG = "how long"
    HOW_OFTEN = "how often"
    COST = "cost"
    NEXT = "next"
    SURE = "sure"
    ME = "me"
    MISSING = "missing"
    FAULT = "fault"
    MUST = "must"
    OTHER_ONE = "other one"
    HOW = "how"
    HOW_MANY = "how many"
    INCLUDED = "included"


# What a message that was taken for a task may ask all the same ("hvad sker der dagen efter").
BESIDE_TASKS = frozenset({Kind.WHAT_IF, Kind.INCLUDED, Kind.FAULT, Kind.COST})

_LEAD = re.compile(r"^\W*(?:(?:og|men|jamen|ok|okay|ja|nej|naa|saa|sa|hm+|oeh+|hej|undskyld|altsaa|tak|for)\b\W*)+")
_WHAT = r"(?:hvad|hva|hvd|va)"
# In this order: the first that fits.
_KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.SURE, r"er (?:du|i|det)(?: (?:nu|helt|ret|rigtig|da|saa))* (?:sikkert?|rigtigt|sandt)"),
    (Kind.SURE, r"(?:helt )?sikkert?\b|passer det|kan (?:jeg|man) (?:vaere sikker|stole) paa det|virkelig"),
    (Kind.ME, r"gaelder (?:det|de|den|reglen|reglerne)(?: (?:her|ogsaa|ogsa|osse|saa|nu))* (?:for )?mig"),
    (Kind.ME, r"er det (?:ogsaa|ogsa|osse) (?:for )?mig"),
    (Kind.MISSING, r"(?:den|det|der) er (?:ikke|ik|ingen|intet|aldrig) (?:\w+ )?(?:kommet|dukket op)"),
    (Kind.MISSING, r"(?:jeg|vi) (?:har|kan) (?:\w+ )?(?:ikke|ik|ikk|aldrig|intet)"
                   r" (?:faaet|faa|set|se|hoert|finde|fundet)"),
    (Kind.FAULT, r"er det (?:saa |nu )?(?:min|mig|jeg)(?: egen)?(?: (?:fejl|skyld|der)\b)"),
    (Kind.FAULT, r"(?:er det )?fordi jeg har (?:gjort|lavet) (?:noget )?(?:forkert|galt|en fejl)"),
    (Kind.FAULT, r"har jeg (?:gjort|lavet) (?:noget )?(?:forkert|galt)"),
    (Kind.ME, r"(?:hvad|hva) med (?:mig|mit|min|mine|os)$|(?:mit|mig|mine|min)(?: eget| egne)?$"),
    (Kind.MUST, r"kan (?:de|i|man) tvinge mig|er det (?:saa )?(?:frivilligt|et krav|tvang)"),
    (Kind.OTHER_ONE, rf"(?:{_WHAT} med )?(?:den|det|de|dem)(?: to| tre)? (?:naeste|efter|andre|anden|andet)$"),
    (Kind.OTHER_ONE, r"(?:ogsaa |ogsa )?(?:den|det|de) naeste(?: gange?)?$"),
    (Kind.INCLUDED, r"(?:er|taeller) (?:det |den |dagen )*(?:inkl\w*|med|til og med)(?: den)?(?: dag)?"),
    (Kind.NEXT, rf"{_WHAT} sker der nu"),
    (Kind.NEXT, rf"{_WHAT} (?:goer|skal|boer) (?:jeg|man|vi)(?: goere)?(?: (?:nu|saa|her))*$"),
    (Kind.HOW, r"hvordan(?: (?:goer|faar|skal|kan) (?:jeg|man)(?: \w+){0,3})?$"),
    (Kind.HOW, rf"{_WHAT} skal (?:jeg|man) (?:skrive|sige)"),
    (Kind.HOW_MANY, r"hvor mange(?: (?:er|skal) der(?: vaere)?)?$"),
    (Kind.WHAT_IF, rf"{_WHAT} (?:nu )?hvis|hvis (?:nu )?(?:jeg|de|det|den|man|vi)"),
    (Kind.WHAT_IF, rf"{_WHAT} (?:sker|kan) (?:der|de)(?: (?:saa|ske|goere|goer))*(?: (?:hvis|ved|naar|med))?"),
    (Kind.WHAT_IF, r"(?:mister|taber|faar|bliver) (?:jeg|man|vi) (?:saa )?(?:\w+ )?"
                   r"(?:mine? |ingen )?(?:(?:dag)?penge(?:ne)?|\w*hjaelp(?:en)?|ydelse|straf\w*|traekket|sanktion\w*)"),
    (Kind.HOW_OFTEN, r"hvor (?:tit|ofte)"),
    (Kind.HOW_LONG, r"(?:i |saa )*hvor (?:lang tid|laenge)$"),
    (Kind.HOW_LONG, r"hvor (?:lang tid|laenge|mange minutter) (?:tager|varer|er|sidder|bruger|skal|kan|gaar)"),
    (Kind.WHEN, r"(?:senest |inden |til |fra )?(?:hvornaar|hvornar|hvonaar|hvnr|hvn|naar)\b|hvor (?:snart|hurtigt)"),
    (Kind.WHEN, rf"(?:hvilken|{_WHAT}) (?:dag|dato|frist)"),
    (Kind.WHEN, r"hvor (?:laenge|lang tid|mange dage|mange uger|meget tid) (?:har|faar) (?:jeg|man|de|vi)"),
    (Kind.WHO, r"hvem\b(?!.*\b(?:du|dig)\b)|hvis (?:bord|ansvar)"),
    (Kind.COST, r"skal (?:jeg|man) (?:selv )?betale"),
    (Kind.COST, r"koster (?:det|den)|er (?:det|den) gratis|hvor meget(?: koster)?\b|hvad koster"),
    (Kind.WHERE, r"hvor\b(?! (?:mange|meget|mnge|staar|svaert|slemt))|hvilket sted|hvr\b"),
    (Kind.WHY, r"hvorfor\b|hvordan kan det vaere|hvad er meningen"),
    (Kind.NEXT, rf"(?:{_WHAT} )?(?:nu|saa|sa|bagefter|derefter)(?: (?:nu|saa|sa|bagefter|derefter))*"),
    (Kind.NEXT, rf"{_WHAT} (?:er|sker|kommer) (?:der )?(?:det )?(?:saa )?(?:naeste|bagefter|derefter|efter det)"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
# Words that name no subject. A message with any other word says what it is about.
_SUBJECTLESS = frozenset(
    word
    for line in (
        "hvad hva hvd va hvem hvor hvr hvordan hvornaar hvornar hvonaar hvnr hvn hvorfor hvilken hvilket hvilke hvis",
        "naar jeg jg j jej du han hun den det de dem vi man i mig mej dig sig os ham hende der her min mit mine deres",
        "dets er var vaere vaeret bliver blir bliv blev har havde have ha faar far fik faaet faa skal ska sk skulle",
        "kan ka kunne maa ma maatte vil ville boer burde goer gor goere gjort gjorde lave laver lavet naa naaet siger",
        "sige sagt sker ske sket kommet dukket tager tage taget varer gaar gaa gik giver give giv svarer svare svar",
        "bestemmer bestemme afgoer afgoere vurderer vurdere beslutter beslutte godkender godkende godkendt holder",
        "staar sidder bruger ikke ik ikk igge aldrig ingen intet slet saa sa nu og men eller at om ogsaa ogsa osse",
        "igen allerede senest bare lige helt overhovedet egentlig egentligt stadig mon da jo sgu inden foer efter",
        "bagefter derefter ellers saadan paa pa til for fra af med hos ved ad ud op ned ind inde oppe nede henne hen",
        "hjemme sikker sikkert rigtigt sandt virkelig nok mere noget nogen en et ok okay tak gerne godt rigtig laegge",
        "laegger lagt sende sender sendt finde finder fundet skrive skriver skrevet udfylde glemmer glemme glemt",
        "hoerer hoert hoere set se ser gratis koster koste meget mange tit ofte tid lang langt laenge snart dag dato",
        "frist minutter dage uger mister miste taber penge ydelse straf straffet traekket sanktion sanktioneret",
        "vaelger vaelge ligger hurtigt gange gang hver dagen ugen inkl inklusiv inklusive medregnet",
        "kontakte ringe spoerge",
        "tvinge frivilligt krav tvang betale selv naeste andre anden andet to tre",
        "fordi fejl skyld egen eget egne forkert galt klar klart faerdig faerdigt ringer",
        "behov behovet gaelder regel reglen reglerne bord ansvar passer stole sted nej ja meningen alt alle kun",
    )
    for word in line.split()
)
# ... but these, where it is asked what something leads to, say no more than "penge" does.
_BESIDE = {
    Kind.WHAT_IF: frozenset(
        word
        for line in (
            "dagpenge dagpengene kontanthjaelp kontanthjaelpen uddannelseshjaelp uddannelseshjaelpen hjaelpen",
            "soeger soege soegt job jobs cv cvet logger",
        )
        for word in line.split()
    )
}
# "hvornår kan jeg få en tid" is a wish
A_TIME = re.compile(r"\b(?:en|ny|anden) tid\b|\bfaa tid\b")
# "hvis den ikke kommer": the summons, and not the person
THING_COMES = re.compile(r"\b(?:den|det|der|de)(?: \w+){0,2} kommer\b|\bkommer (?:den|det|der)\b")


def kind_of(text: str) -> Kind | None:
    """What a message asks that names no subject of its own; None when it names one, or asks nothing of the kind."""
    folded = " ".join(re.findall(r"[\w'-]+", fold(text)))
    said = folded.split()
    if THING_COMES.search(folded):
        said = [word for word in said if word != "kommer"]
    besides = {word for word in said if word not in _SUBJECTLESS and not word.isdecimal()}
    if not 0 < len(said) <= LONGEST or A_TIME.search(folded):
        return None
    asked = _LEAD.sub("", folded + " ").strip() if folded not in ("og saa", "saa", "og", "og sa") else "saa"
    found = next((kind for kind, pattern in _PATTERNS if pattern.match(asked)), None)
    if found is Kind.NEXT and not any(p.fullmatch(asked) for kind, p in _PATTERNS if kind is Kind.NEXT):
        return None
    return found if found and besides <= _BESIDE.get(found, frozenset()) else None


def subjectless(text: str, besides: frozenset[str] = frozenset()) -> bool:
    """Whether a message holds nothing but words that name no subject, and those of `besides` (folded)."""
    said = re.findall(r"[\w'-]+", fold(text))
    return 0 < len(said) <= LONGEST and (_SUBJECTLESS | besides).issuperset(said)


def last_subjects(tracker: Tracker) -> list[str]:
    """What was answered last, where that is not too long ago and nothing has been done since."""
    messages = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            messages += 1
            if messages > MESSAGES_AGO:
                return []
        elif event.get("event") == "slot" and event.get("name") == "sidste_emner":
            return list(event.get("value") or [])
        elif event.get("event") == "slot" and event.get("name") in ("sidste_sag", "opgave") and event.get("value"):
            return []
    return []
