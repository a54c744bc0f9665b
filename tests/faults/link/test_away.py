"""The stream vanishes, stands still or is something else; the producer is gone as well; a database comes back from a backup."""

import asyncio

from redis.asyncio import Redis
from sqlalchemy import NullPool, create_engine, text

from tests.faults.link.county import Link
from tests.support.databases import Database
from tests.support.processes import until
from tests.support.servers import Servers

PAUSE_SECONDS = 4


async def test_facts_pass_while_the_stream_is_flushed_replaced_and_paused(link: Link, redis: Redis) -> None:
    for start in (link.api, link.relay, link.consumer):
        await start()
    flushing = asyncio.create_task(flush_often(redis))
    for _ in range(20):
        await link.announce(30)
    await flushing
    await link.recovers()
    await redis.set("network", "no stream")
    await link.announce(30)
    await link.recovers()
    await until(link.is_published)
    assert await redis.type("network") == b"stream"
    await redis.execute_command("CLIENT", "PAUSE", PAUSE_SECONDS * 1000, "ALL")  # type: ignore[no-untyped-call]
    await link.announce(30)
    await link.recovers()
    await link.check()


async def flush_often(redis: Redis) -> None:
    for _ in range(20):
        await redis.flushall()
        await asyncio.sleep(0.03)


async def test_a_producer_that_is_down_as_well_is_waited_for(link: Link, redis: Redis) -> None:
    relay = await link.relay()
    consumer = await link.consumer()
    await link.announce(20)
    await link.recovers()
    relay.kill()
    await relay.ended()
    await link.announce(20)
    await link.number()
    await redis.flushall()
    await until(lambda: said(consumer.said(), "consumer.log_away"))
    assert len(await link.applied()) == 20
    await link.api()
    await link.recovers()
    await link.check()


async def said(log: str, words: str) -> bool:
    return words in log


async def test_a_consumer_restored_from_a_backup_applies_again_what_it_has_forgotten(link: Link, servers: Servers) -> None:
    for start in (link.api, link.relay):
        await start()
    consumer = await link.consumer()
    await link.announce(20)
    await link.recovers()
    await consumer.stop()
    backup(servers, link.deployment.database("notify"))
    await link.announce(20)
    later = await link.consumer()
    await link.recovers()
    await later.stop()
    await link.announce(20)
    restore(servers, link.deployment.database("notify"))
    await link.consumer()
    await link.recovers()
    await link.check()


async def test_a_producer_restored_from_a_backup_stops_its_reader_with_an_alarm(link: Link, servers: Servers) -> None:
    await link.announce(20)
    relay = await link.relay()
    await until(link.is_published)
    await relay.stop()
    await link.units.engine.dispose()
    backup(servers, link.deployment.database("network"))
    await link.announce(20)
    relay, api = await link.relay(), await link.api()
    consumer = await link.consumer()
    await link.recovers()
    for process in (relay, api):
        await process.stop()
    await link.units.engine.dispose()
    restore(servers, link.deployment.database("network"))
    for start in (link.api, link.relay):
        await start()
    await link.announce(50)
    await until(lambda: said(consumer.said(), "consumer.halted"))
    assert await link.cursor() == 40
    assert len(await link.applied()) == 40, "nothing of a history that contradicts what was applied"


def backup(servers: Servers, database: Database) -> None:
    """Copy a database that nobody uses just now."""
    administer(servers, f"CREATE DATABASE {database.name}_backup TEMPLATE {database.name}")


def restore(servers: Servers, database: Database) -> None:
    """Put the copy in its place."""
    administer(servers, f"DROP DATABASE {database.name} WITH (FORCE)")
    administer(servers, f"ALTER DATABASE {database.name}_backup RENAME TO {database.name}")


def administer(servers: Servers, statement: str) -> None:
    engine = create_engine(servers.admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
