"""A broken event stops only itself, and once it is mended the state is as if it never had been broken."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import event, select

from shared.bus import stream
from shared.bus.consumer import Fact, on
from shared.db import log
from shared.db.unit import Unit
from shared.events.envelope import Envelope, WrappedKey, to_json
from shared.events.network import CaseOpened, PersonWords
from shared.kernel.sealed import KeyKind
from tests.shared.bus.conftest import ALDER, BIRCH, STAFF, Listening, Producer
from tests.shared.db.sample.storage.tables import NoteRow

BEFORE, AFTER = 9, 60
"""So many sound events stand around the broken one; more than one transaction takes."""

Tampering = Callable[[dict[str, Any]], object]


def as_text(wire: object) -> bytes:
    return json.dumps(wire).encode()


def with_zone(zone: str) -> Tampering:
    return lambda wire: wire | {"data": wire["data"] | {"time_zone": zone}}


def with_foreign_key(wire: dict[str, Any]) -> object:
    key = WrappedKey(uuid4(), KeyKind.CASE.value, uuid4(), "QUJD" * 20)
    return wire | {
        "datakeys": [{"key_id": str(key.key_id), "kind": key.kind, "subject_id": str(key.subject_id), "wrapped": key.wrapped}]
    }


@dataclass(frozen=True)
class Poison:
    """One kind: how the entry on the stream is broken, and what becomes of the event."""

    name: str
    entry: Callable[[dict[str, Any]], bytes]
    reason: str = ""
    """Why it is set aside; empty when the producer's log, or a shrug, is all it takes."""

    def __str__(self) -> str:
        return self.name


ON_THE_STREAM = [
    Poison("half a JSON", lambda wire: as_text(wire)[:-20]),
    Poison("no UTF-8", lambda wire: as_text(wire).replace(b"network", b"\xff\xfe")),
    Poison("no id", lambda wire: as_text({name: value for name, value in wire.items() if name != "id"})),
    Poison("another's position", lambda wire: as_text(wire | {"position": 1})),
    Poison("a county that is none", lambda wire: as_text(wire | {"countyid": "alder"})),
    Poison("a time without an offset", lambda wire: as_text(wire | {"time": "2026-03-01T10:00:00"})),
    Poison("a field of 300 kB", lambda wire: as_text(wire | {"data": wire["data"] | {"added_later": "x" * 300_000}})),
    Poison("NUL", lambda wire: as_text(with_zone("a\0b")(wire)), "DBAPIError"),
    Poison("half a surrogate pair", lambda wire: as_text(with_zone("\ud800")(wire)), "DBAPIError"),
    Poison("a key that does not open", lambda wire: as_text(with_foreign_key(wire)), "SealBroken"),
    Poison("a body that breaks its schema", lambda wire: as_text(wire | {"data": {"case_id": 7}}), "Unreadable"),
    Poison("a later major version", lambda wire: as_text(wire | {"type": "network.case_opened.v2"}), "UnknownMajor"),
]


class Noting(Listening):
    """A service that notes the zone of each family, and whose listener can be broken for one of them."""

    def listeners(self) -> list[Any]:
        """Note each family."""

        @on(CaseOpened)
        async def note(unit: Unit, fact: Fact[CaseOpened]) -> None:
            row = NoteRow(id=fact.id, county_id=unit.county_id, title=fact.body.time_zone, words=None, at=unit.now)
            unit.session.add(row)
            if fact.position in self.broken:
                raise LookupError

        return [note]

    async def notes(self) -> list[tuple[Any, str]]:
        """What was noted, by family."""
        async with self.units.open(ALDER, STAFF) as unit:
            rows = await unit.session.execute(select(NoteRow.id, NoteRow.title).order_by(NoteRow.id))
            return [(row.id, row.title) for row in rows]

    async def catch_up(self, last: int) -> None:
        """Take steps until the cursor stands at a position."""
        consumer = self.consumer(quiet=60)
        while (await self.cursor()).position < last:
            await consumer.step()


@pytest.fixture
def noting(producer: Producer, listening: Listening, redis: Redis) -> Noting:
    return Noting(listening.engine, listening.units, redis, producer, listening.admin_url)


async def publish(redis: Redis, facts: list[Envelope], *, broken: int, by: Callable[[dict[str, Any]], bytes]) -> None:
    """Put facts on the stream, one of them broken."""
    previous = ""
    for fact in facts:
        whole = as_text(to_json(fact))
        entry = by(to_json(fact)) if fact.position == broken else whole
        await redis.xadd("network", {stream.ENVELOPE: entry, stream.PREVIOUS: previous}, id=f"{fact.position}-0")
        previous = str(fact.id)


@pytest.mark.parametrize("poison", ON_THE_STREAM, ids=str)
async def test_a_broken_entry_stops_only_itself_and_is_mended_from_the_log(
    producer: Producer, noting: Noting, redis: Redis, poison: Poison
) -> None:
    await producer.announce(times=BEFORE + 1 + AFTER)
    await producer.relay().number()
    facts = await producer.facts()
    await publish(redis, facts, broken=BEFORE + 1, by=poison.entry)
    await noting.catch_up(len(facts))
    parked = [(each.position, each.reason, each.tries) for each in await noting.parked()]
    assert parked == [(BEFORE + 1, poison.reason, 1)] * bool(poison.reason), "nothing is waited for that waiting cannot mend"
    await noting.replay(BEFORE + 1)
    assert await noting.parked() == []
    assert await noting.notes() == sorted((fact.id, "America/Los_Angeles") for fact in facts)


