"""Whatever single process of the link is killed at whatever moment: what committed is applied, once and in order (R1, R3, R19)."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from tests.faults.link.county import Asking, Link
from tests.support.processes import Running, until
from tests.support.tokens import Issuers


class Supervised:
    """A process that is started again whenever it was killed, as a supervisor does."""

    def __init__(self, start: Callable[[], Awaitable[Running]]) -> None:
        """Not running yet."""
        self._start = start
        self._now: Running | None = None

    async def begin(self) -> None:
        """Start it."""
        self._now = await self._start()

    async def kill(self) -> None:
        """Kill it, whatever it does just now, and start another."""
        assert self._now is not None
        self._now.kill()
        await self._now.ended()
        await self.begin()


@pytest.mark.parametrize(
    ("seed", "kills", "copies"),
    [
        pytest.param(1, 6, 2, id="two of each"),
        pytest.param(2, 60, 1, id="one of each, for long", marks=pytest.mark.soak),
        pytest.param(3, 60, 3, id="three of each, for long", marks=pytest.mark.soak),
        pytest.param(4, 40, 8, id="eight of each, for long", marks=pytest.mark.soak),
    ],
)
async def test_kills_at_random_lose_nothing_and_double_nothing(
    link: Link, issuers: Issuers, redis: Redis, seed: int, kills: int, copies: int
) -> None:
    chance = random.Random(seed)
    processes = [Supervised(link.api), *(Supervised(start) for start in (link.relay, link.consumer) for _ in range(copies))]
    for process in processes:
        await process.begin()
    done = asyncio.Event()
    asking = Asking(link, issuers)

    async def flush() -> None:
        await redis.flushall()

    async def commit(transactions: int) -> None:
        for _ in range(transactions):
            await link.announce(chance.randint(1, 30))

    requests = asyncio.create_task(asking.until(done))
    waits = []
    for _ in range(kills):
        committing = asyncio.create_task(commit(chance.randint(1, 30)))
        await asyncio.sleep(chance.uniform(0, 0.3))
        await chance.choice([*(process.kill for process in processes), flush])()
        await committing
        waits.append(await until(link.has_applied(len(link.families))))
    done.set()
    await requests
    waits.append(await link.recovers())
    await link.check()
    assert await asking.families() == asking.opened
    found = f"{len(link.families)} facts, {asking.opened} requests; worst wait {max(waits):.1f} s"
    print(f"seed {seed}, {copies} of each, {kills} plugs: {found}")  # noqa: T201  what make soak reports
