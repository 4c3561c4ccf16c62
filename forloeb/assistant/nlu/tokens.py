"""The tokenizer, and what a message is made of: itself and its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS, TOKENS_NAMES
from rasa.nlu.tokenizers.spacy_tokenizer import SpacyTokenizer
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from forloeb.assistant.nlu.clauses import clauses
from forloeb.assistant.nlu.spacy_danish import DanishSpacy
from forloeb.danish import nlp
from forloeb.danish.spelling import Speller
from forloeb.danish.words import loose

CLAUSES = "clauses"
MEANT = "meant"  # the text with its spelling put right: for the sentence vector, for nothing else
_SIGNS = frozenset("?!")
_FUND = re.compile(r"kass?e[nrs]*$")  # "a kassen" is one word to everybody


def units(message: Message) -> Iterator[Message]:
    """The message itself, then its clauses (there are none when it is one clause)."""
    yield message
    yield from message.get(CLAUSES) or ()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class FoldingTokenizer(SpacyTokenizer):
    """spaCy's tokens with spelling put right and folded loosely; `?` and `!` are kept.

    `start` and `end` stay the places of the words as typed, so `token.end - token.start` need not be the length of
    `token.text`. At run time it also cuts the message into clauses, small messages of their own that the featurizers
    and classifiers after it treat like the message itself.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Our loader stands for SpacyNLP."""
        return [DanishSpacy]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """As SpacyTokenizer; `clauses` switches the cutting."""
        return {**SpacyTokenizer.get_default_config(), "clauses": True}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, speller: Speller | None = None
    ) -> None:
        """Keep the speller; an empty one corrects only what is in its closed list."""
        super().__init__(config)
        self._storage = storage
        self._resource = resource
        self._speller = speller or Speller({}, nlp.is_danish)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FoldingTokenizer:
        """A tokenizer that has seen no words yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FoldingTokenizer:
        """A tokenizer with the words of the training texts."""
        with model_storage.read_from(resource) as folder:
            speller = Speller.load(Path(folder), nlp.is_danish)
        return cls({**cls.get_default_config(), **config}, model_storage, resource, speller)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words."""
        texts = [e for e in training_data.training_examples if e.get(TEXT) and e.get(INTENT)]
        docs = (e.get(SPACY_DOCS[TEXT]) or () for e in texts)
        self._speller = Speller.fit(([token.text for token in doc] for doc in docs), nlp.is_danish)
        with self._storage.write_to(self._resource) as folder:
            self._speller.save(Path(folder))
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Folded tokens; `start` and `end` are those of the words as typed."""
        tokens: list[Token] = []
        doc = list(self._get_doc(message, attribute) or ())
        opened: int | None = None  # where the "a" of "a kassen" stands
        for t, after in zip_longest(doc, doc[1:]):
            if t.lower_ == "a" and after is not None and _FUND.match(after.lower_):
                opened = t.idx
                continue
            sign = t.text in _SIGNS
            word = any(letter.isalnum() for letter in t.text)
            meant = self._meant(t.text) if word else t.text
            if opened is not None:
                meant = f"a{meant}"
            folded = loose(meant) if sign or word else ""
            if folded:
                start, end = t.idx if opened is None else opened, t.idx + len(t.text)
                tokens.append(Token(folded, start, end=end, lemma=t.lemma_, data={MEANT: meant + t.whitespace_}))
            elif tokens:  # punctuation is no token, but the sentence vector wants to see it
                tokens[-1].set(MEANT, tokens[-1].get(MEANT) + t.text + t.whitespace_)
            opened = None
        return tokens

    def _meant(self, word: str) -> str:
        return "jeg" if word.lower() == "a" else self._speller(word)  # as Jutland says it

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tokenize, and note what was meant."""
        for example in super().process_training_data(training_data).training_examples:
            _note(example)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokenize, note what was meant, and cut what has several clauses."""
        for message in super().process(messages):
            _note(message)
            text = message.get(TEXT)
            if not (self._config.get("clauses") and isinstance(text, str)):
                continue
            spans = clauses(text)
            tokens = message.get(TOKENS_NAMES[TEXT]) or []
            if len(spans) > 1:
                message.set(CLAUSES, [_clause(text, tokens, start, end) for start, end in spans])
        return messages


def _note(message: Message) -> None:
    tokens = message.get(TOKENS_NAMES[TEXT])
    if tokens:
        message.set(MEANT, "".join(token.get(MEANT) for token in tokens))


def _clause(text: str, tokens: list[Token], start: int, end: int) -> Message:
    inside = [token for token in tokens if start <= token.start and token.end <= end]
    clause = Message({TEXT: text[start:end], TOKENS_NAMES[TEXT]: inside, "offset": start})
    _note(clause)
    return clause
