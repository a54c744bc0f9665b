"""One loop a process: made at first use, opened once, closed in the end."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.jobs.loop import WorkerLoop


class Parts:
    """Counts how often it was opened and closed."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.closed: list[int] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """Give the id of the loop it was opened on."""
        here = id(asyncio.get_running_loop())
        self.opened.append(here)
        yield here
        self.closed.append(id(asyncio.get_running_loop()))


async def where() -> int:
    return id(asyncio.get_running_loop())


def test_tasks_of_many_threads_share_one_loop_and_its_parts() -> None:
    parts = Parts()
    loop = WorkerLoop(parts.open)
    assert parts.opened == [], "nothing is made at import"
    with ThreadPoolExecutor(4) as threads:
        loops = set(threads.map(lambda _: loop.run(where()), range(20)))
    assert loops == set(parts.opened) == {loop.parts}
    loop.close()
    assert parts.closed == parts.opened


def test_work_past_its_time_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = WorkerLoop(Parts().open)
    begun, begin = threading.Event(), asyncio.run_coroutine_threadsafe
    ended = []

    def begin_and_see(work: Coroutine[Any, Any, None], on: asyncio.AbstractEventLoop) -> Future[None]:
        future = begin(work, on)
        assert begun.wait(20)  # what is cancelled before it begins has nothing to end
        return future

    async def linger() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    assert loop.parts
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "run_coroutine_threadsafe", begin_and_see)
        with pytest.raises(TimeoutError):
            loop.run(linger(), timeout=0.05)
    loop.run(where())
    assert ended == ["cancelled"]
    loop.close()


def test_an_error_comes_back_to_the_task() -> None:
    async def fail() -> None:
        raise LookupError

    loop = WorkerLoop(Parts().open)
    with pytest.raises(LookupError):
        loop.run(fail())
    loop.close()


def test_after_closing_it_begins_anew() -> None:
    parts = Parts()
    loop = WorkerLoop(parts.open)
    loop.run(where())
    loop.close()
    loop.close()
    loop.run(where())
    assert len(parts.opened) == 2
    loop.close()


def test_a_child_makes_a_loop_of_its_own() -> None:
    parts = Parts()
    loop = WorkerLoop(parts.open)
    loop.run(where())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        fresh = loop._running is None
        os.write(writing, b"fresh" if fresh else b"stale")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 10) == b"fresh"
    os.close(reading)
    os.close(writing)
    loop.close()
