"""One process of a service: its parts (API, relay, consumers, ticker) side by side until a signal, or until one of them breaks."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import uvloop

from shared import logs

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Something that runs until the event is set. One that returns earlier, or raises, ends the process; its supervisor begins anew."""

GRACE_SECONDS = 20.0
"""How long parts may take to finish what they have begun."""


class PartBroke(Exception):
    """A part of the process ended by itself; the message names it, and the cause is what it raised."""


def run_process(main: Coroutine[Any, Any, None]) -> int:
    """Run a process on uvloop and return its exit code."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it quotes what it could not read
    gc.freeze()  # modules and mappings stay for good: a full collection would look through all of them, for a tenth of a second
    try:
        uvloop.run(main)
    except PartBroke as broke:
        logs.get().error("process.broke", part=str(broke), exc_info=broke.__cause__)
        return 1
    return 0


async def run_parts(parts: Mapping[str, Part], *, grace: float = GRACE_SECONDS) -> None:
    """Run parts side by side until SIGTERM or SIGINT, then let each finish. Raises PartBroke when one ends before that."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    tasks = {asyncio.create_task(_run(part, stop), name=name): name for name, part in parts.items()}
    stopping = asyncio.create_task(stop.wait())
    logs.get().info("process.started", parts=sorted(parts))
    try:
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        broken = None if stop.is_set() else next((task for task in tasks if task.done()), None)
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            logs.get().warning("process.part_cut_off", part=tasks[task])
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        if broken is not None:
            raise PartBroke(tasks[broken]) from broken.exception()
        for task, name in tasks.items():
            if not task.cancelled() and (error := task.exception()):
                raise PartBroke(name) from error
    finally:
        stopping.cancel()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)
    logs.get().info("process.stopped")


async def _run(part: Part, stop: asyncio.Event) -> None:
    await part(stop)
