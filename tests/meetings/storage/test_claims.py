"""Nobody and no room is booked twice, whoever asks at the same instant; a hold ends by its row."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.meetings.domain.errors import HoldNotFound, SlotTaken
from services.meetings.domain.resources import Resource, ResourceKind
from services.meetings.storage import claims
from services.meetings.storage.claims import Hold
from shared.kernel.spans import Span
from tests.meetings.conftest import Log, World

TEN = datetime(2030, 3, 5, 18, tzinfo=UTC)
NINETY = timedelta(minutes=90)


def a_resource(kind: ResourceKind = ResourceKind.ROOM, person_id: UUID | None = None) -> Resource:
    return Resource(resource_id=uuid4(), kind=kind, person_id=person_id)


def a_span(hours: float = 0) -> Span:
    start = TEN + timedelta(hours=hours)
    return Span(start, start + NINETY)


async def hold(world: World, resources: Sequence[Resource], *, hours: float = 0, minutes: int = 5, by: str = "amy") -> UUID:
    async with world.unit() as unit:
        kept = Hold(
            hold_id=unit.new_id(),
            held_by=by,
            time_zone="UTC",
            starts_local=TEN.replace(tzinfo=None),
            minutes=90,
            resource_ids=tuple(one.resource_id for one in resources),
            hold_until=unit.now + timedelta(minutes=minutes),
        )
        await claims.hold(unit, kept, resources, a_span(hours))
        return kept.hold_id


async def test_fifty_ask_at_once_for_room_facilitator_and_interpreter_and_one_gets_them(world: World) -> None:
    three = [a_resource(kind, uuid4() if kind is not ResourceKind.ROOM else None) for kind in ResourceKind]

    async def ask() -> str:
        try:
            await hold(world, three)
        except SlotTaken:
            return "taken"
        return "won"

    answers = await asyncio.gather(*(ask() for _ in range(50)))
    assert sorted(answers) == ["taken"] * 49 + ["won"]


async def test_touching_bookings_of_a_room_do_not_collide(world: World) -> None:
    room = a_resource()
    await hold(world, [room])
    await hold(world, [room], hours=1.5)
    with pytest.raises(SlotTaken):
        await hold(world, [room], hours=0.75)


async def test_a_person_keeps_a_buffer_on_both_sides(world: World) -> None:
    facilitator = a_resource(ResourceKind.FACILITATOR)
    await hold(world, [facilitator])
    with pytest.raises(SlotTaken):
        await hold(world, [facilitator], hours=1.9)
    await hold(world, [facilitator], hours=2)


async def test_one_person_in_two_pools_is_one_person(world: World) -> None:
    person_id = uuid4()
    await hold(world, [a_resource(ResourceKind.FACILITATOR, person_id)])
    with pytest.raises(SlotTaken):
        await hold(world, [a_resource(ResourceKind.INTERPRETER, person_id)])


async def test_a_hold_that_ran_out_makes_way_in_the_transaction_that_wants_its_place(world: World, log: Log) -> None:
    room = a_resource()
    await hold(world, [room], minutes=-1)
    await hold(world, [room])
    states = log.rows("SELECT state FROM resource_claims WHERE county_id = :county ORDER BY id")
    assert [row[0] for row in states] == ["released", "held"]


async def test_a_hold_is_given_back_by_whoever_has_it(world: World) -> None:
    room = a_resource()
    held = await hold(world, [room])
    async with world.unit() as unit:
        with pytest.raises(HoldNotFound):
            await claims.release_hold(unit, held, held_by="bo")
        await claims.release_hold(unit, held, held_by="amy")
    await hold(world, [room])


async def test_what_ran_out_is_marked_by_the_tick(world: World) -> None:
    await hold(world, [a_resource(), a_resource()], minutes=-1)
    await hold(world, [a_resource()])
    async with world.unit() as unit:
        assert await claims.release_overdue(unit) == 2
        assert await claims.release_overdue(unit) == 0


async def test_the_refusal_says_nothing_of_the_other_booking(world: World) -> None:
    room = a_resource()
    await hold(world, [room])
    with pytest.raises(SlotTaken) as refused:
        await hold(world, [room])
    facts: Mapping[str, object] = refused.value.facts
    assert (facts, refused.value.__cause__) == ({}, None)
