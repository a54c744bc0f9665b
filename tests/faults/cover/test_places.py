"""A process dies just before it asks on; its successor asks, and nobody is asked twice."""

import pytest

from tests.faults.cover.family import OpenNight
from tests.support.processes import until


@pytest.mark.parametrize("place", ["ticker.before_asking_on", "cover.before_asking"])
async def test_a_ticker_that_dies_before_it_asks_on_is_followed_by_one_that_does(night: OpenNight, place: str) -> None:
    await night.fall_open()
    await night.check(asked=1)
    await (await night.ticker(place)).died()
    assert await night.asks() == [("backup1", "sent")], "nothing half done"

    later = await night.ticker(f"{place}:2")
    await until(lambda: is_asked(night, 2))
    await night.time_passes()
    await later.died()
    assert await night.asks() == [("backup1", "expired"), ("backup2", "sent")]
    await night.check(asked=2)

    await night.ticker()
    await until(lambda: is_asked(night, 3))
    await night.check(asked=3)
    assert await night.asks() == [("backup1", "expired"), ("backup2", "expired"), ("backup3", "sent")]


async def is_asked(night: OpenNight, how_many: int) -> bool:
    return len(await night.asks()) == how_many


async def test_a_consumer_that_dies_before_it_asks_has_done_nothing_and_its_successor_all(night: OpenNight) -> None:
    await night.kim_texts()
    await night.deployment.start("notify", "relay")
    await (await night.deployment.start("network", "consume", fault="cover.before_asking")).died()
    assert (await night.ask("SELECT * FROM gaps"), await night.asks(), await night.facts("commitment_ended")) == ([], [], [])

    await night.deployment.start("network", "consume")
    await until(lambda: is_asked(night, 1))
    await night.check(asked=1)
    assert await night.facts("commitment_ended") == [night.family.commitments["kim"]]
    assert len(await night.facts("commitment_answered")) == 2, "Kim's yes, and what she took back"


@pytest.mark.parametrize("place", ["ticker.before_asking_on", "cover.before_asking"])
async def test_a_ticker_that_froze_is_overtaken_and_asks_nobody_again_when_it_wakes(night: OpenNight, place: str) -> None:
    await night.fall_open()
    frozen = await night.ticker(f"{place}:1:freeze")
    await frozen.froze()
    await night.ticker()
    await until(lambda: is_asked(night, 2))
    frozen.wake()
    await night.time_passes()
    await until(lambda: is_asked(night, 3))
    await night.check(asked=3)
    assert frozen.is_alive()
