"""A message that is a clock time and nothing else: "1330", "10-12", "27-11"."""

from __future__ import annotations

from forloeb.danish.time.clock import clock_stretch, clock_words
from forloeb.danish.time.grammar_clock import clock_range
from forloeb.danish.time.model import Kind
from forloeb.danish.time.numbers import atom_clock, atom_date
from forloeb.danish.time.questions import Unclear, day_words
from forloeb.danish.time.scan import ClockSaid, Found, Piece, Scan
from forloeb.danish.time.tokens import Atom


def whole_message(scan: Scan) -> Found[Piece]:
    """`1330` or `10-12` and nothing else."""
    length = len(scan.tokens) - (scan.key(len(scan.tokens) - 1) in (".", "!", "?"))
    found = clock_range(scan, 0, licensed=True)
    if not found and length == 1 and len(scan.token(0).atoms) == 2:
        first, last = scan.token(0).atoms
        day = atom_date(Atom((*first.parts, *last.parts), "/"), licensed=True) if not first.sep + last.sep else None
        return (Piece(spec=day), 1) if day and len(last.parts[0]) <= 2 else None  # "27-11"
    if found and found[1] == length:
        return _hours_or_date(scan, found[0]), length
    atoms = scan.token(0).atoms
    if length != 1 or len(atoms) != 1 or atoms[0].sep or len(atoms[0].parts[0]) not in (3, 4):
        return None
    said = atom_clock(atoms[0], licensed=True)
    if not said or not said.exists() or said.past % 5 or not 7 <= said.hour <= 18:
        return None
    return Piece(clock=ClockSaid(Kind.VALUE, said)), 1


def _hours_or_date(scan: Scan, said: ClockSaid) -> Piece:
    """`10-12` can be 10 December, so it asks; `24-12` is no stretch of hours and can only be a date."""
    atoms = scan.token(0).atoms
    if len(atoms) != 2 or any(atom.sep for atom in atoms) or not said.last:
        return Piece(clock=said)
    day = atom_date(Atom((atoms[0].parts[0], atoms[1].parts[0]), "/"), licensed=True)
    if day is None:
        return Piece(clock=said)
    try:
        stretch = clock_stretch(said.first, said.last)
    except Unclear:
        return Piece(spec=day)
    first, last = clock_words(stretch.start or 0), clock_words(stretch.end or 0)
    date_words = day_words(day.resolve(scan.at).start, scan.at.today)
    raise Unclear("hours_or_date", first=first, second=last, date=date_words)
