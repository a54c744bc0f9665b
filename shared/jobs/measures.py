"""What must wake somebody and only a look from outside can tell: measured beside the API, every few seconds, for Prometheus.

Whoever is watched does not watch itself: a relay, a consumer or a ticker that died or froze says nothing, but what it leaves
undone grows old. Labels name services, never people or counties. `deploy/alarms.yml` says when somebody is woken.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from threading import Thread
from typing import cast
from uuid import UUID
from wsgiref.simple_server import WSGIServer

from prometheus_client import Gauge, start_http_server
from redis.asyncio import Redis
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import logs
from shared.bus import stream
from shared.bus.leader import wait
from shared.db import log
from shared.db.audit import Head
from shared.db.unit import Units
from shared.kernel.access import NO_COUNTY

SECONDS = 10.0
WRITE_SECONDS = 5.0
AUDIT_SECONDS = 6 * 3600.0

_SERVICE = ("service",)
_LINK = ("service", "producer")

WRITABLE = Gauge("surround_database_writable", "1 while the database takes a write within five seconds.", _SERVICE)
STREAM = Gauge("surround_stream_writable", "1 while Valkey takes a write within three seconds.", _SERVICE)
UNPUBLISHED = Gauge("surround_log_oldest_unpublished_seconds", "Age of the oldest fact that has not been published.", _SERVICE)
UNAPPLIED = Gauge(
    "surround_consumer_standing_seconds", "How long a cursor has stood although the stream has facts that follow it.", _LINK
)
PARKED = Gauge("surround_parked_events", "Events that are set aside now.", _LINK)
SNAPSHOT = Gauge(
    "surround_database_oldest_snapshot_seconds", "How long one session has kept the tables from being cleaned.", _SERVICE
)
BROKEN = Gauge("surround_audit_broken_chains", "Counties whose audit chain does not hold.", _SERVICE)
WALKED = Gauge("surround_audit_walked_timestamp_seconds", "When the audit chains were last walked to their ends.", _SERVICE)

# Flushed at the commit like any change, and leaves nothing behind in a table.
_WRITE = text("SELECT pg_logical_emit_message(true, 'surround', '')")
_SNAPSHOTS = text("SELECT pid, backend_xmin::text FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()")

More = Callable[[], Awaitable[None]]


class Since:
    """Remembers since when each of some things has been so."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._seen: dict[object, float] = {}

    def longest(self, now_so: Iterable[object]) -> float:
        """Say for how many seconds the oldest of those that are so now has been; the others are forgotten."""
        now = time.monotonic()
        self._seen = {each: self._seen.get(each, now) for each in now_so}
        return now - min(self._seen.values(), default=now)


class Measures:
    """Looks at one service's database and at the stream."""

    def __init__(self, units: Units, redis: Redis, producers: Sequence[str], *, more: More | None = None) -> None:
        """`producers` are those that the service listens to; `more` measures what it alone has."""
        self._units = units
        self._redis = redis
        self._more = more
        self._snapshots = Since()
        self._standing = {producer: Since() for producer in producers}

    async def run(self, stop: asyncio.Event) -> None:
        """Measure until told to stop; what cannot be measured keeps its last value, and the database is called unwritable."""
        while not stop.is_set():
            await self.look()
            await wait(stop, SECONDS)

    async def look(self) -> None:
        """Measure once."""
        service = self._units.service
        WRITABLE.labels(service).set(await _holds(self._write(), WRITE_SECONDS))
        STREAM.labels(service).set(await _holds(self._add(), stream.SOCKET_SECONDS))
        for measure in (self._facts, self._follow, *([self._more] if self._more else [])):
            await _holds(measure(), WRITE_SECONDS)

    async def _write(self) -> None:
        async with self._units.outside() as session:
            await session.execute(_WRITE)

    async def _add(self) -> None:
        await self._redis.set(f"surround.measured.{self._units.service}", "", ex=60)

    async def _facts(self) -> None:
        service = self._units.service
        async with self._units.outside(log_reader="on") as session:
            age = func.extract("epoch", func.surround_now() - func.min(log.LOG.c.at))
            oldest = await session.scalar(select(age).where(log.LOG.c.published.is_(False)))
            UNPUBLISHED.labels(service).set(float(oldest or 0))
            snapshots = (await session.execute(_SNAPSHOTS)).all()
            SNAPSHOT.labels(service).set(self._snapshots.longest(tuple(row) for row in snapshots))
            for producer in self._standing:
                parked = select(func.count()).select_from(log.PARKED).where(log.PARKED.c.producer == producer)
                PARKED.labels(service, producer).set((await session.execute(parked)).scalar_one())

    async def _follow(self) -> None:
        for producer, standing in self._standing.items():
            async with self._units.outside() as session:
                position = await _position(session, producer)
            newest = cast("Sequence[tuple[bytes, object]]", await self._redis.xrevrange(producer, count=1))
            behind = bool(newest) and int(newest[0][0].partition(b"-")[0]) > position
            UNAPPLIED.labels(self._units.service, producer).set(standing.longest([position] if behind else []))


class AuditWalk:
    """Walks each county's audit chain a few times a day, and remembers its head: what is cut off later is missed."""

    def __init__(self, units: Units, counties: Iterable[UUID]) -> None:
        """Walk the chains of these counties, and that of what belongs to none."""
        self._units = units
        self._counties = (*counties, NO_COUNTY)
        self._heads: dict[UUID, Head] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Walk at the start and then every six hours, until told to stop."""
        while not stop.is_set():
            try:
                await self.walk()
            except Exception as error:  # the database is away; the walk is made up for
                logs.get().warning("audit.not_walked", cause=type(error).__name__)
                await wait(stop, SECONDS)
            else:
                await wait(stop, AUDIT_SECONDS)

    async def walk(self) -> None:
        """Walk them all once."""
        broken = 0
        for county_id in self._counties:
            verdict = await self._units.verify_audit(county_id, known=self._heads.get(county_id))
            if verdict.holds:
                self._heads[county_id] = verdict.head
                continue
            broken += 1
            logs.get().error("audit.broken", county_id=str(county_id), seq=verdict.broken_seq, reason=verdict.reason)
        BROKEN.labels(self._units.service).set(broken)
        WALKED.labels(self._units.service).set_to_current_time()


def begin_metrics(listen: str) -> tuple[WSGIServer, Thread] | None:
    """Serve this process's measures at `host:port`; None at an empty address, and where the port is somebody else's.

    A reminder matters more than a measure: a process that cannot be measured works on, and its absence wakes somebody.
    """
    host, _, port = listen.rpartition(":")
    if not port:
        return None
    try:
        return start_http_server(int(port), host or "127.0.0.1")
    except OSError as error:
        logs.get().error("metrics.not_served", cause=type(error).__name__)
        return None


async def serve_metrics(listen: str, stop: asyncio.Event) -> None:
    """Serve this process's measures until told to stop."""
    serving = begin_metrics(listen)
    try:
        await stop.wait()
    finally:
        if serving is not None:
            server, thread = serving
            await asyncio.to_thread(server.shutdown)
            server.server_close()
            await asyncio.to_thread(thread.join)


async def _position(session: AsyncSession, producer: str) -> int:
    found = await session.scalar(select(log.CURSORS.c.position).where(log.CURSORS.c.producer == producer))
    return int(found or 0)


async def _holds(measuring: Awaitable[None], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await measuring
    except Exception as error:
        logs.get().warning("measures.failed", cause=type(error).__name__)
        return False
    return True
