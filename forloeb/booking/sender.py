"""Carries deliveries to the receiver: the staff queue, or a holder's system over HTTP. Safe to run twice at once.

What is committed is delivered in the end: it is tried until the receiver has it. Deliveries about one appointment go
in the order of the acts; one that the receiver refuses for good stands aside, opens a case and is tried again hourly.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy import or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from forloeb import metrics
from forloeb.booking import deliveries, signing
from forloeb.booking.model import CaseKind, DeliveryState
from forloeb.booking.tables import delivery, staff_case
from forloeb.db import reading, writing
from forloeb.errors import SettingsError
from forloeb.settings import Settings

BATCH = 50
AT_ONCE = 8
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
LEASE = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT, REFUSED_WAIT = 2.0, 300.0, 3600.0
MOST_ANSWERED = 64 * 1024
# Statuses that say "not now" rather than "never".
_NOT_NOW = frozenset({401, 403, 404, 407, 408, 409, 421, 423, 425, 429})
_REFUSALS = range(400, 500)

ATTEMPTS = metrics.Counter("forloeb_delivery_attempts_total", "Attempts to deliver, by what came of them")

log = logging.getLogger("forloeb.booking.sender")


@dataclass(frozen=True)
class Answer:
    """What the receiver said: `status` 0 when nothing came back."""

    status: int
    receipt: str | None = None
    acknowledged_by: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver's system has it."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the receiver will never take it as it is."""
        return self.status in _REFUSALS and self.status not in _NOT_NOW


