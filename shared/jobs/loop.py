"""One event loop a worker process, on a thread of its own, made after the fork at its first use.

Engines, Redis and SMTP connections live on that loop for as long as the process does. A loop a task would break every pool:
"attached to a different loop" (LIBRARIES gotcha 7, rule AD).
"""

import asyncio
import gc
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

import uvloop
from celery.signals import worker_process_shutdown, worker_shutdown

from shared import logs

Parts = TypeVar("Parts")
T = TypeVar("T")

TASK_SECONDS = 60.0
_STOP_SECONDS = 10.0


class WorkerLoop(Generic[Parts]):
    """Runs the coroutines of tasks, beside the parts (engine, clients) that were opened on the same loop."""

    def __init__(self, open_parts: Callable[[], AbstractAsyncContextManager[Parts]]) -> None:
        """`open_parts` is entered on the loop at first use and left when the worker process ends."""
        self._open_parts = open_parts
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        worker_process_shutdown.connect(self._on_shutdown, weak=False)  # a child of the prefork pool
        worker_shutdown.connect(self._on_shutdown, weak=False)  # the threads and solo pools

    def _forget(self) -> None:
        """Start anew: a child has its parent's objects, but neither its threads nor a claim to its connections."""
        self._lock = threading.Lock()
        self._running: _Running[Parts] | None = None

    @property
    def parts(self) -> Parts:
        """What `open_parts` gave, opened now if need be."""
        return self._start().parts

    def run(self, work: Coroutine[Any, Any, T], timeout: float = TASK_SECONDS) -> T:
        """Run a coroutine on the loop and return what it returns. Past `timeout`, or when interrupted, it is cancelled."""
        future = asyncio.run_coroutine_threadsafe(work, self._start().loop)
        try:
            return future.result(timeout)
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Close the parts and end the loop; the next use would begin anew."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.close()

    def _start(self) -> "_Running[Parts]":
        with self._lock:
            if self._running is None:
                self._running = _Running(self._open_parts())
            return self._running

    def _on_shutdown(self, **_: Any) -> None:
        self.close()


class _Running(Generic[Parts]):
    """A loop that runs, and its opened parts."""

    def __init__(self, opening: AbstractAsyncContextManager[Parts]) -> None:
        self._opening = opening
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="worker-loop", daemon=True)
        self._thread.start()
        try:
            self.parts = self._wait(opening.__aenter__())
        except BaseException:
            self._stop()
            raise

    def close(self) -> None:
        try:
            self._wait(self._opening.__aexit__(None, None, None))
        except Exception as error:  # the process ends in any case
            logs.get().warning("worker_loop.close_failed", cause=type(error).__name__)
        finally:
            self._stop()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_STOP_SECONDS)

    def _serve(self) -> None:
        gc.freeze()  # as in any process (`run_process`)
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_STOP_SECONDS)
        if not self._thread.is_alive():
            self.loop.close()
