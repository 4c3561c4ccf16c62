"""The words the grammar knows: canonical key, other spellings, and a closed list of one-letter typos.

The table below names a canonical Danish word and its other forms (abbreviations, English, SMS). From it one dictionary
is built at import: key as written -> canonical key(s). Words written together ("imorgen", "tirsdagformiddag") give
several keys. Typos are made only for the longer words of `_TYPO_PRONE`, and none that is a Danish word of its own
(`_REAL_WORDS`). "trsdag" lies between tirsdag and torsdag: it gets the key UNCLEAR_WEEKDAY, and the grammar asks.
"""

from __future__ import annotations

from types import MappingProxyType

from forloeb.danish.time.letters import spellings, typos, words

WEEKDAYS = {"mandag": 0, "tirsdag": 1, "onsdag": 2, "torsdag": 3, "fredag": 4, "loerdag": 5, "soendag": 6}
UNCLEAR_WEEKDAY = "tirsdag/torsdag"
MONTHS = {
    name: at + 1
    for at, name in enumerate(
        ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"]
    )
}
SHORT_MONTHS = {
    "jan": 1, "feb": 2, "febr": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "okt": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
SHORT_WEEKDAYS = {
    "man": 0, "tir": 1, "tirs": 1, "tirsd": 1, "onsd": 2, "torsd": 3, "loerd": 5, "lord": 5, "soend": 6, "sond": 6, "ons": 2, "tor": 3, "tors": 3, "fre": 4, "loer": 5, "soen": 6,
}  # fmt: skip
DAYPARTS = ("nat", "morgen", "formiddag", "middag", "eftermiddag", "aften")

_FORMS = {
    "mandag": "mandagen monday", "tirsdag": "tirsdagen tuesday tue tues", "onsdag": "onsdagen wednesday",
    "torsdag": "torsdagen thursday thurs", "fredag": "fredagen friday", "lørdag": "lørdagen saturday",
    "søndag": "søndagen sunday",
    "januar": "january", "februar": "february", "marts": "march mars martz matrs", "april": "", "juni": "june", "juli": "july",
    "august": "", "september": "septemper", "oktober": "october", "november": "", "december": "desember",
    "formiddag": "fmd formiddagen morning", "eftermiddag": "emd eftermiddagen afternoon", "aften": "aftenen evening", "nat": "natten",
    "morgen": "morgenen mrgen mogen morgn moregn morgrn mogren morgenn morggen", "middag": "middagen middagstid noon", "formiddags": "", "eftermiddags": "", "middags": "",
    "kl": "klokken klok klokkeslæt kloken klokka klk klokekn", "d": "dato", "den": "", "i": "", "på": "", "om": "", "for": "",
    "siden": "since", "uge": "ugen week wk", "uger": "ugers weeks ugr ugre", "uges": "", "ugens": "",
    "dag": "dagen day", "dage": "dages days dge dgae dagge", "dags": "",
    "måned": "måneden mdr md mnd månd month", "måneder": "måneders mdrs months", "måneds": "månedens",
    "år": "året year years", "års": "årets",
    "hverdag": "arbejdsdag", "hverdage": "hverdages arbejdsdage", "weekend": "weekenden week-end",
    "weekender": "weekenderne",
    "time": "timen", "timer": "timers", "times": "", "minut": "minuttet", "minutter": "minutters", "kvarter": "",
    "kvart": "", "halv": "", "halvt": "", "halvanden": "halvandet",
    "næste": "next nste nærste nææste mæste næsta næstr", "kommende": "førstkommende", "denne": "this", "dette": "", "sidste": "last", "forrige": "",
    "nu": "", "hele": "",
    "efter": "after", "før": "before", "inden": "", "senest": "", "tidligst": "", "indtil": "until",
    "fra": "from", "til": "", "mellem": "ml imellem between melem mellm melllem", "løbet": "", "frem": "fremad fremefter",
    "over": "", "midnat": "", "tiden": "", "tid": "",
    "først": "", "midt": "midten", "sidst": "", "slutningen": "slut slutning", "starten": "start begyndelsen",
    "primo": "", "medio": "", "ultimo": "", "udgangen": "udgang", "halvdel": "halvdelen", "tidligt": "tidlig",
    "sent": "", "resten": "rest", "kvartal": "",
    "ikke": "ik ikk ikek ikkr not", "undtagen": "", "bortset": "", "hverken": "", "undtaget": "",
    "og": "and samt", "eller": "or", "men": "but", "ellers": "", "heller": "",
    "overmorgen": "", "går": "", "forgårs": "forigårs", "aftes": "", "morges": "", "fjor": "",
    "tomorrow": "", "today": "", "yesterday": "", "tonight": "",
    "forår": "foråret", "sommer": "sommeren", "efterår": "efteråret", "vinter": "vinteren",
    "par": "", "nogle": "", "hver": "hvert", "hverandre": "",
}  # fmt: skip

_TOGETHER = {
    "idag": "i dag", "imorgen": "i morgen", "imorgn": "i morgen", "imorn": "i morgen", "imogen": "i morgen", "imrgen": "i morgen", "imorge": "i morgen", "imorrn": "i morgen",
    "igår": "i går", "iovermorgen": "i overmorgen", "iforgårs": "i forgårs", "iaften": "i aften", "iaftes": "i aftes",
    "inat": "i nat", "imorges": "i morges", "iår": "i år", "ifjor": "i fjor", "iformiddag": "i formiddag",
    "ieftermiddag": "i eftermiddag", "påmandag": "på mandag", "påtirsdag": "på tirsdag", "påonsdag": "på onsdag",
    "påtorsdag": "på torsdag", "påfredag": "på fredag", "tomorow": "tomorrow", "tommorow": "tomorrow",
    "tommorrow": "tomorrow", "imandags": "i mandags", "itirsdags": "i tirsdags", "ionsdags": "i onsdags",
    "itorsdags": "i torsdags", "ifredags": "i fredags", "sdste": "sidste", "månd": "måned", "halvet": "halv et", "halvto": "halv to", "halvtre": "halv tre", "halvfire": "halv fire",
    "halvni": "halv ni", "halvti": "halv ti", "halvelleve": "halv elleve", "halvtolv": "halv tolv", "halvotte": "halv otte",
}  # fmt: skip

_TYPO_PRONE = (
    *["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag", "januar", "februar", "april", "august", "september", "oktober"],
    *["november", "december", "formiddag", "eftermiddag", "overmorgen", "weekend", "sidste", "hverdage", "måneder"],
    *["monday", "tuesday", "wednesday", "thursday", "friday", "mandags", "tirsdags", "onsdags", "torsdags", "fredags"],
    *["juleaften", "nytårsaften", "minutter", "skærtorsdag", "langfredag"],
)
# Danish words and names that lie one letter from a word above and must keep their own meaning.
_REAL_WORDS = words("mandat mandal mandig sandag handag vandag fridag mandats mandage tirsdage onsdage torsdage fredage loerdage "
    "soendage formiddage eftermiddage jaguar juniaften aprils augusta auguste augustin sidse sidte sidde siste fidste "
    "vidste bidste gidste sidsten sidster hverdags hverdagen manerer maneger meneder manede manedes mander maanedes "
    "weekends minuttet fridags")


def _forms() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for word, forms in _FORMS.items():
        canonical = spellings(word)[0]
        for form in (word, *forms.split()):
            for key in spellings(form):
                known.setdefault(key, (canonical,))
    for written, words in _TOGETHER.items():
        for key in spellings(written):
            known.setdefault(key, tuple(spellings(part)[0] for part in words.split()))
    for weekday in WEEKDAYS:
        for part in (*DAYPARTS, "formiddagen", "eftermiddagen"):
            known[weekday + part] = (weekday, part.removesuffix("en") if part.endswith("dagen") else part)
    return known


def _typo_list(known: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    listed: dict[str, tuple[str, ...]] = {}
    for word in _TYPO_PRONE:
        canonical = known.get(spellings(word)[0], (spellings(word)[0],))
        for spelling in spellings(word):
            for typo in typos(spelling):
                if typo in known or typo in _REAL_WORDS or len(typo) < 4 or listed.get(typo) == canonical:
                    continue
                if typo in listed and {*listed[typo], *canonical} <= {"tirsdag", "torsdag", UNCLEAR_WEEKDAY}:
                    listed[typo] = (UNCLEAR_WEEKDAY,)
                else:
                    listed.setdefault(typo, canonical)
    return listed


def _lexicon() -> dict[str, tuple[str, ...]]:
    known = _forms()
    for word in (*WEEKDAYS, *MONTHS, *(f"{weekday}s" for weekday in WEEKDAYS)):
        known.setdefault(word, (word,))
    return {**_typo_list(known), **known}


LEXICON = MappingProxyType(_lexicon())


def canonical(key: str) -> tuple[str, ...]:
    """The canonical keys of a word as written; the key itself when the grammar does not know it."""
    return LEXICON.get(key) or (key,)
