"""network and notify, linked, with nothing running yet."""

import pytest

from tests.faults.link.county import Link
from tests.support.processes import Deployment


@pytest.fixture
async def link(deployment: Deployment) -> Link:
    """Both ends."""
    made = Link(deployment)
    await made.prepare()
    return made
