"""A family whose plan is in force, with nothing running yet."""

import pytest

from tests.faults.cover.family import OpenNight
from tests.support.processes import Deployment


@pytest.fixture
async def night(deployment: Deployment) -> OpenNight:
    """Kim has the night, and there are three backups."""
    made = OpenNight(deployment, backups=3)
    await made.begin()
    return made
