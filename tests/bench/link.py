"""The link between two services, each part in a process of its own: `network relay`, `notify consume`, and here who commits.

Waiting: from a fact's commit in network to its effect's commit in notify (DESIGN §9), one at a time. The yardstick is what no link
can do without: the same two transactions, one after the other, with nobody in between.

Taking in: facts that stand on the stream already are applied by a consumer that starts; what counts is how its cursor moves. The
yardstick is the driver alone: the same statements, as many a transaction, in a loop. With poison among them the same is done turn
by turn, and told by the clock and in processor time, which depends less on what else the machine does.
"""

import asyncio
import shutil
import signal
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from sqlalchemy import make_url, text

from deploy.local import servers
from shared.bus import stream
from shared.bus.consumer import COMMIT_LIMIT
from shared.db import log
from shared.db.unit import Actor, Unit
from shared.events.network import CaseAccessChanged
from tests.bench.parts.load import seconds_worked, seconds_worked_by_all
from tests.faults.link.histories import History, announce
from tests.support.databases import Databases
from tests.support.processes import Deployment, Running, until
from tests.support.servers import Servers
from tests.support.tokens import Issuers

FACTS, CROWD, HISTORIES, ROUNDS = 200, 10_000, 100, 3
GOAL_MS, GOAL_RATE, GOAL_LOSS = 150.0, 2000.0, 5.0
POISON_EVERY = 100
ACTOR = Actor("service", "bench")
PATIENCE_SECONDS = 120.0
KEEP_ACCESS = "INSERT INTO case_access (case_id, county_id, unit, assigned, shared_with)"


@contextmanager
def place() -> Iterator[tuple[Databases, str, Path, int]]:
    """A PostgreSQL that keeps what it commits, a Valkey, a folder, and PostgreSQL's pid."""
    folder = servers.short_folder("sb")
    folder.chmod(0o755)
    postgres = servers.start_postgres(folder / "data", folder / "postgres.log")
    valkey = servers.start_valkey(folder / "valkey", folder / "valkey.log")
    try:
        yield Databases(Servers(postgres.url("postgres"), valkey.url()), "bench"), valkey.url(), folder, postgres.pid
    finally:
        servers.stop([valkey.pid])
        servers.stop([postgres.pid], signal.SIGINT)
        for each in (folder, postgres.sockets):
            shutil.rmtree(each, ignore_errors=True)


def light(unit: Unit) -> None:
    """One small fact that notify keeps a row of."""
    case_id = uuid4()
    told = CaseAccessChanged(case_id=case_id, unit="north", assigned=("amy",), shared_with=(), at=unit.now)
    unit.announce(told, subject=case_id)


def poison(n: int, foreign: UUID) -> tuple[str, dict[str, Any]]:
    """One of twelve kinds of fact that cannot be applied: two fail in their listener, the others when they are read."""
    whole = {"case_id": str(uuid4()), "unit": "north", "assigned": [], "shared_with": [], "at": "2027-03-01T17:00:00Z"}
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("v2", whole),
        ("v3", {}),
        ("v1", {}),
        ("v1", whole | {"case_id": 7}),
        ("v1", whole | {"case_id": "north"}),
        ("v1", whole | {"case_id": str(foreign)}),
        ("v1", whole | {"unit": None}),
        ("v1", whole | {"assigned": "amy"}),
        ("v1", whole | {"assigned": [None]}),
        ("v1", whole | {"at": "yesterday"}),
        ("v1", whole | {"case_id": str(foreign), "unit": "x" * 60_000}),
        ("v1", {"deep": [whole] * 200}),
    ]
    version, data = kinds[n % len(kinds)]
    return f"network.case_access_changed.{version}", data


