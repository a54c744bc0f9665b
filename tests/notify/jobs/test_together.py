"""What is asked for at the same time is done at one time, and nothing that is asked for is left lying."""

import asyncio
from collections.abc import Sequence

import pytest

from services.notify.jobs.together import Together


class Answering:
    """Doubles numbers, and remembers in which lots they came."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, asked: Sequence[int]) -> list[int]:
        self.lots.append(list(asked))
        await self.gate.wait()
        if 13 in asked:
            raise LookupError
        return [2 * each for each in asked]


async def test_one_after_another_is_answered_too() -> None:
    together = Together(Answering(), most=8)
    async with asyncio.timeout(20):
        assert [await together.ask(number) for number in range(20, 99)] == [2 * number for number in range(20, 99)]


async def test_what_comes_while_one_lot_is_under_way_is_the_next_lot() -> None:
    answering = Answering()
    together = Together(answering, most=3)
    answering.gate.clear()
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(together.ask(number)) for number in range(2, 7)]
    await asyncio.sleep(0.01)
    answering.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12]
    assert answering.lots == [[1], [2, 3, 4], [5, 6]]


async def test_several_lots_of_one_may_be_under_way() -> None:
    answering = Answering()
    together = Together(answering, most=1, at_once=3)
    answering.gate.clear()
    asked = [asyncio.create_task(together.ask(number)) for number in range(5)]
    await asyncio.sleep(0.01)
    assert len(answering.lots) == 3
    answering.gate.set()
    assert await asyncio.gather(*asked) == [0, 2, 4, 6, 8]


async def test_a_lot_that_fails_fails_for_its_own_and_the_next_goes_on() -> None:
    together = Together(Answering(), most=8)
    with pytest.raises(LookupError):
        await together.ask(13)
    assert await together.ask(1) == 2


async def test_whoever_stops_waiting_disturbs_nobody() -> None:
    answering = Answering()
    together = Together(answering, most=8)
    answering.gate.clear()
    leaving, staying = asyncio.create_task(together.ask(1)), asyncio.create_task(together.ask(2))
    await asyncio.sleep(0.01)
    leaving.cancel()
    answering.gate.set()
    assert await staying == 4
