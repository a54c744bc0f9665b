"""meetings on a real PostgreSQL, as its own tests have it."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.hostile.wire import Shelf, Wire
from tests.meetings.conftest import (  # noqa: F401  fixtures
    Counties,
    World,
    amy,
    birch_id,
    counties,
    county_id,
    database,
    engine,
    family,
    issuers,
    log,
    units,
    world,
)
from tests.support.databases import DatabaseOf


@pytest.fixture(scope="session")
def shelf(database_of: DatabaseOf) -> Iterator[Shelf]:
    """All that meetings has stored."""
    made = Shelf(database_of("meetings"))
    yield made
    made.close()


@pytest.fixture
def wire(counties: Counties) -> Wire:  # noqa: F811  the fixture above
    """A caseworker of Alder who sends whatever a row says."""
    return Wire(counties.staff("amy"))


@pytest.fixture
async def person(world: World) -> UUID:  # noqa: F811  the fixture above
    """Amy herself, as meetings knows her."""
    return await world.person(staff_id="amy")
