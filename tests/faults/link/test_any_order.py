"""However the facts of different producers meet, come twice, come late or are parked and replayed: the state is the same (R9)."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.notify.app import LISTENERS
from shared.bus import stream
from shared.bus.consumer import Consumer, Fact, Listener, replay
from shared.db import log
from shared.db.engine import make_engine
from shared.db.log import Cursor
from shared.db.unit import Unit, Units
from shared.events.envelope import Envelope
from tests.faults.link.histories import History, announce, state_of
from tests.support.databases import DatabaseOf
from tests.support.processes import WRAPPING_KEY

PRODUCERS = ("network", "meetings")
Logs = dict[str, list[Envelope]]


class Kept:
    """notify on a database of its own, and its consumers of both producers."""

    def __init__(self, engine: AsyncEngine, owner: AsyncEngine, redis: Redis, *, broken: frozenset[UUID] = frozenset()) -> None:
        """Events named `broken` fail until they are mended."""
        self.broken = set(broken)
        self.owner = owner
        self.units = Units(engine, service="notify", wrapping_key=WRAPPING_KEY)
        self._listeners = [self._breakable(listener) for listener in LISTENERS]
        self.consumers = {
            producer: Consumer(
                service="notify",
                producer=producer,
                listeners=self._listeners,
                units=self.units,
                engine=engine,
                redis=redis,
                heal=_nowhere,
                tries=1,
            )
            for producer in PRODUCERS
        }

    def _breakable(self, listener: Listener) -> Listener:
        async def handle(unit: Unit, fact: Fact[object]) -> None:
            await listener.handle(unit, fact)
            if fact.id in self.broken:
                raise LookupError

        return Listener(listener.events, handle)

    async def parked(self) -> list[log.Parked]:
        """What is set aside."""
        async with self.units.outside(log_reader="on") as session:
            return await log.list_parked(session)

    async def mend(self, parked: log.Parked) -> None:
        """Mend an event and replay it."""
        self.broken.discard(parked.event_id)
        done = await replay(
            service="notify",
            producer=parked.producer,
            position=parked.position,
            listeners=self._listeners,
            units=self.units,
            heal=None,
        )
        assert done


async def _nowhere(after: int, limit: int) -> list[Envelope]:
    raise AssertionError(f"nothing is missing, and yet {limit} after {after} were asked for")


async def logs_of(histories: Sequence[History], fresh_database_of: DatabaseOf) -> Logs:
    """Announce histories and return both logs."""
    logs: Logs = {}
    for producer in PRODUCERS:
        engine = make_engine(fresh_database_of("network").app_url)
        units = Units(engine, service=producer, wrapping_key=WRAPPING_KEY)
        for history in histories:
            await announce(units, history.county_id, getattr(history, producer))
        async with units.outside() as session:
            while await log.number_next_batch(session):
                pass
        async with units.outside() as session:
            logs[producer] = await log.read_after(session, producer, after=0, limit=1_000_000)
        await engine.dispose()
    return logs


def as_entries(facts: Sequence[Envelope]) -> list[stream.Entry]:
    """Return a log as it stands on the stream."""
    before = [None, *(fact.id for fact in facts)]
    return [stream.Entry(fact.position, previous, fact) for fact, previous in zip(facts, before, strict=False)]


def a_read(entries: Sequence[stream.Entry], at: int, chance: random.Random) -> list[stream.Entry]:
    """Return what a reader might get: from somewhat before its cursor to somewhat after it, with some of it twice."""
    found = list(entries[max(0, at - chance.randint(0, 5)) : at + chance.randint(1, 40)])
    for _ in range(chance.randint(0, 4)):
        again = chance.randrange(len(found))
        found.insert(chance.randint(again, len(found)), found[again])
    return found


async def feed(kept: Kept, logs: Logs, chance: random.Random) -> None:
    """Apply both logs as chance has it, replaying parked events in between and at the end."""
    entries = {producer: as_entries(facts) for producer, facts in logs.items()}
    cursors = dict.fromkeys(PRODUCERS, Cursor(0, None))
    while waiting := [each for each in PRODUCERS if cursors[each].position < len(entries[each])]:
        producer = chance.choice(waiting)
        run = stream.following(a_read(entries[producer], cursors[producer].position, chance), cursors[producer])
        await kept.consumers[producer].apply(run)
        if run:
            cursors[producer] = Cursor(run[-1].position, run[-1].id)
        if chance.random() < 0.05 and (parked := await kept.parked()):
            await kept.mend(chance.choice(parked))
    parked = await kept.parked()
    chance.shuffle(parked)
    for each in parked:
        await kept.mend(each)


@asynccontextmanager
async def notify(fresh_database_of: DatabaseOf, redis: Redis, *, broken: frozenset[UUID] = frozenset()) -> AsyncIterator[Kept]:
    """A notify that has heard nothing yet."""
    database = fresh_database_of("notify")
    engine, owner = make_engine(database.app_url), create_async_engine(database.owner_url)
    try:
        yield Kept(engine, owner, redis, broken=broken)
    finally:
        await engine.dispose()
        await owner.dispose()


@pytest.mark.parametrize(
    "seeds", [range(1, 16), pytest.param(range(1000, 2000), marks=pytest.mark.soak)], ids=["fifteen", "a thousand"]
)
async def test_any_order_of_producers_doubles_and_replays_end_in_the_same_state(
    fresh_database_of: DatabaseOf, redis: Redis, seeds: range
) -> None:
    chance = random.Random(seeds.start)
    logs = await logs_of([History(seed) for seed in seeds], fresh_database_of)
    async with notify(fresh_database_of, redis) as straight:
        for producer in PRODUCERS:
            await straight.consumers[producer].apply(logs[producer])
        assert await straight.parked() == []
        expected = await state_of(straight.owner)
    broken = frozenset(fact.id for facts in logs.values() for fact in facts if chance.random() < 0.1)
    async with notify(fresh_database_of, redis, broken=broken) as crooked:
        await feed(crooked, logs, chance)
        assert await crooked.parked() == []
        found = await state_of(crooked.owner)
    assert len(expected) == len(seeds)
    assert [line for county_id in expected for line in sorted({*expected[county_id]} ^ {*found[county_id]})] == []


def test_a_thousand_shuffled_doubled_and_gapped_reads_yield_the_log_once_and_in_order() -> None:
    a_fact = Envelope(
        id=UUID(int=0),
        producer="network",
        type="network.case_closed.v1",
        subject=UUID(int=7),
        time=History(1).network[0].body.at,  # type: ignore[attr-defined]  # a person's facts have their instant
        county_id=UUID(int=7),
        position=0,
        data={},
    )
    entries = as_entries([replace(a_fact, id=uuid4(), position=n) for n in range(1, 61)])
    for seed in range(1000):
        chance = random.Random(seed)
        cursor, applied = Cursor(0, None), list[int]()
        while cursor.position < len(entries):
            read = a_read(entries, cursor.position, chance)
            read = [entry for entry in read if chance.random() < 0.95]
            for envelope in stream.following(read, cursor):
                applied.append(envelope.position)
                cursor = Cursor(envelope.position, envelope.id)
        assert applied == list(range(1, 61)), f"seed {seed}"
