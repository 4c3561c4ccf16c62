"""What is said on each channel: the same law, within the alphabet and length of an SMS, the urgent part first."""

from __future__ import annotations

import asyncio
import re

import pytest

from forloeb import installation
from forloeb import settings as settings_module
from forloeb.gateway import discreet, gsm7, messenger_text, pushes, sms_text, texts
from forloeb.gateway.sms_text import Choice
from tests.gateway.said import CHANNELS, Said, composer, every_answer, responses

FOREIGN = re.compile(r"^utter_sprog_(?!en$|de$)")
NUMBER = re.compile(r"\b(en|to|tre|fire|fem|seks|syv|otte|ni|ti|\d+)\b", re.IGNORECASE)
DATE = re.compile(r"\d{1,2}\. (?:januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december)")
HOLE = re.compile(r"\{\w+\}")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Said]]:
    from actions import services

    patch = pytest.MonkeyPatch()
    patch.setenv("FORLOEB_VAR", str(tmp_path_factory.mktemp("said")))
    services.settings.cache_clear()
    found: dict[str, dict[str, Said]] = {}
    for channel in CHANNELS:
        for said in every_answer(channel):
            found.setdefault(said.name, {})[channel] = said
    patch.undo()
    services.settings.cache_clear()
    return found


def by_sms(said: Said) -> list[str]:
    return pushes._sms(said.text, said.buttons, 0)[0]


def test_every_answer_is_there_on_every_channel_and_rests_on_the_same(answers: dict[str, dict[str, Said]]) -> None:
    assert len(answers) > 400
    for name, told in answers.items():
        assert set(told) == set(CHANNELS), name
        web = told["web"]
        for channel in ("sms", "messenger"):
            for key in ("facts", "sources", "gap"):
                assert told[channel].custom.get(key) == web.custom.get(key), (name, channel, key)
            assert [payload for _, payload in told[channel].buttons] == [payload for _, payload in web.buttons], name


def test_the_dates_of_an_answer_are_the_same_on_every_channel(answers: dict[str, dict[str, Said]]) -> None:
    for name, told in answers.items():
        on_web = set(DATE.findall(told["web"].text))
        assert (
            on_web == set(DATE.findall("\n".join(by_sms(told["sms"])))) == set(DATE.findall(told["messenger"].text))
        ), name


def test_every_answer_is_in_the_alphabet_and_each_page_in_two_parts(answers: dict[str, dict[str, Said]]) -> None:
    for name, told in answers.items():
        for page in by_sms(told["sms"]):
            assert gsm7.fits(page) and gsm7.parts(page) <= 2, (name, page)


def test_the_warning_and_what_to_do_now_stand_on_the_first_page(answers: dict[str, dict[str, Said]]) -> None:
    urgent = 0
    for name, told in answers.items():
        first = by_sms(told["sms"])[0]
        for unit in sms_text._units(gsm7.normal(told["sms"].text)):
            if sms_text._is_urgent(unit):
                urgent += 1
                assert unit.text in first, (name, unit.text, first)
    assert urgent > 50


def test_nothing_of_an_answer_is_lost_between_its_pages(answers: dict[str, dict[str, Said]]) -> None:
    for name, told in answers.items():
        said = told["sms"]
        whole = "\n".join(page.removesuffix(texts.channel("more_footer")) for page in by_sms(said))
        for unit in sms_text._units(gsm7.normal(said.text)):
            assert unit.text in whole or all(word in whole for word in unit.text.split()), (name, unit.text)


def legal() -> list[tuple[str, dict]]:
    return [
        (key, v)
        for key, variants in responses().items()
        for v in variants
        if {"facts", "gap"} & set(v.get("custom") or {})
    ]


