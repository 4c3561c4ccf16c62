"""What an installation decides for itself (names, contacts, opening hours, numbers), read from its YAML. Not law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from forloeb.errors import SettingsError

WEEKDAYS = ("man", "tirs", "ons", "tors", "fre", "lør", "søn")


@dataclass(frozen=True)
class Place:
    """An a-kasse or a jobcenter: how to name it, and its telephone (None where not set)."""

    id: str
    name: str
    phone: str | None

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
        runs: list[tuple[str, str, str]] = []
        for day in WEEKDAYS:
            span = self.hours.get(day)
            if span is None:
                continue
            previous = WEEKDAYS[WEEKDAYS.index(day) - 1]
            if runs and runs[-1][2] == span and runs[-1][1] == previous:
                runs[-1] = (runs[-1][0], day, span)
            else:
                runs.append((day, day, span))
        return ", ".join(f"{a} {s}" if a == b else f"{a}-{b} {s}" for a, b, s in runs)

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
        text = self.hours.get(WEEKDAYS[weekday])
        if not text:
            return None
        opens, closes = text.split("-")
        return _clock(opens), _clock(closes)


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
        for weekday in range(7):
            installation._span(weekday)
    except (OSError, KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
        raise SettingsError("FORLOEB_INSTALLATION", f"{path} cannot be used ({error})") from error
    if "standard" not in installation.akasser or "standard" not in installation.jobcentre:
        raise SettingsError("FORLOEB_INSTALLATION", "akasser and jobcentre each need an entry with id standard")
    return installation


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(".")
    return time(int(hour), int(minute or 0))


def _places(rows: list[dict[str, Any]]) -> dict[str, Place]:
    return {row["id"]: Place(row["id"], row["navn"], row.get("telefon")) for row in rows}
