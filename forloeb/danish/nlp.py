"""The Danish spaCy pipeline: a blank tokenizer, the lookup lemmatizer, folding, and a ruler for what people name.

Every token's `norm_` is its loosely folded form with typos in the ruler's own long words put right, so that one
pattern catches `kontanthjælp`, `KONTANTHJAELP`, `kontanthjalp` and `kontantjhælp`. Offsets stay those of the text.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.tokens import Doc, Span, Token
from spacy.util import load_language_data, registry

from forloeb.danish.words import Nearest, fold, loose

ENTITIES = Path(__file__).with_name("entities.yml")
LABELS = ("ydelse", "myndighed", "moedeform", "afbudsgrund")
_NOTHING = "intet"
_GROUND = "afbudsgrund"

_NEGATIONS = frozenset(("ikke", "ik", "ikk", "ej", "hverken", "aldrig", "it", "igge"))
_MODALS = frozenset(("kan", "ka", "kunne", "ku", "kommer", "skal", "ska", "vil"))
_SELF = frozenset(("jeg", "a", "mig", "ae", "mit", "selv", "jej", "jag"))
_OTHERS = frozenset(("han", "hun", "hende", "ham"))
_UNABLE = frozenset(("benene", "op", "oprejst", "rask", "frisk", "toppen", "godt"))
_PLACES = frozenset(("skadestuen", "sygehuset", "hospitalet"))
_BETWEEN = frozenset(
    [
        "laengere",
        "mere",
        "rigtig",
        "saa",
        "helt",
        "blevet",
        "vaeret",
        "specielt",
        "saerlig",
        "alvorligt",
        "engang",
        "jeg",
        "er",
        "har",
        "fordi",
        "at",
        "a",
    ]
)


@lru_cache(maxsize=1)
def load() -> Language:
    """The pipeline, built once a process."""
    nlp = spacy.blank("da")
    lemmatizer: Any = nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    lemmatizer.initialize(lookups=_word_forms())
    nlp.add_pipe("forloeb_fold", config={"words": sorted(_vocabulary())})
    ruler: Any = nlp.add_pipe("entity_ruler", config={"validate": False, "overwrite_ents": True})
    ruler.add_patterns(patterns())
    nlp.add_pipe("forloeb_negation")
    return nlp


def _word_forms() -> Lookups:
    """The list of Danish words and their lemmas as a plain dict: spaCy's own table takes a second to fill."""
    table: Any = load_language_data(registry.lookups.get("da")["lemma_lookup"])
    lookups = Lookups()
    lookups.set_table("lemma_lookup", table)
    return lookups


def is_danish(word: str) -> bool:
    """Whether the lemmatizer's word list has this lower-case word."""
    return word in load().get_pipe("lemmatizer").lookups.get_table("lemma_lookup")  # type: ignore[attr-defined]


@Language.factory("forloeb_fold", default_config={"words": []})
def _fold_factory(nlp: Language, name: str, words: list[str]) -> Any:
    nearest = Nearest(words, least=6)
    forms = nlp.get_pipe("lemmatizer").lookups.get_table("lemma_lookup")  # type: ignore[attr-defined]
    normal: dict[str, str] = {}

    def norm_of(text: str) -> str:
        plain = loose(text)
        return plain if text.lower() in forms else nearest(plain)

    def fold_tokens(doc: Doc) -> Doc:
        for token in doc:
            text = token.text
            norm = normal.get(text)
            if norm is None:
                norm = norm_of(text) or text
                if len(normal) < 50_000:
                    normal[text] = norm
            token.norm_ = norm
            token.lemma_ = fold(token.lemma_) or token.text
        return doc

    return fold_tokens


@Language.component("forloeb_negation")
def _sort_grounds(doc: Doc) -> Doc:
    """Put the grounds right that need more of the sentence than a phrase.

    One that the person denies ("jeg er ikke syg") is none, but for a private one ("gider ikke"). Somebody else's
    illness is no illness. No strength beside an illness is the illness.
    """
    if any(ent.label_ == _GROUND for ent in doc.ents):
        kept = [ent for ent in doc.ents if not (ent.label_ == _GROUND and _denied(ent))]
        kept = [_whose(ent) for ent in kept]
        ill = any(ent.ent_id_ == "sygdom" for ent in kept)
        doc.ents = [ent for ent in kept if not (ill and ent.ent_id_ == "privat" and _is_weariness(ent))]  # type: ignore[misc]
    return doc


def _denied(ent: Span) -> bool:
    if ent.ent_id_ == "privat":
        return False
    norms = [token.norm_ for token in ent.doc]
    inside = any(norms[i] in _NEGATIONS for i in range(ent.start + 1, ent.end))
    illness = ent.ent_id_ == "sygdom" or (ent.ent_id_ == "andet" and ent[-1].norm_ in _listed("syg"))
    if inside and illness:
        return ent[-1].norm_ not in _UNABLE
    if ent.ent_id_ == "andet" and not illness:
        return False
    for i in range(ent.start - 1, max(ent.start - 5, -1), -1):
        if norms[i] in _NEGATIONS:
            return i == 0 or norms[i - 1] not in _MODALS
        if norms[i] not in _BETWEEN:
            return False
    return False


