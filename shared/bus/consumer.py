"""The consumer of one producer: applies its facts in order, each exactly once, in the transaction that moves the cursor.

Killed at any instruction it goes on from its cursor. What the stream lacks it reads from the producer's log over HTTP. An event
that keeps failing is parked and the cursor moves on; trouble with the database is waited out and parks nothing.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache
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
from shared.db.direct import Direct
from shared.db.log import Cursor
from shared.db.outage import is_outage, is_refusal
from shared.db.sealing import KeyDestroyed, SealBroken
from shared.db.unit import Actor, Trace, Unit, Units, words_from
from shared.events import catalogue
from shared.events.envelope import Envelope, WrappedKey, from_json, to_json
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

    def read(self, envelope: Envelope) -> object | None:
        """Return the body of an event that somebody listens to, or None. Raises Unreadable."""
        if self._is_unknown_major(envelope.type):
            raise UnknownMajor
        kind = catalogue.find_type(envelope.type) if envelope.type in self._by_type else None
        if kind is None:
            return None
        try:
            return catalogue.from_plain(kind.body, envelope.data)
        except (ValueError, TypeError) as error:
            raise Unreadable from error

    async def apply(self, unit: Unit, envelope: Envelope, body: object) -> None:
        """Run the listeners to one event. Raises whatever a listener raises."""
        unit.trace = Trace(str(envelope.id), envelope.traceparent)
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
        for listener in self._by_type[envelope.type]:
            await listener.handle(unit, fact)

    def _is_unknown_major(self, name: str) -> bool:
        return name not in self._by_type and catalogue.find_type(name) is None and _family(name) in self._families


@cache
def _fields_of(name: str) -> frozenset[str]:
    """Return the fields that this release knows of a kind of fact."""
    kind = catalogue.find_type(name)
    return frozenset(each.name for each in fields(kind.body)) if kind else frozenset()


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
        self._patience = _Patience()

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
        """Commit a batch whole. An event that fails is set aside in its place when the batch is applied once more, or, while there
        is patience and another try may help, is tried alone between its neighbours."""
        rest, suspects = list(batch), set[int]()
        while rest:
            try:
                await self._commit(rest, suspects=suspects)
                return
            except _Failed as failed:
                if len(rest) == 1:
                    await self._try_again(rest[0], failed.cause)
                    return
                if failed.index is not None and (is_refusal(failed.cause) or not self._patience.would_take(_RETRY_SECONDS[0])):
                    suspects.add(rest[failed.index].position)
                    continue
                at = failed.index if failed.index is not None else 0
                if at:
                    await self._apply_batch(rest[:at])
                await self._apply_batch(rest[at : at + 1])
                rest = rest[at + 1 :]

    async def _try_again(self, envelope: Envelope, cause: Exception) -> None:
        """Try an event alone, as long as that may help and there is patience for it; then set it aside."""
        tries = 1
        while tries < self._tries and not is_refusal(cause):
            pause = self._patience.take(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS)) - 1])
            if not pause:
                break
            await asyncio.sleep(pause)
            try:
                await self._commit([envelope])
                return
            except _Failed as failed:
                cause = failed.cause
                tries += 1
        await self._commit([envelope], given_up=_GivenUp(cause, tries))

    async def _commit(
        self, batch: Sequence[Envelope], *, suspects: Collection[int] = (), given_up: "_GivenUp | None" = None
    ) -> None:
        """Apply consecutive events of one county and move the cursor past them, in one transaction.

        An event that cannot be read is parked in its place: trying again would not help, and its neighbours need not wait. So is
        one at the position of a suspect when it fails again.
        """
        before = await self._where()
        to = Cursor(batch[-1].position, batch[-1].id)
        readings = [_Reading(envelope, given_up=given_up) if given_up else self._read(envelope) for envelope in batch]
        try:
            trace = Trace(str(batch[0].id), batch[0].traceparent)
            async with self._units.open(batch[0].county_id, self._actor(), trace) as unit:
                await unit.fetch(_BOUNDED)
                known = await (self._import_keys(unit, readings) if given_up is None else self._import_what_it_can(unit, readings))
                for index, reading in enumerate(readings):
                    try:
                        if reading.envelope.position in suspects:
                            await self._apply_or_park(unit, reading)
                        else:
                            await self._apply_one(unit, reading)
                    except Exception as error:
                        if is_outage(error):
                            raise
                        raise _Failed(index, error) from error
                fault.here("consumer.after_effects_before_cursor")
                if not await log.move_cursor(unit.driver, self._producer, before=before.position, to=to):
                    raise _Overtaken
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
        self._count(readings, now)

    def _read(self, envelope: Envelope) -> "_Reading":
        try:
            return _Reading(envelope, body=self._handlers.read(envelope))
        except Unreadable as error:
            return _Reading(envelope, given_up=_GivenUp(error, 1))

    async def _import_keys(self, unit: Unit, readings: Sequence["_Reading"]) -> set[UUID]:
        """Keep the wrapped keys of the events that concern us, in one go; those this process has kept before are passed over.

        Events that are parked are among them, for their replay. One whose key does not open is parked without it.
        """
        new: dict[UUID, WrappedKey] = {}
        for reading in readings:
            keys = [key for key in reading.envelope.keys if key.key_id not in self._known_keys]
            if not keys or not self._handlers.concern(reading.envelope):
                continue
            try:
                unit.keys.check(keys)
            except (SealBroken, ValueError) as error:
                reading.given_up = reading.given_up or _GivenUp(error, 1)
            else:
                new |= {key.key_id: key for key in keys}
        if new:
            await unit.keys.import_wrapped(list(new.values()))
        return set(new)

    async def _import_what_it_can(self, unit: Unit, readings: Sequence["_Reading"]) -> set[UUID]:
        """Keep the keys of an event that is set aside, unless keeping them is itself what fails: its replay brings them again."""
        await unit.fetch(_BEFORE_KEYS)
        try:
            return await self._import_keys(unit, readings)
        except Exception as error:
            if is_outage(error):
                raise
            await unit.fetch(_WITHOUT_KEYS)
            logs.get().warning("consumer.key_refused", producer=self._producer, cause=type(error).__name__)
            return set()

    async def _apply_one(self, unit: Unit, reading: "_Reading") -> None:
        """Apply an event, or set it aside."""
        if reading.given_up is not None:
            await self._park(unit, reading.envelope, reading.given_up)
        elif reading.body is not None:
            await self._handlers.apply(unit, reading.envelope, reading.body)
            await unit.flush()

    async def _apply_or_park(self, unit: Unit, reading: "_Reading") -> None:
        """Apply an event that has failed before; when it fails again, what it did is undone alone, and it is set aside."""
        try:
            async with unit.attempt():
                await self._apply_one(unit, reading)
        except Exception as error:
            if is_outage(error):
                raise
            reading.given_up = _GivenUp(error, 1)
            await self._park(unit, reading.envelope, reading.given_up)

    async def _park(self, unit: Unit, envelope: Envelope, given_up: "_GivenUp") -> None:
        await log.park(
            unit.driver,
            log.Parked(
                producer=self._producer,
                position=envelope.position,
                county_id=envelope.county_id,
                event_id=envelope.id,
                type=envelope.type,
                reason=type(given_up.cause).__name__,
                tries=given_up.tries,
                parked_at=unit.now,
                # Without the data keys: those stand in their own table only, where they can be destroyed.
                envelope=json.dumps(to_json(replace(envelope, keys=()))),
            ),
        )

    async def _where(self) -> Cursor:
        if self._cursor is None:
            async with AsyncSession(self._engine) as session, session.begin():
                self._cursor = await log.get_cursor(session, self._producer)
        return self._cursor

    def _actor(self) -> Actor:
        return Actor("service", self._service)

    def _count(self, readings: Sequence["_Reading"], now: datetime) -> None:
        """Tell operators what was committed."""
        metrics.APPLIED.labels(*self._labels).inc(len(readings))
        delay = metrics.DELAY.labels(*self._labels)
        for reading in readings:
            delay.observe(max(0.0, (now - reading.envelope.time).total_seconds()))
            if reading.given_up is not None:
                self._tell_parked(reading.envelope, reading.given_up)
            elif catalogue.find_type(reading.envelope.type) is None:
                metrics.IGNORED.labels(*self._labels).inc()
            elif reading.body is not None and not reading.envelope.data.keys() <= _fields_of(reading.envelope.type):
                metrics.NEWER.labels(*self._labels).inc()
        if any(reading.given_up is not None for reading in readings):
            fault.here("consumer.after_park")

    def _tell_parked(self, envelope: Envelope, given_up: "_GivenUp") -> None:
        metrics.PARKED.labels(*self._labels).inc()
        logs.get().error(
            "consumer.parked",
            producer=self._producer,
            position=envelope.position,
            type=envelope.type,
            event_id=str(envelope.id),
            reason=type(given_up.cause).__name__,
            tries=given_up.tries,
        )


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """Why an event is set aside, and after how many tries."""

    cause: Exception
    tries: int


@dataclass(slots=True)
class _Reading:
    """One event before its transaction: the body that its listeners get, if anybody listens, or why it is set aside."""

    envelope: Envelope
    body: object | None = None
    given_up: _GivenUp | None = None


class _Patience:
    """How long events that fail may keep the others waiting: all tries of one event, and a fiftieth of the time (R10)."""

    MOST = sum(_RETRY_SECONDS)
    SHARE = 0.02

    def __init__(self) -> None:
        self._left = self.MOST
        self._at = _clock()

    def take(self, seconds: float) -> float:
        """Return for how long to wait; 0 when they have waited enough."""
        if not self.would_take(seconds):
            return 0.0
        self._left -= seconds
        return seconds

    def would_take(self, seconds: float) -> bool:
        """Say whether they would wait so long."""
        now = _clock()
        self._left = min(self.MOST, self._left + (now - self._at) * self.SHARE)
        self._at = now
        return seconds <= self._left


async def replay(
    *, service: str, producer: str, position: int, listeners: Iterable[Listener], units: Units, heal: HealingReader | None
) -> bool:
    """Apply a parked event now and forget it, in one transaction; False when nothing is parked there.

    It is read again from the producer's log, with its keys: what was parked may have been a broken copy, or been mended since. When
    the log is away, the copy has to do. Its listeners meet newer facts than it: their revision guards keep it from undoing them.
    Raises Unreadable, or what a listener raises; then the event stays parked.
    """
    async with units.outside(log_reader="on") as session:
        parked = await log.find_parked(session, producer, position)
    if parked is None:
        return False
    again = await _again(parked, heal) if heal is not None else None
    envelope = again or from_json(json.loads(parked.envelope))
    handlers = Handlers(producer, listeners)
    body = handlers.read(envelope)
    trace = Trace(str(envelope.id), envelope.traceparent)
    async with units.open(parked.county_id, Actor("service", service), trace) as unit:
        if not await log.unpark(unit.session, producer, position):
            return False
        if body is not None:
            await unit.keys.import_wrapped(envelope.keys)
            await handlers.apply(unit, envelope, body)
    return True


async def _again(parked: log.Parked, heal: HealingReader) -> Envelope | None:
    try:
        page = await heal(parked.position - 1, 1)
    except HealingUnavailable:
        return None
    same = [
        each for each in page if (each.position, each.id, each.county_id) == (parked.position, parked.event_id, parked.county_id)
    ]
    return same[0] if same else None


_BEFORE_KEYS, _WITHOUT_KEYS = Direct(text("SAVEPOINT before_keys")), Direct(text("ROLLBACK TO SAVEPOINT before_keys"))
_BOUNDED = Direct(text("SELECT set_config('idle_in_transaction_session_timeout', '5s', true)"))
"""Ends a transaction whose process freezes inside it: it holds rows that a standby needs."""


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


_clock = time.monotonic
