"""How long others wait while something hostile goes on."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[[], Awaitable[Any]]


async def waits(ask: Ask, *, during: Awaitable[Any], every: float = 0.02) -> list[float]:
    """Ask now and then until something else is over; return how long each took, in seconds and in order of length."""
    going, took = asyncio.ensure_future(during), []
    while not going.done():
        begun = time.perf_counter()
        await ask()
        took.append(time.perf_counter() - begun)
        await asyncio.wait([going], timeout=every)
    await going
    return sorted(took)


def p99(took: list[float]) -> float:
    """Return what all but one in a hundred stay below; of fewer than a hundred, all but the longest."""
    return took[min(math.ceil(len(took) * 0.99) - 1, len(took) - 2)]


def is_unchanged(before: list[float], while_it_goes_on: list[float]) -> bool:
    """Say whether others wait as they did, with room for a machine that does other things too."""
    return p99(while_it_goes_on) < 4 * p99(before) + 0.4
