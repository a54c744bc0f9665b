"""A process of many parts: it stops in order at a signal, and breaks with its parts."""

import asyncio
import os
import signal

import pytest

from shared.jobs.process import PartBroke, run_parts


async def until_told(stop: asyncio.Event) -> None:
    await stop.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_every_part_finish(number: signal.Signals) -> None:
    finished = []

    async def part(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.01)
        finished.append(True)

    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), number)
    await run_parts({"one": part, "two": part})
    assert finished == [True, True]


async def test_a_part_that_breaks_ends_the_process_and_lets_the_others_finish() -> None:
    finished = []

    async def other(stop: asyncio.Event) -> None:
        await stop.wait()
        finished.append(True)

    async def broken(stop: asyncio.Event) -> None:
        await asyncio.sleep(0.01)
        raise OSError

    with pytest.raises(PartBroke, match="broken") as broke:
        await run_parts({"broken": broken, "other": other})
    assert isinstance(broke.value.__cause__, OSError)
    assert finished == [True]


async def test_a_part_that_ends_too_early_is_broken() -> None:
    async def brief(stop: asyncio.Event) -> None:
        return

    with pytest.raises(PartBroke, match="brief"):
        await run_parts({"brief": brief, "other": until_told})


async def test_a_part_that_does_not_finish_is_cut_off() -> None:
    async def stubborn(stop: asyncio.Event) -> None:
        await asyncio.sleep(3600)

    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(20):
        await run_parts({"stubborn": stubborn}, grace=0.05)
