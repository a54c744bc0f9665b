"""What must wake somebody is measured from outside of what fails: what is late, stands still, is set aside, or takes no write."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.bus import stream
from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.events.network import CaseAccessChanged
from shared.jobs import measures
from shared.jobs.measures import AuditWalk, Measures
from tests.support.databases import Database, DatabaseOf
from tests.support.servers import Servers

AMY = Actor("staff", "amy")
LABELS = ("network",)
LINK = ("network", "notify")


@pytest.fixture
def database(fresh_database_of: DatabaseOf) -> Database:
    """A database that nobody else looks at."""
    return fresh_database_of("network")


@pytest.fixture
async def units(database: Database) -> AsyncIterator[Units]:
    """network's transactions."""
    units = Units(make_engine(database.app_url), service="network", wrapping_key=bytes(range(32)))
    yield units
    await units.engine.dispose()


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[AsyncEngine]:
    """Past every wall."""
    engine = create_async_engine(database.owner_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """This worker's Valkey, emptied."""
    client = stream.connect(servers.redis_url)
    await client.flushall()
    yield client
    await client.aclose()


def value(gauge: object, *labels: str) -> float:
    """What Prometheus would read."""
    return float(gauge.labels(*labels)._value.get())  # type: ignore[attr-defined]  # any gauge


async def announce(units: Units) -> None:
    async with units.open(uuid4(), AMY) as unit:
        case_id = unit.new_id()
        unit.announce(CaseAccessChanged(case_id=case_id, unit="north", assigned=(), shared_with=(), at=unit.now), subject=case_id)


async def test_a_fact_that_no_relay_publishes_grows_old(units: Units, owner: AsyncEngine, redis: Redis) -> None:
    look = Measures(units, redis, ["notify"])
    await look.look()
    assert value(measures.UNPUBLISHED, *LABELS) == 0
    await announce(units)
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE log SET at = at - interval '5 minutes'"))
    await look.look()
    assert value(measures.UNPUBLISHED, *LABELS) > 299


async def test_a_cursor_that_stands_although_facts_follow_it_is_seen_and_one_that_moves_is_not(
    units: Units, owner: AsyncEngine, redis: Redis
) -> None:
    look = Measures(units, redis, ["notify"])
    await redis.xadd("notify", {"e": ""}, id="7-0")
    await look.look()
    await asyncio.sleep(0.05)
    await look.look()
    standing = value(measures.UNAPPLIED, *LINK)
    assert standing >= 0.05
    async with owner.begin() as connection:
        await connection.execute(text("INSERT INTO cursors (producer, position) VALUES ('notify', 5)"))
    await look.look()
    assert value(measures.UNAPPLIED, *LINK) < standing
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE cursors SET position = 7"))
    await asyncio.sleep(0.05)
    await look.look()
    assert value(measures.UNAPPLIED, *LINK) == 0


async def test_events_that_are_set_aside_are_counted_until_they_are_replayed(
    units: Units, owner: AsyncEngine, redis: Redis
) -> None:
    look = Measures(units, redis, ["notify"])
    async with owner.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO parked (producer, position, county_id, event_id, type, reason, tries, parked_at, envelope)"
                " VALUES ('notify', 3, gen_random_uuid(), gen_random_uuid(), 'notify.contact_lost.v1', 'KeyError', 5, now(), '{}')"
            )
        )
    await look.look()
    assert value(measures.PARKED, *LINK) == 1
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM parked"))
    await look.look()
    assert value(measures.PARKED, *LINK) == 0


async def test_a_session_that_keeps_a_snapshot_is_seen_whoever_it_is(units: Units, owner: AsyncEngine, redis: Redis) -> None:
    look = Measures(units, redis, [])
    async with owner.connect() as forgotten:
        await forgotten.execution_options(isolation_level="REPEATABLE READ")
        await forgotten.execute(text("SELECT 1"))
        await look.look()
        await asyncio.sleep(0.1)
        await look.look()
        assert value(measures.SNAPSHOT, *LABELS) >= 0.1


async def test_a_database_and_a_valkey_that_take_no_write_are_seen_and_seen_to_be_well_again(
    database: Database, servers: Servers, units: Units, redis: Redis
) -> None:
    well = Measures(units, redis, [])
    await well.look()
    assert (value(measures.WRITABLE, *LABELS), value(measures.STREAM, *LABELS)) == (1, 1)
    away = Units(make_engine(f"{database.app_url}_gone"), service="network", wrapping_key=bytes(32))
    async with stream.connect("redis://127.0.0.1:1/0") as nowhere:
        await Measures(away, nowhere, []).look()
    await away.engine.dispose()
    assert (value(measures.WRITABLE, *LABELS), value(measures.STREAM, *LABELS)) == (0, 0)
    await redis.config_set("maxmemory", 1)
    await well.look()
    await redis.config_set("maxmemory", 0)
    assert (value(measures.WRITABLE, *LABELS), value(measures.STREAM, *LABELS)) == (1, 0)


async def test_an_audit_that_was_changed_or_cut_off_is_found_at_the_next_walk(units: Units, owner: AsyncEngine) -> None:
    county_id = uuid4()
    for _ in range(2):
        async with units.open(county_id, AMY) as unit:
            await unit.audit("person.seen", subject_kind="person", subject_id=uuid4())
    walk = AuditWalk(units, [county_id])
    await walk.walk()
    assert value(measures.BROKEN, *LABELS) == 0
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM audit WHERE seq = 2"))
    await walk.walk()
    assert value(measures.BROKEN, *LABELS) == 1
