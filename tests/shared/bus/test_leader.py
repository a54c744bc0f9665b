"""One leads; a frozen one is replaced soon, and finds its lock gone when it wakes."""

import asyncio
import signal
import sys

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local import servers as local_servers
from shared.bus.leader import lead
from tests.shared.bus.conftest import DEADLINE, END_LEADERS, Producer, running, until

HOLD = 1.5


async def test_only_one_leads_and_the_next_follows_at_once(producer: Producer) -> None:
    stop = asyncio.Event()
    order: list[str] = []

    async def wait_for_it() -> None:
        async with lead(producer.engine, "place", stop) as held:
            assert held is not None
            order.append("second")

    async with lead(producer.engine, "place", stop) as held:
        assert held is not None
        waiting = asyncio.create_task(wait_for_it())
        async with lead(producer.engine, "elsewhere", stop) as other:
            assert other is not None, "names are locks of their own"
        order.append("first")
    await asyncio.wait_for(waiting, DEADLINE)
    assert order == ["first", "second"]


async def test_a_standby_that_is_told_to_stop_never_leads(producer: Producer) -> None:
    stop = asyncio.Event()
    async with lead(producer.engine, "place", asyncio.Event()):
        stop.set()
        async with lead(producer.engine, "place", stop) as held:
            assert held is None


async def test_a_leader_whose_session_ends_is_told(producer: Producer) -> None:
    async with lead(producer.engine, "place", asyncio.Event()) as held:
        assert held is not None
        async with AsyncSession(producer.engine) as session, session.begin():
            await session.execute(END_LEADERS)
        await asyncio.wait_for(held.lost.wait(), DEADLINE)


async def test_a_frozen_relay_is_replaced_and_harms_nothing_when_it_wakes(
    producer: Producer, redis: Redis, valkey: local_servers.Valkey
) -> None:
    database = producer.engine.url.render_as_string(hide_password=False)
    words = ["-m", "tests.shared.bus.lone_relay", database, valkey.url(), str(HOLD)]
    child = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    try:
        await producer.announce()
        await until(producer.is_quiet)
        child.send_signal(signal.SIGSTOP)
        await producer.announce()
        async with running(producer.relay(hold=HOLD)):
            await until(producer.is_quiet)
            child.send_signal(signal.SIGCONT)
            for _ in range(20):
                await producer.announce(times=3)
            await until(producer.is_quiet)
    finally:
        child.kill()
        await child.wait()
    assert [fact.position for fact in await producer.facts()] == list(range(1, 63))
    assert await redis.xlen("network") == 62
