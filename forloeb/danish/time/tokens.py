"""Text to tokens in one pass: words with their canonical key, runs of digits with their parts, and single signs.

A run of digits keeps its inner separators ("24/11-28/11", "13.30-14", "1.1.1.1"), so that what is no time falls as
one piece. A dot after an abbreviation ("kl.", "d.", "man.") or a number ("24.") belongs to it and is marked. Every
pattern below has one way to match, so the pass is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from forloeb.danish.time.letters import fold
from forloeb.danish.time.lexicon import SHORT_MONTHS, SHORT_WEEKDAYS, canonical

_PIECE = re.compile(
    "(?P<run>[0-9]+(?:\\.?[-–/:.,][0-9]+)*\\.?)|(?P<word>[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f])*)|(?P<sign>\\S)"
)
_DOTTED = frozenset(
    {*SHORT_MONTHS, *SHORT_WEEKDAYS, "kl", "d", "ca", "cirka", "nr", "pr", "min", "mdr", "md", "f", "fx", "evt", "t",
     "o", "m", "fmd", "emd", "tlf", "sept", "febr", "ml", "jnr", "sagsnr", "stk", "kap", "ds", "el", "ell"}
)  # fmt: skip
_ATOM = re.compile(r"([0-9]+)(?:([./:,])([0-9]+)(?:\2([0-9]+))?)?\.?")
_LONGEST_RUN = 25


@dataclass(frozen=True)
class Atom:
    """Digits with at most two equal separators between them: `24`, `24/11`, `13.30`, `24.11.2025`."""

    parts: tuple[str, ...]
    sep: str


@dataclass(frozen=True)
class Token:
    """One word, run of digits or sign; `atoms` are the pieces of a run between hyphens, none for a run that is junk."""

    text: str
    key: str
    start: int
    end: int
    glued: bool
    digits: bool = False
    dotted: bool = False
    atoms: tuple[Atom, ...] = ()


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, in order, with offsets into it."""
    tokens: list[Token] = []
    for found in _PIECE.finditer(text):
        start, end = found.span()
        glued = bool(tokens) and tokens[-1].end == start
        piece = found.group()
        if found.lastgroup == "run":
            tokens.append(_run(piece, start, glued))
        elif found.lastgroup == "word":
            keys = canonical(fold(piece))
            tokens.extend(Token(piece, key, start, end, glued) for key in keys)
        elif piece == "." and glued and tokens[-1].key and fold(tokens[-1].text) in _DOTTED:
            last = tokens.pop()
            tokens.append(Token(last.text, last.key, last.start, end, last.glued, dotted=True))
        else:
            tokens.append(Token(piece, piece, start, end, glued))
    return tokens


def _run(piece: str, start: int, glued: bool) -> Token:
    dotted = piece.endswith(".")
    atoms: list[Atom] = []
    if len(piece) <= _LONGEST_RUN:
        for part in piece.replace("–", "-").split("-"):
            found = _ATOM.fullmatch(part)
            if not found:
                atoms = []
                break
            atoms.append(Atom(tuple(digits for digits in found.group(1, 3, 4) if digits), found.group(2) or ""))
    text = piece.removesuffix(".")
    return Token(text, "", start, start + len(text), glued, digits=True, dotted=dotted, atoms=tuple(atoms))
