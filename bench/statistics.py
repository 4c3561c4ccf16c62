"""The few statistics that the benchmark prints."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def bootstrap_f1(said: Sequence[str], meant: Sequence[str], draws: int = 500) -> tuple[float, float, float]:
    """Macro-F1 with its bootstrapped 95 % interval."""
    names = sorted(set(meant))
    places = {name: i for i, name in enumerate(names)}
    given = np.array([places.get(s, len(names)) for s in said])
    wanted = np.array([places[m] for m in meant])
    rng = np.random.default_rng(7)
    drawn = [
        _macro_f1(given[i], wanted[i], len(names))
        for i in (rng.integers(0, len(wanted), len(wanted)) for _ in range(draws))
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return _macro_f1(given, wanted, len(names)), float(low), float(high)


def _macro_f1(said: np.ndarray, meant: np.ndarray, n: int) -> float:
    hits = np.bincount(meant[said == meant], minlength=n)
    both = np.bincount(meant, minlength=n) + np.bincount(said, minlength=n + 1)[:n]
    there = np.bincount(meant, minlength=n) > 0
    return float((2 * hits[there] / np.maximum(both[there], 1)).mean())


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Area under the ROC curve; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    mask = np.array(positive)
    n1, n0 = int(mask.sum()), int((~mask).sum())
    return float((ranks[mask].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over equal bins."""
    sure, hit = np.array(confidences), np.array(right, dtype=float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return float(
        sum((place == b).mean() * abs(sure[place == b].mean() - hit[place == b].mean()) for b in set(place.tolist()))
    )


def percentile(values: Sequence[float], share: float) -> float:
    """A percentile."""
    return float(np.percentile(values, share))