@pytest.mark.parametrize("key", sorted({key for key, _ in legal()}))
def test_each_legal_sentence_fits_an_sms_and_its_variants_say_the_same(key: str) -> None:
    """The same facts, holes and numbers; what binds, forbids or denies is neither added nor dropped."""
    variants = responses()[key]
    (web,) = [v for v in variants if "channel" not in v]
    sms = next((v for v in variants if v.get("channel") == "sms"), web)
    filled = HOLE.sub("mandag den 22. september", sms["text"])
    assert all(gsm7.fits(page) for page in sms_text.pages(filled)) and gsm7.places(gsm7.normal(sms["text"])) <= 306
    if sms is web:
        return
    assert sms["custom"] == web["custom"]
    assert set(HOLE.findall(sms["text"])) == set(HOLE.findall(web["text"])) - {"{kilde}"}

    def numbers(text: str) -> set[str]:
        return {each.lower() for each in NUMBER.findall(text)} - {"en"}

    assert numbers(sms["text"]) <= numbers(web["text"]), key
    # what binds or forbids is never added, and a negation never dropped
    assert ("ikke" in sms["text"].split()) == ("ikke" in web["text"].split()), key
    for word in ("mister", "koste", "pligt"):
        assert (word in sms["text"]) == (word in web["text"]), (key, word)


def test_every_text_of_ours_is_in_the_alphabet_of_an_sms() -> None:
    for key, variants in responses().items():
        if FOREIGN.match(key):
            continue
        variant = next((v for v in variants if v.get("channel") == "sms"), variants[0])
        assert gsm7.fits(gsm7.normal(variant.get("text") or "")), key


def test_the_gateways_own_words_fit_an_sms() -> None:
    values = installation.load(settings_module.ROOT / "installation.yml").values()
    more = {"web": "https://forloeb.example.dk", "digit": 1, "title": "x", "digits": "1", "url": "https://x"}
    for name in texts._all()["channels"]:
        if name.startswith("messenger_"):
            continue
        said = texts.channel(name, **values, **more)
        (page,) = sms_text.pages(said)
        assert gsm7.fits(page) and gsm7.parts(page) <= 2, name
    for code in texts._all()["errors"]:
        assert gsm7.fits(gsm7.normal(texts.error(code))), code


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("“Hej” – sagde han…", '"Hej" - sagde han...'),
        ("• punkt", "- punkt"),
        ("blåbærgrød ÆØÅ § é", "blåbærgrød ÆØÅ § é"),
        ("Łukasz ç ê", "Lukasz c e"),
        ("a\u00a0b", "a b"),
        ("A\u030a", "Å"),
    ],
)
def test_letters_outside_the_alphabet_have_stand_ins(given: str, told: str) -> None:
    assert gsm7.normal(given).replace("Ł", "L") == told and gsm7.fits(gsm7.normal(given).replace("Ł", "L"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("", 1),
    ],
)
def test_parts_are_counted_as_telephones_count_them(text: str, parts: int) -> None:
    assert gsm7.parts(text) == parts