def _is_anothers(ent: Span) -> bool:
    """Whether a member of the family stands before it in the clause, or "med" one after it, and the person does not."""
    if any(token.norm_ in _SELF for token in ent):
        return _accompanies(ent)
    possessor, noun = (ent.doc[i].norm_ if i >= 0 else "" for i in (ent.start - 2, ent.start - 1))
    if possessor in _listed("hvis") and noun not in _listed("krop") and _begins_with_verb(ent):
        return True  # "min kanin er syg"
    for i in range(ent.start - 1, max(ent.start - 9, -1), -1):
        token = ent.doc[i]
        if token.is_punct or token.norm_ in _SELF:
            break
        if token.norm_ in _OTHERS or (token.norm_ in _listed("slaegt") and not _is_gets(token)):
            return True
    return _accompanies(ent)


def _begins_with_verb(ent: Span) -> bool:
    return ent[0].norm_ in ("er", "har", "blev", "bliver", "ligger", "fik")


def _is_gets(token: Token) -> bool:
    """ "får", which folds to what "far" folds to."""
    return token.lower_ == "får" or (
        token.norm_ == "far" and token.i > 0 and token.nbor(-1).norm_ in ("jeg", "a", "man")
    )


def _accompanies(ent: Span) -> bool:
    """ "på skadestuen med min kone"."""
    after = [token.norm_ for token in ent.doc[ent.end : ent.end + 4]]
    there = after[:1] == ["hos"] or (after[:1] == ["med"] and ent[-1].norm_ in _PLACES)
    return there and any(norm in _listed("slaegt") for norm in after)


def _whose(ent: Span) -> Span:
    value = ent.ent_id_
    if value == "sygdom" and _is_anothers(ent):
        value = "andet"
    elif value == "andet" and ent[-1].norm_ in _listed("syg") and (_is_gets(ent[0]) or "mig" in ent.text.split()):
        value = "sygdom"
    return ent if value == ent.ent_id_ else Span(ent.doc, ent.start, ent.end, label=ent.label_, span_id=value)


def _is_weariness(ent: Span) -> bool:
    return any(token.norm_ in ("orker", "magter") for token in ent)


@lru_cache(maxsize=8)
def _listed(name: str) -> frozenset[str]:
    return frozenset(loose(str(word)) for word in _source()["lists"][name])


@lru_cache(maxsize=1)
def _source() -> dict[str, Any]:
    with ENTITIES.open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def patterns() -> list[dict[str, Any]]:
    """The ruler's patterns: label, value as `id`, and token conditions over the folded form."""
    return [
        {"label": label, "id": value, "pattern": pattern}
        for label in (*LABELS, _NOTHING)
        for value, phrases in _source()[label].items()
        for phrase in phrases
        for pattern in _variants(str(phrase))
    ]


def _variants(phrase: str) -> list[list[dict[str, Any]]]:
    """One phrase as spaCy patterns. A phrase whose word the tokenizer would split, comes in both cuts."""
    pattern = [_condition(part) for part in phrase.split()]
    return [[condition for group in pattern for condition in group]]


def _condition(part: str) -> list[dict[str, Any]]:
    if part.startswith("+") and part[1:].isdigit():
        gap = {
            "NORM": {"NOT_IN": ["jeg", "vi", "du", "man", "og", "men"]},
            "IS_PUNCT": False,
            "IS_SPACE": False,
            "OP": "?",
        }
        return [gap] * int(part[1:])
    optional = {"OP": "?"} if part.endswith("?") else {}
    refused = part.startswith("!")
    exact: list[str] = []
    regex: list[str] = []
    for word in _words_of(part.rstrip("?").lstrip("!")):
        if word.endswith("*"):
            regex.append("^" + loose(word[:-1]))
        elif word.startswith("*"):
            regex.append(loose(word[1:]) + "$")
        else:
            exact.append(loose(word))
    if refused:
        return [{"NORM": {"NOT_IN": exact}, "IS_PUNCT": False, "IS_SPACE": False, **optional}]
    if regex:
        regex += [f"^{word}$" for word in exact]
        return [{"NORM": {"REGEX": "|".join(regex)}, **optional}]
    return [{"NORM": {"IN": exact} if len(exact) > 1 else exact[0], **optional}]


def _words_of(part: str) -> list[str]:
    found: list[str] = []
    for word in part.split("|"):
        found += [str(w) for w in _source()["lists"][word[1:]]] if word.startswith("@") else [word]
    return found


def _vocabulary() -> set[str]:
    """Every whole word of the ruler: what a misspelt word can have meant."""
    found: set[str] = set()
    for label in (*LABELS, _NOTHING):
        for phrases in _source()[label].values():
            for phrase in phrases:
                for part in str(phrase).split():
                    if not part.startswith("+"):
                        found |= {loose(w) for w in _words_of(part.rstrip("?").lstrip("!")) if "*" not in w}
    return found


def named(doc: Doc, label: str) -> list[tuple[str, int, int]]:
    """(value, start, end) of each entity with this label, in the order of the text."""
    return [(ent.ent_id_, ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == label]


def fingerprint() -> str:
    """Changes whenever the ruler, the folding or this module changes."""
    sources = (ENTITIES, Path(__file__), Path(__file__).with_name("words.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
