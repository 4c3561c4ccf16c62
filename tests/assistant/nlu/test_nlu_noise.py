"""The benchmark's noise is the same every time, and its statistics are right."""

import pytest

from bench.noise import folded, noisy
from bench.statistics import auroc, bootstrap_f1, calibration_error, wilson

TEXTS = ["Hvornår skal jeg til møde på jobcenteret?", "ja", "kan jeg få den på telefon i stedet", "Æ", ""]


def test_noise_is_the_same_every_time():
    assert [noisy(t) for t in TEXTS] == [noisy(t) for t in TEXTS]
    assert any(noisy(t) != t for t in TEXTS)


def test_noise_never_leaves_an_utterance_empty():
    assert all(noisy(t) for t in TEXTS if t)


def test_folded_has_no_danish_letters():
    assert folded("Får æblegrød på Ø") == "Faar aeblegroed paa Oe"


def test_statistics():
    low, high = wilson(95, 100)
    assert low == pytest.approx(0.888, abs=0.002)
    assert high == pytest.approx(0.978, abs=0.002)
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert calibration_error([1.0, 1.0], [True, False]) == 0.5
    assert bootstrap_f1(["a", "b"], ["a", "b"], draws=5)[0] == 1