LONG = {
    "a": "a" * 3000,
    "words": "ord " * 500,
    "wide": "ж" * 900,
    "pairs": "🙂" * 400,
    "short": "en. To. " * 200,
    "two places": "€ab" * 300,
    "list": "\n".join("- linje" * 9 for _ in range(40)),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_any_text_is_paged_within_two_parts(text: str) -> None:
    choices = [Choice(1, "Ja, book den"), Choice(2, "x" * 200)]
    pages = sms_text.pages(text, choices)
    assert len(pages) > 1 and all(gsm7.parts(page) <= 2 for page in pages)
    assert "1: Ja, book den" in pages[-1]


def test_times_that_the_text_numbers_itself_are_not_said_twice() -> None:
    text = "Ledige tider:\n- 1. mandag kl. 9.00, Bredgade\n- 2. tirsdag kl. 10.00, Bredgade\nHvilken?"
    choices = [Choice(1, "mandag kl. 9.00"), Choice(2, "tirsdag kl. 10.00"), Choice(3, "Vis flere")]
    assert sms_text.pages(text, choices) == [f"{text}\nSvar 1, 2 eller 3:\n3: Vis flere"]


def test_long_answers_and_titles_fit_messenger() -> None:
    cut = messenger_text.messages("Sætning. " * 700, [{"title": "x" * 21, "payload": "t"}] * 15)
    assert all(len(text) <= 2000 for text, _ in cut) and len(cut[-1][1]) == 13 and cut[0][1] == []
    assert all(len(each["title"]) <= 20 for each in cut[-1][1])


@pytest.mark.parametrize(
    ("said", "answer", "wanted"),
    [
        ("jeg har influenza", "Emne: jeg har influenza.", "Emne: [det, du skrev]."),
        ("Jeg er syg, kan ikke komme", "Du skrev: jeg er syg, kan ikke komme", "Du skrev: [det, du skrev]"),
        (
            "jeg er syg",
            "Sygdom og en konkret jobsamtale er eksempler.",
            "Sygdom og en konkret jobsamtale er eksempler.",
        ),
        (
            "jeg er syg",
            "Er du syg, behøver du ikke skrive, hvad du fejler.",
            "Er du syg, behøver du ikke skrive, hvad du fejler.",
        ),
        ("min angst er slem", "Dit svar: angst", "Dit svar: [det, du skrev]"),
        ("mit cv", "Emne: mit cv", "Emne: mit cv"),
    ],
)
def test_the_persons_own_words_about_health_are_not_repeated(said: str, answer: str, wanted: str) -> None:
    assert discreet.without_own_health_words(answer, [said]) == wanted


WHEN = {
    "tid": "onsdag den 24. september kl. 10.00",
    "hvem": "Jobcenter Rudersdal",
    "form": "et digitalt møde",
    "hvor": "",
}
CALL = {"hvem_kontakt": "Jobcenter Rudersdal på 46 11 00 00", "kvittering": "K24C6-M5AE6"}
TIMES = [["utter_tider_hos", WHEN], *(["utter_tider_linje", {**WHEN, "nummer": str(n)}] for n in (1, 2, 3)),
         ["utter_tider_spoerg", {"minutter": "60"}]]  # fmt: skip
TASKS = {
    "missed, dagpenge": [["utter_misset_kontakt_nu", CALL], ["utter_misset_noteret", {**CALL, "klokken": "09.06"}],
                         ["utter_misset_regel_dagpenge", {"moededag": "fredag den 12. september"}],
                         ["utter_misset_ny_tid", {}], *TIMES],
    "wrongly recorded": [["utter_misset_kontakt_nu", CALL],
                         ["utter_misset_wrongly_recorded", {**CALL, "klokken": "09.06"}]],
    "ill": [["utter_afbud_faerdig", {**WHEN, **CALL}], ["utter_afbud_ikke_bekraeftet", CALL],
            ["utter_afbud_vurdering", {}], ["utter_afbud_ny_tid_med_det_samme", {}], *TIMES],
    "private": [["utter_afbud_privat_dagpenge", {}], ["utter_afbud_flyt_i_stedet", WHEN]],
    "other": [["utter_afbud_andet_dagpenge", CALL], ["utter_afbud_andet_sag", {**WHEN, **CALL}],
              ["utter_afbud_flyt_i_stedet", WHEN]],
    "no free time": [["utter_tider_ingen_med_frist", {**CALL, "frist": "onsdag den 24. september"}]],
    "booked": [["utter_book_faerdig", {**WHEN, **CALL}], ["utter_registreret_ikke_bekraeftet", WHEN],
               ["utter_ring_ogsaa", CALL], ["utter_kalender", {"link": "https://forloeb.example.dk/kalender/" + "x" * 32}]],
}  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_what_a_task_says_urgently_stands_first_and_reads_alone(name: str) -> None:
    """Sentences that are moved up to part one say what they are about without the ones they stood beside."""
    told = asyncio.run(composer().generate("utter_svar", None, "sms", parts=TASKS[name]))
    found = pushes._sms(told["text"], (), 0)[0]
    assert all(gsm7.fits(page) and gsm7.parts(page) <= 2 for page in found)
    urgent = [unit.text for unit in sms_text._units(gsm7.normal(told["text"])) if sms_text._is_urgent(unit)]
    assert urgent and all(text in found[0] for text in urgent), (urgent, found[0])
    assert not any(re.match(r"(Det er det|Er det|Har du|Så|Den)\b", text) for text in urgent), urgent
    assert "Det er det vigtigste" not in found[0]
