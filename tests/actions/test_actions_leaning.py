"""What a question asks that names no subject of its own, and of which subject: pure, without processes."""

import pytest

from actions import yes_no
from actions.answers import ANSWERS
from actions.context_answers import ANSWERS as IN_CONTEXT
from actions.in_context import leant_on
from actions.leaning import Kind, kind_of

KINDS = [
    ("og hvornår er det?", Kind.WHEN),
    ("hvnr", Kind.WHEN),
    ("til hvornår", Kind.WHEN),
    ("hvor hurtigt", Kind.WHEN),
    ("hvem bestemmer det", Kind.WHO),
    ("hvem laver den", Kind.WHO),
    ("hvem skal jeg kontakte", Kind.WHO),
    ("hvor skal jeg lægge det op", Kind.WHERE),
    ("hvor henne", Kind.WHERE),
    ("hvorfor ikke", Kind.WHY),
    ("hvad hvis jeg ikke når det?", Kind.WHAT_IF),
    ("hvad hvis de siger nej", Kind.WHAT_IF),
    ("og hvis den ikke kommer", Kind.WHAT_IF),
    ("mister jeg så dagpenge?", Kind.WHAT_IF),
    ("hvad sker der dagen efter", Kind.WHAT_IF),
    ("hvor lang tid tager den", Kind.HOW_LONG),
    ("hvor tit", Kind.HOW_OFTEN),
    ("koster det noget", Kind.COST),
    ("skal jeg selv betale", Kind.COST),
    ("er du helt sikker?", Kind.SURE),
    ("gælder det også mig?", Kind.ME),
    ("og mit?", Kind.ME),
    ("og så?", Kind.NEXT),
    ("hvad så bagefter", Kind.NEXT),
    ("hva nu", Kind.NEXT),
    ("jeg kan ikke finde den", Kind.MISSING),
    ("er det så min fejl", Kind.FAULT),
    ("er det inklusiv den dag", Kind.INCLUDED),
    ("hvad med den efter", Kind.OTHER_ONE),
    ("hvordan gør jeg det", Kind.HOW),
    ("hvor mange", Kind.HOW_MANY),
]
NONE = [
    "hvornår er mit møde",
    "hvornår kan jeg få en ny tid",
    "hvor står det",
    "hvem er du",
    "hvem godkender mit cv",
    "hvad kan du",
    "og hvis jeg bare ikke kommer",
    "hvad hvis jeg bliver syg",
    "skal jeg selv booke",
    "ja",
    "nej tak",
    "okay",
    "den første",
    "",
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind(text, kind):
    assert kind_of(text) is kind


@pytest.mark.parametrize("text", NONE)
def test_a_message_with_a_subject_of_its_own_leans_on_nothing(text):
    assert kind_of(text) is None


LEANT = [
    ("hvornår", ["cv_godkendelse"], ["cv_frist"]),
    ("hvornår", ["antal_samtaler", "hvor_booker_jeg"], ["naeste"]),
    ("hvem bestemmer det", ["lovlig_grund"], ["hvem_vurderer"]),
    ("hvem bestemmer det", ["antal_samtaler"], ["hvem_bestemmer"]),
    ("hvad hvis jeg ikke når det", ["cv_frist"], ["cv_ikke_klar"]),
    ("hvad hvis de siger nej", ["cv_godkendelse"], ["cv_ikke_godkendt"]),
    ("hvad hvis jeg ikke når det", ["hvor_booker_jeg"], ["booking_glemt"]),
    ("hvad hvis jeg kun søger 1", ["aktive_tilbud"], ["joblog_glemt"]),
    ("mister jeg penge", ["raadighed_tvivl"], ["raadighed_tvivl"]),
    ("mister jeg penge", ["ferie"], ["ferie_ikke_sagt"]),
    ("og hvis der stadig ikke er noget", ["naeste"], ["naeste_ikke_sagt"]),
    ("hvorfor", ["aktive_tilbud"], ["hvorfor"]),
    ("og så", ["naeste"], ["vis_forloeb"]),
    ("hvor", ["moedepligt"], []),
    ("hvornår er den næste", ["efter_seks_maaneder"], []),
    ("gælder det også mig", ["jobsoegning_antal"], ["gaelder_dig", "jobsoegning_antal"]),
]


@pytest.mark.parametrize(("text", "last", "meant"), LEANT)
def test_what_is_leant_on(text, last, meant):
    assert leant_on(kind_of(text), text, last) == meant


def test_every_subject_that_can_be_meant_has_an_answer():
    for last in (*ANSWERS, "naeste"):
        for text, _ in KINDS:
            for meant in leant_on(kind_of(text), text, [last]):
                assert meant in ANSWERS or meant in IN_CONTEXT, (text, last, meant)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("skal jeg komme til mødet", yes_no.YES),
        ("er det et krav", yes_no.YES),
        ("er det frivilligt", yes_no.NO),
        ("må jeg lade være", yes_no.NO),
        ("må jeg optage samtalen", yes_no.NEITHER),
        ("hvornår skal jeg komme", yes_no.NEITHER),
        ("skal jeg møde op eller kan det være på telefon", yes_no.NEITHER),
        ("skal jeg søge job, og skal jeg komme til møderne", yes_no.NEITHER),
    ],
)
def test_duty_in_a_word(text, word):
    assert yes_no.duty(text) == word
