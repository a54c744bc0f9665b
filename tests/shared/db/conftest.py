"""A migrated database of the sample service, and units that open it as its running role."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import migrations_kit
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from tests.support.servers import Servers

PACKAGE = "tests.shared.db.sample"
WRAPPING_KEY = bytes(range(32))
STAFF = Actor("staff", "staff-7")

Open = Callable[..., AbstractAsyncContextManager[Unit]]


@pytest.fixture(scope="session")
def sample_database(servers: Servers) -> str:
    """The name of a migrated database."""
    migrations_kit.provision(servers.admin_url, "sample")
    migrations_kit.upgrade(PACKAGE, servers.url("sample", driver="psycopg"))
    return "sample"


@pytest.fixture(scope="session")
async def engine(servers: Servers, sample_database: str) -> AsyncIterator[AsyncEngine]:
    """A pool of the running role."""
    engine = make_engine(servers.url(sample_database, role="sample_app"))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def admin(servers: Servers, sample_database: str) -> Engine:
    """The superuser, who passes every wall: for looking behind it and for doing harm."""
    return create_engine(servers.url(sample_database, driver="psycopg"), poolclass=NullPool)


@pytest.fixture
def behind_the_wall(admin: Engine) -> Connection:  # type: ignore[misc]
    """A superuser's connection."""
    with admin.begin() as connection:
        yield connection


@pytest.fixture(scope="session")
def units(engine: AsyncEngine) -> Units:
    """The transactions of a service that may announce network's facts."""
    return Units(engine, service="network", wrapping_key=WRAPPING_KEY)


@pytest.fixture
def county() -> UUID:
    """A county that nobody has used."""
    return uuid4()


@pytest.fixture
def opened(units: Units, county: UUID) -> Open:
    """`async with opened() as unit`: a unit of this test's county."""

    def open_unit(actor: Actor = STAFF) -> AbstractAsyncContextManager[Unit]:
        return units.open(county, actor)

    return open_unit
