"""Waking: a loop that runs at a commit which gave it work, and every so often in any case."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import logs
from shared.bus.leader import connect, wait

SECONDS = 1.0
_PING_SECONDS = 20.0
_HOLD_SECONDS = 120.0


async def run_woken(
    engine: AsyncEngine,
    channel: str,
    round_: Callable[[], Awaitable[bool]],
    stop: asyncio.Event,
    *,
    name: str,
    woken: asyncio.Event | None = None,
) -> None:
    """Run rounds until told to stop: again at once while they say there is more, else when woken or after a second.

    A notification sets `woken`; so may the process itself.
    """
    woken = woken or asyncio.Event()
    listening = asyncio.create_task(_listen(engine, channel, woken, stop))
    try:
        while not stop.is_set():
            woken.clear()
            try:
                more = await round_()
            except Exception as error:  # an outage, or a fault of ours: either way the next round must come
                logs.get().warning(f"{name}.waiting", cause=type(error).__name__)
                more = False
                await wait(stop, SECONDS)
            if not more and not stop.is_set():
                await _first(stop, woken, SECONDS)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen(engine: AsyncEngine, channel: str, woken: asyncio.Event, stop: asyncio.Event) -> None:
    """Hear notifications over a session of its own; without it the rounds come every second."""
    while not stop.is_set():
        try:
            session = await connect(engine, hold=_HOLD_SECONDS)
            try:
                await session.add_listener(channel, lambda *_: woken.set())
                while not stop.is_set() and not session.is_closed():
                    await session.execute("SELECT 1", timeout=5)
                    await wait(stop, _PING_SECONDS)
            finally:
                session.terminate()
        except Exception as error:  # the database is away; the rounds will find that out by themselves
            logs.get().info("waking.deaf", cause=type(error).__name__)
            await wait(stop, SECONDS)


async def _first(stop: asyncio.Event, woken: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, woken)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
