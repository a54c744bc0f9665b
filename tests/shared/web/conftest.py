"""The toy service over HTTP, with real keys and a real database."""

from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from shared.db import migrations_kit
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.web.auth import Verifier
from shared.web.factory import make_app
from shared.web.health import database_reachable, facts_published
from tests.shared.db.conftest import PACKAGE, WRAPPING_KEY, drop_sample, make_sample
from tests.shared.web import toy
from tests.support.servers import Servers
from tests.support.tokens import Issuers

Client = TestClient[web.Request, web.Application]


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    """The providers of two counties and our own."""
    issuers = Issuers()
    await issuers.start()
    yield issuers
    await issuers.stop()


@pytest.fixture(scope="session")
def web_database(servers: Servers) -> Iterator[str]:
    """The name of a migrated database of the toy service."""
    name = make_sample(servers)
    migrations_kit.upgrade(PACKAGE, servers.url(name, driver="psycopg"))
    yield name
    drop_sample(servers, name)


@pytest.fixture(scope="session")
async def units(servers: Servers, web_database: str) -> AsyncIterator[Units]:
    """The transactions of the toy service, as its running role."""
    engine = make_engine(servers.url(web_database, role="sample_app"))
    yield Units(engine, service="network", wrapping_key=WRAPPING_KEY)
    await engine.dispose()


@pytest.fixture(scope="session")
def toy_app(issuers: Issuers, units: Units) -> web.Application:
    """The toy service."""
    verifier = Verifier(issuers.counties, issuers.system_client, audience="network")
    return make_app(
        service="network",
        routes=toy.ROUTES,
        prefixes=toy.PREFIXES,
        units=units,
        verifier=verifier,
        errors=[toy.NoteTaken],
        counties=issuers.counties,
        ready_checks=[database_reachable(units.engine), facts_published(units)],
        public_url="https://network.example",
    )


@pytest.fixture(scope="session")
async def client(toy_app: web.Application) -> AsyncIterator[Client]:
    """Calls the toy service."""
    async with TestClient(TestServer(toy_app)) as client:
        yield client
