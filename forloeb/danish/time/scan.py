"""The tokens under the grammar's rules. A rule gets a `Scan` and a position, and answers what it read and where it
ended, or None. Every rule looks at a bounded number of tokens, so a whole text costs time linear in its length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from forloeb.danish.time.clock import Clock
from forloeb.danish.time.days import Context, Spec, Year
from forloeb.danish.time.feasts import FEASTS
from forloeb.danish.time.letters import fold, words
from forloeb.danish.time.lexicon import DAYPARTS, LEXICON, MONTHS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import CARDINALS, ORDINALS, amount
from forloeb.danish.time.tokens import Token

T = TypeVar("T")
Found = tuple[T, int] | None

_NOTHING = Token("", "", -1, -1, glued=False)
# After a bare number these show that it stood alone ("efter 14 på tirsdag"); a noun would make it a count.
_SETTLING = frozenset({*WEEKDAYS, *DAYPARTS}) | words(
    "og eller men paa om i d den til fra hvis saa ogsaa er passer kan vil ville skal maa tak mvh hilsen fint godt "
    "bedst gerne helst for da naar fordi at vi jeg det hos med ved ikke hv vh mon ca kl dag virker duer dur gaar "
    "ellers senest naeste denne samt bare igen hver tror mener eventuelt evt kunne som frem "
    "pga haster please thanks altsaa taenker maaske synes kh venlig hvad tror mener lokale tlf uden mit efter "
    "undtagen bortset praecis sharp prik online personligt telefonisk digitalt fysisk video teams "
    "bliver blev har var faar lyder burde maatte fungerer dog bedre udmaerket perfekt ok super"
)
# Words after which "for" is the preposition
_FOR = words("stedet istedet frem tak tid tiden plads brug undskyld en et aabent lukket aaben inden")
# What begins a sentence of its own after a number and its dot, in messages without capitals
_BEGINNING = words(
    "jeg vi det den der min mit mine kan tak mvh hilsen hvis men saa ellers er vh kh har ring skriv hej ps ja nej med "
    "venlig kaerlig haaber glaeder mon du i eller og ok hvad hvornaar god fordi da for"
)
# Words that can begin a phrase, or join one to another; at all others no rule is tried.
_OPENING = frozenset(
    {key for keys in LEXICON.values() for key in keys}
    | {*CARDINALS, *ORDINALS, *FEASTS, *SHORT_MONTHS, *SHORT_WEEKDAYS, *WEEKDAYS, *MONTHS, ",", "/", "+", "&"}
    | {f"{weekday}e" for weekday in WEEKDAYS}
    | {f"{hour}tiden" for hour in CARDINALS}
    | words(
        "de den det en et on at ca cirka circa about around omkring ved praecis store kristi mors fars sankt skt hen "
        "naestsidste ½ naestsidst indenfor dag op t halvanden helt lige godt knap naesten mindst faa senere tidligere "
        "resten vel nu hver ds dennes lidt fri faerdig hjemme tilbage ledig"
    )
)


@dataclass(frozen=True)
class ClockSaid:
    """Clock times as said: one (value, after, before) or two (interval)."""

    kind: Kind
    first: Clock
    last: Clock | None = None


@dataclass(frozen=True)
class Piece:
    """What one rule read: days, a clock time, a part of the day (with its third), or a year, or several of them."""

    spec: Spec | None = None
    clock: ClockSaid | None = None
    part: str | None = None
    third: str | None = None
    year: Year | None = None
    or_date: Spec | None = None  # "10.12" can be this date instead of a clock time


@dataclass(frozen=True)
class Scan:
    """The tokens of one text at one moment."""

    tokens: tuple[Token, ...]
    at: Context
    keys: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the keys, which every rule looks at first; digits and what is silenced get one, the text's ends none."""
        keys = [token.key or "0" for token in self.tokens]
        for i, key in enumerate(keys):
            if key == "for" and self._meant_before(keys, i):
                keys[i] = "foer"
        object.__setattr__(self, "keys", tuple(keys))

    def _meant_before(self, keys: list[str], i: int) -> bool:
        """`ikke for kl 10`, `mandag for 10`: how one without ø writes "før"."""
        before, after = keys[i - 1] if i else "", keys[i + 1] if i + 1 < len(keys) else ""
        if before == "ikke":
            return after in WEEKDAYS or after in ("kl", "d", "den", "uge", "middag")
        return (after == "kl" and before not in _FOR) or (
            before in WEEKDAYS and self.digits(i + 1) and self.settled(i + 2)
        )

    def token(self, i: int) -> Token:
        """The token at a position, an empty one outside the text."""
        return self.tokens[i] if 0 <= i < len(self.tokens) else _NOTHING

    def key(self, i: int) -> str:
        """The canonical key there; "0" for digits and for what is silenced, empty outside the text."""
        return self.keys[i] if 0 <= i < len(self.keys) else ""

    def opens(self, i: int) -> bool:
        """Whether a phrase, or the link to one, can begin there at all: most words of a text cannot."""
        return self.known(i)

    def known(self, i: int) -> bool:
        """Whether the word there is one of the grammar's, or a number."""
        return self.digits(i) or self.key(i) in _OPENING

    def number(self, i: int) -> int | None:
        """The number there, in digits or as a word."""
        return amount(self.token(i))

    def digits(self, i: int) -> bool:
        """Whether a run of digits is there."""
        return self.token(i).digits

    def skip(self, i: int, words: frozenset[str], most: int = 3) -> int:
        """The position after at most so many of these words."""
        end = i
        while end - i < most and self.key(end) in words:
            end += 1
        return end

    def settled(self, i: int) -> bool:
        """Whether a bare number before this position stood alone."""
        token = self.token(i)
        silenced = not token.key and not token.digits and token.text[:1].isalpha()  # "efter 12 hilsen Anne"
        if i >= len(self.tokens) or token.key in _SETTLING or silenced or self.sentence_ends(i):
            return True
        return bool(token.key) and not token.key.isalnum()

    def sentence_ends(self, i: int) -> bool:
        """Whether the dot after the number before ended a sentence: "kl 9 til 12. Jeg kan …" is no twelfth."""
        before, token = self.token(i - 1), self.token(i)
        begun = token.text[:1].isupper() or token.key in _BEGINNING or token.key == "."
        return before.digits and before.dotted and begun and token.key not in (*MONTHS, *SHORT_MONTHS, *WEEKDAYS)

    def definite(self, i: int) -> bool:
        """Whether the word there was written with its article ("mandagen", "ugen", "morgenen")."""
        written, key = self.token(i).text.lower(), self.key(i)
        return written.endswith("enen" if key in ("morgen", "aften") else "en") and fold(written) != key

    def named(self, i: int) -> bool:
        """Whether the word there has a capital in the middle of a sentence, as a name has."""
        text = self.token(i).text
        return text[:1].isupper() and not text.isupper() and i > 0 and self.key(i - 1) not in (".", "!", "?", ":")


def named_month(scan: Scan, i: int) -> int | None:
    """The month named there, in full or abbreviated."""
    return MONTHS.get(scan.key(i)) or SHORT_MONTHS.get(scan.key(i))
