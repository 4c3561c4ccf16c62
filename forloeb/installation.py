"""What an installation decides for itself (names, contacts, opening hours, numbers), read from its YAML. Not law."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from forloeb.errors import SettingsError

LATEST_CV = 21  # the law's latest: an a-kasse may ask for it sooner, never later
WEEKDAYS = ("man", "tirs", "ons", "tors", "fre", "lør", "søn")


@dataclass(frozen=True)
class Place:
    """An a-kasse or a jobcenter: how to name it, its telephone, its hours, its own deadline (None where not set).

    `cv_days` is what an a-kasse asks for itself: days from registering until the CV must be there. It is not law.
    """

    id: str
    name: str
    phone: str | None
    hours: dict[str, str] = field(default_factory=dict)
    cv_days: int | None = None

    def hours_text(self) -> str:
        """Opening hours as one line, empty where none are set."""
        return _hours_text(self.hours)

    def contact(self) -> str:
        """Name, with the number where there is one: fits after "kontakt" and "ring til"."""
        return f"{self.name} på {self.phone}" if self.phone else self.name


@dataclass(frozen=True)
class Installation:
    """One installation's own values."""

    name: str
    staff_name: str
    staff_phone: str
    hours: dict[str, str]
    akasser: dict[str, Place]
    jobcentre: dict[str, Place]
    emergency: dict[str, str]
    keep_days_anonymous: int
    keep_days_linked: int
    keep_days_cases: int  # after somebody has taken the case

    def akasse(self, own: str | None) -> Place:
        """The person's own a-kasse, or the standard one when theirs is not listed."""
        return self.akasser.get(own or "", self.akasser["standard"])

    def jobcenter(self, municipality: str | None) -> Place:
        """The jobcenter of the person's municipality, or the standard one."""
        return self.jobcentre.get(municipality or "", self.jobcentre["standard"])

    def is_open(self, now: datetime) -> bool:
        """Whether staff are there at a local time."""
        span = self._span(now.weekday())
        return span is not None and span[0] <= now.time() < span[1]

    def next_opening(self, now: datetime) -> datetime | None:
        """When staff are there next (local, aware as `now` is); None when no hours are set."""
        for ahead in range(8):
            day = now + timedelta(days=ahead)
            span = self._span(day.weekday())
            if span is None:
                continue
            opens = day.replace(hour=span[0].hour, minute=span[0].minute, second=0, microsecond=0)
            if opens > now:
                return opens
        return None

    def hours_text(self) -> str:
        """Opening hours as one line: "man-ons 9-15, tors 9-17"."""
        return _hours_text(self.hours)

    def values(self) -> dict[str, str]:
        """Placeholders that every response may use."""
        return {
            "medarbejder_telefon": self.staff_phone,
            "aabningstider": self.hours_text(),
            "akasse": self.akasse(None).contact(),
            "jobcenter": self.jobcenter(None).contact(),
            "anonym_dage": str(self.keep_days_anonymous),
            "tilknyttet_dage": str(self.keep_days_linked),
            **{f"nummer_{key}": number for key, number in self.emergency.items()},
        }

    def _span(self, weekday: int) -> tuple[time, time] | None:
        return _span(self.hours, weekday)


@lru_cache(maxsize=4)
def load(path: Path) -> Installation:
    """Read an installation's file.

    Raises:
        SettingsError: it cannot be read, or a key is missing.
    """
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        installation = Installation(
            name=data["navn"],
            staff_name=data["medarbejder"]["navn"],
            staff_phone=data["medarbejder"]["telefon"],
            hours=data["medarbejder"]["aabningstider"],
            akasser=_places(data["akasser"]),
            jobcentre=_places(data["jobcentre"]),
            emergency={k: str(v) for k, v in data["noednumre"].items()},
            keep_days_anonymous=int(data["opbevaring"]["anonym_dage"]),
            keep_days_linked=int(data["opbevaring"]["tilknyttet_dage"]),
            keep_days_cases=int(data["opbevaring"].get("sager_dage", 365)),
        )
        for hours in (installation.hours, *(p.hours for p in _every(installation))):
            for weekday in range(7):
                _span(hours, weekday)
            if unknown := set(hours) - set(WEEKDAYS):
                raise ValueError(f"{sorted(unknown)[0]} is no weekday")
    except (OSError, KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
        raise SettingsError("FORLOEB_INSTALLATION", f"{path} cannot be used ({error})") from error
    if "standard" not in installation.akasser or "standard" not in installation.jobcentre:
        raise SettingsError("FORLOEB_INSTALLATION", "akasser and jobcentre each need an entry with id standard")
    return installation


def _every(installation: Installation) -> list[Place]:
    return [*installation.akasser.values(), *installation.jobcentre.values()]


def _hours_text(hours: dict[str, str]) -> str:
    runs: list[tuple[str, str, str]] = []
    for day in WEEKDAYS:
        span = hours.get(day)
        if span is None:
            continue
        previous = WEEKDAYS[WEEKDAYS.index(day) - 1]
        if runs and runs[-1][2] == span and runs[-1][1] == previous:
            runs[-1] = (runs[-1][0], day, span)
        else:
            runs.append((day, day, span))
    return ", ".join(f"{a} {s}" if a == b else f"{a}-{b} {s}" for a, b, s in runs)


def _span(hours: dict[str, str], weekday: int) -> tuple[time, time] | None:
    text = hours.get(WEEKDAYS[weekday])
    if not text:
        return None
    opens, closes = text.split("-")
    return _clock(opens), _clock(closes)


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(".")
    return time(int(hour), int(minute or 0))


def _places(rows: list[dict[str, Any]]) -> dict[str, Place]:
    found = {}
    for row in rows:
        if unknown := set(row) - {"id", "navn", "telefon", "aabningstider", "cv_dage"}:
            raise ValueError(f"{row.get('id')}: {sorted(unknown)[0]} is not known")
        if row["id"] in found:
            raise ValueError(f"{row['id']} stands twice")
        days = row.get("cv_dage")
        if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LATEST_CV):
            raise ValueError(f"{row['id']}: cv_dage must be a whole number from 1 to {LATEST_CV}")
        found[row["id"]] = Place(row["id"], row["navn"], row.get("telefon"), row.get("aabningstider") or {}, days)
    return found
