"""Whenever the tickers are killed, each backup is asked once, in order, until nobody is left."""

import random

import pytest

from tests.faults.cover.family import OpenNight
from tests.support.processes import Deployment, until


@pytest.mark.parametrize(
    ("seed", "backups"),
    [pytest.param(1, 5, id="five backups"), pytest.param(2, 30, id="thirty backups", marks=pytest.mark.soak)],
)
async def test_kills_at_random_lose_no_ask_and_double_none(deployment: Deployment, seed: int, backups: int) -> None:
    chance = random.Random(seed)
    night = OpenNight(deployment, backups=backups)
    await night.begin()
    await night.fall_open()
    running = [await night.ticker(), await night.ticker()]

    async def all_are_asked_although_one_is_killed() -> bool:
        await night.time_passes()
        victim = chance.randrange(len(running))
        running[victim].kill()
        await running[victim].ended()
        running[victim] = await night.ticker()
        await running[victim].started()  # on a slow machine it would otherwise be killed again before it has begun
        return len(await night.asks()) == backups

    await until(all_are_asked_although_one_is_killed, within=20 + 4 * backups, every=0.3)
    await night.check(asked=backups)
