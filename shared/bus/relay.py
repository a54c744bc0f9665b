"""The relay of one producer: gives committed facts their positions, then puts them on the stream.

Killed at any instruction it loses nothing: a row without a position is numbered by the next relay, a numbered row without the
mark is published again, and the stream refuses what it already has.
"""

import asyncio

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import fault, logs
from shared.bus import metrics, stream
from shared.bus.leader import HOLD_SECONDS, lead, wait
from shared.db import log

BATCH = 500
DESTROYING = frozenset({"network.words_destroyed.v1"})
"""Facts after which no earlier entry stays on the stream: one may carry the data key that was destroyed, still wrapped."""

POLL_SECONDS = 1.0
"""The floor under NOTIFY: a lost wake-up costs at most this."""


class Relay:
    """Moves one service's facts from its log to its stream. Any number may run; one leads."""

    def __init__(self, engine: AsyncEngine, redis: Redis, service: str, *, hold: float = HOLD_SECONDS) -> None:
        """Read the log behind `engine` as the producer `service`; a frozen leader is replaced after `hold` seconds."""
        self._engine = engine
        self._redis = redis
        self._service = service
        self._hold = hold

    async def run(self, stop: asyncio.Event) -> None:
        """Lead when the lock is free, until told to stop; whatever fails is tried again within seconds."""
        while not stop.is_set():
            try:
                async with lead(self._engine, f"relay:{self._service}", stop, channel=log.CHANNEL, hold=self._hold) as held:
                    while held is not None and not held.lost.is_set() and not stop.is_set():
                        held.woken.clear()
                        await self.round()
                        await _first(stop, held.woken, POLL_SECONDS)
            except Exception as error:  # an outage, or a fault of ours: either way the link must come back by itself
                logs.get().warning("relay.waiting", cause=type(error).__name__)
                await wait(stop, POLL_SECONDS)

    async def round(self) -> None:
        """Number all that has committed, publish all that is numbered. The stream may be away; numbering goes on."""
        while await self.number() == BATCH:
            pass
        try:
            while await self.publish() == BATCH:
                pass
        except stream.AWAY as error:
            metrics.PUBLISH_FAILURES.labels(self._service).inc()
            logs.get().warning("relay.stream_away", cause=type(error).__name__)

    async def number(self) -> int:
        """Give positions to the next facts and commit; readers may take them over HTTP from now on."""
        async with AsyncSession(self._engine) as session, session.begin():
            await _bounded(session)
            return await log.number_next_batch(session, limit=BATCH)

    async def publish(self) -> int:
        """Put the next numbered facts on the stream, mark those it has, and return how many it has."""
        async with AsyncSession(self._engine) as session, session.begin():
            facts = await log.read_unpublished(session, self._service, limit=BATCH)
            before = await log.find_id_at(session, facts[0].position - 1) if facts else None
        if not facts:
            return 0
        fault.here("relay.after_number_before_xadd")
        there = await stream.publish(self._redis, facts, before=before)
        for fact in facts:
            if fact.type in DESTROYING:
                await stream.forget_before(self._redis, self._service, fact.position)
        fault.here("relay.after_xadd_before_mark")
        metrics.PUBLISH_FAILURES.labels(self._service).inc(len(facts) - len(there))
        if there:
            async with AsyncSession(self._engine) as session, session.begin():
                await _bounded(session)
                await log.mark_published(session, there)
        metrics.PUBLISHED.labels(self._service).inc(len(there))
        return len(there)


async def _bounded(session: AsyncSession) -> None:
    """End this transaction if its process freezes inside it: it holds rows that a standby needs."""
    await session.execute(text("SELECT set_config('idle_in_transaction_session_timeout', '5s', true)"))


async def _first(stop: asyncio.Event, woken: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, woken)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
