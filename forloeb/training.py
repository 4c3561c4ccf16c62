"""Trains the assistant when what it learns from has changed: the model's name is a hash of all of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from forloeb.errors import ForloebError
from forloeb.settings import ROOT

INPUTS = ("data", "domain.yml", "config.yml", "forloeb/assistant/nlu", "forloeb/danish", "requirements.lock")


class TrainingFailed(ForloebError):
    """Rasa could not train; the message names the log."""


def fingerprint() -> str:
    """A short hash of everything that the model depends on."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = ROOT / name
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def path() -> Path:
    """Where the current model is, or would be."""
    return ROOT / "models" / f"forloeb-{fingerprint()}.tar.gz"


def current() -> Path | None:
    """The model that fits the files as they are now, or None."""
    return path() if path().exists() else None


def seconds() -> float | None:
    """How long the current model took to train here; None when that is not known."""
    kept = _took(path())
    return float(kept.read_text()) if kept.exists() else None


def _took(model: Path) -> Path:
    return model.with_name(model.name.replace(".tar.gz", ".seconds"))


def train(say: Callable[[str], None]) -> Path:
    """Train, telling of progress, and remove older models.

    Raises:
        TrainingFailed: Rasa ended with an error.
    """
    goal = path()
    goal.parent.mkdir(exist_ok=True)
    log = goal.parent / "train.log"
    say("Training the assistant (one to two minutes the first time) …")
    began, done = time.monotonic(), threading.Event()
    ticking = threading.Thread(target=_tick, args=(say, began, done), daemon=True)
    ticking.start()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "forloeb.assistant.train", goal.name.removesuffix(".tar.gz")]
    try:
        with log.open("w") as output:
            result = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)  # noqa: S603
    finally:
        done.set()
    if result.returncode or not goal.exists():
        raise TrainingFailed("training_failed", f"Training failed; see {log}")
    for old in goal.parent.glob("forloeb-*"):
        if old != goal:
            old.unlink()
    taken = time.monotonic() - began
    _took(goal).write_text(f"{taken:.1f}")
    say(f"Trained in {taken:.0f} s.")
    return goal


def _tick(say: Callable[[str], None], began: float, done: threading.Event) -> None:
    while not done.wait(15):
        say(f"  … {time.monotonic() - began:.0f} s")
