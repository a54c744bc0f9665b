"""The consumer of one producer: applies its facts in order, each exactly once, in the transaction that moves the cursor.

Killed at any instruction it goes on from its cursor. What the stream lacks it reads from the producer's log over HTTP. An event
that keeps failing is parked and the cursor moves on; trouble with the database is waited out and parks nothing.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import fault, logs
from shared.bus import metrics, stream
from shared.bus.healing import HealingReader, HealingUnavailable
from shared.bus.leader import HOLD_SECONDS, Leadership, lead, wait
from shared.db import log
from shared.db.log import Cursor
from shared.db.outage import is_outage
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Actor, Trace, Unit, Units, words_from
from shared.events import catalogue
from shared.events.envelope import Envelope, from_json, to_json
from shared.kernel.sealed import Sealed

TRIES = 5
READ_LIMIT = 500
COMMIT_LIMIT = 50
"""How many events of one county share a transaction while all goes well."""

QUIET_SECONDS = 10.0
"""After so long without an entry the producer's log is asked: the stream may have been emptied."""

HALTED_SECONDS = 30.0
_RETRY_SECONDS = (0.02, 0.05, 0.1, 0.2)
_PAUSE_SECONDS = 1.0

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[Body]):
    """One event as a listener sees it. `time` is the producer's, `position` its place in the producer's log."""

    body: Body
    id: UUID
    position: int
    county_id: UUID
    time: datetime
    traceparent: str
    sealed: Sealed | None = field(repr=False, default=None)
    _unit: Unit = field(repr=False, compare=False)

    async def words(self) -> Any:
        """Return the personal words, as the words class of the event; None when it has none or their key was destroyed."""
        if self.sealed is None:
            return None
        place = log.place_of_words(self.id, self.county_id)
        try:
            opened = await self._unit.keys.open(self.sealed, place)
        except KeyDestroyed:
            return None
        return words_from(catalogue.type_of(self.body), opened)


@dataclass(frozen=True, slots=True)
class Listener:
    """What a service does about one or more kinds of fact."""

    events: tuple[type, ...]
    handle: Callable[[Unit, Fact[Any]], Awaitable[None]]


def on(*events: type[Body]) -> Callable[[Callable[[Unit, Fact[Body]], Awaitable[None]]], Listener]:
    """Make a function the listener to facts. It runs in the cursor's transaction, once for each, and may be run again if undone."""
    for event in events:
        catalogue.type_for(event)

    def listen(handle: Callable[[Unit, Fact[Body]], Awaitable[None]]) -> Listener:
        return Listener(events, handle)

    return listen


class Unreadable(Exception):
    """The event is not what its type promises; trying again cannot help."""


class UnknownMajor(Unreadable):
    """A later major version of a fact that this service listens to; it waits, parked, for the release that knows it."""


class ProducerRestored(Exception):
    """The producer's log does not have the event that was applied last: its database went back in time. A person must decide."""


class _Overtaken(Exception):
    """Another consumer moved the cursor; nothing of this transaction may stay."""


