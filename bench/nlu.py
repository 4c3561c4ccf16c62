"""Measures understanding: `python -m bench.nlu` prints the table and keeps it in bench/nlu_report.md.

Ours and Rasa's default pipeline, trained on the same data, judged on the unseen sets (tests/nlu/, frozen), their noisy
and folded copies; ours by cross-validation too. The default pipeline is slow: it is trained and asked once per version
of the data and kept under var/bench. `--ours` leaves it out unless it is there; `--no-folds` leaves out the
cross-validation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import yaml

from bench.noise import folded, noisy
from bench.statistics import auroc, bootstrap_f1, calibration_error, percentile, wilson
from forloeb import settings
from forloeb.assistant.nlu.validate import Utterance, frozen_faults, key, read

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPORT = HERE / "nlu_report.md"
HISTORY = HERE / "nlu_history.jsonl"
FOLDS = 5
DEFAULT = {
    "recipe": "default.v1",
    "assistant_id": "bench",
    "language": "da",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 40, "constrain_similarities": True, "random_seed": 7},
        {"name": "EntitySynonymMapper"},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
}


@dataclass
class Answers:
    """What a pipeline said: intent, best in-scope confidence and top confidence for each text, and its pace."""

    intents: list[str] = field(default_factory=list)
    in_scope: list[float] = field(default_factory=list)
    top: list[tuple[str, float]] = field(default_factory=list)
    entities: list[list[tuple[str, str]]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)  # by the wall clock
    processor: list[float] = field(default_factory=list)  # milliseconds of all the process's threads together


def ask(model: Path, texts: Sequence[str]) -> Answers:
    """Parse every text with a trained model, one after the other."""
    import asyncio

    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    answers = Answers()

    async def run() -> None:
        for text in ["hej", "hvornår skal jeg til møde på jobcentret", *texts]:
            started, used = time.perf_counter(), time.process_time()
            parsed = await agent.parse_message(text)
            answers.milliseconds.append(1000 * (time.perf_counter() - started))
            answers.processor.append(1000 * (time.process_time() - used))
            ranking = [r for r in parsed.get("intent_ranking") or [] if r["name"] != "nlu_fallback"]
            best = ranking[0] if ranking else {"name": "nlu_fallback", "confidence": 0.0}
            inside = [r["confidence"] for r in ranking if r["name"] != "out_of_scope"]
            answers.intents.append(parsed["intent"]["name"] or "nlu_fallback")
            answers.top.append((best["name"], float(best["confidence"])))
            answers.in_scope.append(float(max(inside, default=0.0)))
            answers.entities.append(
                [(e["entity"], str(e["value"])) for e in parsed["entities"] if e["entity"] not in ("tid", "emne")]
            )

    asyncio.run(run())
    for name in Answers.__dataclass_fields__:
        del getattr(answers, name)[:2]
    return answers


def train(config: dict[str, Any], utterances: Sequence[Utterance] | None, out: Path) -> tuple[Path, float]:
    """Train an NLU model on these utterances (None: on data/nlu as it is); returns it and the seconds it took."""
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        (there / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        data = ROOT / "data" / "nlu"
        if utterances is not None:
            data = there / "nlu.yml"
            by_intent: dict[str, list[str]] = defaultdict(list)
            for utterance in utterances:
                by_intent[utterance.intent].append(utterance.text)
            blocks = [
                {"intent": intent, "examples": "".join(f"- {t}\n" for t in texts)}
                for intent, texts in by_intent.items()
            ]
            data.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
        started = time.perf_counter()
        os.environ["RASA_CACHE_DIRECTORY"] = str(there / "cache")
        model = train_nlu(str(there / "config.yml"), str(data), str(out.parent), fixed_model_name=out.name)
        took = time.perf_counter() - started
    return Path(str(model)), took


def correct(said: str, meant: str) -> bool:
    """Whether the answer is right; unsure is right for what is out of scope (design, section 6)."""
    return said == meant or (meant == "out_of_scope" and said == "nlu_fallback")


def measure(answers: Answers, utterances: Sequence[Utterance]) -> dict[str, Any]:
    """The numbers of one run over one set."""
    meant = [u.intent for u in utterances]
    right = [correct(s, m) for s, m in zip(answers.intents, meant, strict=True)]
    said = ["out_of_scope" if s == "nlu_fallback" else s for s in answers.intents]
    outside = [m == "out_of_scope" for m in meant]
    low, high = wilson(sum(right), len(right))
    f1, f1_low, f1_high = bootstrap_f1(said, meant)
    top_right = [name == m for (name, _), m in zip(answers.top, meant, strict=True)]
    return {
        "n": len(right),
        "accuracy": [sum(right) / len(right), low, high],
        "macro_f1": [f1, f1_low, f1_high],
        "auroc": auroc([1 - c for c in answers.in_scope], outside) if any(outside) else None,
        "ece": calibration_error([c for _, c in answers.top], top_right),
        "p50": percentile(answers.milliseconds, 50),
        "p95": percentile(answers.milliseconds, 95),
        "cpu": percentile(answers.processor, 50) if answers.processor else None,
        "entities": entity_f1(answers, utterances),
    }


def entity_f1(answers: Answers, utterances: Sequence[Utterance]) -> float:
    """Micro-F1 over (entity, value) pairs; `tid` has a table of its own elsewhere."""
    hits = said = meant = 0
    for found, utterance in zip(answers.entities, utterances, strict=True):
        wanted = Counter({(e, str(v)) for e, v, _ in utterance.entities if e != "tid"})
        given = Counter(set(found))
        hits += sum((wanted & given).values())
        said += sum(given.values())
        meant += sum(wanted.values())
    return 2 * hits / max(1, said + meant)


def data_hash() -> str:
    """Of everything that a run of the default pipeline depends on."""
    digest = hashlib.sha256(json.dumps(DEFAULT, sort_keys=True).encode())
    noise = HERE / "noise.py"
    for path in [
        *sorted((ROOT / "data" / "nlu").glob("*.yml")),
        *sorted((ROOT / "tests" / "nlu").glob("*.yml")),
        noise,
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def copies(unseen: Sequence[Utterance]) -> dict[str, list[Utterance]]:
    """The unseen set, and its noisy and folded copies."""
    return {
        "unseen": list(unseen),
        "noisy": [Utterance(u.intent, noisy(u.text), u.entities) for u in unseen],
        "folded": [Utterance(u.intent, folded(u.text), u.entities) for u in unseen],
    }


def run_on_copies(model: Path, sets: dict[str, list[Utterance]]) -> dict[str, Answers]:
    """Ask the model about every copy."""
    return {name: ask(model, [u.text for u in utterances]) for name, utterances in sets.items()}


@dataclass
class Default:
    """What the default pipeline said, how long it trained, and on how many utterances."""

    answers: dict[str, Answers]
    seconds: float
    utterances: int


def default_answers(sets: dict[str, list[Utterance]], training: int, only_kept: bool) -> Default | None:
    """What the default pipeline said, from var/bench where it was asked before.

    Args:
        sets: what to ask about.
        training: how many training utterances there are now.
        only_kept: never train it; the newest run on an earlier version of the data will do (the report says so).
    """
    folder = settings.load().var / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"default-{data_hash()}.json"
    if only_kept and not kept.exists():
        earlier = sorted(folder.glob("default-*.json"), key=lambda path: path.stat().st_mtime)
        if not earlier:
            return None
        kept = earlier[-1]
    if kept.exists():
        stored = json.loads(kept.read_text(encoding="utf-8"))
        answers = {name: Answers(**said) for name, said in stored["answers"].items()}
        for each in answers.values():  # JSON has no tuples
            each.entities = [[(name, value) for name, value in found] for found in each.entities]
        return Default(answers, stored["seconds"], stored.get("utterances", training))
    print("training Rasa's default pipeline (once per version of the data; ten minutes or more) ...", flush=True)
    model, seconds = train(DEFAULT, None, folder / f"default-{data_hash()}")
    answers = run_on_copies(model, sets)
    said = {name: asdict(each) for name, each in answers.items()}
    kept.write_text(json.dumps({"seconds": seconds, "utterances": training, "answers": said}), "utf-8")
    return Default(answers, seconds, training)


def cross_validate(config: dict[str, Any], training: Sequence[Utterance]) -> tuple[Answers, list[Utterance]]:
    """Ours on each fold after training on the others, the whole pipeline each time."""
    order = sorted(training, key=lambda u: hashlib.sha256(u.text.encode()).hexdigest())
    by_intent: dict[str, int] = defaultdict(int)
    fold_of = {}
    for utterance in order:
        fold_of[utterance.text] = by_intent[utterance.intent] % FOLDS
        by_intent[utterance.intent] += 1
    answers, judged = Answers(), []
    with tempfile.TemporaryDirectory() as aside:
        for fold in range(FOLDS):
            print(f"cross-validation: fold {fold + 1} of {FOLDS}", flush=True)
            held = [u for u in training if fold_of[u.text] == fold]
            model, _ = train(config, [u for u in training if fold_of[u.text] != fold], Path(aside) / f"fold{fold}")
            said = ask(model, [u.text for u in held])
            for name in Answers.__dataclass_fields__:
                getattr(answers, name).extend(getattr(said, name))
            judged += held
    return answers, judged


def _interval(values: Sequence[float]) -> str:
    return f"{100 * values[0]:.1f} ({100 * values[1]:.1f}-{100 * values[2]:.1f})"


def table(rows: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    """The numbers as a Markdown table."""
    lines = [
        "| what | n | accuracy % (95 %) | macro-F1 % (95 %) | AUROC outside | ECE | p50 ms | p95 ms | p50 CPU ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, m in rows:
        area = "" if m["auroc"] is None else f"{m['auroc']:.3f}"
        lines.append(
            f"| {name} | {m['n']} | {_interval(m['accuracy'])} | {_interval(m['macro_f1'])} | {area} | {m['ece']:.3f} "
            f"| {m['p50']:.0f} | {m['p95']:.0f} | {'' if m['cpu'] is None else round(m['cpu'])} |"
        )
    return lines


def confusions(answers: Answers, utterances: Sequence[Utterance], examples: bool, most: int = 25) -> list[str]:
    """The commonest confusions; with an utterance only where looking at it does no harm."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for said, utterance in zip(answers.intents, utterances, strict=True):
        if not correct(said, utterance.intent):
            pairs[utterance.intent, said].append(utterance.text)
    ranked = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
    return [
        f"- {len(texts)} x `{meant}` read as `{said}`" + (f": {texts[0][:100]}" if examples else "")
        for (meant, said), texts in ranked
    ]


