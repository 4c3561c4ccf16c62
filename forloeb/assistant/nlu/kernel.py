"""The intent model: regularised least squares over words and, where there are any, sentence vectors.

Two texts are alike by the words they share (linear), and by `((1 + cosine) / 2) ** power` of their sentence vectors.
With that similarity the best weights are one linear system, solved exactly in seconds; the same solution gives each
training text's score as if it had been left out, and these scores calibrate the probabilities. So nothing is held
back, nothing is random, and a training is the same twice. docs/decisions/0005-nlu-pipeline.md has the measurements.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import cho_factor, lapack
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Sentences:
    """The part of the model that looks at sentence vectors: those of the training texts, and their weights."""

    vectors: np.ndarray  # a row a training text
    weights: np.ndarray  # a row a training text, a column a label
    share: float
    power: int

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """What the sentence vectors say, one column a label."""
        return _alike(vectors, self.vectors, self.share, self.power) @ self.weights


@dataclass(frozen=True)
class KernelModel:
    """`words` has a row a feature and a column a label; `sharpness` turns scores into calibrated probabilities."""

    labels: tuple[str, ...]
    words: np.ndarray
    sharpness: float
    sentences: Sentences | None = None

    def probabilities(self, words: csr_matrix, vectors: np.ndarray | None = None) -> np.ndarray:
        """One row a text, each summing to one."""
        scores = np.asarray(words @ self.words)
        if self.sentences is not None:
            if vectors is None:
                raise ValueError("this model needs sentence vectors")
            scores = scores + self.sentences.scores(vectors)
        return _softmax(scores * self.sharpness)

    def save(self, folder: Path) -> None:
        """Write arrays as npz and the rest as JSON; nothing that could run on loading."""
        arrays = {"words": self.words.astype(np.float32)}
        about = {"labels": self.labels, "sharpness": self.sharpness, "share": 0.0, "power": 0}
        if self.sentences is not None:
            arrays["vectors"] = self.sentences.vectors.astype(np.float16)
            arrays["weights"] = self.sentences.weights.astype(np.float32)
            about |= {"share": self.sentences.share, "power": self.sentences.power}
        np.savez(folder / "intent.npz", **arrays)
        (folder / "intent.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KernelModel:
        """Read what `save` wrote."""
        about = json.loads((folder / "intent.json").read_text(encoding="utf-8"))
        with np.load(folder / "intent.npz", allow_pickle=False) as stored:
            words = stored["words"]
            sentences = None
            if "vectors" in stored:
                vectors = stored["vectors"].astype(np.float32)
                sentences = Sentences(vectors, stored["weights"], float(about["share"]), int(about["power"]))
        return cls(tuple(about["labels"]), words, float(about["sharpness"]), sentences)


def fit(
    words: csr_matrix,
    labels: Sequence[str],
    vectors: np.ndarray | None = None,
    *,
    ridge: float,
    share: float = 0.0,
    power: int = 1,
) -> KernelModel:
    """Train.

    Args:
        words: a row a text.
        labels: its intent.
        vectors: its sentence vector, of unit length; None trains on words alone.
        ridge: how much a text's own label is distrusted.
        share: weight of the sentences' similarity against that of the words (which is at most 2).
        power: how fast the sentences' similarity falls off.
    """
    names = sorted(set(labels))
    truth = np.array([names.index(label) for label in labels])
    counts = np.bincount(truth)
    alike = (words @ words.T).toarray().astype(np.float64)
    if vectors is not None:
        alike += _alike(vectors, vectors, share, power)
    alike[np.diag_indices(len(truth))] += ridge * counts[truth] * len(names) / len(truth)
    wanted = np.full((len(truth), len(names)), -1.0 / (len(names) - 1))
    wanted[np.arange(len(truth)), truth] = 1.0
    inverse = _inverse(alike)
    weights = inverse @ wanted
    left_out = wanted - weights / np.diag(inverse)[:, None]
    sentences = None
    if vectors is not None:
        sentences = Sentences(vectors.astype(np.float32), weights.astype(np.float32), share, power)
    return KernelModel(
        tuple(names), np.asarray(words.T @ weights).astype(np.float32), _sharpness(left_out, truth), sentences
    )


def _alike(a: np.ndarray, b: np.ndarray, share: float, power: int) -> np.ndarray:
    return np.asarray(share * (0.5 + 0.5 * (a @ b.T)) ** power)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Of a symmetric positive definite matrix, by Cholesky."""
    factor, _ = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    inverse, failed = lapack.dpotri(factor, lower=True, overwrite_c=True)
    if failed:
        raise np.linalg.LinAlgError("the similarity of the training texts is not positive definite")
    inverse = np.tril(inverse)
    return np.asarray(inverse + np.tril(inverse, -1).T)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    """The factor under which the left-out scores predict best (least negative log-likelihood)."""

    def surprise(factor: float) -> float:
        likely = _softmax(scores * factor)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(1.0, 60.0), method="bounded").x)
