"""The plain-language check: LIX per reply and topic, and the words a claimant should never meet.

LIX (Björnsson 1968) = words per sentence + share (%) of words longer than six letters. Terms of law, dates,
placeholders and list marks are left out of the count: the person must meet those words, whatever their length.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

LIMIT = 35.0
LONG = 6
TERMS = frozenset(
    [
        "dagpenge",
        "kontanthjælp",
        "uddannelseshjælp",
        "jobcenter",
        "jobcentret",
        "jobcentrets",
        "a-kasse",
        "a-kassen",
        "a-kassens",
        "samtale",
        "samtaler",
        "samtalen",
        "samtalerne",
        "jobsøgning",
        "joblog",
        "jobloggen",
        "jobnet",
        "rådighedssamtale",
        "rådighedssamtaler",
        "cv-samtale",
        "cv-samtalen",
        "vejledningssamtale",
        "indkaldelse",
        "indkaldelsen",
        "medarbejder",
        "efterløn",
        "fleksydelse",
        "folkepension",
        "sygedagpenge",
        "kommunens",
        "januar",
        "februar",
        "april",
        "august",
        "september",
        "oktober",
        "november",
        "december",
        "mandag",
        "tirsdag",
        "onsdag",
        "torsdag",
        "fredag",
        "lørdag",
        "søndag",
    ]
)
PLACEHOLDER = re.compile(r"\{\w+\}")
SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n+")
WORD = re.compile(r"[a-zæøåéA-ZÆØÅ][\w-]*")
UNWANTED = re.compile(r"\b(De bedes|vedrørende|såfremt|endvidere|ligeledes|jævnfør|i henhold til|iht)\b", re.IGNORECASE)
THREATS = re.compile(r"\b(bliver straffet|straf|sanktioneret|konsekvenser for dig)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """How hard a text is: its LIX, and how many words counted."""

    lix: float
    words: int


def lix(text: str) -> Reading:
    """The LIX of a text, with terms of law and placeholders left out of the long words."""
    plain = PLACEHOLDER.sub("noget", text.replace("\n- ", "\n"))
    sentences = [s for s in SENTENCE.split(plain) if WORD.search(s)]
    words = WORD.findall(plain)
    if not words:
        return Reading(0.0, 0)
    long_words = [w for w in words if len(w) > LONG and w.lower() not in TERMS]
    return Reading(len(words) / len(sentences) + 100 * len(long_words) / len(words), len(words))


def topics(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Every Danish text by topic: file name -> (key, text)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.yml")):
        responses = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
        rows = [(key, v["text"]) for key, variants in responses.items() for v in variants if "text" in v]
        found[path.stem] = [(key, text) for key, text in rows if not key.startswith("utter_sprog_")]
    return found


def mean(rows: list[tuple[str, str]]) -> float:
    """The LIX of a topic: of its sentences of four words or more, weighted by length."""
    readings = [lix(text) for _, text in rows]
    counted = [r for r in readings if r.words >= 4]
    total = sum(r.words for r in counted)
    return sum(r.lix * r.words for r in counted) / total if total else 0.0


def faults(folder: Path) -> list[str]:
    """What breaks the rules, one line each; [] when nothing does."""
    found = []
    for topic, rows in topics(folder).items():
        if (value := mean(rows)) > LIMIT:
            found.append(f"{topic}: LIX {value:.1f} is over {LIMIT:.0f}")
        for key, text in rows:
            for pattern in (UNWANTED, THREATS):
                if match := pattern.search(text):
                    found.append(f"{key}: »{match.group()}«")
    return found


def main(folder: Path) -> int:
    """Print a line a topic and the faults; the exit status says whether there are any."""
    for topic, rows in topics(folder).items():
        hardest = max(rows, key=lambda row: lix(row[1]).lix if lix(row[1]).words >= 4 else 0.0, default=None)
        worst = f"{hardest[0]} {lix(hardest[1]).lix:.0f}" if hardest else ""
        print(f"{topic:14} LIX {mean(rows):5.1f}   hardest: {worst}")
    found = faults(folder)
    for line in found:
        print("FAULT", line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
