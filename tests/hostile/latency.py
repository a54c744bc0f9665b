"""How long others wait while something hostile goes on."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[[], Awaitable[Any]]


async def answered(ask: Ask, *, during: Awaitable[Any], every: float = 0.02) -> int:
    """Ask now and then until something else is over; return how often the answer came before that."""
    going, answers = asyncio.ensure_future(during), 0
    while not going.done():
        await ask()
        answers += not going.done()
        await asyncio.wait([going], timeout=every)
    await going
    return answers


async def waits(ask: Ask, in_peace: Ask, *, during: Awaitable[Any], every: float = 0.02) -> tuple[list[float], list[float]]:
    """Ask, and in the same seconds something like it that is left in peace, until something else is over.

    Return how long each took, in seconds and in order of length. What the machine does besides holds up both alike.
    """
    going = asyncio.ensure_future(during)
    took: list[float] = []
    took_in_peace: list[float] = []
    while not going.done():
        for each, kept in ((ask, took), (in_peace, took_in_peace)):
            begun = time.perf_counter()
            await each()
            kept.append(time.perf_counter() - begun)
        await asyncio.wait([going], timeout=every)
    await going
    return sorted(took), sorted(took_in_peace)


def is_unchanged(took: list[float], in_peace: list[float]) -> bool:
    """Say whether others wait as they do in peace."""
    return _p90(took) < 4 * _p90(in_peace) + 0.4


def _p90(took: list[float]) -> float:
    """Return what nine of ten stay below; of fewer than ten, all but the longest."""
    return took[min(math.ceil(len(took) * 0.9) - 1, len(took) - 2)]
