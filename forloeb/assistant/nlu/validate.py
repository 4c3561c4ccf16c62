"""Refuses training data that would make the measurement lie or the model wrong.

`python -m forloeb.assistant.nlu.validate` prints the faults.

Faults: an intent that docs/intents.md lacks, or the other way round; too few utterances; the same utterance (folded)
under two intents; one too like the unseen set; an entity or a value nobody knows; what looks like a CPR number; an
unseen set that is not the frozen one. Closed phrases of one or two words ("ja tak") may stand in both sets: nobody can
write them otherwise; bench/nlu.py reports what is left without them.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forloeb.danish.words import loose, words
from forloeb.settings import ROOT

LEAST = 60
LIKE = 0.9
CLOSED = 2  # words of a phrase that both sets may have
ENTITIES: Mapping[str, frozenset[str]] = {
    "ydelse": frozenset(("dagpenge", "kontanthjaelp", "uddannelseshjaelp")),
    "moedeform": frozenset(("personligt", "telefon", "digital")),
    "myndighed": frozenset(("akasse", "jobcenter")),
    "afbudsgrund": frozenset(("sygdom", "jobsamtale", "privat", "andet")),
    "tid": frozenset(),
}
_INTENT_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\((\w+)\)|(\{[^}]*\}))")
_CPR = re.compile(r"\b(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[- ]?\d{4}\b")


@dataclass(frozen=True)
class Utterance:
    """One line of training data: its intent, its plain text, and (entity, value, words) of its annotations."""

    intent: str
    text: str
    entities: tuple[tuple[str, str | None, str], ...]


def read(files: Iterable[Path]) -> list[Utterance]:
    """Every utterance of Rasa NLU YAML files."""
    found = []
    for path in sorted(files):
        source = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for block in source.get("nlu") or ():
            for line in str(block.get("examples") or "").splitlines():
                if line.startswith("- ") and "intent" in block:
                    found.append(_utterance(str(block["intent"]), line[2:].strip()))
    return found


def _utterance(intent: str, line: str) -> Utterance:
    entities = []
    for text, short, long in _ANNOTATION.findall(line):
        about: dict[str, Any] = yaml.safe_load(long) if long else {"entity": short}
        entities.append((str(about.get("entity")), about.get("value"), text))
    return Utterance(intent, _ANNOTATION.sub(r"\1", line), tuple(entities))


def key(text: str) -> str:
    """What makes two utterances the same: their folded words."""
    return " ".join(loose(word.text) for word in words(text)) or text.strip()


def intent_names(table: str) -> list[str]:
    """The intents of docs/intents.md, in its order."""
    return _INTENT_ROW.findall(table)


def faults(training: Sequence[Utterance], unseen: Sequence[Utterance], intents: Sequence[str]) -> list[str]:
    """Every fault, as a sentence."""
    return [
        *_intent_faults(training, intents),
        *_double_faults(training),
        *_unseen_faults(training, unseen),
        *_content_faults([*training, *unseen]),
    ]


def _intent_faults(training: Sequence[Utterance], intents: Sequence[str]) -> list[str]:
    counts: dict[str, int] = dict.fromkeys(intents, 0)
    found = []
    for utterance in training:
        if utterance.intent in counts:
            counts[utterance.intent] += 1
        elif f"{utterance.intent}: docs/intents.md does not know it" not in found:
            found.append(f"{utterance.intent}: docs/intents.md does not know it")
    return found + [f"{name}: {n} utterances, at least {LEAST} are needed" for name, n in counts.items() if n < LEAST]


def _double_faults(training: Sequence[Utterance]) -> list[str]:
    first: dict[str, str] = {}
    found = []
    for utterance in training:
        other = first.setdefault(key(utterance.text), utterance.intent)
        if other != utterance.intent:
            found.append(f"{utterance.intent}: {utterance.text!r} stands under {other} too")
    return found


def _unseen_faults(training: Sequence[Utterance], unseen: Sequence[Utterance]) -> list[str]:
    sets = [frozenset(key(utterance.text).split()) for utterance in unseen]
    holding: dict[str, list[int]] = {}
    for i, tokens in enumerate(sets):
        for token in tokens:
            holding.setdefault(token, []).append(i)
    found = []
    for utterance in training:
        tokens = frozenset(key(utterance.text).split())
        near = {i for token in tokens for i in holding.get(token, ())} if len(tokens) > CLOSED else ()
        if any(len(tokens & sets[i]) >= LIKE * len(tokens | sets[i]) for i in near):
            found.append(f"{utterance.intent}: {utterance.text!r} is too like the unseen set")
    return found


def _content_faults(utterances: Sequence[Utterance]) -> list[str]:
    found = []
    for utterance in utterances:
        if _CPR.search(utterance.text):
            found.append(f"{utterance.intent}: {utterance.text!r} holds what looks like a CPR number")
        for entity, value, text in utterance.entities:
            if entity not in ENTITIES:
                found.append(f"{utterance.intent}: [{text}] has the unknown entity {entity}")
            elif ENTITIES[entity] and value not in ENTITIES[entity]:
                found.append(f"{utterance.intent}: [{text}] has the unknown {entity} {value}")
    return found


def frozen_faults(folder: Path) -> list[str]:
    """Files of the unseen set whose SHA-256 is not the one in FROZEN."""
    found = []
    for line in (folder / "FROZEN").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            digest, name = line.split()
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                found.append(f"{name}: not the frozen file")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every fault; 1 when there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    root: Path = parser.parse_args(arguments).root
    training = read((root / "data" / "nlu").glob("*.yml"))
    unseen = read((root / "tests" / "nlu").glob("*.yml"))
    intents = intent_names((root / "docs" / "intents.md").read_text(encoding="utf-8"))
    found = faults(training, unseen, intents) + frozen_faults(root / "tests" / "nlu")
    for fault in found:
        print(fault)
    print(f"{len(training)} utterances, {len(intents)} intents, {len(unseen)} unseen: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
