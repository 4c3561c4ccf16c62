"""Words and pieces of words as a sparse vector: fitted on the training data, then numpy and a dictionary only."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Recipe:
    """What is counted. Chosen by cross-validation: docs/decisions/0005-nlu-pipeline.md."""

    word_lengths: tuple[int, ...] = (1, 2)
    piece_lengths: tuple[int, ...] = (2, 3, 4, 5)
    rare: int = 2  # word pairs and pieces in fewer texts are left out
    weights: tuple[float, float] = (1.0, 1.0)  # of words, of pieces


def grams(tokens: Sequence[str], recipe: Recipe) -> tuple[list[str], list[str]]:
    """The words (and word pairs) and the pieces of words of one text's folded tokens."""
    padded = ["<", *tokens, ">"]
    found = [
        " ".join(padded[i : i + n])
        for n in recipe.word_lengths
        for i in range(len(padded) - n + 1)
        if n > 1 or padded[i] not in "<>"
    ]
    pieces = []
    for token in tokens:
        edged = f"_{token}_"
        for n in recipe.piece_lengths:
            pieces += [edged[i : i + n] for i in range(len(edged) - n + 1)]
    return found, pieces


@dataclass
class NgramSpace:
    """The fitted vocabulary with its weights; each half of the vector has length one."""

    recipe: Recipe = field(default_factory=Recipe)
    places: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    idf: tuple[np.ndarray, np.ndarray] = field(default_factory=lambda: (np.zeros(0), np.zeros(0)))

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.places[0]) + len(self.places[1])

    def fit(self, texts: Iterable[Sequence[str]]) -> NgramSpace:
        """Learn the vocabulary and the inverse document frequencies."""
        counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        total = 0
        for tokens in texts:
            total += 1
            for counter, found in zip(counts, grams(tokens, self.recipe), strict=True):
                counter.update(set(found))
        rare = self.recipe.rare
        kept = (
            sorted(g for g, n in counts[0].items() if n >= rare or (" " not in g and n >= 1)),
            sorted(g for g, n in counts[1].items() if n >= rare),
        )
        self.places = tuple({gram: i for i, gram in enumerate(half)} for half in kept)  # type: ignore[assignment]
        self.idf = tuple(  # type: ignore[assignment]
            np.array([math.log((1 + total) / (1 + counts[h][g])) + 1 for g in kept[h]], dtype=np.float32)
            for h in (0, 1)
        )
        return self

    def transform(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """One row a text."""
        indptr, indices, data = [0], [], []
        offset = len(self.places[0])
        for tokens in texts:
            for half, found in enumerate(grams(tokens, self.recipe)):
                places, idf = self.places[half], self.idf[half]
                counted = Counter(places[g] for g in found if g in places)
                if not counted:
                    continue
                columns = sorted(counted)
                values = np.array([(1 + math.log(counted[c])) * idf[c] for c in columns], dtype=np.float32)
                values *= self.recipe.weights[half] / float(np.linalg.norm(values))
                indices += [c + offset * half for c in columns]
                data.append(values)
            indptr.append(len(indices))
        flat = np.concatenate(data) if data else np.zeros(0, dtype=np.float32)
        return csr_matrix((flat, np.array(indices, dtype=np.int32), indptr), shape=(len(texts), self.size))

    def save(self, folder: Path) -> None:
        """Write the vocabulary as JSON and the weights as npz."""
        recipe = {name: getattr(self.recipe, name) for name in Recipe.__dataclass_fields__}
        (folder / "ngrams.json").write_text(
            json.dumps({"recipe": recipe, "grams": [list(half) for half in self.places]}, ensure_ascii=False),
            encoding="utf-8",
        )
        np.savez(folder / "ngrams.npz", words=self.idf[0], pieces=self.idf[1])

    @classmethod
    def load(cls, folder: Path) -> NgramSpace:
        """Read what `save` wrote."""
        stored = json.loads((folder / "ngrams.json").read_text(encoding="utf-8"))
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored["recipe"].items()}
        recipe = Recipe(**fields)
        with np.load(folder / "ngrams.npz", allow_pickle=False) as arrays:
            idf = (arrays["words"], arrays["pieces"])
        places = tuple({gram: i for i, gram in enumerate(half)} for half in stored["grams"])
        return cls(recipe, places, idf)  # type: ignore[arg-type]
