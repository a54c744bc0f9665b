"""notify on a real PostgreSQL with the outside world as a script, as its own tests have it."""

from collections.abc import Iterator

import pytest

from tests.hostile.wire import Shelf
from tests.notify.conftest import (  # noqa: F401  fixtures
    database,
    engine,
    issuers,
    mail,
    office,
    owner,
    settings,
    texts,
    units,
)
from tests.notify.jobs.test_calling import systems  # noqa: F401  a fixture
from tests.notify.web.conftest import web  # noqa: F401  a fixture
from tests.support.databases import DatabaseOf


@pytest.fixture(scope="session")
def shelf(database_of: DatabaseOf) -> Iterator[Shelf]:
    """All that notify has stored."""
    made = Shelf(database_of("notify"))
    yield made
    made.close()
