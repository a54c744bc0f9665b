"""A primary is lost and its standby promoted: the services find it by themselves, and nothing that was committed is gone (R14).

Every address names both servers and asks for the one that takes writes (deploy/runbook.md, "A second database server").
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus import leader
from shared.bus.leader import HOLD_SECONDS
from shared.db.engine import make_engine
from shared.db.outage import is_outage
from tests.faults.servers.county import UsedCounty
from tests.faults.servers.pair import Pair, started
from tests.support import stack
from tests.support.journey import Journey
from tests.support.processes import until

pytestmark = pytest.mark.xdist_group("plugs")

ROLES = {"network_app", "meetings_app", "notify_app"}
PUT_OFF = (503, "unavailable", "5")
BACK_WITHIN = 10.0
"""Seconds from the promotion until every service works on the new primary (RELIABILITY R14)."""


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A primary and its standby."""
    with started() as servers:

        async def has_caught_up() -> bool:
            return servers.has_every_commit()

        await until(has_caught_up)
        yield servers


@pytest.fixture
async def used(pair: Pair, say: Callable[[str], None]) -> AsyncIterator[UsedCounty]:
    """A county on both of them, with a few families in it."""
    running = await asyncio.to_thread(stack.start, "--empty", database_url=pair.url(pair.primary, pair.standby))
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
            county = UsedCounty(running, Journey(running, session), say)
            await county.prepare()
            yield county
    finally:
        await asyncio.to_thread(stack.stop, running)


async def test_a_standby_that_is_promoted_is_found_and_has_all_that_was_committed(used: UsedCounty, pair: Pair) -> None:
    got = used.use.answers_got

    async def often_put_off() -> bool:
        return got[PUT_OFF] >= 10

    async def everybody_is_there() -> bool:
        return pair.users() == ROLES

    async with used.in_use():
        await used.book(10)
        await asyncio.to_thread(pair.lose_the_primary)
        await until(often_put_off)
        await asyncio.to_thread(pair.promote)
        used.pulled()
        async with asyncio.timeout(BACK_WITHIN):
            await used.book(5)
            await until(everybody_is_there)
        await asyncio.to_thread(pair.let_the_first_return)
        await asyncio.to_thread(used.terminate_sessions)
        async with asyncio.timeout(BACK_WITHIN):
            await used.book(5)
            await until(everybody_is_there)
    # Mail that was claimed and could not be begun waits for the end of its lease, hence half a minute and not ten seconds.
    await used.recovered("a standby promoted")
    await used.is_whole()
    assert {status for status, _, _ in got} <= {201, 409, 503}
    assert {answer for answer in got if answer[0] == 503} == {PUT_OFF}


async def test_sessions_are_opened_where_writes_are_taken_whichever_server_is_named_first(pair: Pair) -> None:
    for order in ((pair.primary, pair.standby), (pair.standby, pair.primary)):
        async with an_engine(pair.url(*order)) as engine:
            async with engine.connect() as pooled:
                assert await pooled.scalar(text("SELECT pg_is_in_recovery()")) is False
            session = await leader.connect(engine, hold=HOLD_SECONDS)
            assert await session.fetchval("SELECT pg_is_in_recovery()") is False
            await session.close()


async def test_that_nobody_takes_writes_is_the_databases_trouble_and_no_fault_of_what_was_asked(pair: Pair) -> None:
    only = pair.url(pair.standby)
    async with an_engine(only) as engine:
        with pytest.raises(DBAPIError) as nobody:
            await engine.connect()
        with pytest.raises(asyncpg.TargetServerAttributeNotMatched) as nobody_to_lead:
            await leader.connect(engine, hold=HOLD_SECONDS)
    async with an_engine(only.replace("read-write", "any")) as engine, engine.connect() as on_the_standby:
        with pytest.raises(DBAPIError) as refused:
            await on_the_standby.execute(text("CREATE TABLE anything (id int)"))
    assert [is_outage(each.value) for each in (nobody, nobody_to_lead, refused)] == [True, True, True]


@asynccontextmanager
async def an_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """The pool of a service with this address."""
    engine = make_engine(make_url(url).set(drivername="postgresql+asyncpg").render_as_string())
    try:
        yield engine
    finally:
        await engine.dispose()
