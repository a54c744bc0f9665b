"""Who proves who they are twice at the same moment, as with two taps, is believed twice."""

import asyncio
from uuid import uuid4

from services.notify.domain.step_up import Tries
from services.notify.storage import step_ups
from tests.notify.office import Office
from tests.support.waiting import waits_for


async def test_right_digits_that_waited_for_right_digits_are_no_fault(office: Office) -> None:
    kim, found = uuid4(), asyncio.Queue[Tries]()

    async def tap() -> None:
        async with office.unit() as unit:
            found.put_nowait(await step_ups.hold(unit, kim))
            await step_ups.forget(unit, kim)

    async with office.unit() as unit:
        await step_ups.save(unit, kim, Tries(wrong=1))
    async with office.unit() as unit:
        assert await step_ups.hold(unit, kim) == Tries(wrong=1)
        second = await waits_for(office.owner, unit, tap())
        await step_ups.forget(unit, kim)
    await second
    assert found.get_nowait() == Tries()
    assert await office.rows("SELECT 1 FROM step_ups WHERE county_id = :county") == []


async def test_wrong_digits_that_waited_for_wrong_digits_count_as_well(office: Office) -> None:
    kim = uuid4()

    async def guess() -> None:
        async with office.unit() as unit:
            await step_ups.save(unit, kim, (await step_ups.hold(unit, kim)).one_more(unit.now))

    async with office.unit() as unit:
        tries = await step_ups.hold(unit, kim)
        second = await waits_for(office.owner, unit, guess())
        await step_ups.save(unit, kim, tries.one_more(unit.now))
    await second
    async with office.unit() as unit:
        assert await step_ups.hold(unit, kim) == Tries(wrong=2)
