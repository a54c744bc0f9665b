"""Letting go of kept replies: seven days after the request, nothing of its answer is stored any more (API §1)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from uuid import UUID

from aiohttp import web

from shared import logs
from shared.db import idempotency
from shared.db.unit import Actor, Units

FIRST_AFTER_SECONDS = 60.0
EVERY_SECONDS = 3600.0

log = logs.get()


async def sweep(units: Units, counties: Iterable[UUID]) -> int:
    """Forget what has been kept long enough, county by county, and return how many replies that were."""
    gone = 0
    for county_id in counties:
        async with units.open(county_id, Actor("service", units.service)) as unit:
            gone += await idempotency.sweep(unit)
    return gone


def sweeping(units: Units, counties: frozenset[UUID]) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return the context in which an application sweeps now and then; several at once do no harm."""

    async def forever() -> None:
        pause = FIRST_AFTER_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = EVERY_SECONDS
            try:
                log.info("replies.swept", count=await sweep(units, counties))
            except Exception as error:  # whatever it is, the next round tries again
                log.warning("replies.not_swept", error=type(error).__name__, trail=logs.trail_of(error))

    async def context(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(forever())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return context
