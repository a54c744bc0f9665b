"""A migrated database of the sample service, and units that open it as its running role."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import migrations_kit
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from tests.support.servers import Servers

PACKAGE = "tests.shared.db.sample"
WRAPPING_KEY = bytes(range(32))
STAFF = Actor("staff", "staff-7")

Open = Callable[..., AbstractAsyncContextManager[Unit]]


def make_sample(servers: Servers) -> str:
    """Make an empty database of the sample service and return its name."""
    password = make_url(servers.admin_url).password  # url() keeps it for every role
    name = f"sample_{secrets.token_hex(4)}"
    migrations_kit.provision(servers.admin_url, "sample", database=name, app_password=password)
    return name


def drop_sample(servers: Servers, name: str) -> None:
    """Drop it."""
    engine = create_engine(servers.admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sample_database(servers: Servers) -> Iterator[str]:
    """The name of a migrated database, shared by tests that each use a county of their own."""
    name = make_sample(servers)
    migrations_kit.upgrade(PACKAGE, servers.url(name, driver="psycopg"))
    yield name
    drop_sample(servers, name)


@pytest.fixture
def empty_database(servers: Servers) -> Iterator[str]:
    """The name of a database that nobody has migrated."""
    name = make_sample(servers)
    yield name
    drop_sample(servers, name)


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
def behind_the_wall(admin: Engine) -> Iterator[Connection]:
    """A superuser's connection; what a test changes with it, the test commits."""
    with admin.connect() as connection:
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
