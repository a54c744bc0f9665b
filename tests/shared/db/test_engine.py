"""The pool after PostgreSQL was restarted or has ended its sessions: nobody who asks next is told of it."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from tests.support.databases import DatabaseOf

AMY = Actor("staff", "amy")


async def test_sessions_that_were_ended_cost_nobody_anything(fresh_database_of: DatabaseOf) -> None:
    database = fresh_database_of("network")
    engine, owner = (
        make_engine(database.app_url, pool_size=5),
        create_async_engine(database.owner_url, isolation_level="AUTOCOMMIT"),
    )
    units = Units(engine, service="network", wrapping_key=bytes(32))

    drivers: list[Any] = []

    async def work() -> int:
        async with units.open(uuid4(), AMY) as unit:
            drivers.append(unit.driver)
            await asyncio.sleep(0.05)
            return int((await unit.session.execute(text("SELECT pg_backend_pid()"))).scalar_one())

    before = set(await asyncio.gather(*(work() for _ in range(5))))
    async with owner.connect() as connection:
        ended = await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(:pids)"), {"pids": list(before)}
        )
        assert len(ended.all()) == 5
    async with asyncio.timeout(10):
        while not all(driver.is_closed() for driver in drivers):  # noqa: ASYNC110  the server ends them in its own time
            await asyncio.sleep(0.02)
    after = set(await asyncio.gather(*(work() for _ in range(5))))
    assert len(after) == 5
    assert not before & after
    await engine.dispose()
    await owner.dispose()
