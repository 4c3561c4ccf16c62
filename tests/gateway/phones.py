"""What the tests of SMS and Messenger share: people with telephones, and what the database holds of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import insert, select, update

from forloeb import db
from forloeb.booking import tables as booking
from forloeb.booking.model import NoticeKind
from forloeb.gateway import channel_tables, tables
from tests.gateway.harness import Running, until
from tests.gateway.providers import Providers, inbound, post_sms

METTE, JONAS, NEW = "+4520123456", "+4520123457", "+4520999999"


def rows(gateway: Running, query: Any) -> list[Any]:
    engine = db.connect(gateway.settings.database_url)
    try:
        with db.reading(engine) as connection:
            return connection.execute(query).all()
    finally:
        engine.dispose()


def change(gateway: Running, *statements: Any) -> None:
    engine = db.connect(gateway.settings.database_url)
    with db.writing(engine) as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def person(gateway: Running, identifier: str, phone: str | None) -> None:
    change(gateway, insert(booking.claimant).values(id=identifier, name="Mette Holm", phone=phone))


def moved_to(gateway: Running, identifier: str, phone: str | None) -> None:
    change(gateway, update(booking.claimant).where(booking.claimant.c.id == identifier).values(phone=phone))


def news(gateway: Running, claimant: str, kind: NoticeKind, identifier: str = "n-1", **values: Any) -> None:
    now = datetime.now(timezone.utc) - timedelta(seconds=1)
    change(
        gateway,
        insert(booking.notice).values(
            id=identifier, claimant_id=claimant, kind=kind.value, values=values, not_before=now, created=now
        ),
    )


def say(gateway: Running, sender: str, text: str, **more: str) -> None:
    assert post_sms(gateway, inbound(sender, text, **more)).status_code == 200


def answers(providers: Providers, to: str, count: int) -> list[str]:
    """The texts that somebody got once there are `count`, without the introduction."""
    return until(lambda: (got := heard(providers, to)) and len(got) >= count and got, 30)


def heard(providers: Providers, to: str) -> list[str]:
    return [text for text in providers.to(to) if "automatisk assistent. Skriv ikke" not in text]


def handed(gateway: Running, text: str) -> dict[str, Any]:
    """What the assistant was given for a message."""
    return until(lambda: next((body for body in reversed(gateway.far.seen) if body["text"] == text), None))


def cases(gateway: Running) -> list[Any]:
    return rows(gateway, select(booking.staff_case).order_by(booking.staff_case.c.at))


def pushes(gateway: Running) -> list[Any]:
    return rows(gateway, select(channel_tables.push).order_by(channel_tables.push.c.id))


def messages(gateway: Running) -> list[Any]:
    return rows(gateway, select(tables.message))
