"""The lock between assistants: one at a time over a real Redis, freed by death, and no obstacle where Redis is away."""

import asyncio
import time

import pytest

from forloeb.assistant import locks
from tests.servers import Redis


@pytest.fixture(scope="module")
def redis():
    server = Redis()
    server.start()
    yield server
    server.close()


def stores(monkeypatch, tmp_path, url, many=2):
    monkeypatch.setenv("FORLOEB_VAR", str(tmp_path))
    if url:
        monkeypatch.setenv("FORLOEB_REDIS_URL", url)
    else:
        monkeypatch.delenv("FORLOEB_REDIS_URL", raising=False)
    return [locks.LockStore() for _ in range(many)]


async def crowd(found, people=24, conversations=("a",)):
    """Each turn adds itself while it holds; how many ever held the same conversation at once."""
    inside, most, turns = dict.fromkeys(conversations, 0), 0, []

    async def turn(nth):
        nonlocal most
        conversation = conversations[nth % len(conversations)]
        async with found[nth % len(found)].lock(conversation):
            inside[conversation] += 1
            most = max(most, inside[conversation])
            await asyncio.sleep(0.01)
            inside[conversation] -= 1
            turns.append(nth)

    await asyncio.gather(*(turn(nth) for nth in range(people)))
    return most, len(turns)


@pytest.mark.parametrize("several", [True, False], ids=["two processes, Redis", "one process, none"])
def test_one_at_a_time(redis, monkeypatch, tmp_path, several):
    found = stores(monkeypatch, tmp_path, redis.url if several else None, many=2 if several else 1)
    assert asyncio.run(crowd(found)) == (1, 24)


def test_what_a_dead_process_held_is_free_after_its_lease(redis, monkeypatch, tmp_path):
    monkeypatch.setattr(locks, "LEASE_SECONDS", 0.4)
    dead, alive = stores(monkeypatch, tmp_path, redis.url)

    async def both():
        assert await dead._take("b")  # never given back, never renewed
        began = time.monotonic()
        async with alive.lock("b"):
            return time.monotonic() - began

    assert asyncio.run(both()) >= 0.3


def test_a_long_turn_keeps_what_it_has(redis, monkeypatch, tmp_path):
    monkeypatch.setattr(locks, "LEASE_SECONDS", 0.5)
    monkeypatch.setattr(locks, "RENEW_SECONDS", 0.1)
    first, second = stores(monkeypatch, tmp_path, redis.url)
    order = []

    async def long():
        async with first.lock("c"):
            order.append("in")
            await asyncio.sleep(1.2)
            order.append("out")

    async def waits():
        await asyncio.sleep(0.2)
        async with second.lock("c"):
            order.append("second")

    async def both():
        await asyncio.gather(long(), waits())

    asyncio.run(both())
    assert order == ["in", "out", "second"]


def test_a_client_that_swallows_a_cancellation_holds_nobody_up(redis, monkeypatch, tmp_path):
    """As redis' own does when the cancellation comes in the middle of a reply: once a turn hung on it until it was cut off."""
    monkeypatch.setattr(locks, "RENEW_SECONDS", 0.05)
    (store,) = stores(monkeypatch, tmp_path, redis.url, many=1)
    ask, renewing = store._ask, asyncio.Event()

    async def deaf(script, *arguments):
        if script is locks.RENEW:
            renewing.set()
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                await asyncio.sleep(0.1)
        await ask(script, *arguments)

    monkeypatch.setattr(store, "_ask", deaf)

    async def steps():
        async with store.lock("g"):
            await renewing.wait()
        async with store.lock("g"):
            pass
        await asyncio.sleep(0.3)
        assert not store._renewing and await store._redis.exists(locks.PREFIX + "g") == 0

    asyncio.run(asyncio.wait_for(steps(), 20))


def test_only_its_own_lock_is_given_back(redis, monkeypatch, tmp_path):
    first, second = stores(monkeypatch, tmp_path, redis.url)

    async def steps():
        assert await first._take("d")
        await second._ask(locks.RELEASE, "d", "somebody else's")
        assert await second._redis.exists(locks.PREFIX + "d") == 1

    asyncio.run(steps())


def test_who_waits_too_long_is_told(redis, monkeypatch, tmp_path):
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.3)
    first, second = stores(monkeypatch, tmp_path, redis.url)

    async def steps():
        async with first.lock("e"):
            with pytest.raises(locks.LockError):
                async with second.lock("e"):
                    pass

    asyncio.run(steps())


def test_without_redis_it_goes_on_and_comes_back(monkeypatch, tmp_path):
    monkeypatch.setattr(locks, "AWAY_SECONDS", 0.2)
    server = Redis()
    server.start()
    found = stores(monkeypatch, tmp_path, server.url, many=1)

    async def steps():
        async with found[0].lock("f"):
            server.kill()
        assert await crowd(found, 6) == (1, 6)
        server.start()
        await asyncio.sleep(0.5)
        async with found[0].lock("f"):
            assert await found[0]._redis.exists(locks.PREFIX + "f") == 1

    try:
        asyncio.run(steps())
    finally:
        server.close()
