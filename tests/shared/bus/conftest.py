"""Two databases and a Valkey of each test's own: one service that announces, one that listens."""

import asyncio
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from deploy.local import servers as local_servers
from shared.bus import stream
from shared.bus.consumer import Consumer, Fact, Listener, on, replay
from shared.bus.healing import HealingUnavailable
from shared.bus.relay import Relay
from shared.db import log, migrations_kit
from shared.db.engine import make_engine
from shared.db.log import Cursor
from shared.db.unit import Actor, Trace, Unit, Units
from shared.events.envelope import Envelope
from shared.events.network import CaseOpened, PersonRegistered, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf
from tests.shared.db.sample.storage.tables import NoteRow
from tests.support.servers import Servers

PACKAGE = "tests.shared.db.sample"
WRAPPING_KEY = bytes(range(32))
STAFF = Actor("staff", "staff-7")
ALDER, BIRCH = uuid4(), uuid4()
DEADLINE = 20.0
END_LEADERS = text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
"""Ends the sessions that lead on this database; other tests have leaders on the same server."""

_numbers = itertools.count(1)


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = DEADLINE) -> None:
    """Return as soon as a condition holds; fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  the condition is in a database or a server
            await asyncio.sleep(0.02)


@dataclass
class Producer:
    """The announcing side: `network` on a database of its own."""

    engine: AsyncEngine
    units: Units
    redis: Redis
    admin_url: str

    def lose_everything(self) -> None:
        """Do what restoring an old backup does: the log ends before its readers' cursors."""
        self.administer("DELETE FROM log")

    def administer(self, statement: str) -> None:
        """Change the database past every wall."""
        _administer(self.admin_url, statement)

    def relay(self, *, redis: Redis | None = None, hold: float = 1.0) -> Relay:
        """A relay as one process would have it."""
        return Relay(self.engine, redis or self.redis, "network", hold=hold)

    async def announce(self, *, county: UUID = ALDER, times: int = 1, trace: Trace | None = None) -> None:
        """Open families, in one transaction."""
        async with self.units.open(county, STAFF, trace or Trace("", "")) as unit:
            for _ in range(times):
                case_id = unit.new_id()
                unit.announce(CaseOpened(case_id=case_id, time_zone="America/Los_Angeles", at=unit.now), subject=case_id)

    async def announce_person(self, words: PersonWords, *, county: UUID = ALDER) -> UUID:
        """Register a person, whose words travel sealed."""
        async with self.units.open(county, STAFF) as unit:
            person_id = unit.new_id()
            body = PersonRegistered(
                person_id=person_id,
                time_zone="America/Los_Angeles",
                spoken_language="es",
                written_language="es",
                interpreter_needed=True,
                is_minor=False,
                contact_points=(),
                quiet_from=datetime(2000, 1, 1, 21, tzinfo=UTC).time(),
                quiet_until=datetime(2000, 1, 1, 8, tzinfo=UTC).time(),
                voicemail_ok=False,
                staff_id=None,
                at=unit.now,
            )
            unit.announce(body, subject=person_id, words=words, key=KeyOf(KeyKind.PERSON, person_id))
        return person_id

    async def facts(self) -> list[Envelope]:
        """The numbered log."""
        return await self.read(0, 100_000)

    async def read(self, after: int, limit: int) -> list[Envelope]:
        """What `GET /v1/events` answers."""
        async with AsyncSession(self.engine) as session, session.begin():
            return await log.read_after(session, "network", after=after, limit=limit)

    async def unpublished(self) -> int:
        """How many rows are not marked, numbered or not."""
        async with self.units.outside(log_reader="on") as session:
            return await session.scalar(select(func.count()).where(log.LOG.c.published.is_(False))) or 0

    async def is_quiet(self) -> bool:
        """Whether everything announced is numbered, published and marked."""
        return await self.unpublished() == 0