async def test_events_broken_in_the_log_itself_are_applied_once_it_is_mended(producer: Producer, noting: Noting) -> None:
    await producer.announce(times=50)
    for name, data in (("case_opened.v1", {"case_id": 7}), ("case_opened.v2", {"a": 1}), ("weather_changed.v1", {"a": 1})):
        async with producer.units.open(ALDER, STAFF) as unit:
            await log.append(unit.driver, [log.NewFact(unit.new_id(), ALDER, f"network.{name}", unit.new_id(), unit.now, data)])
    await producer.announce(times=50)
    await producer.relay().round()
    noting.broken = {90}
    await noting.catch_up(103)
    assert [(each.position, each.reason) for each in await noting.parked()] == [
        (51, "Unreadable"),
        (52, "UnknownMajor"),
        (90, "LookupError"),
    ]
    assert len(await noting.notes()) == 99
    producer.administer(
        "UPDATE log SET type = 'network.case_opened.v1', data = (SELECT data FROM log WHERE position = 1)"
        " WHERE position IN (51, 52)"
    )
    noting.broken = set()
    assert [await noting.replay(position) for position in (51, 52, 90)] == [True, True, True]
    assert len(await noting.notes()) == 102, "the fact of an unknown type is nobody's concern"
    assert await noting.parked() == []


async def test_when_the_log_is_away_a_parked_event_is_replayed_from_its_copy(producer: Producer, noting: Noting) -> None:
    noting.broken = {2}
    await producer.announce(times=3)
    await producer.relay().round()
    await noting.catch_up(3)
    noting.broken = set()
    noting.log_is_away = True
    assert await noting.replay(2)
    assert len(await noting.notes()) == 3


async def test_many_events_that_fail_cannot_keep_the_sound_ones_waiting(
    producer: Producer, noting: Noting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.consumer._clock", itertools.count(step=1e-6).__next__)  # patience comes back with time
    noting.broken = set(range(1, 400, 10))
    await producer.announce(times=400)
    await producer.relay().round()
    consumer = noting.consumer(quiet=60)
    await consumer.step()
    parked = await noting.parked()
    assert len(parked) == 40
    assert len(await noting.notes()) == 360
    assert parked[0].tries == 5, "while there is patience, each is tried again and again"
    assert {each.tries for each in parked[1:]} == {1}, "and when it has run out they are set aside at once"


class Refusing(Listening):
    """A service whose database refuses what it writes for some events: the row would stand in another county."""

    once = False

    def listeners(self) -> list[Any]:
        """Note each family, a broken one's behind another county's wall."""

        @on(CaseOpened)
        async def note(unit: Unit, fact: Fact[CaseOpened]) -> None:
            self.tries.append(fact.position)
            county_id = BIRCH if fact.position in self.broken else unit.county_id
            self.broken = self.broken - ({fact.position} if self.once else set())
            unit.session.add(NoteRow(id=fact.id, county_id=county_id, title=str(fact.position), words=None, at=unit.now))

        return [note]


@pytest.fixture
def refusing(producer: Producer, listening: Listening, redis: Redis) -> Refusing:
    return Refusing(listening.engine, listening.units, redis, producer, listening.admin_url)


@pytest.fixture
def transactions(listening: Listening) -> list[str]:
    """How each transaction of the listening side ends, in their order."""
    ends: list[str] = []
    event.listen(listening.engine.sync_engine, "commit", lambda _: ends.append("commit"))
    event.listen(listening.engine.sync_engine, "rollback", lambda _: ends.append("rollback"))
    return ends


async def test_an_event_that_the_database_refuses_costs_its_batch_one_transaction_more(
    producer: Producer, refusing: Refusing, transactions: list[str]
) -> None:
    refusing.broken = {20}
    await producer.announce(times=50)
    await producer.relay().round()
    consumer = refusing.consumer(quiet=60)
    await consumer.heal()
    where, *batch = transactions
    assert (where, batch) == ("commit", ["rollback", "commit"]), "undone, and applied again around the one that is set aside"
    assert [(each.position, each.tries) for each in await refusing.parked()] == [(20, 1)]
    assert await refusing.applied() == [position for position in range(1, 51) if position != 20]
    assert (await refusing.cursor()).position == 50


async def test_an_event_that_is_refused_no_more_is_applied_with_its_batch(producer: Producer, refusing: Refusing) -> None:
    refusing.broken, refusing.once = {3}, True
    await producer.announce(times=5)
    await producer.relay().round()
    await refusing.consumer(quiet=60).step()
    assert await refusing.applied() == [1, 2, 3, 4, 5]
    assert await refusing.parked() == []


async def test_fields_of_a_newer_producer_are_counted(producer: Producer, noting: Noting) -> None:
    await producer.announce(times=2)
    await producer.relay().number()
    first, second = await producer.facts()
    before = noting.counted("newer")
    await noting.consumer().apply([replace(first, data={**first.data, "added_later": 1}), second])
    assert noting.counted("newer") == before + 1
    assert len(await noting.notes()) == 2


async def test_a_key_that_cannot_be_kept_sets_its_event_aside_and_the_others_go_on(
    producer: Producer, listening: Listening
) -> None:
    await producer.announce()
    await producer.announce_person(PersonWords(given_name="Maria"))
    await producer.announce()
    await producer.relay().round()
    listening.administer("REVOKE INSERT ON data_keys FROM sample_app")
    consumer = listening.consumer(quiet=60)
    await consumer.step()
    assert [each.position for each in await listening.parked()] == [2]
    assert await listening.applied() == [1, 3]
    listening.administer("GRANT INSERT ON data_keys TO sample_app")
    assert await listening.replay(2)
    assert listening.heard == [PersonWords(given_name="Maria")]
