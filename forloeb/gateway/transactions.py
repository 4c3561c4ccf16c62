"""Database work from the event loop: one transaction in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine

from forloeb.db import reading, writing

T = TypeVar("T")


async def read(engine: Engine, work: Callable[[Connection], T]) -> T:
    """What `work` gives, in a transaction that only reads."""

    def transaction() -> T:
        with reading(engine) as connection:
            return work(connection)

    return await asyncio.to_thread(transaction)


async def write(engine: Engine, work: Callable[[Connection], T]) -> T:
    """What `work` gives, in a transaction that is committed when it ends."""

    def transaction() -> T:
        with writing(engine) as connection:
            return work(connection)

    return await asyncio.to_thread(transaction)
