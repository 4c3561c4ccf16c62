"""Verbs of moving, swapping and booking near a phrase: "flyt", "byt", "book": what they ask for is the new time."""

from __future__ import annotations

from forloeb.danish.time.letters import words
from forloeb.danish.time.scan import Scan

MOVES = words(
    "flyt flytte flyttet flytter ryk rykke rykkes rykket flyttes aendre aendret aendres skift skifte skiftes "
    "udskyd udskyde byt bytte bytter "
    "rykker skub skubbe skubber udskyder udsaette flyttede move moved change reschedule udsaet udskydes "
    "fremrykke fremrykkes"
)
_BOOKINGS = words(
    "book booke bestil bestille saet saette aftal aftale booket reserver sat aftalt indkaldt inviteret forsinket "
    "planlagt udsat berammet"
)
_ACCEPTED = words("ja nej tak ok okay ses tiden velkommen siger")
_ONE = words("en den nogen ledig anden")
_ENDS = words(". ! ? ;")
_FAR = 6
_MOVE_FAR = 12


def booking(scan: Scan, i: int) -> bool:
    """Whether the words before ask for a time, so that "til kl. 14" is when it begins."""
    if scan.key(i - 1) in _ACCEPTED or any(scan.key(at) == "tid" and scan.key(at - 1) in _ONE for at in (i - 1, i - 2)):
        return True  # "ja tak til kl. 11.30", "er der en tid til kl. 14"
    return moving(scan, i) or any(scan.key(at) in _BOOKINGS for at in range(max(0, i - _FAR), i))


def swapping(scan: Scan, i: int) -> bool:
    """`byt tirsdag med torsdag`."""
    return any(scan.key(at) in ("byt", "bytte", "bytter", "skift", "skifte") for at in range(max(0, i - _FAR), i))


def moving(scan: Scan, i: int) -> bool:
    """Whether a verb of moving stands before the phrase in its clause."""
    for at in range(i - 1, max(-1, i - _MOVE_FAR), -1):
        if scan.key(at) in _ENDS:
            return False
        if scan.key(at) in MOVES or (scan.key(at) == "om" and {"lave", "laver", "lav"} & {*scan.keys[at - 4 : at]}):
            return True  # "kan vi lave det om fra den 25. til den 26."
    return False
