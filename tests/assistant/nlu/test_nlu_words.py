"""Folding, offsets, spelling and clauses: what must hold for any text at all."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forloeb.assistant.nlu.clauses import clauses
from forloeb.assistant.nlu.tokens import FoldingTokenizer
from forloeb.danish import nlp
from forloeb.danish.sound import sound
from forloeb.danish.spelling import Speller
from forloeb.danish.words import Nearest, fold, folded_with_places, loose, within_one_edit, words

TEXTS = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=80) | st.text(
    "aæøåeoAÆØÅ .,?!-1", max_size=60
)


@given(TEXTS)
@example("🄐ᴭ")  # a letter in a ring of its own, a raised one: what they stand for is folded too
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_words_stand_where_they_say(text):
    found = words(text)
    assert all(text[w.start : w.end] == w.text for w in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))


@given(TEXTS)
def test_each_folded_letter_knows_its_place(text):
    folded, places = folded_with_places(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)


@given(TEXTS)
def test_clauses_lie_in_order_inside_the_text(text):
    spans = clauses(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_the_pipeline_keeps_the_places_of_any_text(text):
    doc = nlp.load()(text)
    assert all(text[t.idx : t.idx + len(t.text)] == t.text for t in doc)
    assert all(text[ent.start_char : ent.end_char] == ent.text for ent in doc.ents)


@pytest.mark.parametrize(
    ("text", "folded", "loosely"),
    [
        ("Kontanthjælp", "kontanthjaelp", "kontanthjalp"),
        ("KONTANTHJAELP", "kontanthjaelp", "kontanthjalp"),
        ("kontanthjalp", "kontanthjalp", "kontanthjalp"),
        ("MØDE", "moede", "mode"),
        ("a\u030arsag", "aarsag", "arsag"),
        ("café", "cafe", "cafe"),
        ("Rådgivning’en", "raadgivning'en", "radgivning'en"),
        ("𝕬ᴭ", "aae", "ae"),
    ],
)
def test_folding(text, folded, loosely):
    assert (fold(text), loose(text)) == (folded, loosely)


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("dagpenge", "dagpege", True),
        ("dagpenge", "dagpegne", True),
        ("dagpenge", "dagpengge", True),
        ("dagpenge", "dagpinge", True),
        ("dagpenge", "dagene", False),
        ("telefon", "telefon", True),
        ("ab", "ba", True),
        ("abc", "cba", False),
    ],
)
def test_one_slip_of_the_finger(a, b, near):
    assert within_one_edit(a, b) is near
    assert within_one_edit(b, a) is near


def test_nearest_corrects_long_listed_words_only():
    nearest = Nearest(["dagpenge", "jobcenter", "syg"], least=6)
    assert nearest("dagpegne") == "dagpenge"
    assert nearest("jobcnter") == "jobcenter"
    assert nearest("sy") == "sy"
    assert nearest("lagpenge") == "lagpenge", "another first letter is another word"


def test_the_speller_restores_what_was_meant_and_leaves_known_words_alone():
    texts = [["hvornår", "skal", "jeg", "til", "møde", "på", "jobcenteret"]] * 3 + [["jeg", "vil", "dø"]] * 3
    speller = Speller.fit(texts, lambda word: word in {"mode", "last"})
    assert speller("hvonår") == "hvornår"
    assert speller("moede") == "møde"
    assert speller("jobcentreet") == "jobcenteret"
    assert speller("dø") == "dø"
    assert speller("ik") == "ikke"
    assert speller("last") == "last"
    assert speller("Xyzzy") == "xyzzy"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vsi", "vis"),  # three letters, two of them swapped
        ("vit", "vit"),
        ("inkdaldesle", "indkaldelse"),  # swapped more than once
        ("aftlaer", "aftaler"),  # "ae" typed by a slip is no æ
        ("sammtahle", "samtale"),  # by ear
        ("hwornår", "hvornår"),
        ("vornor", "hvornår"),
        ("jopsenter", "jobcenter"),
        ("a-ksasen", "akassen"),  # put right, then written as everybody's
        ("var", "var"),  # "vær" stands for "være", "var" does not
        ("ja", "ja"),
        ("vaer", "være"),
    ],
)
def test_what_is_swapped_or_written_by_ear_is_put_right(typed, meant):
    known = ["vis", "indkaldelse", "aftaler", "samtale", "hvornår", "jobcenter", "a-kassen", "var", "ja"]
    assert Speller.fit([known] * 20)(typed) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("indkaldelse", "inkallelse"),
        ("møde", "moede"),
        ("måned", "maaned"),
        ("center", "senter"),
        ("hvordan", "wordan"),
        ("hjælpe", "jelpe"),
        ("samtaler", "samtalere"),
    ],
)
def test_spellings_of_one_word_sound_the_same(one, other):
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("møde", "måde"), ("dag", "uge"), ("tid", "tak"), ("frist", "fest")])
def test_other_words_sound_otherwise(one, other):
    assert sound(one) != sound(other)


def test_a_speller_is_the_same_after_saving(tmp_path):
    speller = Speller.fit([["møde", "samtale"]] * 4)
    speller.save(tmp_path)
    again = Speller.load(tmp_path)
    assert [again(w) for w in ("mode", "samtle", "hej")] == [speller(w) for w in ("mode", "samtle", "hej")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hvornår er mit møde", ["hvornår er mit møde"]),
        ("hvad skal jeg til og hvornår?", ["hvad skal jeg til", "hvornår?"]),
        ("Hvor mange møder er der? Og hvem holder dem?", ["Hvor mange møder er der?", "Og hvem holder dem?"]),
        ("hvornår skal cv ligge der og hvem godkender det", ["hvornår skal cv ligge der", "hvem godkender det"]),
        ("book en tid\nog flyt den anden", ["book en tid", "og flyt den anden"]),
        ("jeg blev ledig d. 3. september. hvad nu", ["jeg blev ledig d. 3. september", "hvad nu"]),
        ("mødet er kl. 10.30 på fredag", ["mødet er kl. 10.30 på fredag"]),
        ("jeg ved ikke, hvem der godkender det", ["jeg ved ikke, hvem der godkender det"]),
        ("jeg er syg i dag, kan jeg få en ny tid", ["jeg er syg i dag", "kan jeg få en ny tid"]),
        ("hvis jeg er syg, kan jeg så få en ny tid", ["hvis jeg er syg, kan jeg så få en ny tid"]),
        ("Og når jeg er færdig, skal jeg så til møde", ["Og når jeg er færdig, skal jeg så til møde"]),
        ("hvornår er det og hos hvem skal jeg møde", ["hvornår er det", "hos hvem skal jeg møde"]),
        ("inden hvornår skal jeg booke", ["inden hvornår skal jeg booke"]),
        ("book en tid og fortæl hvad jeg skal have med", ["book en tid", "fortæl hvad jeg skal have med"]),
        ("er mødet digitalt, i så fald vil jeg med", ["er mødet digitalt", "i så fald vil jeg med"]),
        ("hvem holder mødet og kan a-kassen komme med", ["hvem holder mødet", "kan a-kassen komme med"]),
        ("", []),
    ],
)
def test_clauses(text, parts):
    assert [text[start:end] for start, end in clauses(text)] == parts


def test_a_wall_of_text_is_cut_into_few_clauses_quickly():
    text = "hvad skal jeg? og hvornår er det, og hvem " * 300
    assert len(clauses(text)) <= 8


def test_tokens_are_folded_and_keep_their_places():
    from rasa.nlu.constants import SPACY_DOCS
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    text = "Får jeg KONTANTHJÆLP, ik?"
    message = Message({TEXT: text, SPACY_DOCS[TEXT]: nlp.load()(text)})
    tokens = FoldingTokenizer(FoldingTokenizer.get_default_config(), None, None).tokenize(message, TEXT)
    assert [t.text for t in tokens] == ["far", "jeg", "kontanthjalp", "ikke", "?"]
    assert [text[t.start : t.end] for t in tokens] == ["Får", "jeg", "KONTANTHJÆLP", "ik", "?"]


@pytest.mark.parametrize(
    ("text", "folded", "typed"),
    [
        ("skal a kassen med", ["skal", "akassen", "med"], ["skal", "a kassen", "med"]),
        ("A kasses svar", ["akasses", "svar"], ["A kasses", "svar"]),
        ("a ved det", ["jeg", "ved", "det"], ["a", "ved", "det"]),
        ("det ved a", ["det", "ved", "jeg"], ["det", "ved", "a"]),
    ],
)
def test_a_stands_for_the_fund_or_for_me(text, folded, typed):
    from rasa.nlu.constants import SPACY_DOCS
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    message = Message({TEXT: text, SPACY_DOCS[TEXT]: nlp.load()(text)})
    tokens = FoldingTokenizer(FoldingTokenizer.get_default_config(), None, None).tokenize(message, TEXT)
    assert [t.text for t in tokens] == folded
    assert [text[t.start : t.end] for t in tokens] == typed
