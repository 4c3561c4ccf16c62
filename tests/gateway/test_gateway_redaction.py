"""What is masked and what is left alone; the false hits are measured."""

from __future__ import annotations

import random
from datetime import date

import pytest

from forloeb.gateway.redaction import redact
from tests.gateway.planted import WORDS

MASKED = [
    ("mit cpr er 010190-1234", "cpr"),
    ("19 11 1984 0130", "cpr"),
    ("23-08-1949 0708", "cpr"),
    ("den 01 04 2003 0543", "cpr"),
    ("010190-1234", "cpr"),
    ("010190 1234", "cpr"),
    ("0101901234", "cpr"),
    ("010190 - 1234", "cpr"),
    ("010190–1234", "cpr"),
    ("010190\u20111234", "cpr"),
    ("010190\u00a01234", "cpr"),
    ("cpr:0101901234.", "cpr"),
    ("(311299-4321)", "cpr"),
    ("01.01.90-1234", "cpr"),
    ("01 01 90 1234", "cpr"),
    ("01/01/90-1234", "cpr"),
    ("01-01-1990-1234", "cpr"),
    ("010190/1234", "cpr"),
    ("0101\u200b901234", "cpr"),
    ("290200-4123", "cpr"),
    ("jeg hedder Bo,0101901234,og", "cpr"),
    ("personnummer 010190\u20131234 tak", "cpr"),
    ("min søns cpr-nr. 150312 5678", "cpr"),
    ("sagsnr 12, cpr 0101901234", "cpr"),
    ("kort 4571 1234 5678 9016", "card"),
    ("5555555555554444", "card"),
    ("4111-1111-1111-1111", "card"),
    ("378282246310005", "card"),
    ("3782 822463 10005", "card"),
    ("password: hunter2", "password"),
    ("min adgangskode er: Sommer25", "password"),
    ("kodeord=hemmelig", "password"),
    ("Kodeord: hemmelig", "password"),
    ("mit kodeord er Sommer25", "password"),
    ("adgangskoden: abc", "password"),
    ("pinkode: 1234", "password"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjLTEwMDEifQ.abc-def_123", "token"),
    ("Authorization: Bearer abcdefghijklmnop1234", "token"),
]
KEPT = [
    "sagsnummer 0101901234",
    "sag nr. 0101901234",
    "journalnummer: 0101901234",
    "ordrenr 0101901234",
    "ring på 20 12 34 56",
    "+45 20123456",
    "+4520123456",
    "0045 20 12 34 56",
    "tlf. 70102030",
    "mødet er den 18.09.25 kl. 10.30",
    "18-09-2025 10:30",
    f"18.09.{date.today():%y} 1030",
    f"18-09-{date.today():%Y} 1030",
    "2025-09-18T10:30",
    "3112991",
    "321299-1234",
    "010190-123",
    "010190-12345",
    "99010190-1234",
    "010190-1234-5678x99".replace("010190-1234", "991390-1234"),
    "jeg har glemt mit kodeord til Jobnet",
    "hvad er en adgangskode?",
    "mit kodeord er glemt",
    "jeg er på dagpenge",
    "1234 5678 9012 3456",
    "konto 1234 0001234567",
    "20123456 20123457",
    "1. september 2025 og 22. september 2025",
    "jeg blev ledig 010925 og 1234 er mit husnummer",
    "300290-1234",
    "uge 36-40 2025",
    "8-16 og 12-18",
]


@pytest.mark.parametrize(("text", "kind"), MASKED)
def test_a_secret_is_masked(text: str, kind: str) -> None:
    redacted = redact(text)
    assert redacted.kinds == (kind,), redacted
    assert redact(redacted.text).text == redacted.text


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert redact(text).text == text


def test_several_kinds_are_named_in_a_fixed_order() -> None:
    assert redact("kodeord: x kort 5555555555554444 cpr 010190-1234").kinds == ("cpr", "card", "password")


def test_planted_cpr_numbers_never_come_through() -> None:
    draw = random.Random(7)
    for _ in range(5000):
        day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(0, 99)
        serial = f"{draw.randint(0, 9999):04}"
        number = f"{day:02}{month:02}{year:02}{draw.choice(['-', ' ', '', ' - ', '–', '-'])}{serial}"
        text = " ".join(
            [*draw.choices(WORDS, k=draw.randint(0, 8)), number, *draw.choices(WORDS, k=draw.randint(0, 8))]
        )
        redacted = redact(text)
        assert "cpr" in redacted.kinds and serial not in redacted.text.replace("[CPR-nummer fjernet]", ""), text


def test_false_hits_are_rare() -> None:
    draw = random.Random(8)
    samples = {
        "phone": lambda: draw.choice(["+45 {}", "{}", "tlf {}", "ring på {}"]).format(draw.randint(20000000, 99999999)),
        "phone in pairs": lambda: " ".join(f"{draw.randint(10, 99)}" for _ in range(4)),
        "case number": lambda: (
            f"{draw.choice(['sagsnr.', 'sag', 'j.nr.', 'sagsnummer'])} {draw.randint(10**9, 10**10 - 1)}"
        ),
        "bare ten digits": lambda: f"det står {draw.randint(10**9, 10**10 - 1)} på brevet",
        "date": lambda: (
            f"{draw.randint(1, 28)}.{draw.randint(1, 12)}.2025 kl. {draw.randint(8, 16)}.{draw.randint(10, 59)}"
        ),
        "date and clock": lambda: f"{draw.randint(1, 28):02}.{draw.randint(1, 12):02}.25 {draw.randint(8, 16):02}30",
    }
    allowed = {"bare ten digits": 0.05}  # one in thirty of all ten-digit numbers begins with a day and a month
    for name, make in samples.items():
        hits = sum(bool(redact(make()).kinds) for _ in range(2000)) / 2000
        assert hits <= allowed.get(name, 0.0), (name, hits)


def test_a_long_text_made_to_be_slow_is_quick() -> None:
    import time

    started = time.monotonic()
    for text in (
        "1 " * 1000,
        "1" * 2000,
        "password " * 220,
        "kodeord er " * 180,
        "0101-" * 400,
        "bearer " * 280,
        "eyJ" * 660,
    ):
        redact(text[:2000])
    assert time.monotonic() - started < 1
