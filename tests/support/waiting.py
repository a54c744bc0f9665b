"""Work that has to wait for a transaction which is still open."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.unit import Unit

Result = TypeVar("Result")


async def waits_for(engine: AsyncEngine, unit: Unit, work: Awaitable[Result]) -> asyncio.Future[Result]:
    """Begin work in a transaction of its own, and return once it waits for this one."""
    holder = await unit.session.scalar(text("SELECT pg_backend_pid()"))
    task = asyncio.ensure_future(work)
    # Not `pg_stat_activity`: it shows a transaction only the sessions that were there at its first look.
    waiting = text("SELECT pid FROM pg_locks WHERE NOT granted AND :holder = ANY (pg_blocking_pids(pid))")
    async with asyncio.timeout(10), engine.connect() as connection:
        while not (await connection.execute(waiting, {"holder": holder})).all():
            assert not task.done()
    return task
