"""Work that has to wait for a transaction which is still open."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import text

from shared.db.unit import Unit
from tests.notify.office import Office


async def waits_for(office: Office, unit: Unit, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Begin work in a transaction of its own, and return once it waits for this one."""
    holder = await unit.session.scalar(text("SELECT pg_backend_pid()"))
    task = asyncio.create_task(work)
    async with asyncio.timeout(10):
        while not await office.rows("SELECT 1 FROM pg_stat_activity WHERE :holder = ANY (pg_blocking_pids(pid))", holder=holder):
            assert not task.done()
    return task