@dataclass
class Listening:
    """The listening side: `notify` on a database of its own, which keeps a note of each event it has applied."""

    engine: AsyncEngine
    units: Units
    redis: Redis
    producer: Producer
    admin_url: str
    healed: list[int] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    tries: list[int] = field(default_factory=list)
    heard: list[object] = field(default_factory=list)
    log_is_away: bool = False

    def administer(self, statement: str) -> None:
        """Change the database past every wall."""
        _administer(self.admin_url, statement)

    async def heal(self, after: int, limit: int) -> list[Envelope]:
        """The producer's log as HTTP would give it."""
        if self.log_is_away:
            raise HealingUnavailable("503")
        self.healed.append(after)
        return await self.producer.read(after, limit)

    def listeners(self) -> list[Listener]:
        """Note every family that was opened, and open the words of every person."""

        @on(CaseOpened)
        async def note_family(unit: Unit, fact: Fact[CaseOpened]) -> None:
            self.tries.append(fact.position)
            note = NoteRow(id=fact.id, county_id=unit.county_id, title=str(fact.position), words=None, at=unit.now)
            unit.session.add(note)
            if fact.position in self.broken:
                raise RuntimeError("Maria Example cannot be told")

        @on(PersonRegistered)
        async def hear_person(unit: Unit, fact: Fact[PersonRegistered]) -> None:
            self.heard.append(await fact.words())

        return [note_family, hear_person]

    def consumer(self, *, redis: Redis | None = None, quiet: float = 0.0, hold: float = 1.0) -> Consumer:
        """A consumer as one process would have it."""
        return Consumer(
            service="notify",
            producer="network",
            listeners=self.listeners(),
            units=self.units,
            engine=self.engine,
            redis=redis or self.redis,
            heal=self.heal,
            quiet=quiet,
            hold=hold,
        )

    async def replay(self, position: int) -> bool:
        """Apply a parked event, as an operator does."""
        return await replay(
            service="notify",
            producer="network",
            position=position,
            listeners=self.listeners(),
            units=self.units,
            heal=self.heal,
        )

    async def applied(self, county: UUID = ALDER) -> list[int]:
        """The positions whose effects are committed, in order."""
        async with self.units.open(county, STAFF) as unit:
            return sorted(int(title) for title in await unit.session.scalars(select(NoteRow.title)))

    async def cursor(self) -> Cursor:
        """How far the producer's log was applied."""
        async with AsyncSession(self.engine) as session, session.begin():
            return await log.get_cursor(session, "network")

    async def parked(self) -> list[log.Parked]:
        """What was set aside."""
        async with self.units.outside(log_reader="on") as session:
            return await log.list_parked(session)

    def counted(self, metric: str, **labels: str) -> float:
        """What an operator sees of a counter."""
        link = {"service": "notify", "producer": "network"}
        return REGISTRY.get_sample_value(f"surround_bus_{metric}_total", {**link, **labels}) or 0.0

    async def has_applied(self, count: int, county: UUID = ALDER) -> bool:
        """Whether exactly so many events have left their effect."""
        return len(await self.applied(county)) == count


@pytest.fixture(scope="session")
def template(servers: Servers) -> Iterator[str]:
    """A migrated database of the sample service, to be copied."""
    name = f"bus_{os.getpid()}_template"
    migrations_kit.provision(servers.admin_url, "sample", database=name)
    migrations_kit.upgrade(PACKAGE, servers.url(name, driver="psycopg"))
    yield name
    _administer(servers.admin_url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@asynccontextmanager
async def database(servers: Servers, template: str) -> AsyncIterator[AsyncEngine]:
    """A copy of the template, opened as the running role."""
    name = f"bus_{os.getpid()}_{next(_numbers)}"
    _administer(servers.admin_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    engine = make_engine(servers.url(name, role="sample_app"))
    try:
        yield engine
    finally:
        await engine.dispose()
        _administer(servers.admin_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey() -> Iterator[local_servers.Valkey]:
    """A Valkey that only these tests use, and may flush, freeze and kill."""
    folder = local_servers.short_folder("bv")
    running = local_servers.start_valkey(folder / "valkey", folder / "valkey.log")
    yield running
    local_servers.stop([running.pid], signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def redis(valkey: local_servers.Valkey) -> AsyncIterator[Redis]:
    """An empty Valkey."""
    client = stream.connect(valkey.url())
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def link(servers: Servers, template: str, redis: Redis) -> AsyncIterator[tuple[Producer, Listening]]:
    """Both ends, each on a fresh database."""
    async with AsyncExitStack() as open_until_the_end:
        theirs = await open_until_the_end.enter_async_context(database(servers, template))
        ours = await open_until_the_end.enter_async_context(database(servers, template))
        admin = {engine: servers.url(engine.url.database or "", driver="psycopg") for engine in (theirs, ours)}
        producer = Producer(theirs, Units(theirs, service="network", wrapping_key=WRAPPING_KEY), redis, admin[theirs])
        listening_units = Units(ours, service="notify", wrapping_key=WRAPPING_KEY)
        yield producer, Listening(ours, listening_units, redis, producer, admin[ours])


@pytest.fixture
def producer(link: tuple[Producer, Listening]) -> Producer:
    """The announcing end."""
    return link[0]


@pytest.fixture
def listening(link: tuple[Producer, Listening]) -> Listening:
    """The listening end."""
    return link[1]


@asynccontextmanager
async def running(*parts: Relay | Consumer) -> AsyncIterator[asyncio.Event]:
    """Run relays and consumers as their processes would, and stop them in the end."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(part.run(stop)) for part in parts]
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), DEADLINE)
