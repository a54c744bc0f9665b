"""Positions are gapless and in order of commit; publishing twice does no harm; the stream may vanish at any time."""

import asyncio
import json

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus import stream
from shared.db import log
from shared.db.erasure import destroy_words
from shared.db.unit import Trace
from shared.events.envelope import to_json
from shared.events.network import PersonWords, WordsDestroyed
from shared.kernel.sealed import KeyKind, KeyOf
from tests.shared.bus.conftest import ALDER, BIRCH, END_LEADERS, STAFF, Producer, running, until

AWAY = "redis://127.0.0.1:1/0"


async def positions_on_stream(redis: Redis) -> list[int]:
    return [entry.position for entry in await stream.read_after(redis, "network", 0, limit=100_000, block=1)]


async def test_a_fact_has_no_position_until_its_transaction_has_committed(producer: Producer) -> None:
    async with producer.units.open(ALDER, STAFF) as unit:
        row = log.NewFact(unit.new_id(), ALDER, "network.case_opened.v1", unit.new_id(), unit.now, {})
        await log.append(unit.driver, [row])
        await producer.announce()
        assert await producer.relay().number() == 1
    assert await producer.relay().number() == 1
    facts = await producer.facts()
    assert [fact.position for fact in facts] == [1, 2]
    assert facts[1].id == row.id, "the row that was inserted first committed last, and no reader can have passed over it"


async def test_many_writers_and_two_relays_leave_no_gap(producer: Producer) -> None:
    async def write(county_is_alder: bool) -> None:
        for _ in range(15):
            await producer.announce(county=ALDER if county_is_alder else BIRCH, times=2)

    async def number() -> None:
        relay = producer.relay()
        while (await producer.unpublished()) or not done.is_set():
            await relay.round()

    done = asyncio.Event()
    relays = [asyncio.create_task(number()) for _ in range(2)]
    await asyncio.gather(*(write(n % 2 == 0) for n in range(6)))
    done.set()
    await asyncio.gather(*relays)
    facts = await producer.facts()
    assert [fact.position for fact in facts] == list(range(1, 181))
    assert len({fact.id for fact in facts}) == 180


async def test_facts_of_one_transaction_keep_their_order(producer: Producer) -> None:
    await producer.announce(times=20)
    await producer.relay().round()
    ids = [fact.id for fact in await producer.facts()]
    assert ids == sorted(ids)


async def test_a_relay_killed_after_numbering_leaves_the_rest_to_the_next(producer: Producer, redis: Redis) -> None:
    await producer.announce(times=3)
    await producer.relay().number()
    assert await positions_on_stream(redis) == []
    assert [fact.position for fact in await producer.facts()] == [1, 2, 3], "readable over HTTP already"
    await producer.relay().round()
    assert await positions_on_stream(redis) == [1, 2, 3]
    assert await producer.unpublished() == 0


async def test_a_relay_killed_after_publishing_and_before_the_mark_publishes_nothing_twice(
    producer: Producer, redis: Redis
) -> None:
    await producer.announce(times=3)
    await producer.relay().number()
    await stream.publish(redis, await producer.facts(), before=None)
    assert await producer.unpublished() == 3
    assert await producer.relay().publish() == 3, "refused as old, which means that it is there"
    assert await positions_on_stream(redis) == [1, 2, 3]
    assert await producer.unpublished() == 0


async def test_after_a_flush_the_stream_goes_on_from_the_right_number(producer: Producer, redis: Redis) -> None:
    await producer.announce(times=3)
    await producer.relay().round()
    await redis.flushall()
    await producer.announce()
    await producer.relay().round()
    assert await positions_on_stream(redis) == [4]


async def test_without_a_stream_facts_are_numbered_and_wait(producer: Producer, redis: Redis) -> None:
    await producer.announce(times=2)
    away = stream.connect(AWAY)
    await producer.relay(redis=away).round()
    await away.aclose()
    assert [fact.position for fact in await producer.facts()] == [1, 2]
    assert await producer.unpublished() == 2
    await producer.relay().round()
    assert await positions_on_stream(redis) == [1, 2]


async def test_something_else_under_the_name_of_the_stream_is_removed(producer: Producer, redis: Redis) -> None:
    await redis.set("network", "not a stream")
    await producer.announce(times=2)
    await producer.relay().round()
    await producer.relay().round()
    assert await positions_on_stream(redis) == [1, 2]


async def test_a_running_relay_is_woken_by_the_commit(producer: Producer, redis: Redis) -> None:
    async with running(producer.relay()):
        await producer.announce()

        async def published() -> bool:
            return await positions_on_stream(redis) == [1]

        await until(published)


async def test_when_the_leaders_session_ends_a_standby_takes_over(producer: Producer) -> None:
    async def ended() -> bool:
        async with AsyncSession(producer.engine) as session, session.begin():
            return bool(await session.scalar(END_LEADERS))

    async with running(producer.relay(), producer.relay()):
        await producer.announce()
        await until(producer.is_quiet)
        await until(ended)
        await producer.announce()
        await until(producer.is_quiet)
    assert [fact.position for fact in await producer.facts()] == [1, 2]


async def test_words_travel_sealed_and_their_key_wrapped(producer: Producer, redis: Redis) -> None:
    await producer.announce_person(PersonWords(given_name="Maria", addresses={"x": "+15550100"}))
    await producer.relay().round()
    sent = json.dumps(
        [entry.envelope and to_json(entry.envelope) for entry in await stream.read_after(redis, "network", 0, limit=9)]
    )
    assert "datakeys" in sent
    assert "sealedwords" in sent
    assert "Maria" not in sent
    assert "5550100" not in sent


async def test_a_fact_carries_the_trace_of_its_request(producer: Producer) -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await producer.announce(trace=Trace("request-1", parent))
    await producer.relay().number()
    assert [fact.traceparent for fact in await producer.facts()] == [parent]


async def test_a_destroyed_key_leaves_the_stream_and_the_facts_stay_in_the_log(producer: Producer, redis: Redis) -> None:
    person_id = await producer.announce_person(PersonWords(given_name="Carmen"))
    await producer.relay().round()
    assert await wrapped_keys_on(redis) == 1
    async with producer.units.open(ALDER, STAFF) as unit:
        await destroy_words(unit, KeyOf(KeyKind.PERSON, person_id))
        unit.announce(WordsDestroyed(kind="person", subject_id=person_id, at=unit.now), subject=person_id)
    await producer.relay().round()
    assert await wrapped_keys_on(redis) == 0
    assert await redis.xlen("network") == 1
    assert [fact.position for fact in await producer.facts()] == [1, 2]


async def wrapped_keys_on(redis: Redis) -> int:
    """How many data keys the stream carries."""
    entries = await stream.read_after(redis, "network", 0, limit=100, block=1)
    return sum(len(entry.envelope.keys) for entry in entries if entry.envelope)
