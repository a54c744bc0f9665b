"""The clock of the database: one for all, movable in a sandbox, never where sending is live."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.db import clock, migrations_kit
from shared.db.engine import make_engine
from shared.db.unit import Units
from tests.shared.db.conftest import PACKAGE, STAFF, WRAPPING_KEY
from tests.support.servers import Servers


@pytest.fixture
def clocked(servers: Servers, empty_database: str) -> str:
    """A migrated database whose clock is this test's alone."""
    migrations_kit.upgrade(PACKAGE, servers.url(empty_database, driver="psycopg"))
    return empty_database


@pytest.fixture
async def owner(servers: Servers, clocked: str) -> AsyncIterator[AsyncEngine]:
    """A pool that may move the clock."""
    engine = make_engine(servers.url(clocked))
    yield engine
    await engine.dispose()


@pytest.fixture
async def app(servers: Servers, clocked: str) -> AsyncIterator[AsyncEngine]:
    """A pool of the running role."""
    engine = make_engine(servers.url(clocked, role="sample_app"))
    yield engine
    await engine.dispose()


async def move(owner: AsyncEngine, offset: timedelta) -> None:
    async with AsyncSession(owner) as session, session.begin():
        await clock.set_offset(session, offset)
        assert await clock.get_offset(session) == offset


async def declare(app: AsyncEngine, *, live: bool) -> None:
    async with AsyncSession(app) as session, session.begin():
        await clock.declare_live(session, live=live)


async def test_a_moved_clock_moves_now_in_every_unit(owner: AsyncEngine, app: AsyncEngine) -> None:
    units = Units(app, service="network", wrapping_key=WRAPPING_KEY)
    await move(owner, timedelta(days=1, hours=2))
    async with units.open(uuid4(), STAFF) as unit:
        true_now = (await unit.session.execute(text("SELECT now()"))).scalar_one()
        assert unit.now - true_now == timedelta(days=1, hours=2)


async def test_the_clock_cannot_be_moved_where_sending_is_live(owner: AsyncEngine, app: AsyncEngine) -> None:
    await declare(app, live=True)
    with pytest.raises(IntegrityError, match="live_is_now"):
        await move(owner, timedelta(days=1))


async def test_sending_cannot_go_live_on_a_moved_clock(owner: AsyncEngine, app: AsyncEngine) -> None:
    await move(owner, timedelta(days=1))
    with pytest.raises(IntegrityError, match="live_is_now"):
        await declare(app, live=True)
    await declare(app, live=False)


async def test_the_running_role_cannot_move_the_clock(app: AsyncEngine) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await move(app, timedelta(days=1))


async def test_there_is_one_clock(owner: AsyncEngine) -> None:
    async with AsyncSession(owner) as session:
        with pytest.raises(IntegrityError):
            await session.execute(text("INSERT INTO clock (singleton) VALUES (false)"))
