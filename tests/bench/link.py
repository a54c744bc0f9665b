"""The link between two services: from a fact's commit in network to its effect's commit in notify (DESIGN §9), one at a time.

The yardstick is what no link can do without: the same two transactions, one after the other, with nobody in between.
"""

import asyncio
import shutil
import signal
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text

from deploy.local import servers
from services.notify.app import LISTENERS
from shared.bus import stream
from shared.bus.consumer import Consumer
from shared.bus.relay import Relay
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from shared.events.envelope import Envelope
from shared.events.network import CaseAccessChanged
from tests.notify.office import WRAPPING_KEY
from tests.support.databases import Database, Databases
from tests.support.servers import Servers

FACTS, CROWD = 300, 3000
GOAL_MS, GOAL_RATE = 150.0, 2000.0
COUNTY = UUID(int=7)
ACTOR = Actor("service", "bench")
PATIENCE_SECONDS = 60.0


@contextmanager
def place() -> Iterator[tuple[Database, Database, str]]:
    """Both databases on a PostgreSQL that keeps what it commits, and a Valkey."""
    folder = servers.short_folder("sb")
    folder.chmod(0o755)
    postgres = servers.start_postgres(folder / "data", folder / "postgres.log")
    valkey = servers.start_valkey(folder / "valkey", folder / "valkey.log")
    try:
        databases = Databases(Servers(postgres.url("postgres"), valkey.url()), "bench")
        yield databases.fresh("network"), databases.fresh("notify"), valkey.url()
    finally:
        servers.stop([valkey.pid])
        servers.stop([postgres.pid], signal.SIGINT)
        for each in (folder, postgres.sockets):
            shutil.rmtree(each, ignore_errors=True)


def announce(unit: Unit) -> None:
    """One small fact that notify keeps a row of."""
    case_id = uuid4()
    unit.announce(CaseAccessChanged(case_id=case_id, unit="north", assigned=("amy",), shared_with=(), at=unit.now), subject=case_id)


async def nothing_to_heal(after: int, limit: int) -> list[Envelope]:
    """The log over HTTP, which a healthy link does not need."""
    _ = after, limit
    return []


async def _measure(network: Database, notify: Database, redis_url: str) -> dict[str, float]:
    producer, consumer = make_engine(network.app_url), make_engine(notify.app_url)
    ours = Units(producer, service="network", wrapping_key=WRAPPING_KEY)
    theirs = Units(consumer, service="notify", wrapping_key=WRAPPING_KEY)
    redis = stream.connect(redis_url)
    stop = asyncio.Event()
    reader = Consumer(
        service="notify",
        producer="network",
        listeners=LISTENERS,
        units=theirs,
        engine=consumer,
        redis=redis,
        heal=nothing_to_heal,
    )
    running = [asyncio.create_task(Relay(producer, redis, "network").run(stop)), asyncio.create_task(reader.run(stop))]

    async def applied(position: int) -> None:
        give_up = perf_counter() + PATIENCE_SECONDS
        async with theirs.outside() as session:
            connection = await session.connection(execution_options={"isolation_level": "READ COMMITTED"})
            while True:
                at = await connection.scalar(text("SELECT position FROM cursors WHERE producer = 'network'"))
                if at is not None and at >= position:
                    return
                if perf_counter() > give_up:
                    raise AssertionError("the link stands still")
                await asyncio.sleep(0.001)

    async def commit(count: int) -> None:
        async with ours.open(COUNTY, ACTOR) as unit:
            for _ in range(count):
                announce(unit)

    try:
        await commit(1)
        await applied(1)
        waits = []
        for n in range(2, FACTS + 2):
            await commit(1)
            committed = perf_counter()
            await applied(n)
            waits.append((perf_counter() - committed) * 1000)
        begun = perf_counter()
        for _ in range(CROWD // 100):
            await commit(100)
        await applied(FACTS + 1 + CROWD)
        rate = CROWD / (perf_counter() - begun)
    finally:
        stop.set()
        await asyncio.gather(*running)
    bare = []
    for _ in range(FACTS):
        begun = perf_counter()
        for units in (ours, theirs):
            async with units.open(COUNTY, ACTOR) as unit:
                await unit.session.execute(text("UPDATE cursors SET position = position WHERE producer = 'network'"))
        bare.append((perf_counter() - begun) * 1000)
    await redis.aclose()
    await producer.dispose()
    await consumer.dispose()
    ninety_nine = statistics.quantiles(waits, n=100)[98]
    return {"p50": statistics.median(waits), "p99": ninety_nine, "bare": statistics.median(bare), "rate": rate}


def measure() -> list[dict[str, Any]]:
    """Measure the wait of single facts, and how many pass when many come at once."""
    with place() as (network, notify, redis_url):
        found = uvloop.run(_measure(network, notify, redis_url))
    waits = [
        {
            "name": f"event committed -> applied in notify, {name}",
            "value": round(found[name], 1),
            "unit": "ms",
            "yardstick": round(found["bare"], 1),
            "ratio": round(found[name] / found["bare"], 1),
            "goal": f"p99 <= {GOAL_MS:g} ms",
            "met": found[name] <= GOAL_MS,
        }
        for name in ("p50", "p99")
    ]
    return [
        *waits,
        {
            "name": "events committed and applied when many come at once",
            "value": round(found["rate"]),
            "unit": "events/s",
            "yardstick": None,
            "ratio": None,
            "goal": f">= {GOAL_RATE:g} events/s",
            "met": found["rate"] >= GOAL_RATE,
        },
    ]
