"""The small world that the booking tests live in: Thursday 4 September 2025, ten o'clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forloeb.booking.cli import show_command
from forloeb.booking.tables import notice
from forloeb.db import reading
from forloeb.settings import ZONE, Settings
from forloeb.settings import load as load_settings

NOW = datetime(2025, 9, 4, 10, 0, tzinfo=ZONE)

WORLD = """
claimants:
  - {id: c-1, name: Mette Holm, benefit: dagpenge, registered: 2025-09-01, phone: "+4520123456"}
  - {id: c-2, name: Jonas Birk, benefit: kontanthjaelp, registered: 2025-09-01, phone: "+4520123457"}
slots:
  - {id: s1, holder: akasse, caseworker: kim, start: "2025-09-08T10:00", minutes: 45, forms: [personligt, telefon, digital], place: Lokal}
  - {id: s2, holder: akasse, caseworker: kim, start: "2025-09-09T13:00", minutes: 45, forms: [personligt, telefon]}
  - {id: s3, holder: akasse, caseworker: lone, start: "2025-09-10T10:00", minutes: 45, forms: [telefon]}
  - {id: s4, holder: akasse, caseworker: lone, start: "2025-09-04T10:40", minutes: 30, forms: [telefon]}
  - {id: j1, holder: jobcenter, caseworker: sara, start: "2025-09-08T10:30", minutes: 45, forms: [personligt, telefon, digital]}
  - {id: j2, holder: jobcenter, caseworker: sara, start: "2025-09-11T10:30", minutes: 45, forms: [personligt, telefon, digital]}
appointments:
  - {id: cv, claimant: c-1, holder: akasse, kind: cv_samtale, number: 1, start: "2025-09-12T09:00", minutes: 60, form: personligt, status: booked}
  - {id: old, claimant: c-2, holder: jobcenter, kind: jobrettet_samtale, number: 1, start: "2025-09-03T09:00", minutes: 45, form: personligt, status: held}
deadlines:
  - {claimant: c-1, holder: akasse, book_by: 2025-09-30}
"""


def at(text: str) -> datetime:
    """A Danish local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def booking_settings(url: str = "sqlite://", **changes: Any) -> Settings:
    settings = load_settings(
        {
            "FORLOEB_VAR": "/tmp/forloeb-test-var",
            "FORLOEB_DATABASE_URL": url,
            "FORLOEB_TODAY": "2025-09-04T10:00",
            "FORLOEB_LOGIN_KEY": "x",
            "FORLOEB_INTERNAL_KEY": "y",
        }
    )
    return replace(settings, **changes)


def shown(engine: Engine, claimant_id: str) -> dict[str, Any]:
    out = StringIO()
    assert show_command(engine, claimant_id, True, out) == 0
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def notices(engine: Engine, claimant_id: str) -> list[str]:
    with reading(engine) as connection:
        query = select(notice.c.kind).where(notice.c.claimant_id == claimant_id).order_by(notice.c.created, notice.c.id)
        return list(connection.execute(query).scalars())