def difference(now: dict[str, Any]) -> list[str]:
    """Against the last recorded run."""
    if not HISTORY.exists() or not HISTORY.read_text(encoding="utf-8").strip():
        return ["This is the first recorded run."]
    last = json.loads(HISTORY.read_text(encoding="utf-8").strip().splitlines()[-1])
    lines = [
        f"Against the run of {last['on']} ({last['utterances']} training utterances then, {now['utterances']} now):",
        "",
    ]
    for name, metrics in now["ours"].items():
        before = last["ours"].get(name)
        if before:
            change = 100 * (metrics["accuracy"][0] - before["accuracy"][0])
            lines.append(f"- {name}: accuracy {change:+.1f} points, p50 {metrics['p50'] - before['p50']:+.0f} ms")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--ours",
        action="store_true",
        help="the default pipeline only as it was asked before, on an earlier version of the data if need be",
    )
    parser.add_argument("--no-folds", action="store_true", help="no cross-validation")
    parser.add_argument("--default-only", action="store_true", help="only fill the cache of the default pipeline")
    options = parser.parse_args(arguments)
    logging.disable(logging.INFO)
    _quiet()
    random.seed(7)
    faults = frozen_faults(ROOT / "tests" / "nlu")
    if faults:
        print("\n".join(faults))
        return 1
    training = read((ROOT / "data" / "nlu").glob("*.yml"))
    unseen = read((ROOT / "tests" / "nlu").glob("*.yml"))
    sets = copies(unseen)
    default = default_answers(sets, len(training), options.ours)
    if options.default_only:
        return 0
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as aside:
        model, seconds = train(config, None, Path(aside) / "ours")
        size = model.stat().st_size / 1e6
        ours = run_on_copies(model, sets)
    rows = [(f"ours, {name}", measure(ours[name], sets[name])) for name in sets]
    rows += _parts(ours["unseen"], unseen, training)
    folds: list[str] = []
    if not options.no_folds:
        answers, judged = cross_validate(config, training)
        rows.insert(0, ("ours, cross-validation", measure(answers, judged)))
        folds = confusions(answers, judged, examples=True)
    if default is not None:
        older = "" if default.utterances == len(training) else f" (trained on {default.utterances} utterances)"
        rows += [(f"default, {name}{older}", measure(default.answers[name], sets[name])) for name in sets]
    record = {
        "on": date.today().isoformat(),
        "utterances": len(training),
        "seconds": round(seconds, 1),
        "ours": {name.removeprefix("ours, "): m for name, m in rows if name.startswith("ours")},
    }
    lines = [
        "# Understanding, measured",
        "",
        f"`python -m bench.nlu` on {record['on']}: {len(training)} training utterances, {len(unseen)} unseen ones "
        "(frozen, other voices). Accuracy with Wilson's interval, macro-F1 bootstrapped. One thread on shared cores: "
        "the processor's own milliseconds (last column) say more than the clock's.",
        "",
        *table(rows),
        "",
        f"Training ours: {seconds:.0f} s, {size:.0f} MB"
        + (f"; the default pipeline (40 epochs): {default.seconds:.0f} s." if default is not None else "."),
        f"Entities of ours on the unseen set (ydelse, moedeform, myndighed, afbudsgrund; micro-F1 of values): "
        f"{100 * rows[[n for n, _ in rows].index('ours, unseen')][1]['entities']:.1f} %.",
        "",
        "## Difference",
        "",
        *difference(record),
        "",
        "## Confusions on the unseen set",
        "",
        "Counts only: who tunes must not read the utterances.",
        "",
        *confusions(ours["unseen"], unseen, examples=False, most=15),
        "",
        *(["## Confusions in cross-validation", "", *folds, ""] if folds else []),
    ]
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    print("\n".join(lines))
    return 0


def _parts(answers: Answers, unseen: Sequence[Utterance], training: Sequence[Utterance]) -> list[tuple[str, Any]]:
    """The unseen set by voice, and without the closed phrases that the training data has too."""
    known = {key(u.text) for u in training}
    voice = [path.stem for path in sorted((ROOT / "tests" / "nlu").glob("*.yml")) for _ in read([path])]
    parts: list[tuple[str, list[int]]] = [
        (f"ours, {name}.yml", [i for i, v in enumerate(voice) if v == name]) for name in sorted(set(voice))
    ]
    parts.append(("ours, unseen, no phrase shared", [i for i, u in enumerate(unseen) if key(u.text) not in known]))
    found = []
    for name, places in parts:
        part = Answers(*([getattr(answers, f)[i] for i in places] for f in Answers.__dataclass_fields__))
        found.append((name, measure(part, [unseen[i] for i in places])))
    return found


def _quiet() -> None:
    import warnings

    import structlog

    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


if __name__ == "__main__":
    sys.exit(main())