class _Failed(Exception):
    """One event of a batch could not be applied; which one is None when only the commit failed."""

    def __init__(self, index: int | None, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.index = index
        self.cause = cause


class Handlers:
    """A service's listeners to one producer, by type."""

    def __init__(self, producer: str, listeners: Iterable[Listener]) -> None:
        """Take those of `listeners` that concern this producer."""
        self._by_type: dict[str, list[Listener]] = {}
        for listener in listeners:
            for event in listener.events:
                kind = catalogue.type_for(event)
                if kind.producer == producer:
                    self._by_type.setdefault(kind.name, []).append(listener)
        self._families = {_family(name) for name in self._by_type}

    def concern(self, envelope: Envelope) -> bool:
        """Whether anything is to be done about this event."""
        return envelope.type in self._by_type or self._is_unknown_major(envelope.type)

    async def apply(self, unit: Unit, envelope: Envelope) -> None:
        """Run the listeners to one event. Raises Unreadable, or whatever a listener raises."""
        if self._is_unknown_major(envelope.type):
            raise UnknownMajor
        listeners = self._by_type.get(envelope.type, ())
        kind = catalogue.find_type(envelope.type)
        if not listeners or kind is None:
            return
        unit.trace = Trace(str(envelope.id), envelope.traceparent)
        try:
            body: object = catalogue.from_plain(kind.body, envelope.data)
        except (ValueError, TypeError) as error:
            raise Unreadable from error
        fact: Fact[Any] = Fact(
            body=body,
            id=envelope.id,
            position=envelope.position,
            county_id=envelope.county_id,
            time=envelope.time,
            traceparent=envelope.traceparent,
            sealed=envelope.words,
            _unit=unit,
        )
        for listener in listeners:
            await listener.handle(unit, fact)

    def _is_unknown_major(self, name: str) -> bool:
        return name not in self._by_type and catalogue.find_type(name) is None and _family(name) in self._families


def _family(name: str) -> str:
    return re.sub(r"\.v\d+$", "", name)


@dataclass(frozen=True, slots=True)
class Step:
    """What one round did, and how long to rest before the next."""

    applied: int
    rest: float = 0.0


class Consumer:
    """Applies one producer's log to one service. Any number may run; one leads."""

    def __init__(
        self,
        *,
        service: str,
        producer: str,
        listeners: Iterable[Listener],
        units: Units,
        engine: AsyncEngine,
        redis: Redis,
        heal: HealingReader,
        tries: int = TRIES,
        quiet: float = QUIET_SECONDS,
        hold: float = HOLD_SECONDS,
    ) -> None:
        self._service = service
        self._producer = producer
        self._handlers = Handlers(producer, listeners)
        self._units = units
        self._engine = engine
        self._redis = redis
        self._heal = heal
        self._tries = tries
        self._quiet = quiet
        self._hold = hold
        self._labels = (service, producer)
        self._cursor: Cursor | None = None
        self._heard_at: float | None = None
        self._known_keys: set[UUID] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Lead when the lock is free, until told to stop; whatever fails is tried again within seconds."""
        while not stop.is_set():
            try:
                name = f"consumer:{self._service}:{self._producer}"
                async with lead(self._engine, name, stop, hold=self._hold) as held:
                    if held is not None:
                        await self._follow(held, stop)
            except Exception as error:  # an outage, or a fault of ours: either way the link must come back by itself
                logs.get().warning("consumer.waiting", producer=self._producer, cause=type(error).__name__)
                await wait(stop, _PAUSE_SECONDS)

    async def _follow(self, held: Leadership, stop: asyncio.Event) -> None:
        # What was remembered may be of a database that has been restored from a backup since.
        self._cursor = self._heard_at = None
        self._known_keys.clear()
        while not held.lost.is_set() and not stop.is_set():
            done = await self.step()
            if done.rest:
                await wait(stop, done.rest)

    async def step(self) -> Step:
        """Read once and apply what follows the cursor, from the stream or, where that falls short, from the producer's log."""
        cursor = await self._where()
        try:
            entries = await stream.read_after(self._redis, self._producer, cursor.position, limit=READ_LIMIT)
        except stream.AWAY as error:
            logs.get().warning("consumer.stream_away", producer=self._producer, cause=type(error).__name__)
            return await self._step_by_log("stream_away")
        run = stream.following(entries, cursor)
        metrics.BEHIND.labels(*self._labels).set(max(0, entries[-1].position - cursor.position) if entries else 0)
        if run:
            await self.apply(run)
            self._heard_at = _clock()
            return Step(len(run))
        if entries:
            return await self._step_by_log("gap")
        if self._heard_at is None or _clock() - self._heard_at >= self._quiet:
            return await self._step_by_log("quiet")
        return Step(0)

    async def _step_by_log(self, cause: str) -> Step:
        """Heal. Rest when a broken stream brought us here in vain, so that it does not become a storm of requests."""
        try:
            applied = await self.heal(cause)
        except HealingUnavailable as error:
            logs.get().warning("consumer.log_away", producer=self._producer, cause=str(error))
            return Step(0, rest=_PAUSE_SECONDS)
        except ProducerRestored:
            metrics.HALTED.labels(*self._labels).set(1)
            logs.get().error("consumer.halted", producer=self._producer, position=(await self._where()).position)
            return Step(0, rest=HALTED_SECONDS)
        self._heard_at = _clock()
        return Step(applied, rest=0.0 if applied or cause == "quiet" else _PAUSE_SECONDS)

    async def heal(self, cause: str = "asked") -> int:
        """Apply all that the producer's log has after the cursor, and return how many events that were.

        The log is asked from one before the cursor, to see that it still has the event that was applied last.
        """
        metrics.HEALINGS.labels(*self._labels, cause).inc()
        applied = 0
        while True:
            cursor = await self._where()
            page = await self._heal(max(0, cursor.position - 1), READ_LIMIT)
            if cursor.position:
                if not page or (page[0].position, page[0].id) != (cursor.position, cursor.event_id):
                    raise ProducerRestored
                page = page[1:]
            if not page:
                metrics.HALTED.labels(*self._labels).set(0)
                return applied
            fault.here("consumer.while_healing")
            if [envelope.position for envelope in page] != list(range(cursor.position + 1, cursor.position + 1 + len(page))):
                raise HealingUnavailable("out_of_order")
            await self.apply(page)
            metrics.HEALED.labels(*self._labels).inc(len(page))
            applied += len(page)

    async def apply(self, envelopes: Sequence[Envelope]) -> None:
        """Apply facts that follow the cursor without a gap, parking those that cannot be applied."""
        try:
            for batch in _batches(envelopes):
                await self._apply_batch(batch)
        except _Overtaken:
            metrics.OVERTAKEN.labels(*self._labels).inc()
            logs.get().warning("consumer.overtaken", producer=self._producer)
            self._cursor = None
        except BaseException:
            self._cursor = None  # whether the last commit took place is for the database to say
            raise

    async def _apply_batch(self, batch: Sequence[Envelope]) -> None:
        """Commit a batch whole; around an event that fails, commit what stands before and after it."""
        rest = list(batch)
        while rest:
            try:
                await self._commit(rest)
                return
            except _Failed as failed:
                if len(rest) == 1:
                    await self._try_again(rest[0], failed.cause)
                    return
                at = failed.index if failed.index is not None else 0
                if at:
                    await self._apply_batch(rest[:at])
                await self._apply_batch(rest[at : at + 1])
                rest = rest[at + 1 :]

    async def _try_again(self, envelope: Envelope, cause: Exception) -> None:
        tries = 1
        while tries < self._tries and not isinstance(cause, Unreadable):
            await asyncio.sleep(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS)) - 1])
            try:
                await self._commit([envelope])
                return
            except _Failed as failed:
                cause = failed.cause
                tries += 1
        await self._park(envelope, cause, tries)

    async def _commit(self, batch: Sequence[Envelope]) -> None:
        """Apply consecutive events of one county and move the cursor past them, in one transaction."""
        before = await self._where()
        to = Cursor(batch[-1].position, batch[-1].id)
        first = batch[0]
        known: set[UUID] = set()
        now: datetime | None = None
        try:
            trace = Trace(str(first.id), first.traceparent)
            async with self._units.open(first.county_id, self._actor(), trace) as unit:
                await _bounded(unit.session)
                for index, envelope in enumerate(batch):
                    try:
                        known |= await self._import_keys(unit, envelope)
                        await self._handlers.apply(unit, envelope)
                        await unit.session.flush()
                    except Exception as error:
                        if is_outage(error):
                            raise
                        raise _Failed(index, error) from error
                fault.here("consumer.after_effects_before_cursor")
                await self._move(unit.session, before, to)
                now = unit.now
        except (_Failed, _Overtaken):
            raise
        except Exception as error:
            if is_outage(error):
                raise
            raise _Failed(None, error) from error
        fault.here("consumer.after_commit_before_next")
        self._cursor = to
        self._known_keys |= known
        self._count(batch, now)

    async def _import_keys(self, unit: Unit, envelope: Envelope) -> set[UUID]:
        """Keep the wrapped keys of an event that concerns us; those this process has kept before are passed over."""
        new = [key for key in envelope.keys if key.key_id not in self._known_keys]
        if not new or not self._handlers.concern(envelope):
            return set()
        await unit.keys.import_wrapped(new)
        return {key.key_id for key in new}

    async def _park(self, envelope: Envelope, cause: Exception, tries: int) -> None:
        """Set an event aside and move the cursor past it, in one transaction."""
        before = await self._where()
        to = Cursor(envelope.position, envelope.id)
        reason = type(cause).__name__
        async with self._units.open(envelope.county_id, self._actor(), Trace(str(envelope.id), envelope.traceparent)) as unit:
            await _bounded(unit.session)
            await self._keep_keys(unit, envelope)
            await log.park(
                unit.session,
                log.Parked(
                    producer=self._producer,
                    position=envelope.position,
                    county_id=envelope.county_id,
                    event_id=envelope.id,
                    type=envelope.type,
                    reason=reason,
                    tries=tries,
                    parked_at=unit.now,
                    # Without the data keys: those stand in their own table only, where they can be destroyed.
                    envelope=json.dumps(to_json(replace(envelope, keys=()))),
                ),
            )
            await self._move(unit.session, before, to)
        fault.here("consumer.after_park")
        self._cursor = to
        metrics.PARKED.labels(*self._labels).inc()
        logs.get().error(
            "consumer.parked",
            producer=self._producer,
            position=envelope.position,
            type=envelope.type,
            event_id=str(envelope.id),
            reason=reason,
            tries=tries,
        )

    async def _keep_keys(self, unit: Unit, envelope: Envelope) -> None:
        """Import the keys of an event that is parked, for its replay; a key that is itself what fails is left out."""
        try:
            async with unit.session.begin_nested():
                await unit.keys.import_wrapped(envelope.keys)
        except Exception as error:
            if is_outage(error):
                raise
            logs.get().warning("consumer.key_refused", producer=self._producer, cause=type(error).__name__)

    async def _move(self, session: AsyncSession, before: Cursor, to: Cursor) -> None:
        if not await log.move_cursor(session, self._producer, before=before.position, to=to):
            raise _Overtaken

    async def _where(self) -> Cursor:
        if self._cursor is None:
            async with AsyncSession(self._engine) as session, session.begin():
                self._cursor = await log.get_cursor(session, self._producer)
        return self._cursor

    def _actor(self) -> Actor:
        return Actor("service", self._service)

    def _count(self, batch: Sequence[Envelope], now: datetime | None) -> None:
        metrics.APPLIED.labels(*self._labels).inc(len(batch))
        metrics.IGNORED.labels(*self._labels).inc(sum(catalogue.find_type(envelope.type) is None for envelope in batch))
        if now is not None:
            for envelope in batch:
                metrics.DELAY.labels(*self._labels).observe(max(0.0, (now - envelope.time).total_seconds()))


