"""Doing at one time what is asked for at the same time: while one lot is under way the next gathers; nobody waits for company.

So a commit serves as many messages as there happen to be: one on a quiet day, one for each connection in a backlog.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Takes what is asked for one by one, and gives it on in lots of at most so many, at most so many lots at once."""

    def __init__(self, answer: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]], *, most: int, at_once: int = 1) -> None:
        """`answer` returns one answer for each thing asked, in the same order."""
        self._answer = answer
        self._most = most
        self._at_once = at_once
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._at_work = 0
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked) -> Answer:
        """Ask for one thing and wait for its answer. Whoever stops waiting takes nothing back."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._at_work < self._at_once:
            self._at_work += 1
            task = asyncio.create_task(self._work())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _work(self) -> None:
        # Counted here and not when the task is done: whoever asks between the last look and that moment would be left lying.
        try:
            while self._waiting:
                await self._serve([self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))])
        finally:
            self._at_work -= 1

    async def _serve(self, lot: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer([asked for asked, _ in lot])
        except Exception as error:
            for _, future in lot:
                if not future.done():
                    future.set_exception(error)
            return
        except BaseException:
            for _, future in lot:
                future.cancel()
            raise
        for (_, future), given in zip(lot, answers, strict=True):
            if not future.done():
                future.set_result(given)
