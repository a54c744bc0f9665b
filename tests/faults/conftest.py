"""A deployment of a test's own, whose processes may be killed and frozen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from shared.bus import stream
from tests.support.databases import DatabaseOf
from tests.support.processes import Deployment
from tests.support.servers import Servers
from tests.support.tokens import Issuers


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    """Two identity providers and the deployment's own."""
    made = Issuers()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """This worker's Valkey, emptied."""
    client = stream.connect(servers.redis_url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def deployment(
    servers: Servers, redis: Redis, fresh_database_of: DatabaseOf, issuers: Issuers, tmp_path: Path
) -> AsyncIterator[Deployment]:
    """Settings, databases and an emptied Valkey; what a test starts is killed in the end."""
    _ = redis
    made = Deployment(tmp_path, issuers=issuers, fresh_database_of=fresh_database_of, redis_url=servers.redis_url)
    yield made
    await made.close()