class Sender:
    """Delivers what waits.

    Args:
        engine: the database.
        settings: names the receiver; without a URL it is the staff queue.
        now: the clock that acts and cases show; retries run on the real one.
        jitter: a number in [0, 1); random unless a test says otherwise.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        now: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        if settings.receiver_url and not settings.receiver_key:
            raise SettingsError("FORLOEB_RECEIVER_KEY", "is needed with FORLOEB_RECEIVER_URL")
        self.engine, self.settings, self.now, self.jitter = engine, settings, now, jitter
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Sender:
        """Open the connections."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def run_once(self) -> int:
        """Try everything whose time has come; how many were delivered."""
        if not self.settings.receiver_url:
            return await asyncio.to_thread(self._to_staff)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: Row) -> bool:
            async with gate:
                return await self._to_receiver(row)

        delivered = 0
        while waiting := await asyncio.to_thread(self._waiting):
            results = await asyncio.gather(*(one(row) for row in waiting))
            delivered += sum(results)
            if not any(results):
                break
        return delivered

    def _to_staff(self) -> int:
        """Put everything that waits in the staff queue: it is delivered when its case is there."""
        delivered = 0
        while waiting := self._waiting():
            with writing(self.engine) as connection:
                for row in waiting:
                    if _delivered(connection, row, self.now()):
                        _case_for(connection, row)
                        delivered += 1
                        ATTEMPTS.add(came="taken")
        return delivered

    def _waiting(self) -> list[Row]:
        real = datetime.now(timezone.utc)
        earlier = delivery.alias("earlier")
        blocked = (
            select(earlier.c.id)
            .where(
                earlier.c.appointment_id == delivery.c.appointment_id,
                earlier.c.id < delivery.c.id,
                earlier.c.delivered_at.is_(None),
                earlier.c.refused.is_(None),
            )
            .exists()
        )
        query = (
            select(delivery)
            .where(
                delivery.c.delivered_at.is_(None),
                or_(delivery.c.next_attempt.is_(None), delivery.c.next_attempt <= real),
                or_(delivery.c.claimed_until.is_(None), delivery.c.claimed_until <= real),
                ~blocked,
            )
            .order_by(delivery.c.id)
            .limit(BATCH)
        )
        with reading(self.engine) as connection:
            return list(connection.execute(query).all())

    async def _to_receiver(self, row: Row) -> bool:
        if not await asyncio.to_thread(self._claim, row):
            return False
        answer = await self._post(row)
        await asyncio.to_thread(self._settle, row, answer)
        return answer.taken

    def _claim(self, row: Row) -> bool:
        real = datetime.now(timezone.utc)
        with writing(self.engine) as connection:
            claimed = connection.execute(
                update(delivery)
                .where(
                    delivery.c.id == row.id,
                    delivery.c.delivered_at.is_(None),
                    or_(delivery.c.claimed_until.is_(None), delivery.c.claimed_until <= real),
                )
                .values(claimed_until=real + LEASE, attempts=delivery.c.attempts + 1)
            )
        return bool(claimed.rowcount == 1)

    async def _post(self, row: Row) -> Answer:
        url, key = self.settings.receiver_url or "", self.settings.receiver_key or ""
        body = json.dumps({"delivery": row.id, **row.payload}, ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": row.receipt,
            signing.TIMESTAMP: timestamp,
            signing.SIGNATURE: signing.sign(key, timestamp, "POST", urlsplit(url).path or "/", body),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                said = await response.content.read(MOST_ANSWERED)
                return _answer(response.status, said)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            log.warning("delivery %s: no answer (%s)", row.id, type(error).__name__)
            return Answer(0)

    def _settle(self, row: Row, answer: Answer) -> None:
        now = self.now()
        ATTEMPTS.add(came="taken" if answer.taken else "refused" if answer.refused else "not_now")
        with writing(self.engine) as connection:
            if answer.taken:
                if _delivered(connection, row, now) and (answer.receipt or answer.acknowledged_by):
                    deliveries.acknowledged(connection, row, answer.acknowledged_by, now, answer.receipt)
                log.info("delivery %s: delivered, attempt %s", row.id, row.attempts + 1)
                return
            wait = REFUSED_WAIT if answer.refused else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.attempts, 20))
            values: dict[str, Any] = {
                "claimed_until": None,
                "next_attempt": datetime.now(timezone.utc) + timedelta(seconds=wait * (0.5 + self.jitter() / 2)),
            }
            if answer.refused:
                values["refused"] = answer.status
                if row.refused is None:
                    about = {"delivery": row.id, "kind": row.kind, "receipt": row.receipt, "http": answer.status}
                    deliveries.open_case(connection, CaseKind.DELIVERY_REFUSED, row.claimant_id, about, now)
            connection.execute(
                update(delivery).where(delivery.c.id == row.id, delivery.c.delivered_at.is_(None)).values(**values)
            )
        log.warning("delivery %s: not taken (%s), attempt %s", row.id, answer.status, row.attempts + 1)


def _delivered(connection: Connection, row: Row, now: datetime) -> bool:
    first = connection.execute(
        update(delivery)
        .where(delivery.c.id == row.id, delivery.c.delivered_at.is_(None))
        .values(delivered_at=now, claimed_until=None)
    ).rowcount
    connection.execute(
        update(delivery)
        .where(delivery.c.id == row.id, delivery.c.state == DeliveryState.REGISTERED.value)
        .values(state=DeliveryState.DELIVERED.value)
    )
    return bool(first == 1)


def _case_for(connection: Connection, row: Row) -> None:
    there = select(staff_case.c.id).where(staff_case.c.delivery_id == row.id)
    if connection.execute(there).first() is None:
        facts = {name: value for name, value in row.payload.items() if name not in ("claimant", "receipt", "kind")}
        deliveries.open_case(
            connection,
            CaseKind(row.kind),
            row.claimant_id,
            facts,
            row.created,
            receipt=row.receipt,
            delivery_id=row.id,
        )


def _answer(status: int, said: bytes) -> Answer:
    try:
        told = json.loads(said)
    except ValueError:
        return Answer(status)
    if not isinstance(told, dict):
        return Answer(status)

    def text(name: str) -> str | None:
        value = told.get(name)
        return value.strip()[:200] or None if isinstance(value, str) else None

    return Answer(status, text("receipt"), text("acknowledged_by"))
