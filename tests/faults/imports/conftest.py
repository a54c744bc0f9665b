"""A county's own system, with nothing running yet."""

import pytest

from tests.faults.imports.roster import Roster
from tests.support.processes import Deployment
from tests.support.tokens import Issuers


@pytest.fixture
def roster(deployment: Deployment, issuers: Issuers) -> Roster:
    """Nothing has been sent."""
    return Roster(deployment, issuers)