async def replay(*, service: str, producer: str, position: int, listeners: Iterable[Listener], units: Units) -> bool:
    """Apply a parked event now and forget it, in one transaction; False when nothing is parked there.

    Its listeners meet newer facts than it: their revision guards keep it from undoing them. Raises what a listener raises; then
    the event stays parked.
    """
    async with units.outside(log_reader="on") as session:
        parked = await log.find_parked(session, producer, position)
    if parked is None:
        return False
    envelope = from_json(json.loads(parked.envelope))
    handlers = Handlers(producer, listeners)
    trace = Trace(str(envelope.id), envelope.traceparent)
    async with units.open(parked.county_id, Actor("service", service), trace) as unit:
        if not await log.unpark(unit.session, producer, position):
            return False
        await handlers.apply(unit, envelope)
    return True


async def _bounded(session: AsyncSession) -> None:
    """End this transaction if its process freezes inside it: it holds rows that a standby needs."""
    await session.execute(text("SELECT set_config('idle_in_transaction_session_timeout', '5s', true)"))


def _batches(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Cut a run into consecutive events of one county, none longer than one transaction should be."""
    batch: list[Envelope] = []
    for envelope in envelopes:
        if batch and (envelope.county_id != batch[0].county_id or len(batch) == COMMIT_LIMIT):
            yield batch
            batch = []
        batch.append(envelope)
    if batch:
        yield batch


def _clock() -> float:
    return asyncio.get_running_loop().time()
