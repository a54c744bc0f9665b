"""Every committed fact is applied once and in order, whatever happens to the stream, the consumer or the event itself."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local import servers as local_servers
from shared.bus import stream
from shared.bus.consumer import Consumer, Fact, ProducerRestored, on
from shared.bus.relay import Relay
from shared.db import log
from shared.db.unit import Trace, Unit
from shared.events.network import CaseOpened, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf
from tests.shared.bus.conftest import ALDER, BIRCH, STAFF, Listening, Producer, running, until

AWAY = "redis://127.0.0.1:1/0"


async def published(producer: Producer, times: int) -> None:
    await producer.announce(times=times)
    await producer.relay().round()


async def test_facts_are_applied_in_order_and_the_cursor_stands_at_the_last(producer: Producer, listening: Listening) -> None:
    await published(producer, 3)
    assert (await listening.consumer().step()).applied == 3
    assert listening.tries == [1, 2, 3]
    cursor = await listening.cursor()
    assert (cursor.position, cursor.event_id) == (3, (await producer.facts())[2].id)


async def test_each_county_is_applied_behind_its_own_wall(producer: Producer, listening: Listening) -> None:
    for county in (ALDER, BIRCH, ALDER):
        await producer.announce(county=county)
    await producer.relay().round()
    await listening.consumer().step()
    assert await listening.applied(ALDER) == [1, 3]
    assert await listening.applied(BIRCH) == [2]


async def test_a_killed_consumer_is_followed_by_one_that_goes_on_from_the_cursor(producer: Producer, listening: Listening) -> None:
    await published(producer, 2)
    await listening.consumer().step()
    await published(producer, 2)
    await listening.consumer().step()
    assert listening.tries == [1, 2, 3, 4]


async def test_doubled_and_old_entries_are_passed_over(producer: Producer, listening: Listening, redis: Redis) -> None:
    await published(producer, 3)
    consumer = listening.consumer(quiet=60)
    await consumer.step()
    entries = await stream.read_after(redis, "network", 0, limit=10)
    assert stream.following([*entries, *entries], await listening.cursor()) == []
    await redis.delete("network")
    await stream.publish(redis, await producer.facts(), before=None)
    assert (await consumer.step()).applied == 0
    assert await listening.applied() == [1, 2, 3]


async def test_after_a_flush_nothing_is_lost(producer: Producer, listening: Listening, redis: Redis) -> None:
    consumer = listening.consumer(quiet=60)
    await published(producer, 2)
    await consumer.step()
    await published(producer, 3)
    await redis.flushall()
    await published(producer, 1)
    assert (await consumer.step()).applied == 4, "the gap before position 6 sends the reader to the producer's log"
    assert await listening.applied() == [1, 2, 3, 4, 5, 6]
    assert listening.healed[-2:] == [1, 5], "asked from one before the cursor, until nothing new comes"


async def test_an_emptied_stream_is_noticed_by_its_silence(producer: Producer, listening: Listening, redis: Redis) -> None:
    consumer = listening.consumer(quiet=0)
    await published(producer, 2)
    await redis.flushall()
    await consumer.step()
    assert await listening.applied() == [1, 2]


async def test_without_a_stream_the_log_is_read_over_http(producer: Producer, listening: Listening) -> None:
    away = stream.connect(AWAY)
    consumer = listening.consumer(redis=away)
    await producer.announce(times=2)
    await producer.relay(redis=away).round()
    await consumer.step()
    assert await listening.applied() == [1, 2]
    again = await consumer.step()
    await away.aclose()
    assert again.applied == 0
    assert again.rest > 0, "nobody is asked in a storm"


async def test_a_trimmed_stream_is_a_gap(producer: Producer, listening: Listening, redis: Redis) -> None:
    await published(producer, 5)
    await redis.xtrim("network", maxlen=2, approximate=False)
    before = listening.counted("healed")
    await listening.consumer(quiet=60).step()
    assert await listening.applied() == [1, 2, 3, 4, 5]
    assert listening.counted("healed") == before + 5


@pytest.mark.parametrize(
    "fields",
    [
        {b"e": b"{", b"p": b""},
        {b"e": b"[]", b"p": b""},
        {b"e": b"[" * 5000, b"p": b""},
        {b"e": b"\x00\xff", b"p": b""},
        {b"e": b'{"specversion": "1.0"}', b"p": b""},
        {b"x": b""},
    ],
)
async def test_an_entry_that_is_no_envelope_is_read_from_the_log_instead(
    producer: Producer, listening: Listening, redis: Redis, fields: dict[bytes, bytes]
) -> None:
    await producer.announce(times=2)
    await producer.relay().number()
    await redis.xadd("network", dict(fields.items()), id="1-0")
    await producer.relay().round()
    await listening.consumer(quiet=60).step()
    assert await listening.applied() == [1, 2]


async def test_two_consumers_apply_each_event_once(producer: Producer, listening: Listening) -> None:
    await published(producer, 30)
    first, second = listening.consumer(), listening.consumer()
    await asyncio.gather(first.step(), second.step())
    await asyncio.gather(first.step(), second.step())
    assert await listening.applied() == list(range(1, 31))
    assert (await listening.cursor()).position == 30


async def test_a_frozen_consumer_that_wakes_changes_nothing(producer: Producer, listening: Listening) -> None:
    zombie = listening.consumer()
    await published(producer, 1)
    await zombie.step()
    await published(producer, 2)
    facts = await producer.facts()
    await listening.consumer().step()
    before = listening.counted("overtaken")
    await zombie.apply(facts[1:])
    assert listening.counted("overtaken") == before + 1
    assert await listening.applied() == [1, 2, 3]
    await published(producer, 1)
    assert (await zombie.step()).applied == 1, "and it can go on, from where the cursor really is"


async def test_an_event_that_keeps_failing_is_parked_and_the_others_go_on(producer: Producer, listening: Listening) -> None:
    listening.broken = {3}
    await published(producer, 6)
    before = listening.counted("parked")
    await listening.consumer().step()
    assert await listening.applied() == [1, 2, 4, 5, 6]
    assert listening.tries.count(3) == 1 + 1 + 4, "once in the batch, then five times alone"
    [parked] = await listening.parked()
    assert (parked.position, parked.reason, parked.tries, parked.county_id) == (3, "RuntimeError", 5, ALDER)
    assert "Maria" not in repr(parked), "what the error said may be somebody's name"
    assert listening.counted("parked") == before + 1
    assert (await listening.cursor()).position == 6


async def test_a_parked_event_is_replayed_once(producer: Producer, listening: Listening) -> None:
    listening.broken = {2}
    await published(producer, 3)
    await listening.consumer().step()

    async def ask() -> bool:
        return await listening.replay(2)

    with pytest.raises(RuntimeError):
        await ask()
    assert len(await listening.parked()) == 1, "still broken, still there"
    listening.broken = set()
    assert await ask()
    assert await listening.applied() == [1, 2, 3]
    assert await listening.parked() == []
    assert not await ask()


async def test_a_body_that_breaks_its_schema_is_parked_at_once(producer: Producer, listening: Listening) -> None:
    async with producer.units.open(ALDER, STAFF) as unit:
        row = log.NewFact(unit.new_id(), ALDER, "network.case_opened.v1", unit.new_id(), unit.now, {"case_id": 7})
        await log.append(unit.driver, [row])
    await published(producer, 1)
    await listening.consumer().step()
    assert await listening.applied() == [2]
    assert [(p.reason, p.tries) for p in await listening.parked()] == [("Unreadable", 1)]


async def test_an_unknown_type_is_ignored_and_an_unknown_major_version_parked(producer: Producer, listening: Listening) -> None:
    for name in ("network.weather_changed.v1", "network.case_opened.v2"):
        async with producer.units.open(ALDER, STAFF) as unit:
            row = log.NewFact(unit.new_id(), ALDER, name, unit.new_id(), unit.now, {"a": 1})
            await log.append(unit.driver, [row])
    await published(producer, 1)
    before = listening.counted("ignored")
    await listening.consumer().step()
    assert await listening.applied() == [3]
    assert listening.counted("ignored") == before + 1
    assert [(p.type, p.reason) for p in await listening.parked()] == [("network.case_opened.v2", "UnknownMajor")]


async def test_unknown_fields_of_a_newer_producer_are_ignored(producer: Producer, listening: Listening) -> None:
    await producer.announce()
    await producer.relay().number()
    [fact] = await producer.facts()
    await listening.consumer().apply([replace(fact, data={**fact.data, "added_later": 1})])
    assert await listening.applied() == [1]


async def test_words_open_where_their_key_arrived(producer: Producer, listening: Listening) -> None:
    words = PersonWords(given_name="Maria", addresses={"x": "+15550100"})
    await producer.announce_person(words)
    await producer.relay().round()
    await listening.consumer().step()
    assert listening.heard == [words]


async def test_words_open_again_in_a_process_whose_database_went_back_in_time(producer: Producer, listening: Listening) -> None:
    words = PersonWords(given_name="Maria")
    await producer.announce_person(words)
    await producer.relay().round()
    consumer = listening.consumer()
    for _ in range(2):
        async with running(consumer):
            await until(lambda: _has_come_to(listening, 1))
        async with listening.units.open(ALDER, STAFF) as unit:
            await unit.session.execute(text("DELETE FROM cursors"))
            await unit.session.execute(text("DELETE FROM data_keys"))
    assert listening.heard == [words, words]


async def _has_come_to(listening: Listening, position: int) -> bool:
    return (await listening.cursor()).position == position


async def test_words_stay_shut_after_their_key_is_destroyed_at_home(producer: Producer, listening: Listening) -> None:
    person_id = await producer.announce_person(PersonWords(given_name="Maria"))
    await producer.relay().number()
    async with producer.units.open(ALDER, STAFF) as unit:
        await unit.keys.destroy(KeyOf(KeyKind.PERSON, person_id))
    await listening.consumer().step()
    assert listening.heard == [None]


async def test_a_parked_event_keeps_no_key_and_its_words_open_when_it_is_replayed(producer: Producer, listening: Listening) -> None:
    words = PersonWords(given_name="Maria")
    await producer.announce_person(words)
    await producer.relay().number()
    [fact] = await producer.facts()
    await listening.consumer().apply([replace(fact, data={})])
    [parked] = await listening.parked()
    assert "datakeys" not in parked.envelope
    async with listening.units.open(ALDER, STAFF) as unit:
        assert fact.words is not None
        opened = await unit.keys.open(fact.words, log.place_of_words(fact.id, ALDER))
    assert json.loads(opened)["given_name"] == "Maria"


async def test_what_a_listener_announces_carries_the_trace_of_its_cause(producer: Producer, listening: Listening) -> None:
    traces: list[Trace] = []

    @on(CaseOpened)
    async def see(unit: Unit, fact: Fact[CaseOpened]) -> None:
        traces.append(unit.trace)
        assert unit.actor.kind == "service"

    listening.listeners = lambda: [see]  # type: ignore[method-assign]  # a listener of this test's own
    parents = [f"00-{n:032x}-00f067aa0ba902b7-01" for n in (1, 2)]
    for parent in parents:
        await producer.announce(trace=Trace("request", parent))
    await producer.relay().round()
    await listening.consumer().step()
    assert traces == [Trace(str(f.id), p) for f, p in zip(await producer.facts(), parents, strict=True)]


async def test_a_producer_that_went_back_in_time_stops_its_reader(producer: Producer, listening: Listening) -> None:
    consumer = listening.consumer(quiet=0)
    await published(producer, 3)
    await consumer.step()
    producer.lose_everything()
    await producer.redis.flushall()
    with pytest.raises(ProducerRestored):
        await consumer.heal()
    assert (await consumer.step()).rest > 1
    assert REGISTRY.get_sample_value("surround_bus_halted", {"service": "notify", "producer": "network"}) == 1


async def test_a_restored_producer_is_caught_even_when_it_has_outrun_the_cursor(producer: Producer, listening: Listening) -> None:
    consumer = listening.consumer(quiet=60)
    await published(producer, 3)
    await consumer.step()
    producer.lose_everything()
    await published(producer, 5)
    assert (await consumer.step()).rest > 1, "position 4 follows the cursor, but not the event that was applied last"
    assert await listening.applied() == [1, 2, 3]


async def test_a_log_that_is_away_too_is_waited_for(producer: Producer, listening: Listening) -> None:
    listening.log_is_away = True
    assert (await listening.consumer(quiet=0).step()).rest > 0


async def test_a_database_that_goes_away_in_mid_event_parks_nothing(producer: Producer, listening: Listening) -> None:
    ended: list[int] = []

    @on(CaseOpened)
    async def end_the_session(unit: Unit, fact: Fact[CaseOpened]) -> None:
        if not ended:
            ended.append(fact.position)
            pid = await unit.session.scalar(text("SELECT pg_backend_pid()"))
            async with AsyncSession(listening.engine) as other, other.begin():
                await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        await unit.session.execute(text("SELECT 1"))

    listening.listeners = lambda: [end_the_session, *Listening.listeners(listening)]  # type: ignore[method-assign]
    await published(producer, 1)
    async with running(listening.consumer()):
        await until(lambda: listening.has_applied(1))
    assert ended == [1]
    assert await listening.parked() == []


async def test_the_whole_link_runs_through_a_flush_and_a_frozen_stream(
    producer: Producer, listening: Listening, redis: Redis, valkey: local_servers.Valkey
) -> None:
    parts: list[Relay | Consumer] = [
        producer.relay(),
        producer.relay(),
        listening.consumer(quiet=0.5),
        listening.consumer(quiet=0.5),
    ]
    async with running(*parts):
        await producer.announce(times=5)
        await until(lambda: listening.has_applied(5))
        await redis.flushall()
        await producer.announce(times=5)
        await until(lambda: listening.has_applied(10))
        with frozen(valkey):
            await producer.announce(times=5)
            await until(lambda: listening.has_applied(15))
        await producer.announce(times=5)
        await until(lambda: listening.has_applied(20))
    assert await listening.applied() == list(range(1, 21))
    assert await listening.parked() == []


@contextmanager
def frozen(valkey: local_servers.Valkey) -> Iterator[None]:
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(valkey.pid, signal.SIGCONT)


def test_a_listener_to_something_never_published_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        on(Trace)