class Bench:
    """Both ends."""

    def __init__(self, deployment: Deployment, postgres_pid: int) -> None:
        """Nothing runs yet."""
        self.deployment = deployment
        self.postgres_pid = postgres_pid
        self.network = deployment.units("network")
        self.notify = deployment.units("notify")
        self._redis = stream.connect(deployment.redis_url)
        self.committed = 0
        self.foreign = uuid4()

    async def commit(self, count: int) -> None:
        """Commit facts, a hundred a transaction."""
        for begin in range(0, count, 100):
            async with self.network.open(self.deployment.county_id, ACTOR) as unit:
                for _ in range(min(100, count - begin)):
                    light(unit)
        self.committed += count

    async def keep_foreign(self) -> None:
        """Keep a family of another county, whose row nobody of this one may write."""
        async with self.notify.open(uuid4(), ACTOR) as unit:
            kept = f"{KEEP_ACCESS} VALUES (:id, :county, 'north', '{{}}', '{{}}')"
            await unit.session.execute(text(kept), {"id": self.foreign, "county": unit.county_id})

    async def commit_with_poison(self, count: int) -> None:
        """Commit as many facts, each hundredth of them one that cannot be applied."""
        for n in range(count // POISON_EVERY):
            async with self.network.open(self.deployment.county_id, ACTOR) as unit:
                kind, data = poison(n, self.foreign)
                await log.append(unit.driver, [log.NewFact(unit.new_id(), unit.county_id, kind, uuid4(), unit.now, data)])
                for _ in range(POISON_EVERY - 1):
                    light(unit)
        self.committed += count

    async def position(self, producer: str = "network") -> int:
        """How far notify has come."""
        async with self.notify.outside() as session:
            query = text("SELECT position FROM cursors WHERE producer = :producer")
            return int(await session.scalar(query, {"producer": producer}) or 0)

    async def published(self) -> None:
        """Wait until all is on the stream. The database is not asked: that would be another load on it."""

        async def is_published() -> bool:
            last: Any = await self._redis.xrevrange("network", count=1)
            return bool(last) and last[0][0] == f"{self.committed}-0".encode()

        await until(is_published, within=PATIENCE_SECONDS)

    async def consumer(self) -> Running:
        """Start notify's consumers."""
        return await self.deployment.start("notify", "consume")

    async def waits(self) -> list[float]:
        """Return how many milliseconds single facts took from commit to commit."""
        found = []
        async with self.notify.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT position FROM cursors WHERE producer = 'network'")
            for _ in range(FACTS):
                await self.commit(1)
                committed = perf_counter()
                while await connection.scalar(query) != self.committed:
                    if perf_counter() - committed > PATIENCE_SECONDS:
                        raise AssertionError("the link stands still")
                    await asyncio.sleep(0.001)
                found.append((perf_counter() - committed) * 1000)
        return found

    async def rate(self) -> tuple[float, float]:
        """Let a consumer that starts take in what waits on the stream; return the facts a second once it has begun, and the
        processor milliseconds of it and of PostgreSQL for each."""
        await self.published()
        before = await self.position()
        running = await self.consumer()

        async def has_begun() -> bool:
            return await self.position() > before

        await until(has_begun, within=PATIENCE_SECONDS)
        begun, worked, first = perf_counter(), self._worked(running), await self.position()
        while await self.position() < self.committed:
            if perf_counter() - begun > PATIENCE_SECONDS:
                raise AssertionError(running.said()[-2000:])
            await asyncio.sleep(0.02)
        count = self.committed - first
        found = count / (perf_counter() - begun), 1000 * (self._worked(running) - worked) / count
        running.kill()
        await running.ended()
        return found

    def _worked(self, running: Running) -> float:
        return seconds_worked(running.pid) + seconds_worked_by_all(self.postgres_pid)

    async def bare_waits(self) -> list[float]:
        """Return how many milliseconds two transactions take that change one row each."""
        found = []
        for _ in range(FACTS):
            begun = perf_counter()
            for units in (self.network, self.notify):
                async with units.open(self.deployment.county_id, ACTOR) as unit:
                    await unit.session.execute(text("UPDATE cursors SET position = position WHERE producer = 'network'"))
            found.append((perf_counter() - begun) * 1000)
        return found

    async def bare_rate(self) -> float:
        """Return how many rows a second the driver alone writes, in transactions as large as a consumer's."""
        url = make_url(self.deployment.database("notify").app_url)
        connection: Any = await asyncpg.connect(host=url.query["host"], user=url.username, database=url.database)
        rows = CROWD // 4
        begun = perf_counter()
        for _ in range(0, rows, COMMIT_LIMIT):
            async with connection.transaction():
                await connection.fetch("SELECT set_config('app.county_id', $1, true)", str(self.deployment.county_id))
                for _ in range(COMMIT_LIMIT):
                    await connection.fetch(
                        f"{KEEP_ACCESS} VALUES ($1, $2, 'north', $3, '{{}}')"
                        " ON CONFLICT (case_id) DO UPDATE SET unit = excluded.unit",
                        uuid4(), self.deployment.county_id, ["amy"],
                    )  # fmt: skip
                await connection.fetch("UPDATE cursors SET position = position WHERE producer = 'nobody'")
        rate = rows / (perf_counter() - begun)
        await connection.close()
        return rate

    async def rate_of_histories(self) -> float:
        """Return how many facts a second are taken in: people with sealed words, families, meetings told to each."""
        meetings = self.deployment.units("meetings")
        last = 0
        for seed in range(HISTORIES):
            history = History(seed)
            await announce(self.network, self.deployment.county_id, history.network)
            await announce(meetings, self.deployment.county_id, history.meetings)
            self.committed += len(history.network)
            last += len(history.meetings)
        relay = await self.deployment.start("meetings", "relay")
        await self.published()
        first, begun = await self.position(), perf_counter()
        running = await self.consumer()
        await running.started()
        begun = perf_counter()
        while await self.position() < self.committed or await self.position("meetings") < last:
            if perf_counter() - begun > PATIENCE_SECONDS:
                raise AssertionError(running.said()[-2000:])
            await asyncio.sleep(0.02)
        rate = (self.committed - first + last) / (perf_counter() - begun)
        for each in (relay, running):
            each.kill()
        return rate

    async def close(self) -> None:
        """Leave Valkey."""
        await self._redis.aclose()


async def _measure(databases: Databases, redis_url: str, folder: Path, postgres_pid: int) -> dict[str, float]:
    issuers = Issuers()
    await issuers.start()
    deployment = Deployment(folder, issuers=issuers, fresh_database_of=databases.fresh, redis_url=redis_url)
    bench = Bench(deployment, postgres_pid)
    try:
        await deployment.start("network", "relay")
        running = await bench.consumer()
        await running.started()
        waits = await bench.waits()
        bare_waits = await bench.bare_waits()
        running.kill()
        bare_rate = await bench.bare_rate()
        await bench.keep_foreign()
        sound, poisoned = [], []
        for _ in range(ROUNDS):
            await bench.commit(CROWD)
            sound.append(await bench.rate())
            await bench.commit_with_poison(CROWD)
            poisoned.append(await bench.rate())
        histories = await bench.rate_of_histories()
    finally:
        await bench.close()
        await deployment.close()
        await issuers.stop()
    (rate, worked), (poisoned_rate, poisoned_worked) = (
        map(statistics.median, zip(*each, strict=True)) for each in (sound, poisoned)
    )
    return {
        "p50": statistics.median(waits),
        "p99": statistics.quantiles(waits, n=100)[98],
        "bare": statistics.median(bare_waits),
        "rate": rate,
        "bare_rate": bare_rate,
        "loss": 100 * (1 - poisoned_rate / rate),
        "work": 100 * (poisoned_worked / worked - 1),
        "histories": histories,
    }


def measure() -> list[dict[str, Any]]:
    """Measure the wait of single facts, how many are taken in when many wait, and what broken ones cost the others."""
    with place() as (databases, redis_url, folder, postgres_pid):
        found = uvloop.run(_measure(databases, redis_url, folder, postgres_pid))
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
    rates = [
        {
            "name": name,
            "value": round(found[key]),
            "unit": "events/s",
            "yardstick": round(found["bare_rate"]) if key == "rate" else None,
            "ratio": round(found[key] / found["bare_rate"], 2) if key == "rate" else None,
            "goal": f">= {GOAL_RATE:g} events/s" if key == "rate" else "",
            "met": found[key] >= GOAL_RATE if key == "rate" else None,
        }
        for key, name in (
            ("rate", "events taken in by one consumer when many wait"),
            ("histories", "events taken in: people with sealed words, families, meetings told to each"),
        )
    ]
    losses = [
        {
            "name": name,
            "value": round(found[key], 1),
            "unit": "%",
            "yardstick": None,
            "ratio": None,
            "goal": f"< {GOAL_LOSS:g} %",
            "met": found[key] < GOAL_LOSS,
        }
        for key, name in (
            ("loss", "throughput that 1 % of poison, of twelve kinds, costs the sound events"),
            ("work", "processor time that it costs, of the consumer and PostgreSQL"),
        )
    ]
    return [*waits, *rates, *losses]
