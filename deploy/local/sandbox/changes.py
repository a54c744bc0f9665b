"""Waiting for something to happen in the box: a number that grows with every change, and a way to sleep until it does."""

import asyncio
from collections.abc import Callable

LONGEST_WAIT_SECONDS = 20.0


class Changes:
    """Count changes and wake those who wait; used from the sandbox's one event loop only."""

    def __init__(self) -> None:
        self.number = 0
        self._happened = asyncio.Event()

    def mark(self) -> None:
        """Say that something changed."""
        self.number += 1
        self._happened.set()
        self._happened = asyncio.Event()

    async def until(self, is_so: Callable[[], bool], *, seconds: float = LONGEST_WAIT_SECONDS) -> bool:
        """Wait until a claim holds, at most `seconds` and never longer than the bound; return whether it holds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
        while not is_so():
            left = deadline - loop.time()
            if left <= 0:
                return False
            try:
                await asyncio.wait_for(self._happened.wait(), left)
            except TimeoutError:
                return is_so()
        return True
